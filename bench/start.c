/*
 * Starts a program over and over, one at a time, and waits for its end:
 *
 *     start COUNT PROGRAM ARGUMENT…
 *
 * prints the nanoseconds of each start and the peak memory of one in KiB. It
 * is small itself: a process counts the memory of whoever started it too.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Its peak memory. */
static long start(char **program, const posix_spawn_file_actions_t *files)
{
    struct rusage used;
    pid_t child;
    int status;

    if (posix_spawnp(&child, program[0], files, NULL, program, environ) != 0 ||
        wait4(child, &status, 0, &used) != child || status != 0) {
        fprintf(stderr, "%s has failed\n", program[0]);
        exit(1);
    }
    return used.ru_maxrss;
}

int main(int argc, char **argv)
{
    posix_spawn_file_actions_t files;
    long count = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
    long peak = 0;

    if (count < 1) {
        fputs("usage: start COUNT PROGRAM ARGUMENT...\n", stderr);
        return 2;
    }
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    double begin = now_ns();
    for (long i = 0; i < count; i++)
        peak = start(argv + 2, &files);
    printf("%.0f %ld\n", (now_ns() - begin) / (double)count, peak);
    return 0;
}
