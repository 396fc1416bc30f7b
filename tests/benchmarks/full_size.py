"""Measures what a whole organisation costs: the sheet, reports, adoption and waves against a bare Flask page, in one run.

    python tests/benchmarks/full_size.py --folder /tmp/full --engine postgresql

100,000 people in 20 waves, 16 of them live, with 40 modules, 2,000,000 completions and as many messages, 20,000 concerns and 5,000,000
days of use. It is filled once into the folder and kept there. Page and bare page are asked in turn, in this process; what counts is the
median of the processor time, that of PostgreSQL's own processes included. The aim: at most five times the bare page.
"""

import argparse
import logging
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE), str(HERE.parent)]

import structlog  # noqa: E402
from factories import signed_in  # noqa: E402
from people_list import bare_page  # noqa: E402
from shared.grounds import application, kept  # noqa: E402
from shared.organisation import LIVE, fill_organisation  # noqa: E402
from sqlalchemy import select  # noqa: E402
from stakeholder_pages import Clock, asked, times_of  # noqa: E402
from wave_page import statements_of  # noqa: E402

from engagement.accounts.models import Account  # noqa: E402
from engagement.db import db  # noqa: E402
from engagement.scheduler.people_jobs import settle_directory  # noqa: E402
from engagement.settings import Settings  # noqa: E402
from engagement.waves.models import Wave  # noqa: E402

MOST = 5
PROGRAMME = "/reports/programmes/1"
PAGES = (
    "/",
    PROGRAMME,
    *(f"{PROGRAMME}/{name}" for name in ("resistance", "maturity", "communication")),
    "/programmes/1/adoption",
    "/waves/{live}/adoption",
    "/waves/{live}",
    "/waves/{ahead}",
    "/waves/{ahead}/readiness",
    "/waves/{ahead}/training",
    "/waves/{ahead}/training/people",
    "/training",
    f"{PROGRAMME}.pdf",
    f"{PROGRAMME}.xlsx",
    f"{PROGRAMME}.csv",
    *(f"{PROGRAMME}/{name}.{kind}" for name in ("resistance", "maturity", "communication") for kind in ("csv", "xlsx")),
    "/programmes/1/adoption.csv",
    "/waves/{live}/adoption.csv",
)


def measure(folder: Path, engine: str, given: argparse.Namespace) -> None:
    """Print how many times as long as the bare page each page takes, and the settling with nothing to do."""
    with kept(engine, folder) as (url, is_new), application(url) as app:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
        app.config["WTF_CSRF_ENABLED"] = False
        if is_new:
            fill_organisation(given.people, given.each, given.concerns, given.days)
        client = signed_in(app, db.session.scalars(select(Account)).one())
        ids = list(db.session.scalars(select(Wave.id).order_by(Wave.id)))
        bare = bare_page(app).test_client()
        bare.post("/login")
        plain = asked(bare, "/people")
        db.session.remove()
        now = Clock(engine)
        for page in PAGES:
            if given.only and given.only not in page:
                continue
            ours = asked(client, page.format(live=ids[0], ahead=ids[LIVE]))
            theirs, mine = (1_000 * each for each in times_of(now, plain, ours))
            number = len(statements_of(ours, given.explain))
            over = "" if mine <= MOST * theirs else f"  > {MOST}"
            print(
                f"{engine}: {mine / theirs:5.1f} × {mine:7.1f} ms, bare {theirs:4.1f}; {number:3} statements {page}{over}",
                flush=True,
            )
        settings = Settings(_env_file=None, secret_key="s" * 40)
        for _ in range(3):
            begun, clocked = now(), time.perf_counter()
            settle_directory(settings)
            db.session.remove()
            print(
                f"{engine}: settle-directory {now() - begun:.2f} s, {time.perf_counter() - clocked:.2f} s by the clock",
                flush=True,
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where the filled databases are kept")
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--each", type=int, default=20, help="completions and messages of each person")
    parser.add_argument("--concerns", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=63, help="days of use of each person in a live wave")
    parser.add_argument("--only", default="", help="ask only pages whose address has this")
    parser.add_argument("--explain", action="store_true", help="print the slowest statements")
    given = parser.parse_args()
    for engine in ("sqlite", "postgresql") if given.engine == "both" else (given.engine,):
        measure(given.folder, engine, given)
