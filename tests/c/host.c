/* Loads a plugin, and calls what it has for main. */

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
    void *const plugin = dlopen(argv[argc - 1], RTLD_NOW | RTLD_LOCAL);
    void *const symbol = plugin ? dlsym(plugin, "ask") : NULL;
    int (*ask)(void) = NULL;
    if (symbol == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    /* Through memcpy, because ISO C has no cast from an object pointer. */
    memcpy(&ask, &symbol, sizeof ask);
    return ask();
}
