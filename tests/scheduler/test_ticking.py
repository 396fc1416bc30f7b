"""The clock as a process of its own: it has all that its jobs need, without pages and commands."""

import subprocess
import sys
from pathlib import Path

#: Runs every job on an empty database and prints what failed, and what was loaded that the clock shouldn't need.
RUNS = """
import sys
from engagement import ticking
from engagement.db import Base, db
from engagement.groundwork import lay_groundwork
from engagement.scheduler.running import line_states, run_if_due
from engagement.scheduler.timetable import TIMETABLE
from engagement.settings import Settings

url, folder = sys.argv[1:]
app = lay_groundwork(Settings(_env_file=None, database_url=url, instance_path=folder))
with app.app_context():
    Base.metadata.create_all(db.engine)
    ran = [run_if_due(line) for line in TIMETABLE]
    print(all(ran), [state.error for state in line_states() if state.has_failed])
print([name for name in ("engagement.pages", "engagement.commands", "wtforms", "alembic") if name in sys.modules])
"""


def test_the_clock_runs_every_job_without_pages(tmp_path: Path) -> None:
    command = [sys.executable, "-c", RUNS, f"sqlite:///{tmp_path / 'clock.db'}", str(tmp_path / "instance")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    # What jobs log stands above.
    assert ended.stdout.splitlines()[-2:] == ["True []", "[]"], ended.stderr
