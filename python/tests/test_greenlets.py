"""Calls in programs whose threads run many greenlets: gevent and eventlet.

In most of them the agent is a greenlet of the same thread: whoever holds that up gets no answer.
"""

from __future__ import annotations

import socket
import subprocess
import threading
from pathlib import Path

import pytest
from arcidentity.emulator import Emulator
from conftest import PATIENCE, finish, start, wait_for_request

pytest.importorskip("gevent")
pytest.importorskip("eventlet")

GEVENT = """
from gevent import monkey
monkey.patch_all()

import gevent

getcurrent = gevent.getcurrent
sleep = gevent.sleep
spawn = gevent.spawn
wait = gevent.Greenlet.get
in_pool = gevent.get_hub().threadpool.apply
"""

EVENTLET = """
import warnings
warnings.simplefilter("ignore")
import eventlet
eventlet.monkey_patch()

from eventlet import tpool

getcurrent = eventlet.getcurrent
sleep = eventlet.sleep
spawn = eventlet.spawn
wait = eventlet.greenthread.GreenThread.wait

def in_pool(function, arguments):
    return tpool.execute(function, *arguments)
"""

COMMON = f"""
import sys
from pathlib import Path

sys.path.append({str(Path(__file__).parent)!r})

import arcidentity
from conftest import PATIENCE, VAULT

def threads():
    return len(list(Path("/proc/self/task").iterdir()))
"""

LIBRARIES = {"gevent": GEVENT, "eventlet": EVENTLET}

both = pytest.mark.parametrize("library", LIBRARIES)


def printed(agent: Emulator, library: str, code: str) -> str:
    """What a program prints that has the functions above."""
    return finish(running(agent, library, code))


def running(agent: Emulator, library: str, code: str) -> subprocess.Popen[str]:
    return start(agent, f"{LIBRARIES[library]}{COMMON}{code}")


@both
def test_other_greenlets_go_on_while_a_call_waits(agent: Emulator, library: str) -> None:
    code = """
from arcidentity._native import replace_default_client
from gate import Gate

with Gate() as gate:
    client = gate.client()
    replace_default_client(client)
    gate.opened.set()
    calls = [
        lambda: arcidentity.get_token(VAULT),
        lambda: client.get_token("https://storage.azure.com"),
        lambda: client.get_token(VAULT, force_refresh=True),
        lambda: client.get_metadata(),
        lambda: client.diagnose(VAULT),
    ]
    for call in calls:
        asked = len(gate.requests)
        assert call()
        assert len(gate.requests) > asked
"""
    printed(agent, library, code)


@both
def test_a_credential_lets_them_go_on_too(agent: Emulator, library: str) -> None:
    pytest.importorskip("azure.core")
    code = """
from arcidentity.azure import ArcCredential
from gate import Gate

with Gate() as gate:
    gate.opened.set()
    print(ArcCredential(gate.client()).get_token(f"{VAULT}/.default").token)
"""
    assert printed(agent, library, code) == "a-token\n"


@both
def test_greenlets_share_one_request_and_few_threads(agent: Emulator, library: str) -> None:
    code = """
from gate import Gate

with Gate() as gate:
    client = gate.client()
    before = threads()
    asking = [spawn(client.get_token, VAULT) for _ in range(64)]
    assert gate.asked.wait(PATIENCE)
    assert 1 <= threads() - before <= 2
    gate.opened.set()
    print({wait(greenlet).token for greenlet in asking}, len(gate.requests))
"""
    assert printed(agent, library, code) == "{'a-token'} 1\n"


@both
def test_a_hanging_resource_delays_no_other(agent: Emulator, library: str) -> None:
    agent.respond(delay=3600)
    code = """
import time

before = threads()
hanging = [spawn(arcidentity.get_token, "https://storage.azure.com") for _ in range(64)]
while threads() < before + 2:
    time.sleep(0)
# Until the agent has a request, and the answer that is late is for that one.
sys.stdin.read()
print(arcidentity.get_token(VAULT).token[:3])
"""
    code = f"""
from arcidentity._native import replace_default_client
replace_default_client(arcidentity.Client(key_directory=sys.argv[1]))
{code}
"""
    program = running(agent, library, code)
    wait_for_request(agent, program)
    assert finish(program) == "eyJ\n"


@both
def test_what_a_killed_greenlet_asked_for_is_remembered(agent: Emulator, library: str) -> None:
    code = """
from gate import Gate

with Gate() as gate:
    client = gate.client()
    killed = spawn(client.get_token, VAULT)
    assert gate.asked.wait(PATIENCE)
    killed.kill()
    gate.opened.set()
    print(client.get_token(VAULT).token, len(gate.requests))
"""
    assert printed(agent, library, code) == "a-token 1\n"


