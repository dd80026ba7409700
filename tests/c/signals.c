/*
 * A library to load before a program: a signal comes after each copy that the program makes, for which the system saves
 * the registers on the stack.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <signal.h>
#include <stddef.h>

static void *(*copy)(void *, const void *, size_t);

static void ignore(int number) {
    (void)number;
}

__attribute__((constructor)) static void start(void) {
    signal(SIGUSR1, ignore);
    *(void **)&copy = dlsym(RTLD_NEXT, "memmove");
}

void *memcpy(void *to, const void *from, size_t length) {
    if (copy == NULL)
        start();
    copy(to, from, length);
    raise(SIGUSR1);
    return to;
}

void *memmove(void *to, const void *from, size_t length) {
    return memcpy(to, from, length);
}
