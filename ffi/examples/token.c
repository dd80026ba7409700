#include <arcidentity.h>
#include <stdio.h>

int main(void)
{
    arc_token *token = NULL;
    arc_error *error = NULL;
    arc_status status = arc_get_token("https://vault.azure.net", &token, &error);

    if (status == ARC_OK) {
        printf("Authorization: Bearer %s\n", arc_token_value(token, NULL));
    } else {
        const char *hint = arc_error_hint(error);
        fprintf(stderr, "%s: %s\n", arc_status_name(status), arc_error_message(error));
        if (hint)
            fprintf(stderr, "hint: %s\n", hint);
    }
    arc_error_free(error);
    arc_token_free(token);
    return status;
}
