/* What must give a status and never a crash. */

#include "program.h"

/* Where a result must not stay. */
#define STALE(type) ((type *)(void *)&stale)

static char stale;

static const char *const unusable[] = {NULL, "", "caf\xe9"};

#define EACH_UNUSABLE(text) (size_t i = 0; i < sizeof unusable / sizeof *unusable && ((text) = unusable[i], 1); i++)

static void everything_can_be_released_when_null(void) {
    arc_token_free(NULL);
    arc_options_free(NULL);
    arc_client_free(NULL);
    arc_client_clear(NULL);
    arc_metadata_free(NULL);
    arc_report_free(NULL);
    arc_error_free(NULL);
}

static void null_has_no_properties(void) {
    size_t length = 7;
    CHECK(arc_token_value(NULL, &length) == NULL && length == 0);
    CHECK(arc_token_value(NULL, NULL) == NULL);
    CHECK(arc_token_type(NULL) == NULL);
    CHECK(arc_token_expires_on(NULL) == 0);
    CHECK(arc_token_refresh_on(NULL) == 0);

    length = 7;
    CHECK(arc_metadata_json(NULL, &length) == NULL && length == 0);
    CHECK(arc_metadata_json(NULL, NULL) == NULL);
    CHECK(arc_metadata_name(NULL) == NULL);
    CHECK(arc_metadata_location(NULL) == NULL);
    CHECK(arc_metadata_resource_id(NULL) == NULL);
    CHECK(arc_metadata_resource_group(NULL) == NULL);
    CHECK(arc_metadata_subscription_id(NULL) == NULL);
    CHECK(arc_metadata_vm_id(NULL) == NULL);
    CHECK(arc_metadata_os_type(NULL) == NULL);
    CHECK(arc_metadata_environment(NULL) == NULL);

    CHECK(arc_report_ok(NULL) == 0);
    CHECK(arc_report_text(NULL) == NULL);
    CHECK(arc_report_json(NULL) == NULL);

    CHECK(arc_error_status(NULL) == ARC_OK);
    CHECK(arc_error_message(NULL) == NULL);
    CHECK(arc_error_http_status(NULL) == 0);
    CHECK(arc_error_code(NULL) == NULL);
    CHECK(arc_error_hint(NULL) == NULL);
}

static void options_refuse_what_they_cannot_use(void) {
    arc_status (*const set[])(arc_options *, const char *) = {
        arc_options_set_endpoint,  arc_options_set_key_directory, arc_options_set_client_id,
        arc_options_set_object_id, arc_options_set_resource_id,
    };
    arc_options *options = arc_options_new();
    for (size_t n = 0; n < sizeof set / sizeof *set; n++) {
        const char *text;
        for EACH_UNUSABLE(text)
            CHECK(set[n](options, text) == ARC_ERROR_INVALID_ARGUMENT);
        CHECK(set[n](NULL, "text") == ARC_ERROR_INVALID_ARGUMENT);
    }
    CHECK(arc_options_set_timeout_ms(options, 0) == ARC_ERROR_INVALID_ARGUMENT);
    CHECK(arc_options_set_timeout_ms(NULL, 1) == ARC_ERROR_INVALID_ARGUMENT);
    CHECK(arc_options_set_max_attempts(options, 0) == ARC_ERROR_INVALID_ARGUMENT);
    CHECK(arc_options_set_max_attempts(NULL, 1) == ARC_ERROR_INVALID_ARGUMENT);
    CHECK(arc_options_set_verify_agent(options, 2) == ARC_ERROR_INVALID_ARGUMENT);
    CHECK(arc_options_set_verify_agent(options, -1) == ARC_ERROR_INVALID_ARGUMENT);
    CHECK(arc_options_set_verify_agent(NULL, 1) == ARC_ERROR_INVALID_ARGUMENT);
    arc_options_free(options);
}

static void one_kind_of_identity_at_most(void) {
    arc_options *options = arc_options_new();
    CHECK(arc_options_set_object_id(options, "one") == ARC_OK);
    CHECK(arc_options_set_client_id(options, "two") == ARC_ERROR_INVALID_ARGUMENT);
    CHECK(arc_options_set_resource_id(options, "two") == ARC_ERROR_INVALID_ARGUMENT);
    CHECK(arc_options_set_object_id(options, "two") == ARC_OK);
    arc_options_free(options);
}

static void a_client_needs_usable_options(void) {
    arc_options *options = arc_options_new();
    CHECK(arc_client_new(options, NULL, NULL) == ARC_ERROR_INVALID_ARGUMENT);

    arc_error *error = NULL;
    CHECK(arc_client_new(options, NULL, &error) == ARC_ERROR_INVALID_ARGUMENT);
    CHECK(arc_error_status(error) == ARC_ERROR_INVALID_ARGUMENT);
    arc_error_free(error);

    CHECK(arc_options_set_key_directory(options, "relative") == ARC_OK);
    arc_client *client = STALE(arc_client);
    CHECK(arc_client_new(options, &client, NULL) == ARC_ERROR_INVALID_ARGUMENT);
    CHECK(client == NULL);
    arc_options_free(options);
}

