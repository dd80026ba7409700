/*
 * A library to load before a program: a signal comes after each copy that the program makes, for which the system saves
 * the registers on the stack. It is one that no thread blocks which reads a key. Where SECRETS is set it comes after those
 * copies alone that hold a key or a token: what it leaves on the stack is then not overwritten by what the next one leaves.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static void *(*copy)(void *, const void *, size_t);
static int only_secrets;

static void ignore(int number) {
    (void)number;
}

__attribute__((constructor)) static void start(void) {
    signal(SIGTRAP, ignore);
    only_secrets = getenv("SECRETS") != NULL;
    *(void **)&copy = dlsym(RTLD_NEXT, "memmove");
}

/* Keys and tokens are long words of these characters, and nothing else in such a program is one. */
static int holds_secret(const char *text, size_t length) {
    static const char characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_.";
    size_t word = 0;
    for (size_t i = 0; i < length && word < 64; i++)
        word = text[i] != '\0' && strchr(characters, text[i]) != NULL ? word + 1 : 0;
    return word == 64;
}

void *memcpy(void *to, const void *from, size_t length) {
    if (copy == NULL)
        start();
    const int is_secret = only_secrets && holds_secret(from, length);
    copy(to, from, length);
    if (is_secret || !only_secrets)
        raise(SIGTRAP);
    return to;
}

void *memmove(void *to, const void *from, size_t length) {
    return memcpy(to, from, length);
}
