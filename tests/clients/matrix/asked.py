"""What the programs for Python that ask clients for tokens have in common; tests/src/bin/client-bench/program.rs tells
what they do.
"""

import json
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from typing import Any, NoReturn

Question = dict[str, Any]
Outcome = dict[str, str]
# Asks for a token for a resource, perhaps of the user-assigned identity with a client id.
Client = Callable[[str, str | None], Outcome]


def outcome_of(clients: Mapping[str, Client], question: Question) -> Outcome:
    """What the client that is asked for does."""
    try:
        return clients[question["client"]](question["resource"], question["identity"])
    except Exception as error:  # noqa: BLE001, whatever they raise is what is asked
        return {"outcome": type(error).__name__, "text": str(error)}


def in_thread(clients: Mapping[str, Client], question: Question) -> Outcome:
    """The same, until the time of the question is over."""
    outcomes: list[Outcome] = []
    thread = threading.Thread(
        target=lambda: outcomes.append(outcome_of(clients, question)), daemon=True
    )
    thread.start()
    thread.join(question["seconds"])
    return outcomes[0] if outcomes else {"outcome": "waits"}


def in_process(clients: Mapping[str, Client], question: Question) -> Outcome:
    """The same in a process of its own, which a client may end."""

    def send(to: Connection) -> None:
        to.send(outcome_of(clients, question))
        os._exit(0)

    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=send, args=(sender,))
    process.start()
    sender.close()
    try:
        return receiver.recv() if receiver.poll(question["seconds"]) else {"outcome": "waits"}
    except EOFError:
        return {"outcome": "no token"}
    finally:
        process.kill()
        process.join()


def answer_all(answer: Callable[[Question], Outcome]) -> NoReturn:
    """Answers every question of the standard input."""
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
    # Threads that wait for an agent for ever are not waited for.
    os._exit(0)
