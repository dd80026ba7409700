/* Prints the facts about the machine, one in each line. */

#include "program.h"

#include <string.h>

static void print(const char *name, const char *fact) {
    printf("%s=%s\n", name, fact ? fact : "NULL");
}

int main(void) {
    arc_client *client = new_client(new_options());
    arc_metadata *metadata = NULL;
    arc_error *error = NULL;
    check_ok(arc_client_get_metadata(client, &metadata, &error), &error);
    arc_client_free(client);

    print("name", arc_metadata_name(metadata));
    print("location", arc_metadata_location(metadata));
    print("resource_id", arc_metadata_resource_id(metadata));
    print("resource_group", arc_metadata_resource_group(metadata));
    print("subscription_id", arc_metadata_subscription_id(metadata));
    print("vm_id", arc_metadata_vm_id(metadata));
    print("os_type", arc_metadata_os_type(metadata));
    print("environment", arc_metadata_environment(metadata));

    size_t length = 0;
    const char *json = arc_metadata_json(metadata, &length);
    CHECK(strlen(json) == length);
    CHECK(arc_metadata_json(metadata, NULL) == json);
    print("json", json);
    arc_metadata_free(metadata);
    return 0;
}
