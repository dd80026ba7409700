/* What daemon.c works with: a client and what it is used for, from a file of settings. */

#ifndef SESSION_H
#define SESSION_H

#include <arcidentity.h>

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS 10000
#define MAX_TEXT 1024 /* with the NUL: sscanf() below takes one less */
#define MAX_INTERVAL_MS 86400000

/* It lives as long as it is the current one or has users. */
struct session {
    arc_client *client;
    char url[MAX_TEXT];
    char resource[MAX_TEXT];
    uint32_t interval_ms;
    unsigned users;
};

static inline void say(const char *format, ...)
{
    char line[2 * MAX_TEXT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    fprintf(stderr, "%s\n", line);
}

static inline bool set_interval(struct session *session, const char *text)
{
    char *end;
    const unsigned long value = strtoul(text, &end, 10);
    session->interval_ms = (uint32_t)value;
    return *end == '\0' && value > 0 && value <= MAX_INTERVAL_MS;
}

static inline bool set(struct session *session, arc_options *options, const char *name, const char *value)
{
    if (strcmp(name, "url") == 0)
        return strncmp(value, "https://", 8) == 0 && strcpy(session->url, value);
    if (strcmp(name, "resource") == 0)
        return strcpy(session->resource, value);
    if (strcmp(name, "client_id") == 0)
        return arc_options_set_client_id(options, value) == ARC_OK;
    return strcmp(name, "interval_ms") == 0 && set_interval(session, value);
}

static inline bool read_settings(FILE *file, struct session *session, arc_options *options)
{
    char line[2 * MAX_TEXT], name[64], value[MAX_TEXT];
    for (unsigned row = 1; fgets(line, sizeof line, file) != NULL; row++) {
        int end = 0;
        const bool is_setting = sscanf(line, "%63s %1023[^\n]%n", name, value, &end) == 2 && line[end] == '\n';
        if (!is_setting || !set(session, options, name, value)) {
            say("line %u of the settings is wrong", row);
            return false;
        }
    }
    if (ferror(file) || session->url[0] == '\0' || session->resource[0] == '\0') {
        say("the settings must name url and resource");
        return false;
    }
    return true;
}

static inline arc_client *open_client(FILE *file, struct session *session)
{
    arc_client *client = NULL;
    arc_error *error = NULL;
    arc_options *options = arc_options_new();
    if (read_settings(file, session, options) && arc_options_set_timeout_ms(options, TIMEOUT_MS) == ARC_OK
        && arc_client_new(options, &client, &error) != ARC_OK)
        say("%s: %s", arc_status_name(arc_error_status(error)), arc_error_message(error));
    arc_error_free(error);
    arc_options_free(options);
    return client;
}

/* NULL, and a line in the log, if the settings are no good. */
static inline struct session *open_session(const char *settings)
{
    struct session *session = calloc(1, sizeof *session);
    FILE *file = fopen(settings, "r");
    if (session == NULL || file == NULL) {
        say("%s: %s", settings, strerror(errno));
    } else {
        *session = (struct session){.interval_ms = 60000, .users = 1};
        session->client = open_client(file, session);
    }
    if (file != NULL)
        fclose(file);
    if (session != NULL && session->client != NULL)
        return session;
    free(session);
    return NULL;
}

#endif
