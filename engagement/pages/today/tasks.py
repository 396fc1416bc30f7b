"""What needs the reader, in the words of the page: sentences in the reader's zone, addresses and buttons, grouped by reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from engagement.accounts.addresses.queries import Waiting
from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.attention.queries.holding import HeldTotals
from engagement.attention.queries.need import (
    ConsultationWaiting,
    GateWaiting,
    Need,
    Needed,
    StoppedAddresses,
    ViewWaiting,
    WaitingMail,
)
from engagement.attention.queries.oversight import OversightLapsed
from engagement.attention.queries.ownership import Vacancy
from engagement.attention.queries.waves import MissingCurriculum, RolelessMembers, WaveTraining, is_close
from engagement.attention.rules import NEAR_DAYS, TRAINING_BEGINS_DAYS, Reason
from engagement.communications.models import Occurrence
from engagement.pages.frame.formats import day, moment, short_day, shortened
from engagement.pages.parts.places import address_of
from engagement.pages.today.stakeholder_words import (
    contact_words,
    gone_words,
    next_step_words,
    promise_words,
    step_words,
)
from engagement.pages.today.workflow_words import workflow_words
from engagement.pages.training.leftovers import moved
from engagement.programmes.models import Workflow
from engagement.programmes.scopes import reaches_programme
from engagement.resistance.models import Concern
from engagement.set_aside import SetAside
from engagement.stakeholders.chain.queries import BrokenChain
from engagement.stakeholders.commitments.models import Commitment
from engagement.stakeholders.leadership.queries import StepShown
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.rhythm.rules import LastContact
from engagement.training.queries.leftovers import Move
from engagement.value.queries.present import MetricShown
from engagement.waves.models import Wave
from engagement.waves.scopes import reaches_wave
from engagement.words import days_away, listed, plural

#: The button of each task, and the page that lists the rest of its kind; None if there is only one.
ENDS: dict[Reason, tuple[str, tuple[str, dict[str, Any]] | None]] = {
    Reason.GATE: ("Decide", None),
    Reason.REOPENED: ("Look at it", ("waves.index", {})),
    Reason.CONDITION: ("Say what was done", None),
    Reason.JUDGE: ("Judge it", None),
    Reason.APPROVAL: ("Read and approve", ("calendar.index", {})),
    Reason.SENT_BACK: ("Change it", ("calendar.index", {})),
    Reason.HELD: ("Decide", ("calendar.index", {})),
    Reason.SET_ASIDE: ("Look at it", ("admin.jobs", {})),
    Reason.UNWRITTEN: ("Write it", ("calendar.index", {})),
    Reason.MISSED: ("Decide", ("calendar.index", {})),
    Reason.UNREACHED: ("See why", ("calendar.index", {})),
    Reason.UNREAD: ("Read it", ("concerns.index", {"status": "received"})),
    Reason.UNANSWERED: ("Answer it", ("concerns.index", {"status": "late"})),
    Reason.PROMISE: ("Say what came of it", ("stakeholders.promises", {"state": "late"})),
    Reason.NO_NEXT_STEP: ("Plan a next step", ("stakeholders.index", {})),
    Reason.STAKEHOLDER_GONE: ("Open their entry", ("stakeholders.index", {})),
    Reason.CONTACT: ("Be in touch", ("stakeholders.index", {})),
    Reason.CONSULTATION: ("Look at it", ("consultations.index", {})),
    Reason.READING_DUE: ("Enter it", None),
    Reason.MAIL_IN: ("Assign it", None),
    Reason.OLD_TRAINING: ("Decide", ("training.leftovers", {})),
    Reason.VACANCY: ("Name somebody", ("waves.index", {})),
    Reason.OVERSIGHT: ("Look at the roster", ("waves.index", {})),
    Reason.REVIEW: ("Look at it again", ("waves.index", {})),
    Reason.GO_LIVE_PASSED: ("See the wave", ("waves.index", {})),
    Reason.NONE_TRAINED: ("See who", ("waves.index", {})),
    Reason.TRAINING_BEHIND: ("See who", ("waves.index", {})),
    Reason.NO_TRAINING: ("See why", ("waves.index", {})),
    Reason.NO_CURRICULUM: ("See the curriculum", ("training.index", {})),
    Reason.NO_ROLE: ("Give roles", ("waves.index", {})),
    Reason.BROKEN_CHAIN: ("See the chain", ("stakeholders.chain", {})),
    Reason.SPONSORS_VIEW: ("Say it", ("waves.index", {})),
    Reason.OWN_STEP: ("Open it", ("stakeholders.leadership", {})),
    Reason.SPONSORS_STEP: ("Look at it", ("stakeholders.leadership", {"stands": "missed"})),
    Reason.BOUNCING: ("Look at them", None),
    Reason.LEAVERS: ("Give it to others", None),
    Reason.SIGN_IN: ("Look at it", ("admin.waiting_sign_ins", {})),
}
#: Why a message waits; comes after its readers and its time.
WHY_IT_WAITS = {
    Reason.APPROVAL: "Without an approval it is held.",
    Reason.SENT_BACK: "Its approver says what to change.",
    Reason.HELD: "Send it, move it or skip it.",
    Reason.UNWRITTEN: "The draft was to be ready by now.",
    Reason.MISSED: "Its time passed while it was not approved.",
    Reason.UNREACHED: "Its audience was empty when it was sent.",
}
_STILL_AHEAD = (Reason.APPROVAL, Reason.SENT_BACK, Reason.UNWRITTEN)


@dataclass(frozen=True)
class Task:
    """One thing to do: a sentence, why, what is late about it, and the one button."""

    title: str
    reason: str
    url: str
    button: str
    late: str = ""


@dataclass(frozen=True)
class TaskGroup:
    """Tasks with the same reason; `count` includes those that are not shown, and `more_url` leads to them."""

    title: str
    count: int
    tasks: Sequence[Task]
    more_url: str = ""

    @property
    def more(self) -> int:
        return self.count - len(self.tasks)


def task_groups(needed: Sequence[Needed], on: date) -> list[TaskGroup]:
    """Return what needs the reader, grouped by reason; days count in the reader's zone."""
    return [_group(each, on) for each in needed]


