/* Gets, reads and releases a token that is in memory, as often as its argument says. */

#include "program.h"

int main(int argc, char **argv) {
    CHECK(argc == 2);
    arc_client *client = new_client(new_options());
    for (long left = atol(argv[1]); left > 0; left--) {
        arc_token *token = get_token(client, RESOURCE);
        CHECK(arc_token_value(token, NULL));
        arc_token_free(token);
    }
    arc_client_free(client);
    return 0;
}
