"""Counts the people of waves who use their workflows, and keeps the numbers for pages to read."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select, true, update
from sqlalchemy.orm import undefer

from engagement import clock
from engagement.adoption.models import AdoptionCount, UsageUpload
from engagement.adoption.queries.grounds import Ground, People, grounds_of, team_rows, with_workflows
from engagement.adoption.queries.reported import reported_of, uploads_that_hold
from engagement.adoption.rules.counting import count_people, count_teams
from engagement.db import db, insert_new, rows_changed
from engagement.waves.models import Wave


def count_waves(workflow_ids: Collection[int]) -> int:
    """Count the waves in use anew with which one of these workflows went live; return how many there are.

    Who counts as a friendly user stays, except at a first count: `count_wave` takes others.
    """
    return _count(grounds_of(with_workflows(workflow_ids)))


def mark_stale(workflow_ids: Collection[int]) -> None:
    """Let the clock count the waves of these workflows anew; one that was never counted is counted anyway."""
    waves = select(Wave.id).where(with_workflows(workflow_ids))
    of_these = AdoptionCount.wave_id.in_(waves)
    # In one order, so that two who mark the same waves don't wait for each other.
    db.session.execute(select(AdoptionCount.wave_id).where(of_these).order_by(AdoptionCount.wave_id).with_for_update())
    rows_changed(update(AdoptionCount).where(of_these).values(is_stale=True))


def waves_to_count(on: date) -> list[int]:
    """Return the waves in use that have to be counted anew on a day.

    They are new, marked, have other people, other training, another go-live or other workflows than at the last count, or
    were last counted on an earlier day.
    """
    kept = {row.wave_id: row for row in db.session.scalars(select(AdoptionCount))}

    def is_old(ground: Ground) -> bool:
        row = kept.get(ground.wave.id)
        return row is None or (
            row.is_stale
            or row.counted_at.date() < on
            or (row.members, row.trained, row.ground) != (ground.members, ground.trained, ground.fingerprint)
        )

    return [ground.wave.id for ground in grounds_of(true()) if is_old(ground)]


def count_wave(wave_id: int, *, floor: int) -> None:
    """Count one wave anew, if it is in use, and take others as friendly users, if enough for the floor joined or left them."""
    _count(grounds_of(Wave.id == wave_id), floor)


def _count(grounds: Sequence[Ground], floor: int | None = None) -> int:
    uploads: dict[int, Sequence[UsageUpload]] = {}
    for ground in grounds:
        programme_id = ground.wave.programme_id
        if programme_id not in uploads:
            uploads[programme_id] = uploads_that_hold(programme_id)
        row = _held(ground.wave.id)
        if floor is not None or row.friendly_ids is None:
            # Otherwise the clock still has to look whether others are friendly users.
            row.ground = ground.fingerprint
        for name, value in counted(ground, uploads[programme_id], row.friendly_ids, floor).items():
            setattr(row, name, value)
        row.counted_at, row.is_stale = clock.now(), False
        row.members, row.trained = ground.members, ground.trained
    db.session.flush()
    return len(grounds)


def _held(wave_id: int) -> AdoptionCount:
    """Return the row of a wave, held until the transaction ends: whoever marks it meanwhile does so after this."""
    nothing = {"members": 0, "trained": 0, "ground": "", "numbers": {}, "by_department": {}}
    new = insert_new(AdoptionCount.__table__).values(
        wave_id=wave_id, counted_at=clock.now(), is_stale=True, as_of=None, **nothing
    )
    db.session.execute(new.on_conflict_do_nothing())
    return db.session.get_one(
        AdoptionCount, wave_id, with_for_update=True, options=[undefer(AdoptionCount.friendly_ids)]
    )


def counted(
    ground: Ground, uploads: Sequence[UsageUpload], friendly_ids: Sequence[int] | None, floor: int | None = None
) -> dict[str, Any]:
    """Return what is kept of a wave's count, by column: of all its workflows together under "0", and of each under its id.

    `friendly_ids` are those of the last count; without a floor they stay.
    """
    teams = team_rows(ground)
    reported = reported_of(ground, uploads, teams)
    numbers: dict[str, Any] = {}
    groups: dict[str, Any] = {}
    if not reported:
        return {"as_of": None, "numbers": numbers, "by_department": groups}
    people = People(ground, friendly_ids, floor)
    for key, (day, source) in sorted(reported.items()):
        of_people = count_people(people.of(key or None), ground.wave.go_live_on, day).kept()
        told = [row for workflow_id, rows in teams.items() for row in rows if key in (0, workflow_id)]
        of_teams = count_teams(told, ground.wave.go_live_on, day).kept()
        groups[str(key)] = of_people.pop("groups")
        numbers[str(key)] = {"as_of": day.isoformat(), "source": source, "people": of_people, "teams": of_teams}
    kept = {"numbers": numbers, "by_department": groups, "friendly_ids": sorted(people.friendly_ids)}
    return {"as_of": reported[0].until, **kept}


def counts_that_differ(on: date) -> list[int]:
    """Return the waves whose kept numbers are not those of a count from the start, without those that wait to be counted."""
    waiting = set(waves_to_count(on))
    rows = {row.wave_id: row for row in db.session.scalars(select(AdoptionCount))}
    differ = []
    for ground in grounds_of(_counted_waves()):
        row = rows[ground.wave.id]
        anew = counted(ground, uploads_that_hold(ground.wave.programme_id), row.friendly_ids)
        if ground.wave.id not in waiting and any(getattr(row, name) != value for name, value in anew.items()):
            differ.append(ground.wave.id)
    return differ


def _counted_waves() -> ColumnElement[bool]:
    return Wave.id.in_(select(AdoptionCount.wave_id))
