/* Prints what a look at this machine finds: for a person, and then for a program. */

#include "program.h"

#include <string.h>

int main(int argc, char **argv) {
    arc_client *client = new_client(new_options());
    arc_report *report = NULL;
    arc_error *error = NULL;
    check_ok(arc_client_diagnose(client, argc > 1 ? argv[1] : NULL, &report, &error), &error);
    arc_client_free(client);

    const char *text = arc_report_text(report);
    CHECK(strlen(text) > 0 && text[strlen(text) - 1] == '\n');
    printf("%s%s\n", text, arc_report_json(report));
    const int ok = arc_report_ok(report);
    arc_report_free(report);
    return ok ? 0 : 1;
}
