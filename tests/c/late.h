/* Makes the dynamic linker bind functions late, as it does in a program whose functions are bound at their first call. */

#ifndef LATE_H
#define LATE_H

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/*
 * Calls another function each time, for the first time: one that the library does not call. The dynamic linker binds it
 * then, and saves the vector registers on the stack as the code before has left them. False where none is left.
 */
static inline int bind_late(void) {
    static int calls;
    switch (calls++) {
    case 0: getppid(); return 1;
    case 1: getpgrp(); return 1;
    case 2: getgid(); return 1;
    case 3: getegid(); return 1;
    case 4: usleep(0); return 1;
    case 5: getdtablesize(); return 1;
    case 6: clock(); return 1;
    case 7: rand(); return 1;
    case 8: random(); return 1;
    case 9: lrand48(); return 1;
    case 10: mrand48(); return 1;
    case 11: drand48(); return 1;
    case 12: alarm(0); return 1;
    case 13: getsid(0); return 1;
    case 14: getpgid(0); return 1;
    case 15: tzset(); return 1;
    case 16: mblen(NULL, 0); return 1;
    case 17: isatty(0); return 1;
    case 18: ctermid(NULL); return 1;
    case 19: time(NULL); return 1;
    case 20: srand(1); return 1;
    case 21: srandom(1); return 1;
    case 22: srand48(1); return 1;
    case 23: sched_get_priority_max(0); return 1;
    case 24: sched_get_priority_min(0); return 1;
    case 25: ferror(stdin); return 1;
    case 26: clearerr(stdin); return 1;
    case 27: fileno(stdin); return 1;
    default: return 0;
    }
}

#endif
