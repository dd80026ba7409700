/* Asks as often as its argument says for a token that is in memory. */

#include "program.h"

int main(int argc, char **argv) {
    CHECK(argc == 2);
    arc_client *client = new_client(new_options());
    for (long left = atol(argv[1]); left > 0; left--)
        arc_token_free(get_token(client, RESOURCE));
    arc_client_free(client);
    return 0;
}
