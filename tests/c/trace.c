/*
 * Prints each step of its calls, and then the token. The function that is told of a step is a cancellation point, which
 * the thread may not leave the call by, and makes a call of its own, of which it is not told.
 */

#include "program.h"

#include <pthread.h>
#include <string.h>

static arc_client *client;
static int depth;

static void print(const char *line, void *data) {
    CHECK(depth == 0 && strchr(line, '\n') == NULL);
    printf("%s: %s\n", (const char *)data, line);
    pthread_testcancel();
    depth++;
    arc_token_free(get_token(client, "https://other.example"));
    depth--;
}

static void *ask(void *returned) {
    CHECK(pthread_cancel(pthread_self()) == 0);
    arc_token *first = get_token(client, RESOURCE);
    arc_token *cached = get_token(client, RESOURCE);
    printf("%s\n", arc_token_value(cached, NULL));
    arc_token_free(cached);
    arc_token_free(first);
    *(int *)returned = 1;
    return NULL;
}

int main(void) {
    char name[] = "step";
    arc_options *options = new_options();
    CHECK(arc_options_set_trace(options, print, name) == ARC_OK);
    client = new_client(options);
    pthread_t thread;
    int returned = 0;
    CHECK(pthread_create(&thread, NULL, ask, &returned) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(returned);
    arc_client_free(client);

    options = new_options();
    CHECK(arc_options_set_trace(options, print, name) == ARC_OK);
    CHECK(arc_options_set_trace(options, NULL, name) == ARC_OK);
    client = new_client(options);
    arc_token_free(get_token(client, RESOURCE));
    arc_client_free(client);
    return 0;
}
