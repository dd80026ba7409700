/* Succeeds with an agent, and where there is none, which the library then says. */

#include <arcidentity.h>
#include <stdio.h>

int main(void)
{
    arc_token *token = NULL;
    arc_status status = arc_get_token("https://vault.azure.net", &token, NULL);

    printf("C, libarcidentity %s: %s\n", arc_version(), arc_status_name(status));
    arc_token_free(token);
    return status != ARC_OK && status != ARC_ERROR_UNAVAILABLE;
}