def calm_words(reader: Reader, visible: Sequence[Wave], on: date) -> str:
    """When nothing needs the reader, say what is in order: only what was looked at."""
    planning = rights.planning(reader)
    planned = [wave for wave in visible if wave.status.is_open and reaches_wave(planning, wave)]
    if not planned:
        return (
            "Messages are approved or not due, and concerns are read and answered in time. No wave that you plan is under way, "
            "so nothing is known yet of training and ownership."
        )
    parts = ["Messages are approved or not due", "concerns are read and answered in time"]
    if all(reaches_programme(planning, wave.programme) for wave in planned):
        parts.append(f"every workflow that is in use or goes live within {NEAR_DAYS} days has its owners")
    if not any(is_close(wave, on) for wave in planned):
        return f"{_clauses(parts)}. No wave goes live within {TRAINING_BEGINS_DAYS} days, so training is not looked at yet."
    return f"{_clauses([*parts, 'people have training to do in each wave that is live or soon will be'])}."


def _clauses(parts: Sequence[str]) -> str:
    return f"{', '.join(parts[:-1])}, and {parts[-1]}"


def _group(needed: Needed, on: date) -> TaskGroup:
    more = ENDS[needed.reason][1]
    tasks = [_task(need, on) for need in needed.first]
    return TaskGroup(needed.reason.word, needed.count, tasks, url_for(more[0], **more[1]) if more else "")


def _task(need: Need, on: date) -> Task:
    title, why = _said(need, on)
    is_promise = isinstance(need.subject, Concern | Commitment | LastContact) and need.days_late
    late = f"{plural(need.days_late, 'day', 'days')} late." if is_promise else ""
    return Task(title, why, address_of(need.place, need.key), ENDS[need.reason][0], late)


