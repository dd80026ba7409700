/* A whole program of bare sockets that prints a token. */
#include "floor.h"

#include <stdio.h>

int main(void)
{
    static char answer[LARGEST_ANSWER];
    size_t length;
    return puts(ask("https://vault.azure.net", answer, &length)) < 0;
}
