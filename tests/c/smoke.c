/* Every function once, as it is meant to be used. */

#include "program.h"

#include <string.h>
#include <time.h>

#define CLIENT_ID "55555555-5555-5555-5555-555555555555"
#define OBJECT_ID "66666666-6666-6666-6666-666666666666"
#define RESOURCE_ID "/subscriptions/0/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/app"

static void version_is_that_of_the_header(void) {
    char expected[64];
    snprintf(expected, sizeof expected, "%d.%d.%d", ARC_VERSION_MAJOR, ARC_VERSION_MINOR, ARC_VERSION_PATCH);
    CHECK(strcmp(arc_version(), expected) == 0);
}

static void token_has_its_properties(const arc_token *token) {
    size_t length = 0;
    const char *value = arc_token_value(token, &length);
    CHECK(length > 100 && strlen(value) == length);
    CHECK(strncmp(value, "eyJ", 3) == 0);
    CHECK(arc_token_value(token, NULL) == value);
    CHECK(strcmp(arc_token_type(token), "Bearer") == 0);
    CHECK(arc_token_expires_on(token) > (int64_t)time(NULL));
    CHECK(arc_token_refresh_on(token) > (int64_t)time(NULL));
    CHECK(arc_token_refresh_on(token) < arc_token_expires_on(token));
}

static int same(const arc_token *one, const arc_token *other) {
    return strcmp(arc_token_value(one, NULL), arc_token_value(other, NULL)) == 0;
}

static void tokens_come_from_memory_until_told_otherwise(void) {
    arc_client *client = new_client(new_options());
    arc_token *first = get_token(client, RESOURCE);
    arc_token *again = get_token(client, RESOURCE "/.default");
    token_has_its_properties(first);
    CHECK(same(first, again));
    arc_token_free(again);

    arc_token *fresh = NULL;
    arc_error *error = NULL;
    check_ok(arc_client_get_token(client, RESOURCE, ARC_FORCE_REFRESH, &fresh, &error), &error);
    CHECK(!same(first, fresh));
    arc_token_free(fresh);

    arc_client_clear(client);
    arc_client_free(client);
    token_has_its_properties(first);
    arc_token_free(first);
}

/* Counts the steps that have a text inside. */
struct watch {
    const char *text;
    int seen;
};

static void look(const char *line, void *data) {
    struct watch *watch = data;
    watch->seen += strstr(line, watch->text) != NULL;
}

static void a_cleared_client_asks_again(void) {
    struct watch watch = {"from the cache", 0};
    arc_options *options = new_options();
    CHECK(arc_options_set_trace(options, look, &watch) == ARC_OK);
    arc_client *client = new_client(options);
    arc_token_free(get_token(client, RESOURCE));
    arc_token_free(get_token(client, RESOURCE));
    CHECK(watch.seen == 1);
    arc_client_clear(client);
    arc_token_free(get_token(client, RESOURCE));
    CHECK(watch.seen == 1);
    arc_client_free(client);
}

static void a_setting_that_is_refused_leaves_the_old_one(void) {
    struct watch watch = {"attempt 1 of 2", 0};
    arc_options *options = new_options();
    CHECK(arc_options_set_trace(options, look, &watch) == ARC_OK);
    CHECK(arc_options_set_max_attempts(options, 2) == ARC_OK);
    CHECK(arc_options_set_max_attempts(options, 0) == ARC_ERROR_INVALID_ARGUMENT);
    CHECK(arc_options_set_timeout_ms(options, 0) == ARC_ERROR_INVALID_ARGUMENT);
    CHECK(arc_options_set_endpoint(options, "") == ARC_ERROR_INVALID_ARGUMENT);
    CHECK(arc_options_set_key_directory(options, "") == ARC_ERROR_INVALID_ARGUMENT);
    arc_client *client = new_client(options);
    arc_token_free(get_token(client, RESOURCE));
    CHECK(watch.seen > 0);
    arc_client_free(client);
}

/* Says no as often as `data` tells, and then yes. */
static int32_t runs_out(void *data) {
    int *patience = data;
    return (*patience)-- <= 0;
}

static void a_call_can_be_cancelled(void) {
    arc_client *client = new_client(new_options());
    int patience = 100;
    arc_token *token = NULL;
    arc_error *error = NULL;
    check_ok(arc_client_get_token_cancellable(client, RESOURCE, 0, runs_out, &patience, &token, &error), &error);
    arc_token_free(token);

    patience = 0;
    CHECK(arc_client_get_token_cancellable(client, RESOURCE, ARC_FORCE_REFRESH, runs_out, &patience, &token, &error) ==
          ARC_ERROR_CANCELLED);
    CHECK(token == NULL && arc_error_status(error) == ARC_ERROR_CANCELLED);
    arc_error_free(error);
    check_ok(arc_client_get_token_cancellable(client, RESOURCE, ARC_FORCE_REFRESH, NULL, NULL, &token, &error), &error);
    arc_token_free(token);
    arc_client_free(client);
}

