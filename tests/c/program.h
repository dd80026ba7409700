/* What the test programs share. */

#ifndef PROGRAM_H
#define PROGRAM_H

#include <arcidentity.h>

#include <stdio.h>
#include <stdlib.h>

#define RESOURCE "https://vault.azure.net"

/* Ends the program with a failure unless `condition` is true. */
#define CHECK(condition)                                                        \
    do {                                                                        \
        if (!(condition)) {                                                     \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
            exit(1);                                                            \
        }                                                                       \
    } while (0)

/* Ends the program with what the error says unless `status` is ARC_OK. */
static inline void check_ok(arc_status status, arc_error *const *err) {
    const arc_error *const error = *err;
    if (status != ARC_OK) {
        const char *hint = arc_error_hint(error);
        fprintf(stderr, "%s: %s (%s)\n", arc_status_name(status), arc_error_message(error), hint ? hint : "no hint");
        exit(1);
    }
    CHECK(error == NULL);
}

/* Settings for the agent that the environment names, and UNVERIFIED where that agent wants no key. */
static inline arc_options *new_options(void) {
    arc_options *options = arc_options_new();
    CHECK(arc_options_set_endpoint(options, getenv("ENDPOINT")) == ARC_OK);
    CHECK(arc_options_set_key_directory(options, getenv("KEYS")) == ARC_OK);
    CHECK(arc_options_set_verify_agent(options, getenv("UNVERIFIED") == NULL) == ARC_OK);
    return options;
}

/* A client with these settings, which it releases. */
static inline arc_client *new_client(arc_options *options) {
    arc_client *client = NULL;
    arc_error *error = NULL;
    check_ok(arc_client_new(options, &client, &error), &error);
    CHECK(client != NULL);
    arc_options_free(options);
    return client;
}

static inline arc_token *get_token(const arc_client *client, const char *resource) {
    arc_token *token = NULL;
    arc_error *error = NULL;
    check_ok(arc_client_get_token(client, resource, 0, &token, &error), &error);
    CHECK(token != NULL);
    return token;
}

#endif
