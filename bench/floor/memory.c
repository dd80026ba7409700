/*
 * Tokens in memory, as short as it can be: a clock, a lookup in a table that
 * never changes once it is filled, a reference count.
 */
#include "floor.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SLOTS = 1 << 15 };

struct entry {
    char *resource, *token;
    time_t end;
    unsigned holders;
};

static struct entry *slots[SLOTS];

static struct entry **slot_of(const char *resource)
{
    size_t hash = 5381;
    for (const char *c = resource; *c; c++)
        hash = hash * 33 ^ (unsigned char)*c;
    struct entry **slot = &slots[hash % SLOTS];
    while (*slot && strcmp((*slot)->resource, resource) != 0)
        slot = slot == &slots[SLOTS - 1] ? slots : slot + 1;
    return slot;
}

void keep(const char *resource, const char *token)
{
    struct entry *entry = malloc(sizeof *entry);
    entry->resource = strdup(resource);
    entry->token = strdup(token);
    entry->end = time(NULL) + 60 * 60;
    entry->holders = 1;
    *slot_of(resource) = entry;
}

struct entry *get(const char *resource)
{
    struct timespec now;
    struct entry *entry = *slot_of(resource);

    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (!entry || entry->end <= now.tv_sec)
        return NULL;
    __atomic_add_fetch(&entry->holders, 1, __ATOMIC_RELAXED);
    return entry;
}

const char *value(const struct entry *entry)
{
    return entry->token;
}

void release(struct entry *entry)
{
    if (__atomic_sub_fetch(&entry->holders, 1, __ATOMIC_RELEASE) == 0)
        abort(); /* The table holds it too. */
}
