"""Takes numbers of use in, as a file or from a machine that posts them, and takes them back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from engagement import audit, clock
from engagement.adoption.actions.counting import count_waves, mark_stale
from engagement.adoption.actions.writing import (
    PersonUse,
    TeamUse,
    Written,
    remove_rows,
    unwatched,
    write_people,
    write_teams,
)
from engagement.adoption.models import UsageDoor, UsageUpload
from engagement.adoption.rules.vocabulary import FOLDED_AFTER_DAYS, UsageWay, earliest_kept
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.programmes.models import Programme
from engagement.verbs import Verb


@dataclass(frozen=True)
class Brought:
    """What numbers of use tell, checked before: of people and teams, and by workflow the last day without use that is told of."""

    people: Sequence[PersonUse] = ()
    teams: Sequence[TeamUse] = ()
    until: Mapping[int, date] = field(default_factory=dict)

    @property
    def workflow_ids(self) -> set[int]:
        """The workflows of which something is told."""
        of_rows = {row.workflow_id for row in self.people} | {row.workflow_id for row in self.teams}
        return of_rows | set(self.until)


def take_file(
    programme: Programme, name: str, file_hash: str, brought: Brought, *, by: Actor, written: Written = unwatched
) -> UsageUpload:
    """Write the numbers of a file, and count the waves that they are about."""
    upload = UsageUpload(
        programme=programme,
        way=UsageWay.FILE,
        name=name[:255],
        file_hash=file_hash,
        told={},
        received_at=clock.now(),
        received_by_id=by.account_id,
    )
    db.session.add(upload)
    _write(upload, brought, written)
    audit.record(Verb.TOOK_USAGE, upload, by=by, rows=(None, upload.rows))
    count_waves(brought.workflow_ids)
    return upload


def take_posted(door: UsageDoor, brought: Brought) -> UsageUpload:
    """Write what a machine posts, together with what it posted earlier on the day; the clock counts the waves."""
    day = clock.now().date()
    # Whoever posts with the same secret meanwhile waits, so that neither makes the day's row twice.
    db.session.execute(select(UsageDoor.id).where(UsageDoor.id == door.id).with_for_update())
    upload = db.session.scalar(select(UsageUpload).where(UsageUpload.door_id == door.id, UsageUpload.posted_on == day))
    if upload is None:
        upload = UsageUpload(
            programme_id=door.programme_id,
            way=UsageWay.POSTED,
            name=door.name,
            door_id=door.id,
            posted_on=day,
            told={},
            received_at=clock.now(),
        )
        db.session.add(upload)
        db.session.flush()
        audit.record(Verb.TOOK_USAGE, upload, by=Actor(None, door.name), rows=(None, "posted on this day"))
    elif upload.taken_back_at is not None:
        upload.taken_back_at = upload.taken_back_by_id = None
        upload.told = {}
    upload.received_at = clock.now()
    _write(upload, brought)
    mark_stale(brought.workflow_ids)
    return upload


def _write(upload: UsageUpload, brought: Brought, written: Written = unwatched) -> None:
    db.session.flush()
    write_people(upload, brought.people, written)
    write_teams(upload, brought.teams)
    upload.told = told_with(upload.told, brought)
    db.session.flush()


def told_with(told: Mapping[str, Any], brought: Brought) -> dict[str, Any]:
    """Return what an upload tells by workflow, with what it brings more: rows, first and last day."""
    known = {key: dict(each) for key, each in told.items()}

    def tell(workflow_id: int, days: Iterable[date], rows: int) -> None:
        each = known.setdefault(str(workflow_id), {"rows": 0})
        each["rows"] += rows
        for day in days:
            each["first"] = min(each.get("first", day.isoformat()), day.isoformat())
            each["last"] = max(each.get("last", day.isoformat()), day.isoformat())

    days: dict[int, list[date]] = {}
    for of_person in brought.people:
        days.setdefault(of_person.workflow_id, []).append(of_person.day)
    for of_team in brought.teams:
        days.setdefault(of_team.workflow_id, []).append(of_team.day)
    for workflow_id, told_of in days.items():
        tell(workflow_id, (min(told_of), max(told_of)), len(told_of))
    for workflow_id, day in brought.until.items():
        tell(workflow_id, (day,), 0)
    return known


def take_back(upload: UsageUpload, *, by: Actor) -> None:
    """Take numbers back: what they had replaced holds again, and the waves are counted. Twice changes nothing.

    Raises RuleBroken once some of its days are folded away, because what they were is not known any more.
    """
    upload = db.session.scalars(select(UsageUpload).where(UsageUpload.id == upload.id).with_for_update()).one()
    if upload.taken_back_at is not None:
        return
    if upload.first_on is not None and upload.first_on < earliest_kept(clock.now().date()):
        raise RuleBroken(
            f"It tells of days more than {FOLDED_AFTER_DAYS} days ago, whose single numbers are gone. It can’t be taken back any more."
        )
    remove_rows(upload)
    upload.taken_back_at, upload.taken_back_by_id = clock.now(), by.account_id
    audit.record(Verb.TOOK_BACK_USAGE, upload, by=by, rows=(upload.rows, 0))
    db.session.flush()
    count_waves([int(key) for key in upload.told])
