/* A program that calls every function of the header, and expects of each what it promised. A release keeps a copy of
 * it and of its header, with which it is compiled: it runs with every later library of that ABI. */

#include "arcidentity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                    \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            exit(1);                                                        \
        }                                                                   \
    } while (0)

#define ID "55555555-5555-5555-5555-555555555555"

static int told;

static void count(const char *line, void *data) {
    CHECK(strlen(line) > 0);
    ++*(int *)data;
}

static arc_client *new_client(void) {
    arc_options *options = arc_options_new();
    CHECK(arc_options_set_endpoint(options, getenv("ENDPOINT")) == ARC_OK);
    CHECK(arc_options_set_key_directory(options, getenv("KEYS")) == ARC_OK);
    CHECK(arc_options_set_timeout_ms(options, 30000) == ARC_OK);
    CHECK(arc_options_set_max_attempts(options, 2) == ARC_OK);
    CHECK(arc_options_set_verify_agent(options, 1) == ARC_OK);
    CHECK(arc_options_set_trace(options, count, &told) == ARC_OK);
    arc_client *client = NULL;
    CHECK(arc_client_new(options, &client, NULL) == ARC_OK);
    arc_options_free(options);
    return client;
}

static void token_is_whole(arc_token *token) {
    size_t length = 0;
    CHECK(strlen(arc_token_value(token, &length)) == length && length > 100);
    CHECK(strcmp(arc_token_type(token), "Bearer") == 0);
    CHECK(arc_token_refresh_on(token) < arc_token_expires_on(token));
    arc_token_free(token);
}

static int32_t never(void *data) {
    (void)data;
    return 0;
}

static void tokens_are_given(const arc_client *client) {
    arc_token *token = NULL;
    CHECK(arc_client_get_token(client, "https://vault.azure.net", 0, &token, NULL) == ARC_OK);
    token_is_whole(token);
    CHECK(arc_client_get_token(client, "https://vault.azure.net", ARC_FORCE_REFRESH, &token, NULL) == ARC_OK);
    token_is_whole(token);
    CHECK(arc_client_get_token_cancellable(client, "https://vault.azure.net", 0, never, NULL, &token, NULL) == ARC_OK);
    token_is_whole(token);
    arc_client_clear(client);
}

static void metadata_is_given(const arc_client *client) {
    arc_metadata *metadata = NULL;
    CHECK(arc_client_get_metadata(client, &metadata, NULL) == ARC_OK);
    size_t length = 0;
    CHECK(strlen(arc_metadata_json(metadata, &length)) == length);
    const char *const texts[] = {
        arc_metadata_name(metadata),           arc_metadata_location(metadata),
        arc_metadata_resource_id(metadata),    arc_metadata_resource_group(metadata),
        arc_metadata_subscription_id(metadata), arc_metadata_vm_id(metadata),
        arc_metadata_os_type(metadata),        arc_metadata_environment(metadata),
    };
    for (size_t text = 0; text < sizeof texts / sizeof *texts; text++)
        CHECK(texts[text] != NULL && *texts[text] != '\0');
    arc_metadata_free(metadata);
}

static void a_report_is_given(const arc_client *client) {
    arc_report *report = NULL;
    CHECK(arc_client_diagnose(client, "https://vault.azure.net", &report, NULL) == ARC_OK);
    CHECK(arc_report_ok(report) == 1);
    CHECK(strlen(arc_report_text(report)) > 0);
    CHECK(strncmp(arc_report_json(report), "{\"version\":1,", 13) == 0);
    arc_report_free(report);
}

static void failures_are_told(void) {
    arc_token *token = NULL;
    arc_error *error = NULL;
    CHECK(arc_get_token(NULL, &token, &error) == ARC_ERROR_INVALID_ARGUMENT);
    CHECK(token == NULL && arc_error_status(error) == ARC_ERROR_INVALID_ARGUMENT);
    CHECK(arc_error_message(error) != NULL && arc_error_http_status(error) == 0 && arc_error_code(error) == NULL);
    (void)arc_error_hint(error);
    arc_error_free(error);

    arc_options *options = arc_options_new();
    CHECK(arc_options_set_client_id(options, ID) == ARC_OK);
    CHECK(arc_options_set_object_id(options, ID) == ARC_ERROR_INVALID_ARGUMENT);
    CHECK(arc_options_set_resource_id(options, "/subscriptions/0") == ARC_ERROR_INVALID_ARGUMENT);
    arc_options_free(options);
}

static void numbers_have_their_names(void) {
    const struct {
        arc_status number;
        const char *name;
    } statuses[] = {
        {ARC_OK, "ARC_OK"},
        {ARC_ERROR_INTERNAL, "ARC_ERROR_INTERNAL"},
        {ARC_ERROR_INVALID_ARGUMENT, "ARC_ERROR_INVALID_ARGUMENT"},
        {ARC_ERROR_UNAVAILABLE, "ARC_ERROR_UNAVAILABLE"},
        {ARC_ERROR_ACCESS_DENIED, "ARC_ERROR_ACCESS_DENIED"},
        {ARC_ERROR_UNTRUSTED_KEY, "ARC_ERROR_UNTRUSTED_KEY"},
        {ARC_ERROR_UNTRUSTED_AGENT, "ARC_ERROR_UNTRUSTED_AGENT"},
        {ARC_ERROR_REFUSED, "ARC_ERROR_REFUSED"},
        {ARC_ERROR_IDENTITY_NOT_FOUND, "ARC_ERROR_IDENTITY_NOT_FOUND"},
        {ARC_ERROR_IDENTITY_NOT_CONFIRMED, "ARC_ERROR_IDENTITY_NOT_CONFIRMED"},
        {ARC_ERROR_SERVICE, "ARC_ERROR_SERVICE"},
        {ARC_ERROR_PROTOCOL, "ARC_ERROR_PROTOCOL"},
        {ARC_ERROR_TIMEOUT, "ARC_ERROR_TIMEOUT"},
        {ARC_ERROR_CANCELLED, "ARC_ERROR_CANCELLED"},
    };
    for (size_t status = 0; status < sizeof statuses / sizeof *statuses; status++)
        CHECK(strcmp(arc_status_name(statuses[status].number), statuses[status].name) == 0);
}

int main(void) {
    arc_client *client = new_client();
    tokens_are_given(client);
    metadata_is_given(client);
    a_report_is_given(client);
    failures_are_told();
    numbers_have_their_names();
    arc_client_free(client);
    CHECK(told > 0);
    CHECK(strlen(arc_version()) > 0);
    return 0;
}
