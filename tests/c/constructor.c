/* A library whose constructor gets a token, and with MAIN a program that loads it: its argument. No thread that is made
 * meanwhile begins before the library is loaded. */

#include "program.h"

#ifdef MAIN

#include <dlfcn.h>

int main(int argc, char **argv) {
    CHECK(argc == 2);
    CHECK(dlopen(argv[1], RTLD_NOW) != NULL);
    arc_client *client = new_client(new_options());
    arc_token_free(get_token(client, RESOURCE));
    arc_client_free(client);
    return 0;
}

#else

__attribute__((constructor)) static void get_one(void) {
    arc_client *client = new_client(new_options());
    arc_token_free(get_token(client, RESOURCE));
    arc_client_free(client);
    puts("a token");
}

#endif
