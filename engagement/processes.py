"""What processes do that run until they are told to end: becoming one of them, hearing that it is told, and ending in time."""

import os
import signal
import sys
import threading
from pathlib import Path
from typing import NoReturn

from engagement.db import db

#: Seconds within which a process ends once told to; five are promised.
ENDED_WITHIN = 4.8
ROOT = Path(__file__).resolve().parent.parent


def become(module: str, *given: str) -> NoReturn:
    """Become a process that runs a module of ours, with the same number and environment. Inside an application context."""
    db.session.remove()
    db.engine.dispose()
    sys.stdout.flush()
    command = [sys.executable, "-m", module, *given]
    os.execve(sys.executable, command, os.environ | {"PYTHONPATH": str(ROOT)})  # noqa: S606 - no shell is wanted


def stop_event() -> threading.Event:
    """Return an event set by SIGINT and SIGTERM; the process then ends in time, whatever a thread waits for.

    The database rolls back what is not committed by then. A second signal ends the process at once.
    """
    stop = threading.Event()

    def on_signal(number: int, _frame: object) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.set()
        # For example, a job that waits for a lock would keep the interpreter from ending.
        last_call = threading.Timer(ENDED_WITHIN, os._exit, [0])
        last_call.daemon = True
        last_call.start()

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    return stop


def end_process() -> NoReturn:
    """End this process with 0, skipping the interpreter's clean-up, which takes seconds on a busy machine.

    For a command that was told to end: everything is committed by then. Inside an application context.
    """
    db.engine.dispose()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
