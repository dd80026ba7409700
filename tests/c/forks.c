/* Forks again and again while other threads are in the middle of all kinds of calls. Children and their
 * children use what they inherited: a client with a token in memory. Every token of the agent is another one. */

#define _POSIX_C_SOURCE 200809L

#include "program.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FORKS = 30, THREADS = 4 };

#define CACHED "https://cached.example"

static arc_client *client;
static const char *cached_value;
static atomic_int stop;

static void force(void) {
    arc_token *token = NULL;
    CHECK(arc_client_get_token(client, "https://forced.example", ARC_FORCE_REFRESH, &token, NULL) == ARC_OK);
    arc_token_free(token);
}

/* Its own key directory is not the agent's here, unless the machine has this agent. */
static void use_default_client(void) {
    arc_token *token = NULL;
    const arc_status status = arc_get_token(RESOURCE, &token, NULL);
    CHECK(status == ARC_OK || status == ARC_ERROR_UNTRUSTED_KEY);
    arc_token_free(token);
}

/* Each thread keeps another part busy: finding, forcing, making and forgetting, the default client. */
static void *keep_busy(void *argument) {
    const int kind = *(const int *)argument;
    while (!atomic_load(&stop)) {
        if (kind == 0) {
            arc_token_free(get_token(client, CACHED));
        } else if (kind == 1) {
            force();
        } else if (kind == 2) {
            arc_client *own = new_client(new_options());
            arc_token *token = get_token(own, RESOURCE);
            arc_client_clear(own);
            arc_client_free(own);
            arc_token_free(token);
        } else {
            use_default_client();
        }
    }
    return NULL;
}

static void wait_for(pid_t child) {
    int status = 0;
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void use_what_was_inherited(int moment) {
    /* If a thread of the parent was just changing the memory, this is a new one, and kept from now on. */
    arc_token *token = get_token(client, CACHED);
    arc_token *again = get_token(client, CACHED);
    CHECK(strcmp(arc_token_value(token, NULL), arc_token_value(again, NULL)) == 0);
    arc_token_free(again);
    arc_token_free(token);
    arc_token_free(get_token(client, "https://uncached.example"));
    force();
    if (moment % 2 == 0) {
        arc_client_clear(client);
        token = get_token(client, CACHED);
        CHECK(strcmp(arc_token_value(token, NULL), cached_value) != 0);
        arc_token_free(token);
    }
    use_default_client();
}

static pid_t fork_child(int moment, int generations) {
    const pid_t child = fork();
    if (child == 0) {
        /* Only ends a child that would wait for ever. */
        alarm(60);
        use_what_was_inherited(moment);
        if (generations > 1)
            wait_for(fork_child(moment + 1, generations - 1));
        if (moment % 4 == 0)
            arc_client_free(client);
        _exit(0);
    }
    return child;
}

int main(void) {
    pthread_t threads[THREADS];
    int kinds[THREADS];
    client = new_client(new_options());
    arc_token *const cached = get_token(client, CACHED);
    cached_value = arc_token_value(cached, NULL);
    for (int i = 0; i < THREADS; i++) {
        kinds[i] = i;
        CHECK(pthread_create(&threads[i], NULL, keep_busy, &kinds[i]) == 0);
    }
    for (int moment = 0; moment < FORKS; moment++)
        wait_for(fork_child(moment, 1 + moment % 3));
    atomic_store(&stop, 1);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    /* What the children did is nothing to the parent. */
    arc_token *const kept = get_token(client, CACHED);
    CHECK(strcmp(arc_token_value(kept, NULL), cached_value) == 0);
    arc_token_free(kept);
    arc_token_free(cached);
    arc_client_free(client);
    return 0;
}
