/* Forks while another thread is in the middle of a call, and asks for a token in the child. */

#define _POSIX_C_SOURCE 200809L

#include "program.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

static arc_client *client;
static atomic_int stop;

static void *hang(void *nothing) {
    arc_token *token = NULL;
    /* The agent never answers this one, and the process ends first. */
    (void)!arc_client_get_token(client, RESOURCE, 0, &token, NULL);
    return nothing;
}

static void *hammer(void *nothing) {
    while (!atomic_load(&stop)) {
        arc_token_free(get_token(client, "https://hammer.example"));
        arc_client_clear(client);
    }
    return nothing;
}

/* The child has only this thread; whatever the others held is never let go of. */
static void child_gets_a_token(const char *resource) {
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        /* Only ends a child that would wait for ever. */
        alarm(60);
        arc_token_free(get_token(client, resource));
        arc_client_clear(client);
        _exit(0);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void) {
    pthread_t hanging, hammering;
    client = new_client(new_options());

    CHECK(pthread_create(&hanging, NULL, hang, NULL) == 0);
    CHECK(getchar() == '\n'); /* The request has arrived. */
    child_gets_a_token(RESOURCE);

    CHECK(pthread_create(&hammering, NULL, hammer, NULL) == 0);
    for (int i = 0; i < 50; i++)
        child_gets_a_token("https://hammer.example");
    atomic_store(&stop, 1);
    CHECK(pthread_join(hammering, NULL) == 0);
    fflush(NULL);
    _exit(0);
}
