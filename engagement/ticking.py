"""The clock as a process of its own: it knows the rooms and the timetable, no pages, so it stays small.

`flask scheduler` checks settings and database, and then becomes this, which reads the same settings.
"""

from engagement.groundwork import lay_groundwork
from engagement.processes import end_process, stop_event
from engagement.scheduler.running import start_clock, wait_for_stop
from engagement.settings import read_settings


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
