/*
 * Makes each call in a thread with as much stack as the first argument says, and prints its status. The second says how
 * many calls the callback of a call makes, each inside the one before.
 */

#define _POSIX_C_SOURCE 200809L

#include "program.h"

#include <pthread.h>

static const arc_client *client;
static int nested;

static arc_status get_nested(void);

static int32_t nest(void *data) {
    (void)data;
    if (nested > 0) {
        nested--;
        CHECK(get_nested() == ARC_OK);
    }
    return 0;
}

static arc_status get_nested(void) {
    arc_token *token = NULL;
    arc_error *error = NULL;
    const arc_status status =
        arc_client_get_token_cancellable(client, RESOURCE, ARC_FORCE_REFRESH, nest, NULL, &token, &error);
    arc_error_free(error);
    arc_token_free(token);
    return status;
}

static arc_status get(void) {
    arc_token *token = NULL;
    arc_error *error = NULL;
    const arc_status status = arc_client_get_token(client, RESOURCE, ARC_FORCE_REFRESH, &token, &error);
    arc_error_free(error);
    arc_token_free(token);
    return status;
}

static arc_status get_default(void) {
    arc_token *token = NULL;
    arc_error *error = NULL;
    const arc_status status = arc_get_token(RESOURCE, &token, &error);
    arc_error_free(error);
    arc_token_free(token);
    return status;
}

static arc_status get_metadata(void) {
    arc_metadata *metadata = NULL;
    arc_error *error = NULL;
    const arc_status status = arc_client_get_metadata(client, &metadata, &error);
    arc_error_free(error);
    arc_metadata_free(metadata);
    return status;
}

static arc_status diagnose(void) {
    arc_report *report = NULL;
    arc_error *error = NULL;
    const arc_status status = arc_client_diagnose(client, NULL, &report, &error);
    arc_error_free(error);
    arc_report_free(report);
    return status;
}

struct call {
    const char *name;
    arc_status (*make)(void);
    arc_status status;
};

static void *make(void *argument) {
    struct call *call = argument;
    call->status = call->make();
    return NULL;
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    nested = atoi(argv[2]);
    struct call calls[] = {{"token", get, 0},
                           {"default", get_default, 0},
                           {"nested", get_nested, 0},
                           {"metadata", get_metadata, 0},
                           {"diagnose", diagnose, 0}};
    arc_options *options = new_options();
    CHECK(arc_options_set_max_attempts(options, 1) == ARC_OK);
    arc_client *owner = new_client(options);
    client = owner;
    pthread_attr_t small;
    CHECK(pthread_attr_init(&small) == 0);
    CHECK(pthread_attr_setstacksize(&small, (size_t)atol(argv[1])) == 0);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        pthread_t thread;
        CHECK(pthread_create(&thread, &small, make, &calls[i]) == 0);
        CHECK(pthread_join(thread, NULL) == 0);
        printf("%s %s\n", calls[i].name, arc_status_name(calls[i].status));
    }
    arc_client_free(owner);
    return 0;
}
