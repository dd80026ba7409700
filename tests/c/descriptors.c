/* Asks with no file descriptor left, with one, with two and so on, and prints what comes of it. */

#define _POSIX_C_SOURCE 200809L

#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { LIMIT = 64, ENOUGH = 4 };

int main(void) {
    arc_options *options = new_options();
    CHECK(arc_options_set_max_attempts(options, 1) == ARC_OK);
    arc_client *client = new_client(options);
    const struct rlimit limit = {LIMIT, LIMIT};
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    int taken[LIMIT], count = 0;
    for (int next; (next = open("/dev/null", O_RDONLY)) >= 0;)
        taken[count++] = next;
    CHECK(errno == EMFILE && count >= ENOUGH);

    for (int left = 0; left <= ENOUGH; left++) {
        arc_token *token = NULL;
        arc_error *error = NULL;
        const arc_status status = arc_client_get_token(client, RESOURCE, ARC_FORCE_REFRESH, &token, &error);
        CHECK((token != NULL) == (status == ARC_OK) && (error == NULL) == (status == ARC_OK));
        const char *message = arc_error_message(error), *hint = arc_error_hint(error);
        printf("%s: %s (%s)\n", arc_status_name(status), message ? message : "", hint ? hint : "");
        arc_token_free(token);
        arc_error_free(error);
        if (left < ENOUGH)
            CHECK(close(taken[--count]) == 0);
    }
    arc_client_free(client);
    return 0;
}
