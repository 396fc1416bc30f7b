"""What the pages of readiness show of criteria and gates: how each is known, who may change it, and where the list behind stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.db import db
from engagement.pages.frame import guard
from engagement.pages.frame.formats import day, today
from engagement.pages.readiness.links import Link, link_of
from engagement.people.models import Person
from engagement.readiness.criteria.queries.counting import WaveCounts
from engagement.readiness.criteria.queries.standing import Standing, WaveStanding
from engagement.readiness.criteria.rules import percent_words
from engagement.readiness.gate.models import GateCondition
from engagement.readiness.gate.queries.present import Gate
from engagement.readiness.scopes import may_judge, may_set, may_settle
from engagement.training.queries.counts import Count, parts_told
from engagement.waves.models import Wave
from engagement.waves.scopes import waves_within
from engagement.words import days_away


@dataclass(frozen=True)
class Shown:
    """A criterion as its page shows it: with how it is known, the way to the list behind, and the way to change it."""

    standing: Standing
    how: str
    link: Link | None
    may_change: bool

    @property
    def said_by(self) -> str:
        """Who wrote its reason, "" where the service counts it."""
        judged = self.standing.judgement
        return (judged.judged_by.name if judged.judged_by else "The service") if judged else ""


@dataclass(frozen=True)
class Group:
    """How far one group of learners is; `count` is None where it is not told."""

    name: str
    count: Count | None


def shown(reader: Reader, wave: Wave, standing: Standing) -> Shown:
    """Return a criterion as a reader sees it."""
    planning, may_change = rights.planning(reader), False
    if wave.status.is_open:
        may_change = may_set(planning, standing.kind, wave)
        if standing.terms is not None and not standing.kind.is_counted:
            may_change = may_change or may_judge(planning, rights.judging(reader), standing.terms, wave)
    return Shown(standing, _how(standing), link_of(reader, wave, standing), may_change)


def _how(standing: Standing) -> str:
    if standing.left_out and standing.terms is not None:
        who = standing.terms.said_by.name if standing.terms.said_by else "the service"
        return f"Taken out by {who}, {day(standing.terms.said_at)}"
    if not standing.kind.is_counted:
        judged = standing.judgement
        if judged is None:
            return "To be judged"
        who = judged.judged_by.name if judged.judged_by else "the service"
        return f"Judged by {who}, {day(judged.judged_at)}"
    if standing.met is None or standing.total is None:
        return "Computed"
    return f"Computed: {standing.met:,} of {standing.total:,}, {percent_words(standing.met, standing.total)}"


def people_shown(reader: Reader, gate: Gate, standing: WaveStanding) -> list[Person]:
    """Return whose names a gate shows the reader: who decides, sees to a criterion or meets a condition; and the leads of waves that they oversee."""
    wave = gate.wave
    leads = db.session.scalars(
        select(Person)
        .join(Wave, Wave.lead_id == Person.id)
        .where(Wave.programme_id == wave.programme_id, waves_within(rights.overseeing(reader)))
    )
    owners = (each.owner for each in standing.criteria if each.owner is not None)
    found = [*gate.approvers, *owners, *(row.owner for row in gate.conditions), *leads]
    return list({person.id: person for person in found}.values())


def lede(wave: Wave) -> str:
    """Say when a wave goes live, or went."""
    if wave.status.is_ahead:
        return f"{wave.title} goes live on {day(wave.go_live_on)}, {days_away(wave.go_live_on, today())}."
    return f"{wave.title} is {wave.status.word.lower()}. Its go-live was set for {day(wave.go_live_on)}."


def groups_of(counts: WaveCounts, floor: int | None) -> list[Group]:
    """Return how far friendly users and everybody else are with their training; nothing without friendly users.

    With a floor no group is told from which few people could be recognised.
    """
    friendly, trained, all_friendly = counts.friendly, counts.trained, counts.friendly.together
    if not all_friendly.assigned:
        return []
    others = Count(trained.assigned - all_friendly.assigned, trained.finished - all_friendly.finished)
    groups = {
        "Champions": friendly.champions,
        "Volunteers: marked as in it of their own will": friendly.volunteers,
        "Pilot users: in a wave that is live already": friendly.pilots,
        "Everybody else": others,
    }
    told = groups if floor is None else parts_told(groups, trained.assigned, floor)
    return [Group(name, count) for name, count in told.items()]


@dataclass(frozen=True)
class Condition:
    """A condition of a decision, whether the reader may settle it, whether it is asked no more, and whether its day has passed."""

    row: GateCondition
    may_settle: bool
    is_dropped: bool = False

    @property
    def is_late(self) -> bool:
        return self.row.is_open and not self.is_dropped and self.row.due_on < today()


def conditions_shown(rows: Sequence[GateCondition], *, are_asked: bool = True) -> list[Condition]:
    """Return conditions as the reader sees them; those of a decision that another replaced are asked no more."""
    if not are_asked:
        return [Condition(each, may_settle=False, is_dropped=each.is_open) for each in rows]
    planning, judging = rights.planning(guard.reader()), rights.judging(guard.reader())
    return [Condition(each, each.is_open and may_settle(planning, judging, each)) for each in rows]