static void refuses_token(const arc_client *client, const char *resource, uint32_t flags) {
    arc_token *token = STALE(arc_token);
    arc_error *error = STALE(arc_error);
    CHECK(arc_client_get_token(client, resource, flags, &token, &error) == ARC_ERROR_INVALID_ARGUMENT);
    CHECK(token == NULL);
    CHECK(arc_error_status(error) == ARC_ERROR_INVALID_ARGUMENT);
    arc_error_free(error);

    token = STALE(arc_token);
    CHECK(arc_client_get_token(client, resource, flags, &token, NULL) == ARC_ERROR_INVALID_ARGUMENT);
    CHECK(token == NULL);
}

static int32_t never(void *data) {
    return data != NULL;
}

static void tokens_need_usable_arguments(const arc_client *client) {
    const char *resource;
    for EACH_UNUSABLE(resource) {
        refuses_token(client, resource, 0);
        refuses_token(client, resource, ARC_FORCE_REFRESH);
        arc_token *token = STALE(arc_token);
        CHECK(arc_get_token(resource, &token, NULL) == ARC_ERROR_INVALID_ARGUMENT);
        CHECK(token == NULL);
    }
    refuses_token(client, "https://a b", 0);
    refuses_token(client, "https://a\n", 0);
    refuses_token(client, "/.default", 0);
    refuses_token(client, RESOURCE, 2);
    refuses_token(client, RESOURCE, ARC_FORCE_REFRESH | 2);
    refuses_token(client, RESOURCE, UINT32_MAX);
    refuses_token(NULL, RESOURCE, 0);
    CHECK(arc_client_get_token(client, RESOURCE, 0, NULL, NULL) == ARC_ERROR_INVALID_ARGUMENT);
    arc_token *token = STALE(arc_token);
    CHECK(arc_client_get_token_cancellable(NULL, RESOURCE, 0, never, NULL, &token, NULL) == ARC_ERROR_INVALID_ARGUMENT);
    CHECK(token == NULL);
    CHECK(arc_client_get_token_cancellable(client, "", 0, never, NULL, &token, NULL) == ARC_ERROR_INVALID_ARGUMENT);
    CHECK(arc_client_get_token_cancellable(client, RESOURCE, 2, never, NULL, &token, NULL) == ARC_ERROR_INVALID_ARGUMENT);
    CHECK(arc_client_get_token_cancellable(client, RESOURCE, 0, never, NULL, NULL, NULL) == ARC_ERROR_INVALID_ARGUMENT);
    CHECK(arc_get_token(RESOURCE, NULL, NULL) == ARC_ERROR_INVALID_ARGUMENT);
}

static void reports_need_usable_arguments(const arc_client *client) {
    arc_report *report = STALE(arc_report);
    arc_error *error = STALE(arc_error);
    CHECK(arc_client_diagnose(NULL, RESOURCE, &report, &error) == ARC_ERROR_INVALID_ARGUMENT);
    CHECK(report == NULL);
    CHECK(arc_error_status(error) == ARC_ERROR_INVALID_ARGUMENT);
    arc_error_free(error);
    for (size_t i = 1; i < sizeof unusable / sizeof *unusable; i++)
        CHECK(arc_client_diagnose(client, unusable[i], &report, NULL) == ARC_ERROR_INVALID_ARGUMENT);
    CHECK(arc_client_diagnose(client, RESOURCE, NULL, NULL) == ARC_ERROR_INVALID_ARGUMENT);
}

static void metadata_needs_usable_arguments(const arc_client *client) {
    arc_metadata *metadata = STALE(arc_metadata);
    arc_error *error = STALE(arc_error);
    CHECK(arc_client_get_metadata(NULL, &metadata, &error) == ARC_ERROR_INVALID_ARGUMENT);
    CHECK(metadata == NULL);
    CHECK(arc_error_status(error) == ARC_ERROR_INVALID_ARGUMENT);
    arc_error_free(error);
    CHECK(arc_client_get_metadata(client, NULL, NULL) == ARC_ERROR_INVALID_ARGUMENT);
}

static void success_leaves_no_error(const arc_client *client) {
    arc_token *token = STALE(arc_token);
    arc_error *error = STALE(arc_error);
    CHECK(arc_client_get_token(client, RESOURCE, 0, &token, &error) == ARC_OK);
    CHECK(token != NULL && token != STALE(arc_token));
    CHECK(error == NULL);
    arc_token_free(token);
}

int main(void) {
    everything_can_be_released_when_null();
    null_has_no_properties();
    options_refuse_what_they_cannot_use();
    one_kind_of_identity_at_most();
    a_client_needs_usable_options();
    arc_client *client = new_client(new_options());
    tokens_need_usable_arguments(client);
    metadata_needs_usable_arguments(client);
    reports_need_usable_arguments(client);
    success_leaves_no_error(client);
    arc_client_free(client);
    return 0;
}
