/* Gets a token again and again, and prints the time that a call from memory takes, and the token. */
#define _POSIX_C_SOURCE 200809L

#include <arcidentity.h>
#include <stdio.h>
#include <time.h>

#define CALLS 1000

static long long nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int main(int argc, char **argv)
{
    arc_options *options = arc_options_new();
    arc_client *client = NULL;
    arc_token *token = NULL;
    int again;
    arc_error *error = NULL;
    long long start;
    arc_status status;

    if (argc != 4)
        return ARC_ERROR_INVALID_ARGUMENT;
    status = arc_options_set_endpoint(options, argv[1]);
    if (status == ARC_OK)
        status = arc_options_set_key_directory(options, argv[2]);
    if (status == ARC_OK)
        status = arc_client_new(options, &client, &error);
    if (status == ARC_OK)
        status = arc_client_get_token(client, argv[3], 0, &token, &error);
    start = nanoseconds();
    for (again = 0; status == ARC_OK && again < CALLS; again++) {
        arc_token_free(token);
        status = arc_client_get_token(client, argv[3], 0, &token, &error);
    }
    if (status == ARC_OK)
        printf("%lld\n%s\n", (nanoseconds() - start) / CALLS, arc_token_value(token, NULL));
    else
        fprintf(stderr, "%s: %s\n", arc_status_name(status), error ? arc_error_message(error) : "");

    arc_error_free(error);
    arc_token_free(token);
    arc_client_free(client);
    arc_options_free(options);
    return status;
}
