"""The words of “My change” about a person's waves: heading, answers about their work, and dates in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from engagement.pages.frame.formats import day, local_day, short_day, today
from engagement.people.models import Person
from engagement.programmes.models import Workflow
from engagement.programmes.scope.rules import StatementFor
from engagement.stakeholders.champions.queries import champion_posts, champions_of_wave
from engagement.stakeholders.models import Champion
from engagement.training.queries.learning import LearningItem
from engagement.training.scope_answers.queries import OwnStatement, own_statements
from engagement.waves import queries as waves
from engagement.waves.models import Wave
from engagement.words import listed


@dataclass(frozen=True)
class Part:
    """A statement that the reader reads; `role` names the role that it is for, "" if it is for all."""

    own: OwnStatement
    role: str


@dataclass(frozen=True)
class WorkflowChange:
    """What one workflow changes for the reader, and the wave that brings it."""

    workflow: Workflow
    wave: Wave
    parts: list[Part]

    @property
    def open_parts(self) -> list[Part]:
        """What the reader still has to confirm: only waves that are not over ask for it."""
        return [part for part in self.parts if part.own.is_open] if self.wave.status.is_open else []


@dataclass(frozen=True)
class Step:
    """A dated thing on the path; `state` is done, now, go or empty."""

    day_words: str
    text: str
    state: str


@dataclass(frozen=True)
class ChampionPost:
    """The reader as a champion: wave, department, since when, and the other champions of the wave."""

    post: Champion
    others: Sequence[Champion]


@dataclass(frozen=True)
class Change:
    """Everything that the page says about a person's waves; without waves, only the heading and the lede."""

    title: str
    lede: str
    waves: list[Wave]
    workflows: list[WorkflowChange]
    steps: list[Step]

    @property
    def to_confirm(self) -> list[Part]:
        """The statements that the reader still has to confirm."""
        return [part for change in self.workflows for part in change.open_parts]


def change_of(person: Person, items: Sequence[LearningItem], sent: Sequence[tuple[datetime | None, str]]) -> Change:
    """Return what changes for a person; `sent` are the newest messages to them, with their times."""
    every = waves.waves_of_person(person.id)
    shown = [wave for wave in every if wave.status.is_open] or every
    if not shown:
        return Change("Your work", "", [], [], [])
    found = waves.workflows_of_waves([wave.id for wave in shown])
    own = own_statements(person.id, {workflow.id for workflows in found.values() for workflow in workflows})
    first: dict[int, WorkflowChange] = {}
    for wave in shown:
        for workflow in found.get(wave.id, []):
            parts = [part_of(each) for each in own.get(workflow.id, [])]
            first.setdefault(workflow.id, WorkflowChange(workflow, wave, parts))
    return Change(_title(shown), _lede(shown, found), shown, list(first.values()), _steps(shown, found, items, sent))


def champion_posts_of(person: Person) -> list[ChampionPost]:
    """Return the waves that a person is a champion of today, each with the other champions."""
    on = today()
    return [
        ChampionPost(post, [other for other in champions_of_wave(post.wave_id, on) if other.person_id != person.id])
        for post in champion_posts(person.id, on)
    ]


def part_of(own: OwnStatement) -> Part:
    """Return a statement as its reader reads it."""
    role = own.statement.role
    return Part(own, "" if role is StatementFor.EVERYBODY else role.word.lower())


def _next(shown: list[Wave]) -> Wave:
    """Return the wave that goes live next, else the last that did."""
    return next((wave for wave in shown if wave.go_live_on >= today()), shown[-1])


def _title(shown: list[Wave]) -> str:
    wave = _next(shown)
    word = "from" if wave.go_live_on >= today() else "since"
    return f"Your work {word} {short_day(wave.go_live_on)}"


def _lede(shown: list[Wave], found: dict[int, list[Workflow]]) -> str:
    wave = _next(shown)
    names = listed([workflow.name for workflow in found.get(wave.id, [])])
    lies_ahead = wave.go_live_on >= today()
    verb = (
        ("starts" if lies_ahead else "started")
        if len(found.get(wave.id, [])) < 2
        else ("start" if lies_ahead else "started")
    )
    first = f"{names or wave.name} {verb} for you on {day(wave.go_live_on)}."
    more = " ".join(workflow.summary.strip() for workflow in found.get(wave.id, []) if workflow.summary.strip())
    moved = waves.moves_of_waves([wave.id]).get(wave.id) if lies_ahead else None
    if moved:
        first += f" That was to be {day(moved[0].from_on)}; it moved: {moved[0].reason.rstrip('.')}."
    others = [other.name for other in shown if other is not wave]
    also = f" You are also in {listed(others)}." if others else ""
    return f"{first} {more}".strip() + also


def _steps(
    shown: list[Wave],
    found: dict[int, list[Workflow]],
    items: Sequence[LearningItem],
    sent: Sequence[tuple[datetime | None, str]],
) -> list[Step]:
    now, moves = today(), waves.moves_of_waves([wave.id for wave in shown])
    dated: list[tuple[date, Step]] = []
    for wave in shown:
        asked = [item for item in items if item.wave is not None and item.wave.id == wave.id]
        if asked:
            needed = [item for item in asked if item.is_needed]
            due = min(item.due_on or wave.training_due_on for item in needed or asked)
            text = "Your training is due" if needed else "Your training is finished"
            dated.append((due, Step(_words(due), text, _state(due) if needed else "done")))
        names = listed([workflow.name for workflow in found.get(wave.id, [])]) or wave.name
        moved = moves.get(wave.id) if wave.go_live_on >= now else None
        former = f" (moved from {short_day(moved[0].from_on)}: {moved[0].reason})" if moved else ""
        start = "start" if len(found.get(wave.id, [])) > 1 else "starts"
        text = f"{names} {start}{former}" if wave.go_live_on >= now else f"{names} started"
        state = "go" if wave.go_live_on >= now else "done"
        dated.append((wave.go_live_on, Step(_words(wave.go_live_on), text, state)))
        quiet = wave.stabilises_until_on
        if quiet is not None:
            is_over = quiet < now
            words = "Quiet period ended" if is_over else "Quiet period: nothing else new is asked of you"
            dated.append((quiet, Step(f"to {short_day(quiet)}", words, "done" if is_over else "")))
    for at, subject in sent:
        if at is not None:
            on = local_day(at)
            dated.append((on, Step(_words(on), f"Message: {subject}", "now" if on == now else "done")))
    return [step for _, step in sorted(dated, key=lambda entry: entry[0])]


def _words(on: date) -> str:
    return "Today" if on == today() else short_day(on)


def _state(on: date) -> str:
    return "now" if on == today() else ""
