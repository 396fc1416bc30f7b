"""The clock as a process of its own: it knows the rooms and the timetable, no pages, so it stays small.

`flask scheduler` checks settings and database, and then becomes this, which reads the same settings.
"""

import os
import sys
from typing import NoReturn

from engagement.groundwork import ROOT, lay_groundwork
from engagement.scheduler.running import start_clock, wait_for_stop
from engagement.sending import end_process, stop_event
from engagement.settings import read_settings


def become_clock() -> NoReturn:
    """Become such a process, with the same number and environment."""
    sys.stdout.flush()
    command = [sys.executable, "-m", "engagement.ticking"]
    os.execve(sys.executable, command, os.environ | {"PYTHONPATH": str(ROOT)})  # noqa: S606 - no shell is wanted


def main() -> None:
    """Run the jobs until told to end."""
    app = lay_groundwork(read_settings())
    stop = stop_event()
    with app.app_context():
        ticking = start_clock(app)
        print("The clock ticks. Ctrl-C ends it.", flush=True)
        wait_for_stop(stop)
        ticking.shutdown(wait=False)
        end_process()


if __name__ == "__main__":
    main()
