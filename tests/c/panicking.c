/* A program whose clock fails for a while, about which Rust's standard library panics. */

#define _GNU_SOURCE

#include "program.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int clock_fails;

/* Found before that of the C library, by the loader as by the linker. */
int clock_gettime(clockid_t clock, struct timespec *now) {
    if (clock_fails) {
        errno = EINVAL;
        return -1;
    }
    return (int)syscall(SYS_clock_gettime, clock, now);
}

int main(void) {
    arc_client *client = new_client(new_options());
    arc_token *token = NULL;
    arc_error *error = NULL;
    clock_fails = 1;
    const arc_status status = arc_client_get_token(client, RESOURCE, 0, &token, &error);
    clock_fails = 0;
    CHECK(status == ARC_ERROR_INTERNAL);
    CHECK(token == NULL);
    CHECK(strstr(arc_error_message(error), "it panicked") != NULL);
    arc_error_free(error);

    token = get_token(client, RESOURCE);
    CHECK(strlen(arc_token_value(token, NULL)) > 0);
    arc_token_free(token);
    arc_client_free(client);
    return 0;
}
