/* A library to load before a program: says how long the program would sleep, and lets it go on at once. */

#include <stdio.h>

unsigned sleep(unsigned seconds) {
    fprintf(stderr, "sleeps %u s\n", seconds);
    return 0;
}