def _said(need: Need, on: date) -> tuple[str, str]:
    """Return what is to be done and why."""
    subject = need.subject
    match subject:
        case Occurrence():
            return need.name, _message_words(need, subject)
        case Concern():
            return f"“{shortened(subject.text, 90)}”", _concern_words(need, subject)
        case Commitment():
            return f"“{shortened(subject.text, 90)}”", promise_words(need, subject, on)
        case Stakeholder() as stakeholder if need.reason is Reason.STAKEHOLDER_GONE:
            return gone_words(stakeholder)
        case ConsultationWaiting() | WaitingMail() | GateWaiting() | ViewWaiting():
            return need.name, subject.words
        case MetricShown():
            return (
                need.name,
                f"{subject.metric.workflow.name}: {subject.latest_words}. {subject.metric.every.word} it is read.",
            )
        case LastContact():
            return need.name, contact_words(need, subject)
        case Stakeholder():
            return need.name, next_step_words(need)
        case Vacancy():
            return subject.title, subject.why
        case OversightLapsed() | Workflow():
            return need.name, workflow_words(need, on)
        case WaveTraining():
            return need.name, _wave_words(subject, on)
        case MissingCurriculum():
            return _curriculum_words(subject)
        case RolelessMembers():
            return _roleless_words(need, subject)
        case Move():
            return _move_words(subject)
        case StoppedAddresses():
            return _stopped_words(subject)
        case HeldTotals():
            return _leavers_words(subject)
        case SetAside():
            return need.name, f"{subject.reason} Nothing more is done with it until you have it tried again."
        case BrokenChain():
            return need.name, f"{subject.words} It goes live on {short_day(subject.wave.go_live_on)}."
        case StepShown():
            return need.name, step_words(need, subject, on)
        case Waiting():
            return need.name, _sign_in_words(subject)


def _message_words(need: Need, message: Occurrence) -> str:
    is_ahead = need.reason in _STILL_AHEAD
    due = f"{'goes out' if is_ahead else 'was due'} {message.when if message.is_kept else moment(message.sends_at)}"
    return f"To {message.communication.audience.name}, {due}. {WHY_IT_WAITS[need.reason]}"


def _concern_words(need: Need, concern: Concern) -> str:
    where = f", wave {concern.wave.number}" if concern.wave else ""
    owner = f" {concern.owner.name} works on it." if concern.owner else ""
    promised = "read" if need.reason is Reason.UNREAD else "answered"
    return f"{concern.source.word}{where}. Promised to be {promised} by {day(need.by)}.{owner}"


def _wave_words(found: WaveTraining, on: date) -> str:
    go_live, figures = short_day(found.wave.go_live_on), found.figures
    if found.reason is Reason.GO_LIVE_PASSED:
        return f"It was to go live on {go_live} and has not. {figures}."
    if found.reason is Reason.NONE_TRAINED:
        return f"{figures}. It is live since {go_live}."
    due = f", which is due by {short_day(found.due_on)}" if found.reason is Reason.TRAINING_BEHIND else ""
    return f"{figures}{due}. It goes live on {go_live}, {days_away(found.wave.go_live_on, on)}."


def _curriculum_words(found: MissingCurriculum) -> tuple[str, str]:
    first, waves = found.waves[0], listed(f"wave {wave.number}" for wave in found.waves)
    goes = "goes live on" if first.status.is_ahead else "is live since"
    have = f"{plural(found.people, 'person', 'people')} in {waves} {'has' if found.people == 1 else 'have'} this role"
    return (
        f"{found.role.word}: nothing to learn yet",
        f"{have}; wave {first.number} {goes} {short_day(first.go_live_on)}.",
    )


def _move_words(move: Move) -> tuple[str, str]:
    keep = f"Keep {move.wave.title}, as {move.role.word.lower()}, or let it go."
    return (
        f"{plural(move.people, 'person', 'people')}: {moved(move)}",
        f"{keep} Without a decision it is let go from {short_day(move.decide_by)}.",
    )


def _roleless_words(need: Need, found: RolelessMembers) -> tuple[str, str]:
    why = f"They get no training until they have one. Go-live is {short_day(found.wave.go_live_on)}."
    return f"{plural(found.people, 'person', 'people')} in {need.name} without a training role", why


def _stopped_words(stopped: StoppedAddresses) -> tuple[str, str]:
    gets = "address gets" if stopped.number == 1 else "addresses get"
    way_on = "Mail to them came back. Correct the address, or let it get mail again once it works."
    return f"{stopped.number:,} {gets} nothing any more", way_on


def _leavers_words(totals: HeldTotals) -> tuple[str, str]:
    people, things = plural(totals.people, "person", "people"), plural(totals.things, "thing", "things")
    still = "holds" if totals.people == 1 else "hold"
    return f"{people} who left still {still} {things}", "What they hold waits for somebody else."


def _sign_in_words(row: Waiting) -> str:
    asked = " Somebody asked for a link there; none was sent." if row.account.link_asked_at else ""
    if row.has_returned:
        return f"Back again; the sign-in {row.former} is ended until you decide.{asked}"
    return f"Signs in with {row.former}; the directory has {row.address}.{asked}"
