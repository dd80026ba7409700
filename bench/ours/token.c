/* A whole program in C that prints a token. */
#include <arcidentity.h>
#include <stdio.h>

int main(void)
{
    arc_token *token = NULL;
    arc_error *error = NULL;
    arc_status status = arc_get_token("https://vault.azure.net", &token, &error);

    if (status == ARC_OK)
        puts(arc_token_value(token, NULL));
    else
        fprintf(stderr, "%s\n", arc_error_message(error));
    arc_error_free(error);
    arc_token_free(token);
    return status;
}
