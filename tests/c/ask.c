/* Asks for a token, and again for each line of its standard input. Prints what comes of it. */

#include "program.h"

int main(void) {
    arc_options *options = new_options();
    CHECK(arc_options_set_max_attempts(options, 1) == ARC_OK);
    arc_client *client = new_client(options);
    do {
        arc_token *token = NULL;
        const arc_status status = arc_client_get_token(client, RESOURCE, 0, &token, NULL);
        printf("%s %lld\n", arc_status_name(status), (long long)arc_token_expires_on(token));
        fflush(stdout);
        arc_token_free(token);
    } while (getchar() == '\n');
    arc_client_free(client);
    return 0;
}