static void all_options_are_taken(void) {
    arc_options *options = new_options();
    CHECK(arc_options_set_timeout_ms(options, 30000) == ARC_OK);
    CHECK(arc_options_set_max_attempts(options, 2) == ARC_OK);
    CHECK(arc_options_set_verify_agent(options, 0) == ARC_OK);
    arc_client *client = new_client(options);
    arc_token_free(get_token(client, RESOURCE));
    arc_client_free(client);
}

static void user_assigned_identities_have_tokens_of_their_own(void) {
    arc_options *options = new_options();
    CHECK(arc_options_set_client_id(options, CLIENT_ID) == ARC_OK);
    CHECK(arc_options_set_object_id(options, OBJECT_ID) == ARC_ERROR_INVALID_ARGUMENT);
    arc_client *by_client_id = new_client(options);
    options = new_options();
    CHECK(arc_options_set_object_id(options, OBJECT_ID) == ARC_OK);
    arc_client *by_object_id = new_client(options);
    options = new_options();
    CHECK(arc_options_set_resource_id(options, RESOURCE_ID) == ARC_OK);
    arc_client *by_resource_id = new_client(options);

    arc_token *first = get_token(by_client_id, RESOURCE);
    arc_token *second = get_token(by_object_id, RESOURCE);
    arc_token *third = get_token(by_resource_id, RESOURCE);
    CHECK(same(first, second) && same(second, third));
    arc_token_free(first);
    arc_token_free(second);
    arc_token_free(third);
    arc_client_free(by_client_id);
    arc_client_free(by_object_id);
    arc_client_free(by_resource_id);
}

static void an_error_tells_what_the_agent_said(void) {
    arc_options *options = new_options();
    CHECK(arc_options_set_client_id(options, "77777777-7777-7777-7777-777777777777") == ARC_OK);
    arc_client *client = new_client(options);
    arc_token *token = NULL;
    arc_error *error = NULL;
    CHECK(arc_client_get_token(client, RESOURCE, 0, &token, &error) == ARC_ERROR_IDENTITY_NOT_FOUND);
    CHECK(token == NULL);
    CHECK(arc_error_status(error) == ARC_ERROR_IDENTITY_NOT_FOUND);
    CHECK(arc_error_http_status(error) == 404);
    CHECK(strcmp(arc_error_code(error), "identity_not_found") == 0);
    CHECK(strlen(arc_error_message(error)) > 0);
    CHECK(strlen(arc_error_hint(error)) > 0);
    arc_error_free(error);
    CHECK(arc_client_get_token(client, RESOURCE, 0, &token, NULL) == ARC_ERROR_IDENTITY_NOT_FOUND);
    CHECK(token == NULL);
    arc_client_free(client);
}

static void an_error_without_an_answer_has_none(void) {
    arc_options *options = arc_options_new();
    CHECK(arc_options_set_endpoint(options, "http://example.com") == ARC_OK);
    arc_client *client = NULL;
    arc_error *error = NULL;
    CHECK(arc_client_new(options, &client, &error) == ARC_ERROR_UNTRUSTED_AGENT);
    CHECK(client == NULL);
    CHECK(arc_error_http_status(error) == 0);
    CHECK(arc_error_code(error) == NULL);
    arc_error_free(error);
    arc_options_free(options);
}

static void statuses_have_names(void) {
    CHECK(strcmp(arc_status_name(ARC_OK), "ARC_OK") == 0);
    CHECK(strcmp(arc_status_name(ARC_ERROR_TIMEOUT), "ARC_ERROR_TIMEOUT") == 0);
    CHECK(strcmp(arc_status_name(-1), "ARC_ERROR_UNKNOWN") == 0);
}

int main(void) {
    version_is_that_of_the_header();
    tokens_come_from_memory_until_told_otherwise();
    a_cleared_client_asks_again();
    a_setting_that_is_refused_leaves_the_old_one();
    a_call_can_be_cancelled();
    all_options_are_taken();
    user_assigned_identities_have_tokens_of_their_own();
    an_error_tells_what_the_agent_said();
    an_error_without_an_answer_has_none();
    statuses_have_names();
    return 0;
}
