"""What the programs for Python that ask clients for tokens have in common; tests/src/bin/client-bench/program.rs tells
what they do.
"""

import ctypes
import json
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from typing import Any

Question = dict[str, Any]
Outcome = dict[str, str]
# Asks for a token for a resource, perhaps of the user-assigned identity with a client id.
Client = Callable[[str, str | None], Outcome]

# prctl(2): a process is sent this signal when its parent ends.
PR_SET_PDEATHSIG = 1


def outcome_of(clients: Mapping[str, Client], question: Question) -> Outcome:
    """What the client that is asked for does."""
    try:
        return clients[question["client"]](question["resource"], question["identity"])
    except Exception as error:  # noqa: BLE001, whatever they raise is what is asked
        return {"outcome": type(error).__name__, "text": str(error)}


def in_process(clients: Mapping[str, Client], question: Question) -> Outcome:
    """The same in a process of its own, which a client may end."""

    def send(to: Connection) -> None:
        # One that waits is killed with the program.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        to.send(outcome_of(clients, question))
        os._exit(0)

    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=send, args=(sender,))
    process.start()
    sender.close()
    try:
        return receiver.recv()
    except EOFError:
        return {"outcome": "no token"}
    finally:
        process.kill()
        process.join()


def answer_all(answer: Callable[[Question], Outcome]) -> None:
    """Answers every question of the standard input."""
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
