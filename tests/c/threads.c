/* Many threads ask at once: the number of threads and of resources are the arguments. */

#define _POSIX_C_SOURCE 200809L

#include "program.h"

#include <pthread.h>
#include <string.h>

struct thread {
    pthread_t id;
    char resource[64];
    arc_token *token;
};

static arc_client *client;
static pthread_barrier_t start;

static void *ask(void *argument) {
    struct thread *thread = argument;
    pthread_barrier_wait(&start);
    thread->token = get_token(client, thread->resource);
    return NULL;
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    const unsigned threads = (unsigned)atoi(argv[1]);
    const unsigned resources = (unsigned)atoi(argv[2]);
    struct thread *all = calloc(threads, sizeof *all);
    CHECK(all != NULL && resources != 0 && resources <= threads);
    client = new_client(new_options());
    CHECK(pthread_barrier_init(&start, NULL, threads) == 0);

    for (unsigned i = 0; i < threads; i++) {
        snprintf(all[i].resource, sizeof all[i].resource, "https://resource-%u.example", i % resources);
        CHECK(pthread_create(&all[i].id, NULL, ask, &all[i]) == 0);
    }
    for (unsigned i = 0; i < threads; i++)
        CHECK(pthread_join(all[i].id, NULL) == 0);

    for (unsigned i = 0; i < threads; i++) {
        const char *mine = arc_token_value(all[i].token, NULL);
        const char *first = arc_token_value(all[i % resources].token, NULL);
        const char *next = arc_token_value(all[(i + 1) % resources].token, NULL);
        CHECK(strcmp(mine, first) == 0);
        CHECK(resources == 1 || i >= resources || strcmp(mine, next) != 0);
    }
    for (unsigned i = 0; i < threads; i++)
        arc_token_free(all[i].token);
    arc_client_free(client);
    free(all);
    return 0;
}
