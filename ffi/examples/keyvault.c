/*
 * Prints a secret of Azure Key Vault:
 *
 *     keyvault https://NAME.vault.azure.net SECRET [RESOURCE]
 *
 * RESOURCE is what the token is for. In another cloud than the public one it is not
 * https://vault.azure.net, but for example https://vault.azure.cn.
 *
 *     cc -o keyvault keyvault.c $(pkg-config --cflags --libs arcidentity libcurl jansson)
 *
 * The exit status is the number of arcidentity.h if there is no token, else one of sysexits.h.
 */

#define _DEFAULT_SOURCE

#include "https.h"

#include <arcidentity.h>
#include <jansson.h>

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* Key Vault keeps secrets of at most 25 kB. */
#define MAX_ANSWER (64 * 1024)
#define MAX_ANSWER_MS 10000
#define MAX_ATTEMPTS 4
#define MAX_WAIT_SECONDS 30

#define ALPHANUMERIC "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

struct answer {
    long http_status;
    curl_off_t retry_after;
    char reason[CURL_ERROR_SIZE];
    bool too_large;
    size_t length;
    char body[MAX_ANSWER];
};

/* Says what is wrong and returns the exit status. */
static int fail(int status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("keyvault: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return status;
}

/* Releases the error. */
static int fail_without_token(arc_error *error)
{
    const arc_status status = arc_error_status(error);
    const char *hint = arc_error_hint(error);
    fail(status, "%s: %s", arc_status_name(status), arc_error_message(error));
    if (hint)
        fail(status, "hint: %s", hint);
    arc_error_free(error);
    return status;
}

/* Takes a part of the body from libcurl. To take less than all of it ends the transfer. */
static size_t keep(char *part, size_t size, size_t count, void *context)
{
    struct answer *answer = context;
    const size_t length = size * count;
    if (length > MAX_ANSWER - answer->length) {
        answer->too_large = true;
        return 0;
    }
    memcpy(answer->body + answer->length, part, length);
    answer->length += length;
    return length;
}

static int explain_transfer(CURLcode code, const struct answer *answer)
{
    if (answer->too_large)
        return fail(EX_PROTOCOL, "the answer has more than %d bytes", MAX_ANSWER);
    fail(0, "%s: %s", curl_easy_strerror(code), answer->reason);
    if (code == CURLE_PEER_FAILED_VERIFICATION)
        return fail(EX_UNAVAILABLE, "hint: behind a proxy that reads TLS, CURL_CA_BUNDLE must name a file with its CA");
    return code == CURLE_OPERATION_TIMEDOUT ? EX_TEMPFAIL : EX_UNAVAILABLE;
}

/* Asks once. Returns 0 for every answer, whatever its HTTP status. */
static int ask(CURL *curl, const arc_token *token, struct answer *answer)
{
    answer->length = 0;
    if (curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, arc_token_value(token, NULL)) != CURLE_OK)
        return fail(EX_OSERR, "libcurl does not take the token");
    const CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK)
        return explain_transfer(code, answer);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->http_status);
    curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &answer->retry_after);
    return 0;
}

static bool is_busy(long http_status)
{
    return http_status == 429 || http_status == 500 || (http_status >= 502 && http_status <= 504);
}

/* Asks again while the vault is busy, after the time that it says, else a little later each time. */
static int ask_patiently(CURL *curl, const arc_token *token, struct answer *answer)
{
    unsigned wait = 1;
    for (unsigned attempt = 1;; attempt++, wait *= 2) {
        const int status = ask(curl, token, answer);
        const bool is_final = attempt == MAX_ATTEMPTS || answer->retry_after > MAX_WAIT_SECONDS;
        if (status != 0 || !is_busy(answer->http_status) || is_final)
            return status;
        sleep(answer->retry_after > 0 ? (unsigned)answer->retry_after : wait);
    }
}

static int ask_with_token(CURL *curl, const arc_client *client, const char *resource, uint32_t flags,
                          struct answer *answer)
{
    arc_token *token = NULL;
    arc_error *error = NULL;
    if (arc_client_get_token(client, resource, flags, &token, &error) != ARC_OK)
        return fail_without_token(error);
    const int status = ask_patiently(curl, token, answer);
    arc_token_free(token);
    return status;
}

