/*
 * Threads are cancelled inside a call, while signals interrupt whatever they wait for: "token", "metadata" or "diagnose"
 * is the first argument, and the type of the cancellation the second, "deferred" or "asynchronous".
 */

#define _POSIX_C_SOURCE 200809L

#include "program.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum { THREADS = 4 };

struct call {
    pthread_t thread;
    arc_status status;
    atomic_int returned;
};

static arc_client *client;
static const char *kind;
static int type;
static struct call calls[THREADS];
static atomic_int ended;

/* A cancellation point, which the thread may not leave the call by. */
static int32_t goes_on(void *data) {
    (void)data;
    pthread_testcancel();
    return 0;
}

static arc_status ask(void) {
    arc_status status;
    if (strcmp(kind, "metadata") == 0) {
        arc_metadata *metadata = NULL;
        status = arc_client_get_metadata(client, &metadata, NULL);
        arc_metadata_free(metadata);
    } else if (strcmp(kind, "diagnose") == 0) {
        arc_report *report = NULL;
        status = arc_client_diagnose(client, RESOURCE, &report, NULL);
        arc_report_free(report);
    } else {
        arc_token *token = NULL;
        status = arc_client_get_token_cancellable(client, RESOURCE, 0, goes_on, NULL, &token, NULL);
        arc_token_free(token);
    }
    return status;
}

static void *run(void *argument) {
    struct call *call = argument;
    CHECK(pthread_setcanceltype(type, &(int){0}) == 0);
    call->status = ask();
    atomic_store(&call->returned, 1);
    pthread_testcancel();
    return NULL;
}

static void start(struct call *call) {
    CHECK(pthread_create(&call->thread, NULL, run, call) == 0);
}

static void pause_for(long milliseconds) {
    nanosleep(&(struct timespec){.tv_nsec = milliseconds * 1000000}, NULL);
}

static void handle(int number) {
    (void)number;
}

/* Without SA_RESTART, so that waits end early. */
static void *storm(void *argument) {
    (void)argument;
    while (!atomic_load(&ended)) {
        for (int i = 0; i < THREADS; i++)
            pthread_kill(calls[i].thread, SIGUSR1);
        sched_yield();
    }
    return NULL;
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    kind = argv[1];
    type = strcmp(argv[2], "deferred") == 0 ? PTHREAD_CANCEL_DEFERRED : PTHREAD_CANCEL_ASYNCHRONOUS;
    client = new_client(new_options());
    CHECK(sigaction(SIGUSR1, &(struct sigaction){.sa_handler = handle}, NULL) == 0);

    /* The first thread asks the agent, and the others wait for it where they can. */
    start(&calls[0]);
    CHECK(getchar() == '\n');
    for (int i = 1; i < THREADS; i++)
        start(&calls[i]);
    pthread_t signals;
    CHECK(pthread_create(&signals, NULL, storm, NULL) == 0);
    /* Only of the first is it known that it is inside, as the other type demands. One is never cancelled. */
    const int cancelled = type == PTHREAD_CANCEL_DEFERRED ? THREADS - 1 : 1;
    pause_for(100);
    for (int i = 0; i < cancelled; i++)
        CHECK(pthread_cancel(calls[i].thread) == 0);
    puts("cancelled");
    fflush(stdout);

    for (int i = 0; i < THREADS; i++)
        while (!atomic_load(&calls[i].returned))
            pause_for(1);
    atomic_store(&ended, 1);
    CHECK(pthread_join(signals, NULL) == 0);
    for (int i = 0; i < THREADS; i++) {
        void *result = &calls[i];
        CHECK(pthread_join(calls[i].thread, &result) == 0);
        CHECK(calls[i].status == ARC_OK);
        CHECK(result == (i < cancelled ? PTHREAD_CANCELED : NULL));
    }
    arc_token_free(get_token(client, RESOURCE));
    arc_client_free(client);
    return 0;
}
