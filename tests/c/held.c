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

static arc_client *client;

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

/* How many threads this process has, and how many of them block signals. */
static int threads(int *blocking) {
    DIR *tasks = opendir("/proc/self/task");
    CHECK(tasks != NULL);
    int count = 0;
    *blocking = 0;
    for (const struct dirent *task; (task = readdir(tasks)) != NULL;)
        if (task->d_name[0] != '.') {
            count++;
            *blocking += blocks_signals(task->d_name);
        }
    closedir(tasks);
    return count;
}

static void wait_for_threads(int expected) {
    int blocking;
    while (threads(&blocking) != expected)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    /* All but the first. */
    CHECK(blocking == expected - 1);
}

static arc_status ask(void) {
    arc_token *token = NULL;
    const arc_status status = arc_client_get_token(client, RESOURCE, ARC_FORCE_REFRESH, &token, NULL);
    arc_token_free(token);
    return status;
}

static void *ask_for_another(void *argument) {
    char resource[64];
    arc_token *token = NULL;
    snprintf(resource, sizeof resource, "https://%d.example", *(const int *)argument);
    CHECK(arc_client_get_token(client, resource, 0, &token, NULL) == ARC_ERROR_TIMEOUT);
    return NULL;
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    const int places = atoi(argv[1]);
    /* Whoever waits for the wrong number of threads does not wait for ever. */
    alarm(120);
    arc_options *options = new_options();
    CHECK(arc_options_set_timeout_ms(options, 3000) == ARC_OK);
    client = new_client(options);

    const int asking = places + BESIDE;
    pthread_t *all = calloc((size_t)asking, sizeof *all);
    int *numbers = calloc((size_t)asking, sizeof *numbers);
    CHECK(all != NULL && numbers != NULL);
    for (int i = 0; i < asking; i++) {
        numbers[i] = i;
        CHECK(pthread_create(&all[i], NULL, ask_for_another, &numbers[i]) == 0);
    }
    for (int i = 0; i < asking; i++)
        CHECK(pthread_join(all[i], NULL) == 0);
    /* Joined threads are listed for a moment longer. Of those that read, each place has one. */
    wait_for_threads(1 + places);
    puts("stuck");
    fflush(stdout);
    CHECK(getchar() == '\n');

    /* The agent names other keys now. */
    CHECK(ask() == ARC_ERROR_TIMEOUT);
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0)
        _exit(ask());
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    puts("no place");
    fflush(stdout);
    CHECK(getchar() == '\n');

    wait_for_threads(1);
    puts("free");
    fflush(stdout);
    CHECK(getchar() == '\n');
    CHECK(ask() == ARC_OK);
    arc_client_free(client);
    free(numbers);
    free(all);
    return 0;
}
