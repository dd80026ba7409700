/* Gets a token from the agent again and again: handshakes COUNT. */

#include "program.h"

int main(int argc, char **argv) {
    CHECK(argc == 2);
    arc_client *client = new_client(new_options());
    for (long left = strtol(argv[1], NULL, 10); left > 0; left--) {
        arc_token *token = NULL;
        arc_error *error = NULL;
        check_ok(arc_client_get_token(client, RESOURCE, ARC_FORCE_REFRESH, &token, &error), &error);
        arc_token_free(token);
    }
    arc_client_free(client);
    return 0;
}
