"""The floors and rooms hold: import-linter's contracts, the timetable, and files that keep to their words."""

import subprocess
import sys
from pathlib import Path

from engagement.scheduler.running import line_states, run_if_due
from engagement.scheduler.timetable import TIMETABLE

ROOT = Path(__file__).parents[2]
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "services.py", "common.py", "manager.py", "util.py"}


def test_the_import_contracts_hold():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_file_is_named_after_nothing():
    assert [p for p in (ROOT / "engagement").rglob("*.py") if p.name in FORBIDDEN_NAMES] == []


def test_only_the_clock_asks_for_the_present():
    guilty = [
        path.relative_to(ROOT)
        for path in (ROOT / "engagement").rglob("*.py")
        if path.name != "clock.py" and ("datetime.now(" in path.read_text() or "utcnow(" in path.read_text())
    ]
    assert guilty == []


def test_every_line_of_the_timetable_runs_on_an_empty_database(app):
    for line in TIMETABLE:
        assert run_if_due(line), line.name
    states = line_states()
    assert [(s.name, s.error) for s in states] == [(line.name, None) for line in TIMETABLE]
    assert all(s.outcome and s.finished_at for s in states)


def test_no_template_holds_inline_script_or_style():
    guilty = []
    for path in (ROOT / "templates").rglob("*.html"):
        if path.parts[-2] == "mail":
            continue  # e-mail is the one place with inline styles
        text = path.read_text(encoding="utf-8")
        if "style=" in text or "<style" in text or "<script>" in text or " onclick=" in text:
            guilty.append(path.name)
    assert guilty == []
