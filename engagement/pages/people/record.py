"""What the page of one person shows of other rooms: only what its reader may see there, and the newest few of each.

A part is None where the reader may not see such things of anybody; empty, where there is nothing to see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.db import db
from engagement.mail.bounces.models import Suppression
from engagement.mail.bounces.queries import suppression_of
from engagement.mail.confirmations.queries import acknowledged_at
from engagement.mail.models import Delivery
from engagement.mail.queries import communications_to, subject_for
from engagement.mail.rules import READABLE
from engagement.pages.frame.formats import short_day, shortened, today
from engagement.pages.parts.learning_words import finished_words, learning_words
from engagement.people.models import Person
from engagement.people.queries import roles_of
from engagement.reach import Reach
from engagement.resistance.models import Concern
from engagement.resistance.queries import log_page, said_with_name
from engagement.resistance.scopes import concerns_within
from engagement.stakeholders.champions.queries import posts_of
from engagement.stakeholders.models import Champion, Stakeholder
from engagement.stakeholders.queries import StakeholderLine, lines_of, on_the_map
from engagement.stakeholders.scopes import places_within, stakeholders_within
from engagement.training.models import Completion, Module
from engagement.training.queries.counts import Count
from engagement.training.queries.history import finished_earlier
from engagement.training.queries.learning import LearningItem, learning_of, own_count
from engagement.training.queries.standing import asking_roles
from engagement.training.scopes import sees_learning
from engagement.waves.models import Wave
from engagement.waves.scopes import waves_within
from engagement.words import listed, plural

SHOWN = 5


@dataclass(frozen=True)
class MessageLine:
    """A message to them, and when they confirmed it."""

    delivery: Delivery
    subject: str
    confirmed_at: datetime | None

    @property
    def at(self) -> datetime:
        """When it was sent, tried or queued, whichever came last."""
        return self.delivery.sent_at or self.delivery.attempted_at or self.delivery.queued_at

    @property
    def is_unconfirmed(self) -> bool:
        """Whether it reached them, asks to be confirmed, and was not."""
        asks = self.delivery.mailing.asks_confirmation and self.delivery.state in READABLE
        return asks and self.confirmed_at is None


@dataclass(frozen=True)
class LearningLine:
    """A module that is asked of them, or that they finished; `score` in percent only for whoever may know it."""

    module: Module
    wave: Wave | None
    words: str
    is_late: bool = False
    asked_at: datetime | None = None
    score: int | None = None


@dataclass(frozen=True)
class Learning:
    """Their training as far as the reader sees it: open modules by due day, then finished ones.

    `nothing` says why there is none.
    """

    count: Count
    late: int
    lines: Sequence[LearningLine]
    nothing: str = ""

    @property
    def words(self) -> str:
        """How far they are, in a line; "" when nothing is asked."""
        if not self.count.assigned:
            return ""
        late = f", {self.late} overdue" if self.late else ""
        return f"{self.count.finished} of {plural(self.count.assigned, 'module', 'modules')} finished{late}"

    @property
    def shown(self) -> Sequence[LearningLine]:
        return self.lines[:SHOWN]

    @property
    def further(self) -> int:
        """How many modules are not shown."""
        return len(self.lines) - len(self.shown)


@dataclass(frozen=True)
class Record:
    """The parts of the page that come from other rooms."""

    messages: Sequence[MessageLine] | None
    stopped: Suppression | None
    learning: Learning
    posts: Sequence[tuple[Champion, str]] | None
    on_maps: Sequence[StakeholderLine] | None
    concerns: Sequence[tuple[Concern, str]] | None


def record_of(person: Person, reader: Reader) -> Record:
    """Return what a reader sees of somebody, in a fixed number of statements."""
    reading, maps, planning = rights.reading(reader), rights.reading_maps(reader), rights.planning(reader)
    on, reads_deliveries = today(), rights.reading_operation(reader).everything
    return Record(
        messages=_messages(person) if reads_deliveries else None,
        stopped=suppression_of(person.email) if reads_deliveries and person.email else None,
        learning=_learning(person, reading, rights.reading_scores(reader), on),
        posts=[(post, post_words(post, on)) for post in posts_of(person.id, waves_within(reading))]
        if reading.holds_places
        else None,
        on_maps=_on_maps(person, maps) if maps.holds_places else None,
        concerns=_concerns(person, planning) if planning.holds_places else None,
    )


def _messages(person: Person) -> list[MessageLine]:
    newest = communications_to(person.id, SHOWN)
    confirmed = acknowledged_at(newest)
    return [MessageLine(row, subject_for(row), confirmed.get(row.id)) for row in newest]


def _concerns(person: Person, planning: Reach) -> list[tuple[Concern, str]]:
    rows = log_page(said_with_name(person.id, concerns_within(planning)), 0, SHOWN)
    return [(row, shortened(row.text, 140)) for row in rows]


def _on_maps(person: Person, maps: Reach) -> list[StakeholderLine]:
    theirs = select(Stakeholder).where(Stakeholder.person_id == person.id, stakeholders_within(maps), on_the_map())
    return lines_of(theirs, places_within(maps))


def _learning(person: Person, reading: Reach, scores: Reach, on: date) -> Learning:
    asked = learning_of(person.id, on)
    earlier = [(each.completion, each.wave) for each in finished_earlier(person.id, {item.module.id for item in asked})]
    items = [item for item in asked if sees_learning(reading, person, item.wave)]
    finished = [(item.completion, item.wave) for item in items if item.completion]
    finished += [(completion, wave) for completion, wave in earlier if sees_learning(reading, person, wave)]
    finished.sort(key=lambda each: each[0].completed_at, reverse=True)
    lines = [_open_line(item) for item in items if not item.completed and not item.is_optional]
    lines += [_finished_line(*each, sees_learning(scores, person, each[1])) for each in finished]
    nothing = "" if lines else _nothing_asked(person)
    return Learning(own_count(items), sum(item.is_overdue for item in items), lines, nothing)


def _nothing_asked(person: Person) -> str:
    if person.has_left:
        return "Nothing that you see was asked of them."
    roles = roles_of([person.id]).get(person.id, [])
    if not roles:
        return "Nothing is asked of them until they have a training role."
    asking = set(db.session.scalars(asking_roles()))
    if asking.isdisjoint(roles):
        return f"Nothing yet: there is nothing to learn for {listed([role.word for role in roles])} so far."
    return "No wave that you see asks anything of them."


def _open_line(item: LearningItem) -> LearningLine:
    asked_at = item.assignment.assigned_at if item.assignment else None
    return LearningLine(item.module, item.wave, learning_words(item), item.is_overdue, asked_at)


def _finished_line(completion: Completion, wave: Wave | None, with_score: bool) -> LearningLine:
    words = finished_words(completion)
    return LearningLine(completion.module, wave, words, score=completion.score if with_score else None)


def post_words(post: Champion, on: date) -> str:
    """Say since when, from when or until when somebody is a champion."""
    if post.person.left_at is not None:
        return "until they left"
    if post.until_on is not None and post.until_on <= on:
        return f"until {short_day(post.until_on)}"
    begins = f"since {short_day(post.from_on)}" if post.from_on <= on else f"from {short_day(post.from_on)}"
    return f"{begins} until {short_day(post.until_on)}" if post.until_on else begins
