#ifndef ANSWERS_H
#define ANSWERS_H

#include <stddef.h>

/* Before the first request: where keys are put, and how long a token is. */
void prepare_answers(const char *keys, size_t token_bytes);

/* Answers a whole request of a client. */
void respond(int socket, const char *request);

unsigned long long tokens_given(void);

/* Ends the program, with what it could not do and why. */
void fail(const char *what);

#endif
