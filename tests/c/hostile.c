/* Asks once for a token, with the settings of its environment, and prints all that the library says: the
 * status, the microseconds that it took, when the token ends, the HTTP status, and then the texts, each with a
 * NUL at its end. */

#define _POSIX_C_SOURCE 200809L

#include "program.h"

#include <inttypes.h>
#include <time.h>
#include <unistd.h>

static const struct {
    const char *variable;
    arc_status (*set)(arc_options *, const char *);
} texts[] = {
    {"ENDPOINT", arc_options_set_endpoint},         {"KEYS", arc_options_set_key_directory},
    {"CLIENT_ID", arc_options_set_client_id},       {"OBJECT_ID", arc_options_set_object_id},
    {"RESOURCE_ID", arc_options_set_resource_id},
};

static const struct {
    const char *variable;
    arc_status (*set)(arc_options *, uint32_t);
} numbers[] = {
    {"TIMEOUT_MS", arc_options_set_timeout_ms},
    {"ATTEMPTS", arc_options_set_max_attempts},
};

static arc_status set_all(arc_options *options) {
    arc_status status = ARC_OK;
    for (size_t i = 0; status == ARC_OK && i < sizeof texts / sizeof *texts; i++) {
        const char *value = getenv(texts[i].variable);
        if (value)
            status = texts[i].set(options, value);
    }
    for (size_t i = 0; status == ARC_OK && i < sizeof numbers / sizeof *numbers; i++) {
        const char *value = getenv(numbers[i].variable);
        if (value)
            status = numbers[i].set(options, (uint32_t)strtoul(value, NULL, 10));
    }
    return status;
}

static arc_status ask(arc_token **token, arc_error **error) {
    arc_options *options = arc_options_new();
    arc_client *client = NULL;
    arc_status status = set_all(options);
    if (status == ARC_OK)
        status = arc_client_new(options, &client, error);
    arc_options_free(options);
    if (status == ARC_OK)
        status = arc_client_get_token(client, RESOURCE, 0, token, error);
    arc_client_free(client);
    return status;
}

static int64_t microseconds(void) {
    struct timespec now;
    CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void print(const char *text) {
    CHECK(fputs(text ? text : "", stdout) >= 0 && putchar('\0') == 0);
}

static void print_number(int64_t number) {
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, number);
    print(text);
}

int main(void) {
    arc_token *token = NULL;
    arc_error *error = NULL;
    /* Only ends a call that would wait for ever. */
    alarm(120);
    const int64_t start = microseconds();
    const arc_status status = ask(&token, &error);
    const int64_t end = microseconds();
    CHECK((token != NULL) == (status == ARC_OK));
    CHECK(error == NULL || arc_error_status(error) == status);

    print_number(status);
    print_number(end - start);
    print_number(arc_token_expires_on(token));
    print_number(arc_error_http_status(error));
    print(arc_error_message(error));
    print(arc_error_code(error));
    print(arc_error_hint(error));
    arc_error_free(error);
    arc_token_free(token);
    return 0;
}
