/* What keyvault.c and daemon.c share: libcurl, set up for requests with a token. */

#ifndef HTTPS_H
#define HTTPS_H

#include <curl/curl.h>

#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static inline void wiping_free(void *block)
{
    if (block != NULL)
        explicit_bzero(block, malloc_usable_size(block));
    free(block);
}

static inline void *wiping_realloc(void *old, size_t size)
{
    void *block = malloc(size);
    if (block == NULL || old == NULL)
        return block;
    const size_t kept = malloc_usable_size(old);
    memcpy(block, old, kept < size ? kept : size);
    wiping_free(old);
    return block;
}

/*
 * For the first thread, before any other starts. Makes libcurl, which copies the token, wipe what it releases. (What
 * its TLS library has decrypted that one wipes if told to: OpenSSL by SSL_OP_CLEANSE_PLAINTEXT.)
 */
static inline bool https_start(void)
{
    /* To write to a connection that the service has closed is an error, not the end of the program. */
    signal(SIGPIPE, SIG_IGN);
    return curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wiping_free, wiping_realloc, strdup, calloc) == CURLE_OK;
}

/*
 * Everything but the token. libcurl verifies the certificate and its host unless told otherwise. A proxy, which it
 * finds in https_proxy, carries the connection and cannot look into it. No redirect leads the token elsewhere.
 * CURL_CA_BUNDLE names a file with the certificates to trust, as it does for the curl command.
 */
static inline bool https_configure(CURL *curl, const char *url, long timeout_ms)
{
    const char *bundle = getenv("CURL_CA_BUNDLE");
    return curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK
        && curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK
        && curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK
        && curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER) == CURLE_OK
        && curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms) == CURLE_OK
        && curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK
        && (bundle == NULL || curl_easy_setopt(curl, CURLOPT_CAINFO, bundle) == CURLE_OK);
}

#endif
