/* A program that has closed its standard streams, whose numbers no connection may get. */

#include "program.h"

#include <sys/stat.h>
#include <unistd.h>

static int asked;

/* Ends the call when something has taken one of their numbers. */
static int32_t is_taken(void *data) {
    (void)data;
    struct stat found;
    asked++;
    for (int stream = 0; stream <= 2; stream++)
        if (fstat(stream, &found) == 0)
            return 1;
    return 0;
}

int main(void) {
    arc_client *client = new_client(new_options());
    for (int stream = 0; stream <= 2; stream++)
        close(stream);
    arc_token *token = NULL;
    const arc_status status = arc_client_get_token_cancellable(client, RESOURCE, 0, is_taken, NULL, &token, NULL);
    arc_token_free(token);
    arc_client_free(client);
    /* Before each step of both requests at least. */
    return status != ARC_OK ? status : asked < 4;
}
