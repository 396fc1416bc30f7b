"""Measures pages of a wave while many of its people are marked to be counted again, and what counting them takes, by processor time.

    python tests/benchmarks/marked_people.py --people 20000 --engine postgresql

The wave and its programme are those of `sponsor_sheet.py`. People are marked as a message marks them, for everything (as joining, moving or
learning does), or by their role, as a change of a curriculum does. At the end a briefing really leaves to everybody, through a worker and
a sink, while the pages are asked again and again and marked people are counted every five seconds, as by the timetable; of PostgreSQL's
processes only the one that answers the pages counts then. The aim: at most five times the bare page.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE), str(HERE.parent)]

from send_mail import SLOTS, letter, start_worker  # noqa: E402
from shared.grounds import Clock  # noqa: E402
from shared.sinks import sink  # noqa: E402
from sponsor_sheet import eighteen_more  # noqa: E402
from sqlalchemy import func, insert, select, text  # noqa: E402
from stakeholder_pages import asked, times_of  # noqa: E402
from wave_page import Standing, standing  # noqa: E402

from engagement import clock  # noqa: E402
from engagement.communications.models import Communication, Occurrence  # noqa: E402
from engagement.communications.rules import CommunicationKind, OccurrenceStatus  # noqa: E402
from engagement.communications.texts.queries.merge_values import person_columns  # noqa: E402
from engagement.db import db  # noqa: E402
from engagement.mail.actions.building import build_mailing  # noqa: E402
from engagement.mail.actions.queueing import queue_for_people  # noqa: E402
from engagement.mail.models import Delivery  # noqa: E402
from engagement.mail.rules import DeliveryState, MailingKind  # noqa: E402
from engagement.people.models import Person  # noqa: E402
from engagement.people.rules import TrainingRole  # noqa: E402
from engagement.scheduler.tally_jobs import settle_counts  # noqa: E402
from engagement.settings import Settings  # noqa: E402
from engagement.waves.models import Wave  # noqa: E402
from engagement.waves.tallies.models import ReachedMark, TallyMark  # noqa: E402

SETTINGS = Settings(_env_file=None, secret_key="s" * 40)
WARM, EVERY_SECONDS = 12, 5


class OwnClock(Clock):
    """The processor time of this process and of its own connection to the database, whatever others do there."""

    def __init__(self, engine: str) -> None:
        super().__init__(engine)
        self.own = Path(f"/proc/{db.session.scalar(text('SELECT pg_backend_pid()'))}") if self.server else None
        # The pages get the same connection.
        db.session.remove()

    def _of_database(self, _server: Path) -> float:
        return int((self.own / "schedstat").read_text().split()[0]) / 1e9 if self.own else 0


def pages_of(stands: Standing) -> dict[str, Callable[[], None]]:
    programme_id = db.session.get_one(Wave, stands.wave_id).programme_id
    paths = {
        "wave": f"/waves/{stands.wave_id}",
        "sheet": f"/reports/programmes/{programme_id}",
        "readiness": f"/waves/{stands.wave_id}/readiness",
        "training": f"/waves/{stands.wave_id}/training",
    }
    return {name: asked(stands.client, path) for name, path in paths.items()}


def mark(kind: str, number: int) -> None:
    """Mark people as the triggers do."""
    if kind == "role":
        db.session.add(TallyMark(role=TrainingRole.USER))
    else:
        table = ReachedMark if kind == "message" else TallyMark
        people = select(Person.id).order_by(Person.id).limit(number)
        db.session.execute(insert(table).from_select(["person_id"], people))
    db.session.commit()


def measure_marked(engine: str, people: int, stands: Standing, sizes: list[int]) -> None:
    """Print what pages take with so many people marked, and what counting these takes."""
    pages, bare, now = pages_of(stands), asked(stands.bare, "/people"), Clock(engine)
    kinds = [("message", n) for n in (0, *sizes)] + [("everything", n) for n in sizes] + [("role", people)]
    for kind, number in kinds:
        if number:
            mark(kind, number)
        told = []
        for name, ours in pages.items():
            for _ in range(WARM if number == 0 else 1):
                ours()
                bare()
            theirs, mine = (1_000 * each for each in times_of(now, bare, ours))
            told.append(f"{name} {mine / theirs:.1f} × {mine:.0f} ms")
        began, clocked = now(), time.perf_counter()
        settle_counts(SETTINGS)
        db.session.remove()
        spent, waited = now() - began, time.perf_counter() - clocked
        print(
            f"{engine}, {people:,}: {number:,} marked ({kind}): {', '.join(told)}; counted in {spent:.2f} s, {waited:.2f} by the clock",
            flush=True,
        )


@contextmanager
def leaving(people: int) -> Iterator[Callable[[], bool]]:
    """Let a briefing leave to everybody; yield what says whether it still does."""
    briefing = db.session.scalars(
        select(Communication).where(Communication.kind == CommunicationKind.DEPARTMENT_BRIEFING)
    ).one()
    now, mailing = clock.now(), build_mailing(MailingKind.COMMUNICATION, letter())
    sent = {"planned_for": now, "sends_at": now, "write_by": now.date(), "status": OccurrenceStatus.SENT}
    db.session.add(Occurrence(communication=briefing, mailing=mailing, reached=people, **sent))
    db.session.flush()
    queue_for_people(mailing, select(Person.id), due_at=now, filled=person_columns(SLOTS))
    db.session.commit()
    waits = select(func.count()).where(Delivery.mailing_id == mailing.id, Delivery.state != DeliveryState.SENT)
    url = db.engine.url.render_as_string(hide_password=False)
    db.session.remove()

    def is_leaving() -> bool:
        left = db.session.scalar(waits)
        db.session.remove()
        return bool(left)

    with sink() as port:
        worker = start_worker(url, f"smtp://127.0.0.1:{port}", 8)
        try:
            yield is_leaving
        finally:
            worker.terminate()
            worker.wait(20)


def measure_leaving(engine: str, people: int, stands: Standing) -> None:
    """Print what pages take while a briefing leaves to everybody, and how many were marked at most."""
    pages, bare = pages_of(stands), asked(stands.bare, "/people")
    spent: dict[str, list[float]] = {name: [] for name in ("bare", *pages)}
    most, counting = 0, 0.0
    db.session.remove()
    with leaving(people) as is_leaving:
        now = OwnClock(engine)
        began = counted = time.perf_counter()
        while is_leaving():
            for name, ask in {"bare": bare, **pages}.items():
                start = now()
                ask()
                spent[name].append(1_000 * (now() - start))
            most = max(most, db.session.scalar(select(func.count(ReachedMark.person_id.distinct()))))
            db.session.remove()
            if time.perf_counter() - counted >= EVERY_SECONDS:
                start, counted = now(), time.perf_counter()
                settle_counts(SETTINGS)
                db.session.remove()
                counting += now() - start
        lasted = time.perf_counter() - began
    middle = {name: sorted(times)[len(times) // 2] for name, times in spent.items()}
    told = (
        f"{name} {ms / middle['bare']:.1f} × {ms:.0f} ms, at most {max(spent[name]):.0f}" for name, ms in middle.items()
    )
    print(
        f"{engine}, {people:,}: while a briefing leaves in {lasted:.0f} s, {people / lasted:,.0f} a second, at most {most:,} marked, "
        f"asked {len(spent['bare'])} times: {'; '.join(told)}; counting took {counting:.2f} s",
        flush=True,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--marked", type=int, nargs="*", default=[300, 1_000, 5_000])
    given = parser.parse_args()
    for engine in ("sqlite", "postgresql") if given.engine == "both" else (given.engine,):
        with standing(given.people, engine, eighteen_more) as stands:
            measure_marked(engine, given.people, stands, given.marked)
            measure_leaving(engine, given.people, stands)
