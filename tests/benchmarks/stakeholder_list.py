"""Measures the register of stakeholders against the bare page of `people_list.py`, and its file, in one run.

python tests/benchmarks/stakeholder_list.py --stakeholders 5000 --engine sqlite
"""

import argparse
import csv
import io
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE), str(HERE.parent)]

from factories import make_account, make_programme, make_wave, signed_in  # noqa: E402
from flask.testing import FlaskClient  # noqa: E402
from people_list import Served, bare_page, paces, served, statements_of  # noqa: E402
from shared.grounds import application, database, fill_directory  # noqa: E402

from engagement.accounts.rules import Role  # noqa: E402
from engagement.db import db  # noqa: E402
from engagement.stakeholders.rules import StakeholderGroup  # noqa: E402

PEOPLE = 5_000


def file_of(stakeholders: int, power: str) -> bytes:
    """Return a register file with everything that can be said of somebody outside the directory."""
    text = io.StringIO()
    fields = ("name", "address", "organisation", "group", "role", "maps", "power", "interest", "engagement", "reason")
    writer = csv.writer(text)
    writer.writerow(fields)
    groups = [group.value for group in StakeholderGroup]
    for number in range(stakeholders):
        said = f"Asks why claims of office {number} are sorted as they are."
        who = (f"Broker office {number}", f"office{number}@example.org", "Brokers", groups[number % 6], said, "Wave 3")
        writer.writerow([*who, power, "5.5", "neutral", "As heard in the talks."])
    return text.getvalue().encode()


def import_seconds(client: FlaskClient, data: bytes) -> tuple[float, float]:
    """Return the seconds until a file's preview is there, and those that applying takes."""
    begun = time.perf_counter()
    answer = client.post(
        "/stakeholders/import", data={"file": (io.BytesIO(data), "r.csv")}, content_type="multipart/form-data"
    )
    page = client.get(answer.location).get_data(as_text=True)
    shown = time.perf_counter()
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    done = client.post(f"{answer.location}/application", data={"seen": seen})
    done.get_data()
    assert done.status_code in (200, 303), done.status_code
    return shown - begun, time.perf_counter() - shown


def measure(stakeholders: int, engine: str) -> None:
    """Print what the file takes, both paces, their ratio and the number of statements."""
    with database(engine) as url, application(url) as app:
        fill_directory(PEOPLE)
        manager = make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER)
        make_wave(make_programme())
        db.session.commit()
        app.config["WTF_CSRF_ENABLED"] = False
        client = signed_in(app, manager)
        for what, power in (("new", "4"), ("changed", "6"), ("unchanged", "6")):
            preview, applying = import_seconds(client, file_of(stakeholders, power))
            print(f"{engine}: {stakeholders:,} {what}: preview {preview:.1f} s, applying {applying:.1f} s")
        ours, bare = served(app), Served(bare_page(app), "")
        mine, theirs = paces((ours, "/stakeholders"), (bare, "/people"))
        print(
            f"{engine}: register of {stakeholders:,}: {mine:.0f} requests/s; bare page {theirs:.0f}; {theirs / mine:.1f} times "
            f"a bare page (≤ 5); {statements_of(app, ours, '/stakeholders')} statements"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stakeholders", type=int, default=5_000)
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    asked = parser.parse_args()
    for engine in ("sqlite", "postgresql") if asked.engine == "both" else (asked.engine,):
        measure(asked.stakeholders, engine)
