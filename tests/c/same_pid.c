/* A child process that has its parent's number: both are the first process of a PID namespace. The parent has a request
 * under way, which nobody in the child will end. Goes on after a line of standard input, and ends with 77 where the
 * system does not let it. */

#define _GNU_SOURCE

#include "program.h"

#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

static arc_client *client;

static void *ask(void *data) {
    arc_token *token = NULL;
    if (arc_client_get_token(client, RESOURCE, 0, &token, NULL) == ARC_OK)
        arc_token_free(token);
    return data;
}

/* The first process of a new PID namespace runs this, and its status is what `run` gives. */
static int in_a_namespace(int (*run)(void)) {
    if (unshare(CLONE_NEWPID) != 0)
        return 77;
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        CHECK(getpid() == 1);
        _exit(run());
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int child(void) {
    arc_token_free(get_token(client, RESOURCE));
    return 0;
}

static int parent(void) {
    arc_options *options = new_options();
    CHECK(arc_options_set_timeout_ms(options, 60000) == ARC_OK);
    client = new_client(options);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, ask, NULL) == 0);
    /* Until the agent has the request. */
    CHECK(getchar() == '\n');
    return in_a_namespace(child);
}

int main(void) {
    return in_a_namespace(parent);
}
