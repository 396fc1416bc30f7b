"""The history of one stakeholder: what was said and by whom, as dated lines in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import joinedload

from engagement.accounts.models import Account
from engagement.db import db
from engagement.stakeholders.models import Stakeholder, StakeholderPlace, StakeholderProfile, StakeholderRemoval
from engagement.stakeholders.relations.models import StakeholderRelation
from engagement.stakeholders.relations.queries.former import ended_relations
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.queries.present import standings_of
from engagement.stakeholders.standings.rules import Standing, standing_words

EVERYBODY = true()


@dataclass(frozen=True)
class HistoryLine:
    """One step: when, by whom (None: the service), and what was said."""

    at: datetime
    by: str | None
    words: str


def history_of(
    stakeholder_id: int,
    visible_places: ColumnElement[bool],
    visible: ColumnElement[bool] = EVERYBODY,
    *,
    with_labels: bool = True,
) -> list[HistoryLine]:
    """Return the history of a stakeholder, newest first; of maps and relations only those to what is visible.

    Entries merged into this one tell theirs.

    Without labels nothing tells of levels or impact that are still stored, nor the reasons that may speak of them.
    """
    lines = _lines_of(stakeholder_id, visible_places, with_labels)
    for merged in db.session.scalars(select(Stakeholder).where(Stakeholder.merged_into_id == stakeholder_id)):
        theirs = _lines_of(merged.id, visible_places, with_labels, TAKEN_IN)
        lines += [HistoryLine(line.at, line.by, f"As “{merged.title}”: {line.words}") for line in _together(theirs)]
    lines += _related(stakeholder_id, ended_relations(stakeholder_id, visible))
    return _together(lines)


TAKEN_OFF, TAKEN_IN = "Taken off the map.", "Made one with this entry."


def _lines_of(
    stakeholder_id: int, visible_places: ColumnElement[bool], with_labels: bool, taken: str = TAKEN_OFF
) -> list[HistoryLine]:
    profiles = db.session.scalars(
        select(StakeholderProfile)
        .where(StakeholderProfile.stakeholder_id == stakeholder_id)
        .options(joinedload(StakeholderProfile.owner), joinedload(StakeholderProfile.said_by))
        .order_by(StakeholderProfile.id)
    ).all()
    places = db.session.scalars(
        select(StakeholderPlace)
        .where(StakeholderPlace.stakeholder_id == stakeholder_id, visible_places)
        .options(joinedload(StakeholderPlace.programme), joinedload(StakeholderPlace.wave))
        .order_by(StakeholderPlace.id)
    ).all()
    removals = db.session.scalars(
        select(StakeholderRemoval)
        .where(StakeholderRemoval.stakeholder_id == stakeholder_id)
        .order_by(StakeholderRemoval.id)
    ).all()
    stood = _stood(standings_of(stakeholder_id), with_labels)
    return [*_said(profiles), *_placed(places), *_removed(removals, taken), *stood]


def _together(lines: Sequence[HistoryLine]) -> list[HistoryLine]:
    """Return the lines, the newest first, with everything that one person said at one moment in one line."""
    steps = groupby(sorted(lines, key=lambda line: line.at, reverse=True), key=lambda line: (line.at, line.by))
    return [HistoryLine(at, by, " ".join(line.words for line in said)) for (at, by), said in steps]


def _said(profiles: Sequence[StakeholderProfile]) -> Iterator[HistoryLine]:
    for number, new in enumerate(profiles):
        old = profiles[number - 1] if number else None
        yield HistoryLine(new.said_at, _name(new.said_by), " ".join(_changes(old, new)))


def _changes(old: StakeholderProfile | None, new: StakeholderProfile) -> Iterator[str]:
    if old is None:
        yield f"Put among the {new.group.inside}."
    elif old.group is not new.group:
        yield f"Moved from {old.group.inside} to {new.group.inside}."
    if (old.owner_id if old else None) != new.owner_id:
        yield f"Looked after by {new.owner.name}." if new.owner else "Looked after by nobody."
    if (old.role if old else "") != new.role:
        yield f"Role: “{new.role}”" if new.role else "Role taken out."
    if (old.represents if old else "") != new.represents:
        yield f"Speaks for {new.represents}." if new.represents else "Speaks for nobody else any more."


def _stood(standings: Sequence[StakeholderStanding], with_labels: bool) -> Iterator[HistoryLine]:
    told = with_labels or not any(row.has_labels for row in standings)
    before = Standing()
    for row in standings:
        now = row.said(with_labels=with_labels)
        if words := standing_words(before, now):
            why = f" “{row.reason}”" if row.reason and told else ""
            yield HistoryLine(row.said_at, _name(row.said_by), f"{words}{why}")
        before = now


def _placed(places: Sequence[StakeholderPlace]) -> Iterator[HistoryLine]:
    for place in places:
        yield HistoryLine(place.added_at, _name(place.added_by), f"On the map of {_map_words(place)}.")
        if place.ended_at is not None:
            yield HistoryLine(place.ended_at, _name(place.ended_by), f"No longer on the map of {_map_words(place)}.")


def _map_words(place: StakeholderPlace) -> str:
    return place.wave.title if place.wave is not None else f"the whole of {place.programme.name}"


def _removed(removals: Sequence[StakeholderRemoval], taken: str) -> Iterator[HistoryLine]:
    for removal in removals:
        why = f" “{removal.reason}”" if removal.reason else ""
        yield HistoryLine(
            removal.removed_at, _name(removal.removed_by), f"{taken if removal.undone_at is None else TAKEN_OFF}{why}"
        )
        if removal.undone_at is not None:
            yield HistoryLine(removal.undone_at, _name(removal.undone_by), "Put back.")


def _related(stakeholder_id: int, ended: Sequence[StakeholderRelation]) -> Iterator[HistoryLine]:
    """Yield what was said of relations that have ended; those that hold stand on the page."""
    for row in ended:
        is_first = row.from_id == stakeholder_id
        kind, other = (row.kind.word, row.second) if is_first else (row.kind.backwards, row.first)
        yield HistoryLine(row.said_at, _name(row.said_by), f"{kind} {other.title}.")
        if row.ended_at is not None:
            yield HistoryLine(
                row.ended_at, _name(row.ended_by), f"No longer: {kind[0].lower()}{kind[1:]} {other.title}."
            )


def _name(account: Account | None) -> str | None:
    return account.name if account is not None else None
