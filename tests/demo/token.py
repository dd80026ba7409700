"""Gets a token again and again, and prints the time that a call from memory takes, and the token."""

import sys
import time

import arcidentity

CALLS = 1000

_, endpoint, key_directory, resource = sys.argv
client = arcidentity.Client(endpoint=endpoint, key_directory=key_directory)
token = client.get_token(resource)
start = time.perf_counter_ns()
for _ in range(CALLS):
    token = client.get_token(resource)
print((time.perf_counter_ns() - start) // CALLS)
print(token.token)
