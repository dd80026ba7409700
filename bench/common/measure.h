/* What the C and C++ programs share: their arguments, a clock, and threads that begin at once. */
#ifndef MEASURE_H
#define MEASURE_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RESOURCE "https://vault.azure.net"
/* The agent takes a second for its token. */
#define SLOW_RESOURCE "https://slow.azure.net"

enum { MOST_THREADS = 64 };

static inline double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Does something `count` times. */
typedef void (*repeated)(long count);

static inline double ns_for_each(repeated run, long count)
{
    double start = now_ns();
    run(count);
    return (now_ns() - start) / (double)count;
}

/* One of several threads. */
struct worker {
    pthread_t thread;
    pthread_barrier_t *barrier;
    repeated run;
    long count;
    double start, end;
};

static inline void *work(void *data)
{
    struct worker *worker = (struct worker *)data;
    pthread_barrier_wait(worker->barrier);
    worker->start = now_ns();
    worker->run(worker->count);
    worker->end = now_ns();
    return NULL;
}

/* From the first thread's start to the last one's end, for each call of any of them. */
static inline double ns_for_each_in_threads(repeated run, long count, int threads)
{
    struct worker workers[MOST_THREADS];
    pthread_barrier_t barrier;
    double start = 0, end = 0;

    if (threads < 1 || threads > MOST_THREADS)
        exit(2);
    pthread_barrier_init(&barrier, NULL, (unsigned)threads);
    for (int i = 0; i < threads; i++) {
        workers[i].barrier = &barrier;
        workers[i].run = run;
        workers[i].count = count;
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
            exit(2);
    }
    for (int i = 0; i < threads; i++) {
        pthread_join(workers[i].thread, NULL);
        start = i == 0 || workers[i].start < start ? workers[i].start : start;
        end = workers[i].end > end ? workers[i].end : end;
    }
    return (end - start) / ((double)count * threads);
}

/* The first call of `run` while another thread is inside `slow`. */
static inline double ns_beside(repeated run, void *(*slow)(void *))
{
    static const struct timespec a_while = {0, 200000000};
    pthread_t thread;

    if (pthread_create(&thread, NULL, slow, NULL) != 0)
        exit(2);
    nanosleep(&a_while, NULL);
    double ns = ns_for_each(run, 1);
    pthread_join(thread, NULL);
    return ns;
}

/* What a program can do. NULL is what it cannot. */
struct actions {
    /* Tokens from the agent: a client for each, or the same for all, which `begin` has made. */
    repeated with_new_clients;
    void (*begin)(void);
    repeated with_one_client;
    /* Gets a token that is in memory from then on. */
    void (*remember)(const char *resource);
    /* Tokens from memory: RESOURCE, or those of `names` in turn. */
    repeated cached;
    repeated cached_in_turn;
    /* Gets the token of SLOW_RESOURCE. */
    void *(*slow)(void *);
};

static long resources;
static char (*names)[64];

static inline int usage(void)
{
    fputs("usage: PROGRAM new COUNT | same COUNT | cached COUNT | threads COUNT THREADS\n"
          "       | resources COUNT RESOURCES | beside\n",
          stderr);
    return 2;
}

static inline long number(int argc, char **argv, int index)
{
    long value = index < argc ? strtol(argv[index], NULL, 10) : 0;
    if (value < 1)
        exit(usage());
    return value;
}

static inline void remember_resources(const struct actions *actions)
{
    names = (char (*)[64])calloc((size_t)resources, sizeof *names);
    if (!names)
        exit(2);
    for (long i = 0; i < resources; i++) {
        snprintf(names[i], sizeof *names, RESOURCE "/%ld", i);
        actions->remember(names[i]);
    }
}

static inline double figure(int argc, char **argv, const struct actions *actions)
{
    const char *action = argc > 1 ? argv[1] : "";
    long count = strcmp(action, "beside") == 0 ? 1 : number(argc, argv, 2);

    if (strcmp(action, "new") == 0)
        return ns_for_each(actions->with_new_clients, count);
    actions->begin();
    if (strcmp(action, "same") == 0)
        return ns_for_each(actions->with_one_client, count);
    if (strcmp(action, "resources") == 0 && actions->cached_in_turn) {
        resources = number(argc, argv, 3);
        remember_resources(actions);
        return ns_for_each(actions->cached_in_turn, count);
    }
    actions->remember(RESOURCE);
    if (strcmp(action, "cached") == 0)
        return ns_for_each(actions->cached, count);
    if (strcmp(action, "threads") == 0)
        return ns_for_each_in_threads(actions->cached, count, (int)number(argc, argv, 3));
    if (strcmp(action, "beside") == 0 && actions->slow)
        return ns_beside(actions->cached, actions->slow);
    exit(usage());
}

/* Prints the figure that the benchmark reads. */
static inline int measure(int argc, char **argv, const struct actions *actions)
{
    return printf("%.3f\n", figure(argc, argv, actions)) < 0;
}

#endif