/* A token may be revoked, or lack a right that was given later: a rejected one is replaced, once. */
static int read_answer(CURL *curl, const char *resource, struct answer *answer)
{
    arc_client *client = NULL;
    arc_error *error = NULL;
    if (arc_client_new(NULL, &client, &error) != ARC_OK)
        return fail_without_token(error);
    int status = ask_with_token(curl, client, resource, 0, answer);
    if (status == 0 && answer->http_status == 401)
        status = ask_with_token(curl, client, resource, ARC_FORCE_REFRESH, answer);
    arc_client_free(client);
    return status;
}

static int print_secret(json_t *json)
{
    const char *secret = NULL;
    if (json_unpack(json, "{s:s}", "value", &secret) != 0)
        return fail(EX_PROTOCOL, "the answer holds no secret");
    /* Without a buffer, stdio keeps no copy. */
    setvbuf(stdout, NULL, _IONBF, 0);
    if (fputs(secret, stdout) == EOF || putchar('\n') == EOF)
        return fail(EX_IOERR, "the secret cannot be printed");
    return 0;
}

static int explain_status(const struct answer *answer, json_t *json)
{
    const char *reason = "no reason given";
    json_unpack(json, "{s:{s:s}}", "error", "message", &reason);
    fail(0, "HTTP %ld: %s", answer->http_status, reason);
    switch (answer->http_status) {
    case 401:
        return fail(EX_NOPERM, "hint: the vault does not accept the token; see whether RESOURCE is that of its cloud");
    case 403:
        return fail(EX_NOPERM, "hint: give the machine's identity the role \"Key Vault Secrets User\" on the vault, "
                               "wait up to 10 minutes, and see whether the vault's firewall lets this machine in");
    case 404:
        return fail(EX_NOINPUT, "hint: see whether the secret's name is right: az keyvault secret list");
    default:
        if (!is_busy(answer->http_status))
            return EX_PROTOCOL;
        if (answer->retry_after == 0)
            return fail(EX_TEMPFAIL, "hint: try again later");
        return fail(EX_TEMPFAIL, "hint: try again in %ld seconds", (long)answer->retry_after);
    }
}

static int show(const struct answer *answer)
{
    json_t *json = json_loadb(answer->body, answer->length, 0, NULL);
    const int status = answer->http_status == 200 ? print_secret(json) : explain_status(answer, json);
    json_decref(json);
    return status;
}

/* The secret's URL; false if the vault's is not just https and a host, or the name is no name. */
static bool make_url(char *url, size_t size, const char *vault, const char *name)
{
    const size_t scheme = strlen("https://");
    if (strncmp(vault, "https://", scheme) != 0)
        return false;
    const char *host = vault + scheme;
    const size_t host_length = strspn(host, ALPHANUMERIC ".:-");
    const char *rest = host + host_length;
    const size_t name_length = strspn(name, ALPHANUMERIC "-");
    const bool is_vault = host_length > 0 && host_length <= 255 && (strcmp(rest, "") == 0 || strcmp(rest, "/") == 0);
    const bool is_name = name_length > 0 && name_length <= 127 && name[name_length] == '\0';
    snprintf(url, size, "https://%.*s/secrets/%s?api-version=7.4", (int)host_length, host, name);
    return is_vault && is_name;
}

static bool configure(CURL *curl, const char *url, struct answer *answer)
{
    return https_configure(curl, url, MAX_ANSWER_MS)
        && curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep) == CURLE_OK
        && curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer) == CURLE_OK
        && curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, answer->reason) == CURLE_OK;
}

static int print_from(const char *url, const char *resource)
{
    struct answer answer = {0};
    CURL *curl = curl_easy_init();
    int status;
    if (curl == NULL || !configure(curl, url, &answer))
        status = fail(EX_OSERR, "libcurl cannot be set up");
    else
        status = read_answer(curl, resource, &answer);
    curl_easy_cleanup(curl);
    if (status == 0)
        status = show(&answer);
    explicit_bzero(&answer, sizeof answer);
    return status;
}

int main(int argc, char **argv)
{
    char url[512];
    if (argc != 3 && argc != 4)
        return fail(EX_USAGE, "usage: keyvault https://NAME.vault.azure.net SECRET [RESOURCE]");
    if (!make_url(url, sizeof url, argv[1], argv[2]))
        return fail(EX_USAGE, "the vault must be https://HOST, and the secret's name letters, digits and dashes");
    json_set_alloc_funcs(malloc, wiping_free);
    if (!https_start())
        return fail(EX_OSERR, "libcurl cannot start");
    const int status = print_from(url, argc == 4 ? argv[3] : "https://vault.azure.net");
    curl_global_cleanup();
    return status;
}
