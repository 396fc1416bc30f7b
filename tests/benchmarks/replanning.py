"""Measures the preview of moving a go-live against a bare Flask page with sign-in and one query, in one run.

    python tests/benchmarks/replanning.py --people 20000 --engine postgresql

The wave is that of `wave_page.py`: everybody learns in four roles, and 300 messages are planned, here each counted from go-live.
A preview is asked as the form asks it, by POST. The aim: at most 300 ms, and no statement for each row.
"""

import argparse
import sys
from datetime import timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE), str(HERE.parent)]

from sqlalchemy import insert, select  # noqa: E402
from wave_page import asking, standing, statements_of, taken  # noqa: E402

from engagement.communications.models import Occurrence  # noqa: E402
from engagement.communications.rules import OccurrenceStatus  # noqa: E402
from engagement.db import db  # noqa: E402
from engagement.planning.models import Anchor  # noqa: E402
from engagement.waves.milestones.queries import milestones_of  # noqa: E402
from engagement.waves.models import Wave  # noqa: E402


def anchor_all(wave: Wave) -> None:
    """Count every planned message from go-live, each one working day further from it than the one before."""
    live = next(row for row in milestones_of(wave.id) if row.kind.value == "go_live")
    planned = select(Occurrence.id).where(Occurrence.status == OccurrenceStatus.DRAFT).order_by(Occurrence.id)
    counting = {"milestone_id": live.id, "counted_in": "working", "day_policy": "before"}
    rows = [
        {**counting, "occurrence_id": key, "offset_days": number % 40 - 15}
        for number, key in enumerate(db.session.scalars(planned))
    ]
    db.session.execute(insert(Anchor), rows)
    db.session.commit()


def measure(people: int, engine: str, explain: bool) -> None:
    """Print what the preview and the bare page take, and the number of statements."""
    with standing(people, engine, anchor_all) as stands:
        path, day = f"/waves/{stands.wave_id}/go-live", (stands.go_live_on + timedelta(days=14)).isoformat()

        def ours() -> None:
            answer = stands.client.post(path, data={"go_live_on": day})
            assert b"Nothing has changed yet" in answer.data

        mine, yardstick = taken(ours), taken(asking(stands.bare, "/people"))
        print(
            f"{engine}: preview for {people:,} people: {mine[0]:.0f} ms of processor, {mine[1]:.0f} ms by the clock (≤ 300); bare page "
            f"{yardstick[0]:.1f} and {yardstick[1]:.1f} ms; {len(statements_of(ours, explain))} statements"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--explain", action="store_true", help="print the slowest statements")
    given = parser.parse_args()
    for engine in ("sqlite", "postgresql") if given.engine == "both" else (given.engine,):
        measure(given.people, engine, given.explain)
