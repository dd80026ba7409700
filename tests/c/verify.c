/* Asks an agent for its metadata and for a token, with the check of who holds its port, and without it. Prints what
 * comes of it. */

#include "program.h"

int main(void) {
    for (int verify = 1; verify >= 0; verify--) {
        arc_options *options = new_options();
        CHECK(arc_options_set_max_attempts(options, 1) == ARC_OK);
        CHECK(arc_options_set_verify_agent(options, verify) == ARC_OK);
        arc_client *client = new_client(options);
        arc_metadata *metadata = NULL;
        puts(arc_status_name(arc_client_get_metadata(client, &metadata, NULL)));
        arc_metadata_free(metadata);
        arc_token *token = NULL;
        puts(arc_status_name(arc_client_get_token(client, RESOURCE, 0, &token, NULL)));
        arc_token_free(token);
        arc_client_free(client);
    }
    return 0;
}
