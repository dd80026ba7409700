/* The floor's program: see common/measure.h for what its arguments mean. */
#include "../common/measure.h"
#include "floor.h"

/* One for each thread: they would wait for each other where they write it. */
static _Thread_local const char *volatile seen;

static void handshake(long count)
{
    static char answer[LARGEST_ANSWER];
    size_t length;
    for (long i = 0; i < count; i++)
        seen = ask(RESOURCE, answer, &length);
}

static void *slow(void *unused)
{
    static char answer[LARGEST_ANSWER];
    size_t length;
    ask(SLOW_RESOURCE, answer, &length);
    return unused;
}

static void cached(long count)
{
    for (long i = 0; i < count; i++) {
        struct entry *token = get(RESOURCE);
        seen = value(token);
        release(token);
    }
}

static void cached_in_turn(long count)
{
    for (long i = 0, next = 0; i < count; i++, next = next + 1 == resources ? 0 : next + 1) {
        struct entry *token = get(names[next]);
        seen = value(token);
        release(token);
    }
}

static void begin(void)
{
}

static void remember(const char *resource)
{
    static char answer[LARGEST_ANSWER];
    size_t length;
    keep(resource, ask(resource, answer, &length));
}

int main(int argc, char **argv)
{
    static const struct actions actions = {.with_new_clients = handshake,
                                           .begin = begin,
                                           .with_one_client = handshake,
                                           .remember = remember,
                                           .cached = cached,
                                           .cached_in_turn = cached_in_turn,
                                           .slow = slow};
    return measure(argc, argv, &actions);
}
