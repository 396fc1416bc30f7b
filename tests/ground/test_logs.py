"""What a process writes to its log: our lines and those of libraries look alike."""

import json
import subprocess
import sys

WRITE = """
import logging, structlog
from engagement import logs
from engagement.vocabulary import LogStyle
logs.configure(LogStyle.CONSOLE)
logs.configure(LogStyle.JSON)
structlog.get_logger("engagement.clock").info("job done", line="move-days")
logging.getLogger("waitress").error("task %s broke", "queue")
try:
    {}["absent"]
except KeyError:
    logging.getLogger("somebody.elses").exception("it broke")
logging.getLogger("apscheduler.scheduler").warning("maximum number of running instances reached")
"""


def test_every_line_is_for_machines_where_they_read_the_log():
    written = subprocess.run([sys.executable, "-c", WRITE], capture_output=True, text=True, check=True).stderr
    ours, waitress, broken = (json.loads(line) for line in written.splitlines())
    assert (ours["event"], ours["line"], ours["level"]) == ("job done", "move-days", "info")
    assert (waitress["event"], waitress["level"]) == ("task queue broke", "error")
    assert broken["event"] == "it broke"
    assert "KeyError: 'absent'" in broken["exception"]
    assert all(line["timestamp"].endswith("Z") for line in (ours, waitress, broken))
