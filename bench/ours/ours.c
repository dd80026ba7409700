/* The library in C: see common/measure.h for what its arguments mean. */
#include "../common/measure.h"

#include <arcidentity.h>

static arc_client *client;
/* One for each thread: they would wait for each other where they write it. */
static _Thread_local const char *volatile seen;

static void check(arc_status status, arc_error *error)
{
    if (status == ARC_OK)
        return;
    fprintf(stderr, "%s\n", arc_error_message(error));
    exit(1);
}

static arc_client *make_client(void)
{
    arc_error *error = NULL;
    arc_client *made = NULL;
    check(arc_client_new(NULL, &made, &error), error);
    return made;
}

static inline void use_token(const char *resource, uint32_t flags)
{
    arc_error *error = NULL;
    arc_token *token = NULL;
    check(arc_client_get_token(client, resource, flags, &token, &error), error);
    seen = arc_token_value(token, NULL);
    arc_token_free(token);
}

static void with_new_clients(long count)
{
    for (long i = 0; i < count; i++) {
        client = make_client();
        use_token(RESOURCE, 0);
        arc_client_free(client);
    }
    client = NULL;
}

static void with_one_client(long count)
{
    for (long i = 0; i < count; i++)
        use_token(RESOURCE, ARC_FORCE_REFRESH);
}

static void cached(long count)
{
    for (long i = 0; i < count; i++)
        use_token(RESOURCE, 0);
}

static void cached_in_turn(long count)
{
    for (long i = 0, next = 0; i < count; i++, next = next + 1 == resources ? 0 : next + 1)
        use_token(names[next], 0);
}

static void *slow(void *unused)
{
    use_token(SLOW_RESOURCE, 0);
    return unused;
}

static void begin(void)
{
    client = make_client();
}

static void remember(const char *resource)
{
    use_token(resource, 0);
}

int main(int argc, char **argv)
{
    static const struct actions actions = {.with_new_clients = with_new_clients,
                                           .begin = begin,
                                           .with_one_client = with_one_client,
                                           .remember = remember,
                                           .cached = cached,
                                           .cached_in_turn = cached_in_turn,
                                           .slow = slow};
    int status = measure(argc, argv, &actions);
    arc_client_free(client);
    return status;
}
