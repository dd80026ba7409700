/*
 * Gets tokens, reads them and lets go of them. After each step it says on standard error whether it still
 * holds one, "held" or "gone", and waits for a line of its standard input.
 */

#define _DEFAULT_SOURCE
#define _XOPEN_SOURCE 700

#include "program.h"

#include "late.h"
#include "registers.h"

#include <string.h>

static void step(const char *state) {
    CHECK(bind_late());
    fprintf(stderr, "%s\n", state);
    while (getchar() != '\n' && !feof(stdin)) {
    }
}

/* Runs while the key is in use, and the more often the slower the agent is. */
static int32_t never(void *data) {
    (void)data;
    save_registers();
    return 0;
}

static void diagnose(const arc_client *client) {
    arc_report *report = NULL;
    arc_error *error = NULL;
    check_ok(arc_client_diagnose(client, RESOURCE, &report, &error), &error);
    CHECK(arc_report_ok(report));
    arc_report_free(report);
}

/*
 * Copies the token, as programs do who send it, and wipes the copy. What wipes it is bound before: bound between copy and
 * wipe it would have what the copying left in the registers saved on the stack, by this program and not by the library.
 */
static void use(const arc_token *token) {
    static char copy[4096];
    size_t length = 0;
    explicit_bzero(copy, sizeof copy);
    const char *text = arc_token_value(token, &length);
    CHECK(length < sizeof copy);
    strcpy(copy, text);
    explicit_bzero(copy, sizeof copy);
}

int main(void) {
    prepare_registers();
    arc_client *client = new_client(new_options());
    arc_error *error = NULL;
    arc_token *token = NULL;
    size_t length = 0;

    diagnose(client);
    step("gone");

    check_ok(arc_client_get_token_cancellable(client, RESOURCE, 0, never, NULL, &token, &error), &error);
    step("held");
    CHECK(arc_token_value(token, &length) != NULL && length > 100);
    step("held");
    arc_token_free(token);
    step("held");
    arc_client_clear(client);
    step("gone");

    token = get_token(client, RESOURCE);
    arc_client_free(client);
    step("held");
    use(token);
    arc_token_free(token);
    step("gone");
    return 0;
}
