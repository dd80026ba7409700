"""Gets a token twice, and prints it with the time that the second call took."""

import sys
import time

import arcidentity

_, endpoint, key_directory, resource = sys.argv
client = arcidentity.Client(endpoint=endpoint, key_directory=key_directory)
client.get_token(resource)
start = time.perf_counter_ns()
token = client.get_token(resource)
print(time.perf_counter_ns() - start)
print(token.token)
