/* Gets a token and lets go of it, step by step as the lines of its standard input come. */

#include "program.h"

static void step(const char *done) {
    printf("%s\n", done);
    fflush(stdout);
    while (getchar() != '\n' && !feof(stdin)) {
    }
}

int main(void) {
    arc_client *client = new_client(new_options());
    arc_token *token = get_token(client, RESOURCE);
    step("has a token");
    arc_token_free(token);
    step("the client has it");
    arc_client_free(client);
    step("let go");
    return 0;
}
