/*
 * More threads than may read keys at once ask for tokens while the system holds the key's file. Then a child asks, which
 * has none of them, and when the file is let go, this process. Its argument is how many threads may read keys at once.
 */

#define _POSIX_C_SOURCE 200809L

#include "program.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BESIDE = 4 };

/* One that gives up soon, for what cannot succeed, and one that waits as long as a slow machine needs. */
static arc_client *hasty, *patient;

/* Whether a thread of this process runs no handler of the program. */
static int blocks_signals(const char *thread) {
    char path[300], line[256];
    unsigned long long blocked = 0;
    snprintf(path, sizeof path, "/proc/self/task/%s/status", thread);
    FILE *status = fopen(path, "r");
    CHECK(status != NULL);
    while (fgets(line, sizeof line, status) != NULL)
        sscanf(line, "SigBlk: %llx", &blocked);
    fclose(status);
    return (blocked >> (SIGUSR1 - 1) & 1) != 0;
}

/* How many threads this process has, and how many of them read keys: those of the program block no signal. */
static int threads(int *reading) {
    DIR *tasks = opendir("/proc/self/task");
    CHECK(tasks != NULL);
    int count = 0;
    *reading = 0;
    for (const struct dirent *task; (task = readdir(tasks)) != NULL;)
        if (task->d_name[0] != '.') {
            count++;
            *reading += blocks_signals(task->d_name);
        }
    closedir(tasks);
    return count;
}

/* Joined threads are listed for a moment longer. */
static void wait_for_readers_alone(int expected) {
    int reading;
    while (threads(&reading) != 1 + expected)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    CHECK(reading == expected);
}

static arc_status ask(arc_client *client) {
    arc_token *token = NULL;
    const arc_status status = arc_client_get_token(client, RESOURCE, ARC_FORCE_REFRESH, &token, NULL);
    arc_token_free(token);
    return status;
}

static void *ask_for_another(void *argument) {
    char resource[64];
    arc_token *token = NULL;
    snprintf(resource, sizeof resource, "https://%d.example", *(const int *)argument);
    CHECK(arc_client_get_token(hasty, resource, 0, &token, NULL) == ARC_ERROR_TIMEOUT);
    return NULL;
}

/* So many threads ask at once, each for a resource of its own, and get nothing. */
static void ask_from(int count) {
    pthread_t *all = calloc((size_t)count, sizeof *all);
    int *numbers = calloc((size_t)count, sizeof *numbers);
    CHECK(all != NULL && numbers != NULL);
    for (int i = 0; i < count; i++) {
        numbers[i] = i;
        CHECK(pthread_create(&all[i], NULL, ask_for_another, &numbers[i]) == 0);
    }
    for (int i = 0; i < count; i++)
        CHECK(pthread_join(all[i], NULL) == 0);
    free(numbers);
    free(all);
}

static arc_client *client_with_timeout(uint32_t milliseconds) {
    arc_options *options = new_options();
    CHECK(arc_options_set_timeout_ms(options, milliseconds) == ARC_OK);
    return new_client(options);
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    const int places = atoi(argv[1]);
    /* Whoever waits for the wrong number of threads does not wait for ever. */
    alarm(120);
    hasty = client_with_timeout(3000);
    patient = client_with_timeout(60000);

    /* On a slow machine not each of them comes as far as the key. */
    int reading;
    do {
        ask_from(places + BESIDE);
        threads(&reading);
        CHECK(reading <= places);
    } while (reading < places);
    wait_for_readers_alone(places);
    puts("stuck");
    fflush(stdout);
    CHECK(getchar() == '\n');

    /* The agent names other keys now. */
    CHECK(ask(hasty) == ARC_ERROR_TIMEOUT);
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0)
        _exit(ask(patient));
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    puts("no place");
    fflush(stdout);
    CHECK(getchar() == '\n');

    wait_for_readers_alone(0);
    puts("free");
    fflush(stdout);
    CHECK(getchar() == '\n');
    CHECK(ask(patient) == ARC_OK);
    arc_client_free(patient);
    arc_client_free(hasty);
    return 0;
}
