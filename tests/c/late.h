/* Makes the dynamic linker bind functions late, as it does in a program whose functions are bound at their first call. */

#ifndef LATE_H
#define LATE_H

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/*
 * Calls another function each time, for the first time. The dynamic linker binds it then, and saves the vector registers
 * on the stack as the code before has left them.
 */
static inline void bind_late(void) {
    static int calls;
    switch (calls++) {
    case 0: getppid(); return;
    case 1: getpgrp(); return;
    case 2: getuid(); return;
    case 3: geteuid(); return;
    case 4: getgid(); return;
    case 5: getegid(); return;
    case 6: usleep(0); return;
    case 7: getdtablesize(); return;
    case 8: sched_yield(); return;
    case 9: clock(); return;
    case 10: rand(); return;
    case 11: random(); return;
    case 12: lrand48(); return;
    case 13: mrand48(); return;
    case 14: drand48(); return;
    case 15: getpid(); return;
    case 16: alarm(0); return;
    case 17: getsid(0); return;
    case 18: getpgid(0); return;
    case 19: tzset(); return;
    default:
        fputs("no function is left that was not called\n", stderr);
        exit(1);
    }
}

#endif
