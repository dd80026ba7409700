/*
 * Calls a service of Azure again and again, from threads that share one client:
 *
 *     daemon SETTINGS
 *
 * SETTINGS is a file of lines NAME VALUE: the url to get, the resource that its token is for, and if
 * need be client_id, for a user-assigned identity, and interval_ms (60000) between two calls of a thread.
 *
 *     SIGHUP            reads the settings again; calls under way end with the old ones
 *     SIGTERM, SIGINT   end: a wait for a token at once, a call of the service in 10 seconds at most
 *
 *     cc -o daemon daemon.c -pthread $(pkg-config --cflags --libs arcidentity libcurl)
 */

#define _DEFAULT_SOURCE

#include "https.h"
#include "session.h"

#include <arcidentity.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#define THREADS 8

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed; /* `current` or `stopping` */
static struct session *current;
static bool stopping;
static long trouble; /* a status of the library or of HTTP, or with a minus libcurl's; 0 is none */

/* Whether a trouble or its end is to be logged: not once for each thread and call. */
static bool is_news(const struct session *session, long now)
{
    pthread_mutex_lock(&lock);
    const bool is_new = now != trouble && session == current && !stopping;
    if (is_new)
        trouble = now;
    pthread_mutex_unlock(&lock);
    return is_new;
}

static struct session *acquire(void)
{
    pthread_mutex_lock(&lock);
    struct session *session = current;
    session->users++;
    pthread_mutex_unlock(&lock);
    return session;
}

static void release(struct session *session)
{
    pthread_mutex_lock(&lock);
    const bool is_last = --session->users == 0;
    pthread_mutex_unlock(&lock);
    if (!is_last)
        return;
    arc_client_free(session->client);
    free(session);
}

/* Also asked several times a second while a call waits for a token. */
static int32_t is_stopping(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
    const bool now = stopping;
    pthread_mutex_unlock(&lock);
    return now;
}

static arc_token *get_token(const struct session *session, uint32_t flags)
{
    arc_token *token = NULL;
    arc_error *error = NULL;
    const arc_status status = arc_client_get_token_cancellable(session->client, session->resource, flags, is_stopping,
                                                               NULL, &token, &error);
    if (status != ARC_OK && is_news(session, status)) {
        const char *hint = arc_error_hint(error);
        say("no token: %s%s%s", arc_error_message(error), hint ? "; hint: " : "", hint ? hint : "");
    }
    arc_error_free(error);
    return token;
}

/* Releases the rejected token and gets another one, which another thread may have got already. */
static arc_token *renew(const struct session *session, arc_token *rejected)
{
    arc_token *token = get_token(session, 0);
    if (token != NULL && strcmp(arc_token_value(token, NULL), arc_token_value(rejected, NULL)) == 0) {
        arc_token_free(token);
        token = get_token(session, ARC_FORCE_REFRESH);
    }
    arc_token_free(rejected);
    return token;
}

static size_t drop(char *part, size_t size, size_t count, void *unused)
{
    (void)part, (void)unused;
    return size * count;
}

/* The HTTP status, or 0 after a failure, which is in the log. */
static long call_service(CURL *curl, const struct session *session, const arc_token *token)
{
    long http_status = 0;
    if (token == NULL)
        return 0;
    CURLcode code = CURLE_FAILED_INIT;
    if (https_configure(curl, session->url, TIMEOUT_MS)
        && curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop) == CURLE_OK
        && curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, arc_token_value(token, NULL)) == CURLE_OK)
        code = curl_easy_perform(curl);
    if (code == CURLE_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &http_status);
    else if (is_news(session, -(long)code))
        say("no answer: %s", curl_easy_strerror(code));
    return http_status;
}

static void work_once(CURL *curl, const struct session *session)
{
    arc_token *token = get_token(session, 0);
    long http_status = call_service(curl, session, token);
    if (http_status == 401) {
        token = renew(session, token);
        http_status = call_service(curl, session, token);
    }
    arc_token_free(token);
    const bool is_success = http_status >= 200 && http_status < 300;
    if (http_status != 0 && is_news(session, is_success ? 0 : http_status))
        say("the service answers HTTP %ld", http_status);
}

/* Waits until the interval is over, or the session is no longer the current one. */
static void wait_after(const struct session *session)
{
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += session->interval_ms / 1000;
    end.tv_nsec += session->interval_ms % 1000 * 1000000L;
    end.tv_sec += end.tv_nsec / 1000000000;
    end.tv_nsec %= 1000000000;
    pthread_mutex_lock(&lock);
    while (!stopping && current == session && pthread_cond_timedwait(&changed, &lock, &end) == 0)
        ;
    pthread_mutex_unlock(&lock);
}

static void *work(void *unused)
{
    CURL *curl = curl_easy_init();
    if (curl == NULL)
        say("a thread cannot work: libcurl has no memory");
    while (curl != NULL && !is_stopping(unused)) {
        struct session *session = acquire();
        work_once(curl, session);
        wait_after(session);
        release(session);
    }
    curl_easy_cleanup(curl);
    return NULL;
}

/* NULL keeps the present session. */
static void change_session(struct session *next)
{
    if (next == NULL) {
        say("the old settings stay");
        return;
    }
    say("new settings");
    pthread_mutex_lock(&lock);
    struct session *last = current;
    current = next;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    release(last);
}

/* Returns when a signal says that it is time to end. */
static void obey(const sigset_t *signals, const char *settings)
{
    int signal = 0;
    while (sigwait(signals, &signal) == 0 && signal == SIGHUP)
        change_session(open_session(settings));
}

static void stop(void)
{
    pthread_mutex_lock(&lock);
    stopping = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static bool run(const sigset_t *signals, const char *settings)
{
    pthread_t threads[THREADS];
    unsigned started = 0;
    while (started < THREADS && pthread_create(&threads[started], NULL, work, NULL) == 0)
        started++;
    if (started == THREADS)
        obey(signals, settings);
    else
        say("only %u of %d threads start", started, THREADS);
    stop();
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    return started == THREADS;
}

/* The signals that only sigwait() in the first thread gets: the other threads inherit the mask. */
static sigset_t block_signals(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    return signals;
}

/* Its times are those of a clock that nobody sets. */
static void initialize_condition(void)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        say("usage: daemon SETTINGS");
        return EXIT_FAILURE;
    }
    const sigset_t signals = block_signals();
    initialize_condition();
    if (!https_start()) {
        say("libcurl cannot start");
        return EXIT_FAILURE;
    }
    current = open_session(argv[1]);
    const bool is_good = current != NULL && run(&signals, argv[1]);
    if (current != NULL)
        release(current);
    curl_global_cleanup();
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
