/*
 * Asks for a token of each resource that its arguments name, and after "cancel" for one that the callback ends earlier
 * or later: each time when it was asked once more, until the call succeeds. After each call it holds no token, says on
 * standard error what came of the call, and waits for a line of its standard input.
 */

#define _DEFAULT_SOURCE
#define _XOPEN_SOURCE 700

#include "program.h"

#include "late.h"
#include "registers.h"

#include <string.h>

static arc_client *patient, *hasty;

static int32_t is_cancelled(void *data) {
    int *asks_left = data;
    save_registers();
    return (*asks_left)-- == 0;
}

static void watch(const char *step, void *data) {
    (void)step;
    (void)data;
    save_registers();
}

/* Gets a token with the callback's data, or without a callback, and lets go of it. */
static arc_status ask(const arc_client *client, const char *resource, int *asks_left) {
    arc_token *token = NULL;
    const arc_status status = arc_client_get_token_cancellable(
        client, resource, ARC_FORCE_REFRESH, asks_left == NULL ? NULL : is_cancelled, asks_left, &token, NULL);
    CHECK((status == ARC_OK) == (token != NULL));
    arc_token_free(token);
    arc_client_clear(patient);
    bind_late();
    fprintf(stderr, "%s\n", arc_status_name(status));
    while (getchar() != '\n' && !feof(stdin)) {
    }
    return status;
}

static arc_client *client_with_timeout(uint32_t milliseconds) {
    arc_options *options = new_options();
    CHECK(arc_options_set_max_attempts(options, 1) == ARC_OK);
    CHECK(arc_options_set_trace(options, watch, NULL) == ARC_OK);
    CHECK(arc_options_set_timeout_ms(options, milliseconds) == ARC_OK);
    return new_client(options);
}

int main(int argc, char **argv) {
    prepare_registers();
    patient = client_with_timeout(60000);
    hasty = client_with_timeout(300);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "cancel") == 0)
            for (int asks = 0, left = 0; ask(patient, RESOURCE, &left) != ARC_OK; left = ++asks) {
            }
        else
            ask(strstr(argv[i], "late") == NULL ? patient : hasty, argv[i], NULL);
    }
    arc_client_free(hasty);
    arc_client_free(patient);
    return 0;
}
