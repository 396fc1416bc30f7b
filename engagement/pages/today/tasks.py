"""What needs the reader now, gathered from calendar, resistance log, ownership, waves and leavers, grouped by its reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from engagement.accounts import access, concern_access, training_access
from engagement.accounts.addresses.queries import Waiting, waiting_sign_ins
from engagement.accounts.reader import Reader
from engagement.communications import queries as calendar
from engagement.communications.models import Occurrence
from engagement.communications.subjects import subjects_shown
from engagement.pages.frame import guard
from engagement.pages.frame.formats import day, here_today, moment, short_day, shortened
from engagement.pages.training.leftovers import moved
from engagement.privacy.holding import HeldTotals, held_by_leavers
from engagement.reports.attention import waves_with_roleless_members
from engagement.reports.queries import ownership_needed
from engagement.resistance import queries as resistance
from engagement.resistance.models import Concern
from engagement.training import queries as training
from engagement.waves.models import Wave
from engagement.words import plural

#: So many tasks of one reason are shown; a link leads to the rest.
MOST_OF_A_KIND = 4


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
    """Tasks with one reason in common; `count` is of all of them, `more_url` leads to those that are not shown."""

    title: str
    count: int
    tasks: Sequence[Task]
    more_url: str = ""

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.tasks)


def task_groups(reader: Reader, visible: Sequence[Wave], on: date) -> list[TaskGroup]:
    """Return everything that needs the reader, the reason that can wait least first, without empty groups."""
    planned = [wave for wave in visible if access.may_plan_wave(reader, wave.programme_id, wave.id)]
    groups = [
        *_messages(calendar.needs_attention(reader)),
        *_concerns(reader),
        _old_training(reader),
        _ownership([w for w in planned if access.may_plan_programme(reader, w.programme_id)], on),
        _roles(planned),
        _left(reader),
        _sign_ins(reader),
    ]
    return [group for group in groups if group.count]


def _messages(waiting: calendar.NeedsAttention) -> list[TaskGroup]:
    every = url_for("calendar.index")
    kinds = (waiting.approvals, waiting.held, waiting.late_drafts, waiting.missed, waiting.unreached)
    subjects = subjects_shown(message for messages in kinds for message in messages[:MOST_OF_A_KIND])

    def group(title: str, messages: Sequence[Occurrence], reason: str, button: str, *, is_late: bool) -> TaskGroup:
        tasks = [
            _message_task(message, subjects[message.id], reason, button, is_late)
            for message in messages[:MOST_OF_A_KIND]
        ]
        return TaskGroup(title, len(messages), tasks, every)

    return [
        group(
            "Waiting for your approval",
            waiting.approvals,
            "Without an approval it is held.",
            "Read and approve",
            is_late=False,
        ),
        group("Held, and waiting for a decision", waiting.held, "Send it, move it or skip it.", "Decide", is_late=True),
        group("Not written yet", waiting.late_drafts, "The draft was to be ready by now.", "Write it", is_late=False),
        group("Never sent", waiting.missed, "Its time passed while it was not approved.", "Decide", is_late=True),
        group("Went to nobody", waiting.unreached, "Its audience was empty when it was sent.", "See why", is_late=True),
    ]


def _message_task(message: Occurrence, subject: str, reason: str, button: str, is_late: bool) -> Task:
    communication = message.communication
    due = f"was due {moment(message.sends_at)}" if is_late else f"goes out {moment(message.sends_at)}"
    to_whom = f"To {communication.audience.name}, {due}."
    return Task(
        subject,
        f"{to_whom} {reason}",
        url_for("calendar.occurrence", occurrence_id=message.id),
        button,
    )


def _concerns(reader: Reader) -> list[TaskGroup]:
    on, country = here_today(), guard.organisation().country
    waiting = resistance.needs_answer(concern_access.concern_waves(reader), on, country, limit=MOST_OF_A_KIND)
    return [
        TaskGroup(
            "Concerns that nobody has read",
            waiting.unread_count,
            [_concern_task(row, row.acknowledge_by(country), "read", "Read it", on) for row in waiting.unread],
            url_for("concerns.index", status="received"),
        ),
        TaskGroup(
            "Answers past their date",
            waiting.late_count,
            [_concern_task(row, row.answer_by(country) or on, "answered", "Answer it", on) for row in waiting.late],
            url_for("concerns.index", status="late"),
        ),
    ]


def _concern_task(concern: Concern, by_on: date, promised: str, button: str, on: date) -> Task:
    where = f", wave {concern.wave.number}" if concern.wave else ""
    owner = f" {concern.owner.name} works on it." if concern.owner else ""
    return Task(
        f"“{shortened(concern.text, 90)}”",
        f"{concern.source.word}{where}. Promised to be {promised} by {day(by_on)}.{owner}",
        url_for("concerns.concern", concern_id=concern.id),
        button,
        late=f"{plural((on - by_on).days, 'day', 'days')} late." if on > by_on else "",
    )


def _ownership(planned: Sequence[Wave], on: date) -> TaskGroup:
    needed = ownership_needed(planned, on)
    tasks = [
        Task(
            decision.title,
            decision.reason,
            url_for("waves.ownership", workflow_id=decision.workflow_id),
            "Name somebody",
        )
        for decision in needed[:MOST_OF_A_KIND]
    ]
    return TaskGroup("Ownership is vacant", len(needed), tasks, url_for("waves.index"))


def _old_training(reader: Reader) -> TaskGroup:
    """What people who moved had not finished, by move; the clock decides where nobody does."""
    found = training.moves(training_access.old_training_decided(reader))
    tasks = [
        Task(
            f"{plural(move.people, 'person', 'people')}: {moved(move)}",
            f"Keep {move.wave.title}, as {move.role.word.lower()}, or let it go. Without a decision it is let go from "
            f"{short_day(move.decide_by)}.",
            url_for("training.leftovers", move=move.key),
            "Decide",
        )
        for move in found[:MOST_OF_A_KIND]
    ]
    return TaskGroup(
        "Moved or changed role before training was finished", len(found), tasks, url_for("training.leftovers")
    )


def _roles(planned: Sequence[Wave]) -> TaskGroup:
    found = waves_with_roleless_members(planned)
    tasks = [
        Task(
            f"{plural(line.number, 'person', 'people')} in {line.wave.title} without a training role",
            f"They get no training until they have one. Go-live is {short_day(line.wave.go_live_on)}.",
            url_for("waves.members", wave_id=line.wave.id, role="none"),
            "Give roles",
        )
        for line in found[:MOST_OF_A_KIND]
    ]
    return TaskGroup("Without a training role", len(found), tasks, url_for("waves.index"))


def _left(reader: Reader) -> TaskGroup:
    """What people who left still hold, as one task: the list has them all, with a way for each thing."""
    totals = held_by_leavers() if access.may_change_people(reader) else HeldTotals(0, 0)
    task = Task(
        f"{plural(totals.people, 'person', 'people')} who left still {'holds' if totals.people == 1 else 'hold'} "
        f"{plural(totals.things, 'thing', 'things')}",
        "What they hold waits for somebody else.",
        url_for("people.leavers"),
        "Give it to others",
    )
    return TaskGroup("Left, and still holding something", 1 if totals.people else 0, [task])


def _sign_ins(reader: Reader) -> TaskGroup:
    """Sign-ins whose address or return an administrator has to confirm."""
    waiting = waiting_sign_ins() if access.may_administer(reader) else []
    tasks = [
        Task(
            row.account.name,
            _why_it_waits(row),
            url_for("admin.waiting_sign_ins"),
            "Look at it",
        )
        for row in waiting[:MOST_OF_A_KIND]
    ]
    return TaskGroup("Sign-ins that wait for you", len(waiting), tasks, url_for("admin.waiting_sign_ins"))


def _why_it_waits(row: Waiting) -> str:
    asked = " Somebody asked for a link there; none was sent." if row.account.link_asked_at else ""
    if row.has_returned:
        return f"Back again; the sign-in {row.former} is ended until you decide.{asked}"
    return f"Signs in with {row.former}; the directory has {row.address}.{asked}"
