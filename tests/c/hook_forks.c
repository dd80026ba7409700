/* The function that is asked whether a call is still wanted forks, each time at a later one of its calls, and then the one
 * that is told of each step. The parent gets its token. The child, which returns into the same call, has neither the
 * parent's answer nor its threads: the call ends there, and the next one gets a token. */

#define _POSIX_C_SOURCE 200809L

#include "program.h"

#include <sys/wait.h>
#include <unistd.h>

struct hook {
    int calls_left;
    pid_t child;
};

static int32_t fork_once(void *data) {
    struct hook *hook = data;
    if (--hook->calls_left == 0) {
        hook->child = fork();
        CHECK(hook->child >= 0);
    }
    return 0;
}

static void fork_once_told(const char *line, void *data) {
    (void)line;
    fork_once(data);
}

/* Whether the hook was called that often. */
static int call_with(int calls, int is_told) {
    struct hook hook = {calls, -1};
    arc_options *options = new_options();
    if (is_told)
        CHECK(arc_options_set_trace(options, fork_once_told, &hook) == ARC_OK);
    arc_client *client = new_client(options);
    arc_token *token = NULL;
    arc_error *error = NULL;
    const arc_status status =
        arc_client_get_token_cancellable(client, RESOURCE, 0, is_told ? NULL : fork_once, &hook, &token, &error);
    if (hook.child == 0) {
        /* Also where it was told of the token: another thread may have held a lock that keeping it takes. */
        CHECK(status == ARC_ERROR_CANCELLED);
        arc_token_free(token);
        arc_error_free(error);
        arc_token_free(get_token(client, RESOURCE));
        exit(0);
    }
    check_ok(status, &error);
    arc_token_free(token);
    arc_client_free(client);
    if (hook.child > 0) {
        int ended = 0;
        CHECK(waitpid(hook.child, &ended, 0) == hook.child);
        CHECK(WIFEXITED(ended) && WEXITSTATUS(ended) == 0);
    }
    return hook.child > 0;
}

int main(void) {
    for (int is_told = 0; is_told <= 1; is_told++) {
        int calls = 1;
        while (call_with(calls, is_told))
            calls++;
        /* To connect, and for each request and each answer at least. */
        CHECK(calls > 5);
    }
    return 0;
}
