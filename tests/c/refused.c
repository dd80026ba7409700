/* Many threads ask an agent that refuses, as fast as they can: the number of threads, of resources and of seconds are
 * the arguments. Prints how often they asked. */

#define _POSIX_C_SOURCE 200809L

#include "program.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

static arc_client *client;
static unsigned resources;
static atomic_int stop;
static atomic_ulong calls;

static void ask(unsigned number) {
    char resource[64];
    snprintf(resource, sizeof resource, "https://resource-%u.example", number % resources);
    arc_token *token = NULL;
    arc_error *error = NULL;
    const arc_status status = arc_client_get_token(client, resource, 0, &token, &error);
    CHECK(status != ARC_OK && token == NULL && arc_error_status(error) == status);
    CHECK(arc_error_http_status(error) == 400 || arc_error_http_status(error) == 429);
    arc_error_free(error);
    atomic_fetch_add(&calls, 1);
}

/* All resources at least once. */
static void *keep_asking(void *argument) {
    const unsigned first = *(const unsigned *)argument;
    for (unsigned number = 0; number < resources || !atomic_load(&stop); number++)
        ask(first + number);
    return NULL;
}

int main(int argc, char **argv) {
    CHECK(argc == 4);
    const unsigned count = (unsigned)atoi(argv[1]);
    resources = (unsigned)atoi(argv[2]);
    const struct timespec time = {atol(argv[3]), 0};
    pthread_t *threads = calloc(count, sizeof *threads);
    unsigned *firsts = calloc(count, sizeof *firsts);
    CHECK(threads != NULL && firsts != NULL && resources != 0);
    arc_options *options = new_options();
    CHECK(arc_options_set_max_attempts(options, 1) == ARC_OK);
    client = new_client(options);

    for (unsigned i = 0; i < count; i++) {
        firsts[i] = i;
        CHECK(pthread_create(&threads[i], NULL, keep_asking, &firsts[i]) == 0);
    }
    CHECK(nanosleep(&time, NULL) == 0);
    atomic_store(&stop, 1);
    for (unsigned i = 0; i < count; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);

    printf("%lu\n", atomic_load(&calls));
    arc_client_free(client);
    free(firsts);
    free(threads);
    return 0;
}
