/* The client that the process shares, which the environment leads to the agent. */

#define _POSIX_C_SOURCE 200809L

#include "program.h"

#include <string.h>

int main(void) {
    arc_token *token = NULL;
    arc_error *error = NULL;

    /* A client that cannot be made is not remembered. */
    CHECK(setenv("IDENTITY_ENDPOINT", "http://example.com/token", 1) == 0);
    CHECK(arc_get_token(RESOURCE, &token, &error) == ARC_ERROR_UNTRUSTED_AGENT);
    CHECK(token == NULL);
    CHECK(arc_error_status(error) == ARC_ERROR_UNTRUSTED_AGENT);
    arc_error_free(error);

    CHECK(setenv("IDENTITY_ENDPOINT", getenv("ENDPOINT"), 1) == 0);
    check_ok(arc_get_token(RESOURCE, &token, &error), &error);

    /* From now on the environment is not looked at. */
    CHECK(setenv("IDENTITY_ENDPOINT", "http://example.com/token", 1) == 0);
    arc_token *again = NULL;
    check_ok(arc_get_token(RESOURCE, &again, &error), &error);
    CHECK(strcmp(arc_token_value(token, NULL), arc_token_value(again, NULL)) == 0);
    arc_token_free(token);
    arc_token_free(again);
    return 0;
}
