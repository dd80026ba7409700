/* Says whether the program has more rights than the user who started it, and what comes of a call to the agent that it
 * is told, and of one to the agent of the environment. */

#include "program.h"

#include <sys/auxv.h>

int main(int argc, char **argv) {
    CHECK(argc == 3);
    printf("%lu\n", getauxval(AT_SECURE));
    arc_options *options = arc_options_new();
    CHECK(arc_options_set_endpoint(options, argv[1]) == ARC_OK);
    CHECK(arc_options_set_key_directory(options, argv[2]) == ARC_OK);
    arc_client *client = new_client(options);
    arc_token *token = NULL;
    puts(arc_status_name(arc_client_get_token(client, RESOURCE, 0, &token, NULL)));
    arc_token_free(token);
    arc_client_free(client);
    puts(arc_status_name(arc_get_token(RESOURCE, &token, NULL)));
    arc_token_free(token);
    return 0;
}
