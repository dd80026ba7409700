/* Forks children of a process whose call has failed. Each makes a call that fails, and prints how long that waits between
 * its attempts, in tenths of a second. */

#define _POSIX_C_SOURCE 200809L

#include "program.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 16 };

static void print_wait(const char *line, void *data) {
    const char *wait = strstr(line, "the next in ");
    if (data != NULL && wait != NULL) {
        printf("%s\n", wait);
    }
}

static void fail(void *prints) {
    arc_options *options = new_options();
    CHECK(arc_options_set_max_attempts(options, 2) == ARC_OK);
    CHECK(arc_options_set_trace(options, print_wait, prints) == ARC_OK);
    arc_client *client = new_client(options);
    arc_token *token = NULL;
    CHECK(arc_client_get_token(client, RESOURCE, 0, &token, NULL) == ARC_ERROR_SERVICE);
    arc_client_free(client);
}

int main(void) {
    char yes[] = "yes";
    fail(NULL);
    for (int child = 0; child < CHILDREN; child++) {
        const pid_t forked = fork();
        CHECK(forked >= 0);
        if (forked == 0) {
            fail(yes);
            return 0;
        }
    }
    for (int child = 0; child < CHILDREN; child++) {
        int status = 0;
        CHECK(wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    return 0;
}