# eventlet has no promise for a child that is forked.
def test_a_child_forked_while_greenlets_wait_gets_a_token(agent: Emulator) -> None:
    agent.respond(delay=3600)
    code = """
import os

os.getpid = lambda: 1  # As the first process of a PID namespace that makes another one.
client = arcidentity.Client(key_directory=sys.argv[1])
before = threads()
waiting = [spawn(client.get_token, VAULT) for _ in range(2)]
while threads() < before + 2:
    sleep(0)
sys.stdin.read()
child = os.fork()
if child == 0:
    print(client.get_token(VAULT).token[:3], flush=True)
    os._exit(0)
os.waitpid(child, 0)
os._exit(0)
"""
    program = running(agent, "gevent", code)
    wait_for_request(agent, program)
    assert finish(program) == "eyJ\n"


def test_a_call_ends_while_a_child_forked_meanwhile_lives(agent: Emulator) -> None:
    code = """
import os

from gate import Gate

with Gate() as gate:
    waiting = spawn(gate.client().get_token, VAULT)
    assert gate.asked.wait(PATIENCE)
    child = os.fork()
    if child == 0:
        sys.stdin.read()
        os._exit(0)
    gate.opened.set()
    print(wait(waiting).token, flush=True)
    os.waitpid(child, 0)
"""
    program = running(agent, "gevent", code)
    assert program.stdout
    assert program.stdout.readline() == "a-token\n"
    assert finish(program) == ""


@both
def test_a_failure_is_raised_where_it_was_waited_for(agent: Emulator, library: str) -> None:
    code = """
from gate import Gate

with Gate(400, {"error": "invalid_resource"}) as gate:
    gate.opened.set()
    try:
        gate.client().get_token(VAULT)
    except arcidentity.RefusedError as error:
        print(error.code)
"""
    assert printed(agent, library, code) == "invalid_resource\n"


@both
def test_the_thread_pool_of_the_library_is_another_way(agent: Emulator, library: str) -> None:
    code = """
from gate import Gate

with Gate() as gate:
    gate.opened.set()
    print(in_pool(gate.client().get_token, (VAULT,)).token)
"""
    assert printed(agent, library, code) == "a-token\n"


def test_a_callback_of_the_hub_gets_a_token(agent: Emulator) -> None:
    code = """
client = arcidentity.Client(key_directory=sys.argv[1])
gevent.get_hub().loop.run_callback(lambda: print(client.get_token(VAULT).token[:3]))
gevent.sleep(0)
"""
    assert printed(agent, "gevent", code) == "eyJ\n"


# The locks of `logging` are those of the library, which no other thread may take.
@both
def test_a_handler_lets_other_greenlets_go_on(agent: Emulator, library: str) -> None:
    code = """
import logging

calling = []

class Handler(logging.Handler):
    def emit(self, record):
        assert getcurrent() in calling
        sleep(0.001)
        print(record.getMessage().split(" s: ")[1])

logging.basicConfig(level=logging.DEBUG, handlers=[Handler()])
logging.raiseExceptions = False
client = arcidentity.Client(key_directory=sys.argv[1])

def ask():
    for _ in range(9):
        assert client.get_token(VAULT, force_refresh=True)

calling.extend(spawn(ask) for _ in range(4))
for greenlet in calling:
    wait(greenlet)
"""
    steps = printed(agent, library, code).splitlines()
    assert steps.count("a new token for https://vault.azure.net") == 36
    assert "GET /metadata/identity/oauth2/token, attempt 1 of 5, with the key" in steps


@both
def test_records_are_sent_to_a_socket(agent: Emulator, library: str) -> None:
    code = """
import logging.handlers

client = arcidentity.Client(key_directory=sys.argv[1])
handler = logging.handlers.SocketHandler("127.0.0.1", PORT)
logging.basicConfig(level=logging.DEBUG, handlers=[handler])

def ask():
    for _ in range(25):
        logging.info("of a greenlet")
        assert client.get_token(VAULT, force_refresh=True)
        sleep(0)

for greenlet in [spawn(ask) for _ in range(4)]:
    wait(greenlet)
"""
    received = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as server:
        collector = threading.Thread(target=lambda: received.extend(all_from(server)))
        collector.start()
        try:
            printed(agent, library, f"PORT = {server.getsockname()[1]}\n{code}")
        finally:
            collector.join()
    assert received.count(b"of a greenlet") == received.count(b"a new token for ") == 100


def all_from(server: socket.socket) -> bytes:
    """What the first client sends."""
    server.settimeout(PATIENCE)
    connection, _ = server.accept()
    with connection, connection.makefile("rb") as stream:
        return stream.read()


@both
def test_a_greenlet_gets_a_token_where_no_thread_can_start(agent: Emulator, library: str) -> None:
    code = """
import _thread

client = arcidentity.Client(key_directory=sys.argv[1])
# More than there is.
_thread.stack_size(1 << 46)
print(client.get_token(VAULT).token[:3])
"""
    assert printed(agent, library, code) == "eyJ\n"


@both
def test_a_greenlet_gets_a_token_where_no_more_sockets_can_be_had(
    agent: Emulator, library: str
) -> None:
    code = """
import _socket
import errno

sleep(0)
client = arcidentity.Client(key_directory=sys.argv[1])

def socketpair():
    print("asked for", end=" ")
    raise OSError(errno.EMFILE, "Too many open files")

_socket.socketpair = socketpair
print(client.get_token(VAULT).token[:3])
"""
    assert printed(agent, library, code) == "asked for eyJ\n"
