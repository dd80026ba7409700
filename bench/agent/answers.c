/* What the stand-in answers. */
#define _GNU_SOURCE
#include "answers.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LIFETIME = 24 * 60 * 60 };

static const char *key_directory;
static char *token;
/* Of this agent: what a key begins with. */
static uint64_t secret;
static uint64_t challenges;
static uint64_t given;

static int is_path_of_tokens(const char *request)
{
    static const char path[] = "GET /metadata/identity/oauth2/token?";
    return strncasecmp(request, path, sizeof path - 1) == 0;
}

static int knows_version(const char *request)
{
    static const char *versions[] = {"2021-02-01", "2020-06-01", "2019-11-01", "2019-08-15"};
    const char *given = strstr(request, "api-version=");
    for (size_t i = 0; given && i < sizeof versions / sizeof *versions; i++)
        if (strncmp(given + 12, versions[i], 10) == 0)
            return 1;
    return 0;
}

static void send_all(int socket, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(socket, text, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return; /* The client is gone. */
        text += sent;
        length -= (size_t)sent;
    }
}

/* `header` is a whole line, or empty. */
static void answer(int socket, const char *status, const char *header, const char *body)
{
    char date[64];
    time_t now = time(NULL);
    struct tm utc;
    char *text = NULL;

    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &utc));
    int length = asprintf(&text,
                          "HTTP/1.1 %s\r\nContent-Type: application/json\r\n%sDate: %s\r\nContent-Length: %zu\r\n\r\n%s",
                          status, header, date, strlen(body), body);
    if (length < 0)
        fail("memory");
    send_all(socket, text, (size_t)length);
    free(text);
}

static void refuse(int socket, const char *text)
{
    char body[256];
    snprintf(body, sizeof body, "{\"error\":\"invalid_request\",\"error_description\":\"%s\",\"error_codes\":[400]}",
             text);
    answer(socket, "400 Bad Request", "", body);
}

static void name_key_file(char *path, size_t size, uint64_t number)
{
    snprintf(path, size, "%s/%08x-0000-4000-8000-%012llx.key", key_directory, (unsigned)getpid(),
             (unsigned long long)number);
}

static void challenge(int socket)
{
    char path[512], header[600], key[40];
    uint64_t number = __atomic_add_fetch(&challenges, 1, __ATOMIC_RELAXED);

    name_key_file(path, sizeof path, number);
    int length = snprintf(key, sizeof key, "%016llx%016llx", (unsigned long long)secret, (unsigned long long)number);
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (file < 0 || write(file, key, (size_t)length) != length)
        fail(path);
    close(file);
    snprintf(header, sizeof header, "Www-Authenticate: Basic realm=%s\r\n", path);
    answer(socket, "401 Unauthorized", header,
           "{\"error\":\"unauthorized_client\",\"error_description\":\"Missing Basic Authorization header\","
           "\"error_codes\":[401]}");
}

/* Whether the request has the key of a challenge, which is used up by that. */
static int has_key(const char *authorization)
{
    unsigned long long begin, number;
    char path[512];

    if (sscanf(authorization, "%16llx%16llx", &begin, &number) != 2 || begin != secret)
        return 0;
    name_key_file(path, sizeof path, number);
    return unlink(path) == 0;
}

/* The resource of the request, decoded. Clients that remember by the answer's resource need it there. */
static void copy_resource(const char *request, char *resource, size_t size)
{
    const char *from = strstr(request, "resource=");
    size_t length = 0;

    for (from = from ? from + 9 : ""; *from && !strchr("& \r", *from) && length + 1 < size; from++) {
        unsigned code;
        if (*from == '%' && sscanf(from + 1, "%2x", &code) == 1) {
            resource[length++] = (char)code;
            from += 2;
        } else {
            resource[length++] = *from;
        }
    }
    resource[length] = '\0';
}

static void give_token(int socket, const char *request)
{
    char *body = NULL, resource[1100];
    long long now = time(NULL);

    given++;
    copy_resource(request, resource, sizeof resource);
    if (asprintf(&body,
                 "{\"access_token\":\"%s\",\"refresh_token\":\"\",\"expires_in\":\"%d\",\"expires_on\":\"%lld\","
                 "\"not_before\":\"%lld\",\"resource\":\"%s\",\"token_type\":\"Bearer\"}",
                 token, LIFETIME, now + LIFETIME, now, resource) < 0)
        fail("memory");
    answer(socket, "200 OK", "", body);
    free(body);
}

void respond(int socket, const char *request)
{
    const char *authorization = strcasestr(request, "\r\nAuthorization: Basic ");

    if (!is_path_of_tokens(request))
        answer(socket, "404 Not Found", "", "{}");
    else if (!strcasestr(request, "\r\nMetadata: true"))
        refuse(socket, "Required metadata header not specified");
    else if (!knows_version(request))
        refuse(socket, "The api-version not specified");
    else if (authorization && has_key(authorization + 23))
        give_token(socket, request);
    else
        challenge(socket);
}

static void make_token(size_t bytes)
{
    static const char start[] = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.";

    token = malloc(bytes + 1);
    if (!token || bytes < sizeof start)
        fail("token");
    memset(token, 'A', bytes);
    memcpy(token, start, sizeof start - 1);
    token[bytes] = '\0';
}

void prepare_answers(const char *keys, size_t token_bytes)
{
    key_directory = keys;
    make_token(token_bytes);
    if (getrandom(&secret, sizeof secret, 0) != sizeof secret)
        fail("getrandom");
}

unsigned long long tokens_given(void)
{
    return given;
}
