/*
 * The handshake over bare sockets, as short as it can be: one connection for
 * each token. It believes all that it reads: who listens, where the key file
 * is and what is in it, the status, the headers, the JSON. It wipes nothing,
 * has no timeout and does not try again.
 */
#define _GNU_SOURCE
#include "floor.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static int port(void)
{
    const char *endpoint = getenv("IDENTITY_ENDPOINT");
    const char *colon = endpoint ? strrchr(endpoint, ':') : NULL;
    return colon ? atoi(colon + 1) : 40342;
}

static int connect_to_agent(void)
{
    struct sockaddr_in agent = {.sin_family = AF_INET,
                                .sin_port = htons((unsigned short)port()),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (connection < 0 || connect(connection, (struct sockaddr *)&agent, sizeof agent) != 0)
        fail("the agent");
    return connection;
}

/* Whether the text is a whole answer. */
static int is_whole(const char *answer, size_t length)
{
    const char *end = strstr(answer, "\r\n\r\n");
    const char *body = end ? strcasestr(answer, "Content-Length: ") : NULL;
    return body && (size_t)(end + 4 - answer) + strtoul(body + 16, NULL, 10) <= length;
}

static void exchange(int connection, const char *resource, const char *key, char answer[LARGEST_ANSWER])
{
    char request[8192];
    size_t got = 0;
    int length = snprintf(request, sizeof request,
                          "GET /metadata/identity/oauth2/token?api-version=2020-06-01&resource=%s HTTP/1.1\r\n"
                          "Host: localhost\r\nMetadata: true\r\n%s%s%s\r\n",
                          resource, key ? "Authorization: Basic " : "", key ? key : "", key ? "\r\n" : "");

    if (write(connection, request, (size_t)length) != length)
        fail("write");
    do {
        ssize_t more = read(connection, answer + got, LARGEST_ANSWER - 1 - got);
        if (more <= 0)
            fail("read");
        got += (size_t)more;
        answer[got] = '\0';
    } while (!is_whole(answer, got));
}

static void read_key(char *answer, char key[4097])
{
    char *path = strcasestr(answer, "realm=");
    if (!path)
        fail("the challenge");
    path += 6;
    path[strcspn(path, "\r")] = '\0';
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? -1 : read(file, key, 4096);
    if (length < 0)
        fail(path);
    close(file);
    key[length] = '\0';
}

const char *ask(const char *resource, char answer[LARGEST_ANSWER], size_t *length)
{
    static const char member[] = "\"access_token\":\"";
    char key[4097];
    int connection = connect_to_agent();

    exchange(connection, resource, NULL, answer);
    read_key(answer, key);
    exchange(connection, resource, key, answer);
    close(connection);
    char *token = strstr(answer, member);
    if (!token)
        fail("the answer");
    token += sizeof member - 1;
    *length = strcspn(token, "\"");
    token[*length] = '\0';
    return token;
}
