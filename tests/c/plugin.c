/* Loads the library, uses it from threads, and unloads it while those threads go on, again and again. */

#include <arcidentity.h>

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 20
#define THREADS 4

#define CHECK(condition)                                                \
    do {                                                                \
        if (!(condition)) {                                             \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            exit(1);                                                    \
        }                                                               \
    } while (0)

struct library {
    void *handle;
    pthread_barrier_t used;
    pthread_barrier_t unloaded;
};

/* A function pointer through memcpy, because ISO C has no cast from an object pointer. */
static void find(void *handle, const char *name, void *function) {
    void *symbol = dlsym(handle, name);
    CHECK(symbol != NULL);
    memcpy(function, &symbol, sizeof symbol);
}

#define FIND(name)                     \
    __typeof__(&name) p_##name;        \
    find(library->handle, #name, &p_##name)

static void *use(void *argument) {
    struct library *library = argument;
    FIND(arc_options_new);
    FIND(arc_options_set_endpoint);
    FIND(arc_options_set_key_directory);
    FIND(arc_options_free);
    FIND(arc_client_new);
    FIND(arc_client_get_token);
    FIND(arc_client_get_token_cancellable);
    FIND(arc_client_free);
    FIND(arc_token_free);

    arc_options *options = p_arc_options_new();
    CHECK(p_arc_options_set_endpoint(options, getenv("ENDPOINT")) == ARC_OK);
    CHECK(p_arc_options_set_key_directory(options, getenv("KEYS")) == ARC_OK);
    arc_client *client = NULL;
    CHECK(p_arc_client_new(options, &client, NULL) == ARC_OK);
    arc_token *token = NULL;
    CHECK(p_arc_client_get_token(client, "https://vault.azure.net", 0, &token, NULL) == ARC_OK);
    p_arc_token_free(token);
    CHECK(p_arc_client_get_token_cancellable(client, "https://vault.azure.net", 0, NULL, NULL, &token, NULL) == ARC_OK);
    p_arc_token_free(token);
    p_arc_client_free(client);
    p_arc_options_free(options);

    pthread_barrier_wait(&library->used);
    pthread_barrier_wait(&library->unloaded);
    /* The thread ends after the library was closed, and runs the destructors that it left. */
    return NULL;
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    for (int round = 0; round < ROUNDS; round++) {
        struct library library = {.handle = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL)};
        CHECK(library.handle != NULL);
        pthread_barrier_init(&library.used, NULL, THREADS + 1);
        pthread_barrier_init(&library.unloaded, NULL, THREADS + 1);
        pthread_t threads[THREADS];
        for (int thread = 0; thread < THREADS; thread++)
            CHECK(pthread_create(&threads[thread], NULL, use, &library) == 0);
        pthread_barrier_wait(&library.used);
        CHECK(dlclose(library.handle) == 0);
        pthread_barrier_wait(&library.unloaded);
        for (int thread = 0; thread < THREADS; thread++)
            CHECK(pthread_join(threads[thread], NULL) == 0);
        pthread_barrier_destroy(&library.used);
        pthread_barrier_destroy(&library.unloaded);
    }
    /* Not every C library waits for the destructors of threads: the library stays, whatever the system does. */
    CHECK(dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD) != NULL);
    return 0;
}
