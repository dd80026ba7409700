/* Makes clients between two lines. */

#include "program.h"

static void print(const char *line) {
    CHECK(puts(line) >= 0 && fflush(stdout) == 0);
}

int main(void) {
    arc_options *options = new_options();
    arc_client *client = NULL, *by_default = NULL;
    print("now");
    const arc_status status = arc_client_new(options, &client, NULL);
    const arc_status status_by_default = arc_client_new(NULL, &by_default, NULL);
    print("done");
    CHECK(status == ARC_OK && status_by_default == ARC_OK);
    arc_client_free(client);
    arc_client_free(by_default);
    arc_options_free(options);
    return 0;
}
