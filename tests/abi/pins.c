/* The ABI as it was promised: a changed type or number does not compile. Lines are only ever added. */

#include <arcidentity.h>

#define PIN(function, result, ...) result (*const pinned_##function)(__VA_ARGS__) = function
#define PIN_NUMBER(name, number) _Static_assert((name) == (number), #name)

PIN(arc_get_token, arc_status, const char *, arc_token **, arc_error **);
PIN(arc_token_value, const char *, const arc_token *, size_t *);
PIN(arc_token_type, const char *, const arc_token *);
PIN(arc_token_expires_on, int64_t, const arc_token *);
PIN(arc_token_refresh_on, int64_t, const arc_token *);
PIN(arc_token_free, void, arc_token *);
PIN(arc_options_new, arc_options *, void);
PIN(arc_options_set_endpoint, arc_status, arc_options *, const char *);
PIN(arc_options_set_key_directory, arc_status, arc_options *, const char *);
PIN(arc_options_set_timeout_ms, arc_status, arc_options *, uint32_t);
PIN(arc_options_set_max_attempts, arc_status, arc_options *, uint32_t);
PIN(arc_options_set_client_id, arc_status, arc_options *, const char *);
PIN(arc_options_set_object_id, arc_status, arc_options *, const char *);
PIN(arc_options_set_resource_id, arc_status, arc_options *, const char *);
PIN(arc_options_set_verify_agent, arc_status, arc_options *, int32_t);
PIN(arc_options_set_trace, arc_status, arc_options *, void (*)(const char *, void *), void *);
PIN(arc_options_free, void, arc_options *);
PIN(arc_client_new, arc_status, const arc_options *, arc_client **, arc_error **);
PIN(arc_client_get_token, arc_status, const arc_client *, const char *, uint32_t, arc_token **, arc_error **);
PIN(arc_client_get_token_cancellable, arc_status, const arc_client *, const char *, uint32_t, int32_t (*)(void *),
    void *, arc_token **, arc_error **);
PIN(arc_client_get_metadata, arc_status, const arc_client *, arc_metadata **, arc_error **);
PIN(arc_client_diagnose, arc_status, const arc_client *, const char *, arc_report **, arc_error **);
PIN(arc_client_clear, void, const arc_client *);
PIN(arc_client_free, void, arc_client *);
PIN(arc_metadata_json, const char *, const arc_metadata *, size_t *);
PIN(arc_metadata_name, const char *, const arc_metadata *);
PIN(arc_metadata_location, const char *, const arc_metadata *);
PIN(arc_metadata_resource_id, const char *, const arc_metadata *);
PIN(arc_metadata_resource_group, const char *, const arc_metadata *);
PIN(arc_metadata_subscription_id, const char *, const arc_metadata *);
PIN(arc_metadata_vm_id, const char *, const arc_metadata *);
PIN(arc_metadata_os_type, const char *, const arc_metadata *);
PIN(arc_metadata_environment, const char *, const arc_metadata *);
PIN(arc_metadata_free, void, arc_metadata *);
PIN(arc_report_ok, int32_t, const arc_report *);
PIN(arc_report_text, const char *, const arc_report *);
PIN(arc_report_json, const char *, const arc_report *);
PIN(arc_report_free, void, arc_report *);
PIN(arc_error_status, arc_status, const arc_error *);
PIN(arc_error_message, const char *, const arc_error *);
PIN(arc_error_http_status, int32_t, const arc_error *);
PIN(arc_error_code, const char *, const arc_error *);
PIN(arc_error_hint, const char *, const arc_error *);
PIN(arc_error_free, void, arc_error *);
PIN(arc_status_name, const char *, arc_status);
PIN(arc_version, const char *, void);

_Static_assert(sizeof(arc_status) == 4 && (arc_status)-1 < 0, "arc_status");
PIN_NUMBER(ARC_FORCE_REFRESH, 1);
PIN_NUMBER(ARC_OK, 0);
PIN_NUMBER(ARC_ERROR_INTERNAL, 1);
PIN_NUMBER(ARC_ERROR_INVALID_ARGUMENT, 2);
PIN_NUMBER(ARC_ERROR_UNAVAILABLE, 3);
PIN_NUMBER(ARC_ERROR_ACCESS_DENIED, 4);
PIN_NUMBER(ARC_ERROR_UNTRUSTED_KEY, 5);
PIN_NUMBER(ARC_ERROR_UNTRUSTED_AGENT, 6);
PIN_NUMBER(ARC_ERROR_REFUSED, 7);
PIN_NUMBER(ARC_ERROR_IDENTITY_NOT_FOUND, 8);
PIN_NUMBER(ARC_ERROR_IDENTITY_NOT_CONFIRMED, 9);
PIN_NUMBER(ARC_ERROR_SERVICE, 10);
PIN_NUMBER(ARC_ERROR_PROTOCOL, 11);
PIN_NUMBER(ARC_ERROR_TIMEOUT, 12);
PIN_NUMBER(ARC_ERROR_CANCELLED, 13);

int main(void) {
    return 0;
}
