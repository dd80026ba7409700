/* Asks as often as its argument says an agent that may fail in any way. Nothing may be left open. */

#define _POSIX_C_SOURCE 200809L

#include "program.h"

#include <dirent.h>

static int open_descriptors(void) {
    DIR *directory = opendir("/proc/self/fd");
    CHECK(directory != NULL);
    int count = 0;
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    arc_options *options = new_options();
    CHECK(arc_options_set_max_attempts(options, 1) == ARC_OK);
    arc_client *client = new_client(options);
    const int before = open_descriptors();
    int failures = 0;
    for (long left = atol(argv[1]); left > 0; left--) {
        arc_token *token = NULL;
        arc_error *error = NULL;
        const arc_status status = arc_client_get_token(client, RESOURCE, ARC_FORCE_REFRESH, &token, &error);
        CHECK(status != ARC_ERROR_INTERNAL && arc_error_status(error) == status);
        failures += status != ARC_OK;
        arc_token_free(token);
        arc_error_free(error);
    }
    CHECK(failures > 0 && open_descriptors() == before);
    arc_client_free(client);
    return 0;
}
