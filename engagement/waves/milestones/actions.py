"""Changes of milestones. Days that the wave holds too are written together with theirs, here and nowhere else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from engagement import audit, clock
from engagement.audit import Actor
from engagement.days.cadence import HolidayPolicy
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.letters import clean
from engagement.people.organisation.rules import UNSET
from engagement.verbs import Verb
from engagement.waves.milestones.models import Milestone
from engagement.waves.milestones.queries import milestones_of, milestones_of_waves
from engagement.waves.milestones.rules import (
    LONGEST_NAME,
    LONGEST_OFFSET,
    Counted,
    MilestoneKind,
    Offset,
    days_of,
    followers,
)
from engagement.waves.models import Wave

#: The kinds whose day the wave holds too, with its column.
COLUMNS = {
    MilestoneKind.GO_LIVE: "go_live_on",
    MilestoneKind.TRAINING_DUE: "training_due_on",
    MilestoneKind.STABILISED: "stabilises_until_on",
}
TOO_EARLY = "The quiet period begins with go-live; choose a day on or after it."


@dataclass(frozen=True)
class MilestoneDetails:
    """A milestone as a form describes it: a day of its own, or an offset from another milestone of the wave."""

    kind: MilestoneKind
    name: str = ""
    falls_on: date | None = None
    anchor: Milestone | None = None
    offset: Offset | None = None


def settle_milestones(waves: Iterable[Wave], country: str = UNSET.country) -> dict[int, list[Milestone]]:
    """Count the milestones of these waves anew, and return them by wave; what follows another one gets its day in `country`.

    Waves without the milestones that each one has get them from their days. Repeating it changes nothing. The scheduler
    calls it too, in case the country setting or a calendar was changed.
    """
    rows = list(waves)
    found = milestones_of_waves([wave.id for wave in rows])
    settled = {wave.id: _complete(wave, found[wave.id]) for wave in rows}
    for wave in rows:
        write_days(wave, settled[wave.id], {}, country)
    return settled


def set_days(wave: Wave, given: Mapping[MilestoneKind, date], country: str = UNSET.country) -> None:
    """Give milestones of these kinds other days; what follows them goes along."""
    rows = _complete(wave, milestones_of(wave.id))
    write_days(wave, rows, {row.id: given[row.kind] for row in rows if row.kind in given}, country)


def _complete(wave: Wave, rows: list[Milestone]) -> list[Milestone]:
    """Return the milestones of a wave, with those that its columns have and that are missing."""
    by_kind: dict[MilestoneKind, Milestone] = {row.kind: row for row in rows if row.kind is not MilestoneKind.OWN}
    made: list[Milestone] = []
    for kind, column in COLUMNS.items():
        day: date | None = getattr(wave, column)
        if day is None or kind in by_kind:
            continue
        row = Milestone(wave=wave, kind=kind, falls_on=day, made_at=clock.now())
        if kind is not MilestoneKind.GO_LIVE:
            policy = HolidayPolicy.BEFORE if kind is MilestoneKind.TRAINING_DUE else HolidayPolicy.KEEP
            apart = (day - wave.go_live_on).days
            row.count_from(by_kind[MilestoneKind.GO_LIVE], Offset(apart, Counted.CALENDAR, policy))
        db.session.add(row)
        by_kind[kind] = row
        made.append(row)
    if made:
        db.session.flush()
    return [*rows, *made]


def write_days(wave: Wave, rows: list[Milestone], given: Mapping[int, date], country: str) -> None:
    """Write the days of a wave's milestones, `rows`, when those in `given` (by id) fall on these days; the wave's too."""
    days = days_of(rows, country, given)
    held = {row.kind: days[row.id] for row in rows if row.kind in COLUMNS}
    quiet_until = held.get(MilestoneKind.STABILISED)
    if quiet_until is not None and quiet_until < held[MilestoneKind.GO_LIVE]:
        raise BadInput(TOO_EARLY, {"falls_on": TOO_EARLY})
    for row in rows:
        row.falls_on = days[row.id]
    for kind, column in COLUMNS.items():
        setattr(wave, column, held.get(kind))
    db.session.flush()


def plan_days(
    wave: Wave, stabilises_until_on: date | None, training_lead_days: int, country: str = UNSET.country
) -> None:
    """Make the milestones of a new wave: training is due so many days before go-live, on a working day."""
    wave.training_due_on = wave.go_live_on - timedelta(days=training_lead_days)
    wave.stabilises_until_on = stabilises_until_on
    settle_milestones([wave], country)


def add_milestone(wave: Wave, said: MilestoneDetails, *, country: str, by: Actor) -> Milestone:
    """Add a milestone to a wave. Raises BadInput for missing or impossible answers, RuleBroken for a wave that is over."""
    rows = _complete(wave, milestones_of(wave.id))
    _refuse(wave, rows, said, None)
    row = Milestone(wave=wave, kind=said.kind, name=_name(said), falls_on=wave.go_live_on, made_at=clock.now())
    if said.falls_on is not None:
        row.falls_on = said.falls_on
    row.count_from(said.anchor, said.offset)
    db.session.add(row)
    db.session.flush()
    write_days(wave, [*rows, row], {}, country)
    audit.record(Verb.ADDED_MILESTONE, row, by=by, day=(None, row.falls_on), counted=(None, row.counted_words))
    return row


def change_milestone(row: Milestone, said: MilestoneDetails, *, country: str, by: Actor) -> None:
    """Change the name of a milestone, its day, or what it is counted from. Raises as `add_milestone` does."""
    wave, rows = row.wave, milestones_of(row.wave_id)
    _refuse(wave, rows, said, row)
    before = (row.name, row.falls_on, row.counted_words)
    row.name = _name(said)
    row.count_from(said.anchor, said.offset)
    write_days(wave, rows, {row.id: said.falls_on} if said.falls_on is not None else {}, country)
    after = (row.name, row.falls_on, row.counted_words)
    changes = {
        word: (old, new) for word, old, new in zip(("name", "day", "counted"), before, after, strict=True) if old != new
    }
    if changes:
        audit.record(Verb.CHANGED_MILESTONE, row, by=by, **changes)


def _name(said: MilestoneDetails) -> str:
    return clean(said.name) if said.kind is MilestoneKind.OWN else ""


def _refuse(wave: Wave, rows: list[Milestone], said: MilestoneDetails, row: Milestone | None) -> None:
    if not wave.status.is_open:
        raise RuleBroken(f"{wave.title} is {wave.status.word.lower()}; its days stay as they are.")
    problems: dict[str, str] = {}
    name = _name(said)
    others = [each for each in rows if each is not row]
    if said.kind is MilestoneKind.OWN and (not name or len(name) > LONGEST_NAME):
        problems["name"] = f"Write a name, at most {LONGEST_NAME} characters."
    elif any(each.title.casefold() == (name or said.kind.word).casefold() for each in others):
        problems["name" if said.kind is MilestoneKind.OWN else "kind"] = "The wave has this milestone already."
    if said.offset is None and said.anchor is not None:
        problems["offset"] = "Say how many days; 0 is the same day."
    elif said.offset is None and said.falls_on is None:
        problems["falls_on"] = "Choose a day."
    if said.offset is not None:
        problems |= _problems_of_counting(rows, said, row)
    if problems:
        raise BadInput(next(iter(problems.values())), problems)


def _problems_of_counting(rows: list[Milestone], said: MilestoneDetails, row: Milestone | None) -> dict[str, str]:
    anchor = said.anchor
    if anchor is None or anchor not in rows:
        return {"anchor": "Choose the milestone that it is counted from."}
    if row is not None and (anchor is row or anchor.id in followers(rows, row.id)):
        return {"anchor": f"{anchor.title} is itself counted from {row.noun}. Choose another milestone, or a day."}
    if said.kind is MilestoneKind.GO_LIVE:
        return {"anchor": "Go-live has a day of its own; the others are counted from it."}
    if said.offset is None or abs(said.offset.days) > LONGEST_OFFSET:
        return {"offset": f"Choose at most {LONGEST_OFFSET} days."}
    return {}


def remove_milestone(row: Milestone, *, by: Actor) -> None:
    """Remove a milestone; those that were counted from it keep their day from now on.

    Raises RuleBroken for one that every wave has, or a wave that is over.
    """
    wave = row.wave
    if row.kind.is_needed or not wave.status.is_open:
        raise RuleBroken(f"{row.title} stays: every wave has it, and a wave that is over keeps its days.")
    for follower in milestones_of(wave.id):
        if follower.anchor_id == row.id:
            follower.count_from(None, None)
    audit.record(Verb.REMOVED_MILESTONE, row, by=by, day=(row.falls_on, None))
    if row.kind in COLUMNS:
        setattr(wave, COLUMNS[row.kind], None)
    db.session.flush()
    db.session.delete(row)
    db.session.flush()
