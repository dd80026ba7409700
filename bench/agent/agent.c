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
#include "answers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LARGEST_REQUEST = 8192, SLOW_SECONDS = 1 };

struct connection {
    int socket;
    size_t length;
    char request[LARGEST_REQUEST + 1];
};

static int events;

void fail(const char *what)
{
    perror(what);
    exit(1);
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
    respond(connection->socket, connection->request);
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
    respond(connection->socket, connection->request);
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
    printf("%llu\n", (unsigned long long)tokens_given());
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

int main(int argc, char **argv)
{
    /* Neither is a connection. */
    static struct connection listener, standard_input;
    struct epoll_event happened[64];

    if (argc != 3) {
        fputs("usage: agent KEY_DIRECTORY TOKEN_BYTES\n", stderr);
        return 2;
    }
    prepare_answers(argv[1], strtoul(argv[2], NULL, 10));
    signal(SIGPIPE, SIG_IGN);
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
