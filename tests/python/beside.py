"""The C library, through ctypes, and the wheel in one process."""

import ctypes
import os
import sys
import threading

import arcidentity

RESOURCE = "https://vault.azure.net"

library = ctypes.CDLL(sys.argv[1])
library.arc_options_new.restype = ctypes.c_void_p
library.arc_token_value.restype = ctypes.c_char_p
library.arc_error_message.restype = ctypes.c_char_p


def check(status: int) -> None:
    assert status == 0, status


def client_of_c() -> ctypes.c_void_p:
    options = ctypes.c_void_p(library.arc_options_new())
    check(library.arc_options_set_endpoint(options, os.environ["ENDPOINT"].encode()))
    check(library.arc_options_set_key_directory(options, os.environ["KEYS"].encode()))
    client = ctypes.c_void_p()
    check(library.arc_client_new(options, ctypes.byref(client), None))
    library.arc_options_free(options)
    return client


def token_of_c(client: ctypes.c_void_p) -> str:
    token = ctypes.c_void_p()
    check(library.arc_client_get_token(client, RESOURCE.encode(), 0, ctypes.byref(token), None))
    text = library.arc_token_value(token, None).decode()
    library.arc_token_free(token)
    return text


in_c = client_of_c()
in_python = arcidentity.Client(endpoint=os.environ["ENDPOINT"], key_directory=os.environ["KEYS"])
# The agent remembers its token: both have the same, each by a handshake of its own.
expected = token_of_c(in_c)
assert in_python.get_token(RESOURCE).token == expected

failures: list[str] = []


def ask() -> None:
    for _ in range(100):
        for token in (token_of_c(in_c), in_python.get_token(RESOURCE).token):
            if token != expected:
                failures.append("another token")


threads = [threading.Thread(target=ask) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not failures
library.arc_client_free(in_c)
