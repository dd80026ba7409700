/* Asks an agent for its metadata and for a token, with the check of who holds its port, and without it. Prints what
 * comes of it. With an argument it asks when the thread of main has ended. */

#define _POSIX_C_SOURCE 200809L

#include "program.h"

#include <pthread.h>

static void ask(void) {
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
}

static void *ask_after(void *first_thread) {
    CHECK(pthread_join(*(pthread_t *)first_thread, NULL) == 0);
    ask();
    exit(0);
}

int main(int argc, char **argv) {
    (void)argv;
    if (argc == 1) {
        ask();
        return 0;
    }
    static pthread_t first;
    pthread_t second;
    first = pthread_self();
    CHECK(pthread_create(&second, NULL, ask_after, &first) == 0);
    pthread_exit(NULL);
}
