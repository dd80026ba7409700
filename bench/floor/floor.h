/* The floor: what a token costs at least, without any check. */
#ifndef FLOOR_H
#define FLOOR_H

#include <stddef.h>

enum { LARGEST_ANSWER = 65536 };

/* Asks the agent by one connection, and returns the token, inside of `answer`. */
const char *ask(const char *resource, char answer[LARGEST_ANSWER], size_t *length);

/* A token in memory, and how many hold it. */
struct entry;

/* Puts a copy of a token into memory. */
void keep(const char *resource, const char *token);

/* The token, if it is there and has not expired. */
struct entry *get(const char *resource);
const char *value(const struct entry *entry);
void release(struct entry *entry);

#endif
