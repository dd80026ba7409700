/* A library to load before a program in another language, which calls `next`. */

#define _DEFAULT_SOURCE
#define _XOPEN_SOURCE 700

#include "late.h"

void bind_next(void) {
    if (!bind_late())
        abort();
}
