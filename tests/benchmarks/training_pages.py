"""Measures the pages of training, Today, and the nightly settling with nothing to do, against a bare Flask page, in one run.

    python tests/benchmarks/training_pages.py --people 100000 --engine postgresql

The wave is that of `wave_page.py`: everybody learns in four roles, half is finished. Page and bare page are asked in turn, in this
process; what counts is the median of the processor time, that of PostgreSQL's own processes included. The aims: a page takes at most
five times the bare page and, with ten times the people, at most 1.2 times as long; settling with nothing to do takes at most 0.5 s.
"""

import argparse
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE), str(HERE.parent)]

from stakeholder_pages import Clock, asked, times_of  # noqa: E402
from wave_page import standing, statements_of  # noqa: E402

from engagement.db import db  # noqa: E402
from engagement.scheduler.people_jobs import settle_directory  # noqa: E402
from engagement.settings import Settings  # noqa: E402

MOST, MOST_FOR_TEN, MOST_SECONDS = 5, 1.2, 0.5
PAGES = ("/", "/training", "/waves/{wave}/training", "/waves/{wave}/training/people", "/waves/{wave}")


def measure(people: int, engine: str, explain: bool) -> dict[str, float]:
    """Print how many times as long as the bare page each page takes; return milliseconds by page."""
    found = {}
    with standing(people, engine) as stands:
        bare = asked(stands.bare, "/people")
        now = Clock(engine)
        for page in PAGES:
            path = page.format(wave=stands.wave_id)
            ours = asked(stands.client, path)
            theirs, mine = (1_000 * each for each in times_of(now, bare, ours))
            found[page] = mine
            over = "" if mine <= MOST * theirs else f"  > {MOST}"
            number = len(statements_of(ours, explain))
            print(
                f"{engine}, {people:,}: {mine / theirs:5.1f} × {mine:7.1f} ms {number:4} statements {page}{over}",
                flush=True,
            )
        settings = Settings(_env_file=None, secret_key="s" * 40)
        settle_directory(settings)
        db.session.remove()
        begun, clocked = now(), time.perf_counter()
        settle_directory(settings)
        spent, waited = now() - begun, time.perf_counter() - clocked
        over = "" if spent <= MOST_SECONDS else f"  > {MOST_SECONDS}"
        print(
            f"{engine}, {people:,}: settle-directory with nothing to do {spent:.2f} s, {waited:.2f} s by the clock{over}",
            flush=True,
        )
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--explain", action="store_true", help="print the slowest statements")
    given = parser.parse_args()
    for engine in ("sqlite", "postgresql") if given.engine == "both" else (given.engine,):
        small, large = (measure(number, engine, given.explain) for number in (given.people // 10, given.people))
        for page, taken in large.items():
            over = "" if taken <= MOST_FOR_TEN * small[page] else f"  > {MOST_FOR_TEN}"
            print(f"{engine}: ten times the people cost {taken / small[page]:.2f} × {page}{over}")
