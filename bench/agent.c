/*
 * A stand-in for the Azure Arc agent that costs little: what the clients
 * demand of it, over connections that stay open as long as the client wants.
 *
 *     agent KEY_DIRECTORY TOKEN_BYTES
 *
 * prints its port, and serves until its standard input ends. For each line
 * there it prints how many tokens it has given. Each challenge names a key
 * file of its own, which is gone once it was used. A resource with "slow" in
 * it gets its challenge after a second.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LARGEST_REQUEST = 8192, SLOW_SECONDS = 1, LIFETIME = 24 * 60 * 60 };

struct connection {
    int socket;
    size_t length;
    char request[LARGEST_REQUEST + 1];
};

static const char *key_directory;
static char *token;
static int events;
/* Of this agent: what a key begins with. */
static uint64_t secret;
static uint64_t challenges;
static uint64_t tokens_given;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

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

    tokens_given++;
    copy_resource(request, resource, sizeof resource);
    if (asprintf(&body,
                 "{\"access_token\":\"%s\",\"refresh_token\":\"\",\"expires_in\":\"%d\",\"expires_on\":\"%lld\","
                 "\"not_before\":\"%lld\",\"resource\":\"%s\",\"token_type\":\"Bearer\"}",
                 token, LIFETIME, now + LIFETIME, now, resource) < 0)
        fail("memory");
    answer(socket, "200 OK", "", body);
    free(body);
}

static void respond(const struct connection *from)
{
    const char *authorization = strcasestr(from->request, "\r\nAuthorization: Basic ");

    if (!is_path_of_tokens(from->request))
        answer(from->socket, "404 Not Found", "", "{}");
    else if (!strcasestr(from->request, "\r\nMetadata: true"))
        refuse(from->socket, "Required metadata header not specified");
    else if (!knows_version(from->request))
        refuse(from->socket, "The api-version not specified");
    else if (authorization && has_key(authorization + 23))
        give_token(from->socket, from->request);
    else
        challenge(from->socket);
}

static void finish(struct connection *connection)
{
    close(connection->socket);
    free(connection);
}

static void await(struct connection *connection, int operation)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    if (epoll_ctl(events, operation, connection->socket, &event) != 0)
        fail("epoll_ctl");
}

static void *respond_late(void *data)
{
    struct connection *connection = data;
    sleep(SLOW_SECONDS);
    respond(connection);
    connection->length = 0;
    await(connection, EPOLL_CTL_ADD);
    return NULL;
}

static int is_slow(const char *request)
{
    const char *end = strchr(request, '\r');
    const char *word = strstr(request, "slow");
    return word && word < end && !strcasestr(request, "\r\nAuthorization:");
}

static void take_request(struct connection *connection)
{
    pthread_t thread;

    if (is_slow(connection->request)) {
        epoll_ctl(events, EPOLL_CTL_DEL, connection->socket, NULL);
        if (pthread_create(&thread, NULL, respond_late, connection) != 0)
            fail("thread");
        pthread_detach(thread);
        return;
    }
    int is_last = strcasestr(connection->request, "\r\nConnection: close") != NULL;
    respond(connection);
    connection->length = 0;
    if (is_last)
        finish(connection);
}

static void receive(struct connection *connection)
{
    char *free_space = connection->request + connection->length;
    ssize_t got = recv(connection->socket, free_space, LARGEST_REQUEST - connection->length, 0);

    if (got <= 0) {
        finish(connection);
        return;
    }
    connection->length += (size_t)got;
    connection->request[connection->length] = '\0';
    if (strstr(connection->request, "\r\n\r\n"))
        take_request(connection);
    else if (connection->length == LARGEST_REQUEST)
        finish(connection);
}

static void accept_from(int listener)
{
    static const int on = 1;
    struct connection *connection = calloc(1, sizeof *connection);

    if (!connection)
        fail("memory");
    connection->socket = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (connection->socket < 0) {
        free(connection);
        return;
    }
    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    await(connection, EPOLL_CTL_ADD);
}

/* Whether somebody may still ask. */
static int tell_tokens_given(void)
{
    char line[16];
    if (read(STDIN_FILENO, line, sizeof line) <= 0)
        return 0;
    printf("%llu\n", (unsigned long long)tokens_given);
    return fflush(stdout) == 0;
}

static int listen_on_free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 1024) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        fail("listen");
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
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

int main(int argc, char **argv)
{
    /* Neither is a connection. */
    static struct connection listener, standard_input;
    struct epoll_event happened[64];

    if (argc != 3) {
        fputs("usage: agent KEY_DIRECTORY TOKEN_BYTES\n", stderr);
        return 2;
    }
    key_directory = argv[1];
    make_token(strtoul(argv[2], NULL, 10));
    signal(SIGPIPE, SIG_IGN);
    if (getrandom(&secret, sizeof secret, 0) != sizeof secret)
        fail("getrandom");
    events = epoll_create1(EPOLL_CLOEXEC);
    if (events < 0)
        fail("epoll_create1");
    listener.socket = listen_on_free_port();
    await(&listener, EPOLL_CTL_ADD);
    await(&standard_input, EPOLL_CTL_ADD);
    for (;;) {
        int count = epoll_wait(events, happened, 64, -1);
        for (int i = 0; i < count; i++) {
            struct connection *ready = happened[i].data.ptr;
            if (ready == &standard_input) {
                if (!tell_tokens_given())
                    return 0;
            } else if (ready == &listener) {
                accept_from(listener.socket);
            } else {
                receive(ready);
            }
        }
    }
}
