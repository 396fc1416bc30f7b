"""Measures the power/interest map of 5,000 stakeholders against a bare Flask page that reads the same 5,000, in one run.

    python tests/benchmarks/stakeholder_map.py --stakeholders 5000 --engine postgresql

Both are served and asked as in `people_list.py`. The bare page has sign-in and one SELECT of everybody's place by name, and writes
fifty rows. The aim is at most five times its time. The bare page of `people_list.py`, which reads fifty rows, is named beside it.
"""

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE), str(HERE.parent)]

from factories import make_account, make_programme  # noqa: E402
from flask import Flask, render_template_string  # noqa: E402
from flask_login import login_required  # noqa: E402
from people_list import Served, bare_page, paces, served, statements_of  # noqa: E402
from shared.grounds import application, database, fill_directory  # noqa: E402
from shared.maps import fill_map  # noqa: E402
from sqlalchemy import select  # noqa: E402

from engagement.accounts.rules import Role  # noqa: E402
from engagement.db import db  # noqa: E402
from engagement.stakeholders.models import Stakeholder  # noqa: E402
from engagement.stakeholders.standings.models import StakeholderStanding  # noqa: E402

PATH = "/stakeholders/map"
PAGE = (
    "<!doctype html><title>{{ total }} places</title><table>{% for row in rows %}<tr><td>{{ row.name }}</td>"
    "<td>{{ row.influence }}</td><td>{{ row.interest }}</td></tr>{% endfor %}</table>"
)


def bare_map(app: Flask) -> Flask:
    """Return the bare pages with one that reads everybody's place."""
    bare = bare_page(app)

    @bare.get("/map")
    @login_required
    def places() -> str:
        read = (
            select(Stakeholder.id, Stakeholder.name, StakeholderStanding.influence, StakeholderStanding.interest)
            .join(StakeholderStanding, StakeholderStanding.stakeholder_id == Stakeholder.id)
            .where(StakeholderStanding.superseded_at.is_(None))
            .order_by(Stakeholder.sorted_by)
        )
        rows = db.session.execute(read).all()
        return render_template_string(PAGE, rows=rows[:50], total=len(rows))

    return bare


def measure(number: int, engine: str) -> None:
    """Print both paces, how many times as long the map takes, and the number of statements."""
    with database(engine) as url, application(url) as app:
        fill_directory(1_000)
        account = make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER)
        fill_map(make_programme(), account, number)
        db.session.commit()
        app.config["WTF_CSRF_ENABLED"] = False
        ours, bare = served(app), Served(bare_map(app), "")
        mine, theirs = paces((ours, PATH), (bare, "/map"))
        fifty = bare.pace("/people")
        print(
            f"{engine}: map of {number:,}: {mine:.1f} requests/s; bare page of the same {theirs:.1f}: {theirs / mine:.1f} × its "
            f"time (≤ 5); bare page of fifty rows {fifty:.0f}: {fifty / mine:.1f} ×; {statements_of(app, ours, PATH)} statements"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stakeholders", type=int, default=5_000)
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    asked = parser.parse_args()
    for engine in ("sqlite", "postgresql") if asked.engine == "both" else (asked.engine,):
        measure(asked.stakeholders // 10, engine)
        measure(asked.stakeholders, engine)
