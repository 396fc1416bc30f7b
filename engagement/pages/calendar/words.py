"""The sentences on the page of one message: its state, when it reaches whom, in which languages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from engagement import clock
from engagement.communications.models import Occurrence
from engagement.communications.queries.letters import asks_confirmation
from engagement.communications.queries.one_message import OccurrencePage
from engagement.communications.queries.previews import Preview
from engagement.communications.queries.quiet import QuietReaders
from engagement.communications.queries.readers import DeliveryPlan, LaterReaders
from engagement.communications.rules import OccurrenceStatus
from engagement.mail.queries import Waiting
from engagement.mail.rules import DeliveryState
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.people.rules import TrainingRole
from engagement.readiness.gate.queries.present import Gate
from engagement.readiness.gate.rules import holds_words
from engagement.words import (
    count,
    day_words,
    language_words,
    moment_words,
    plural,
    short_day_words,
    weekday_word,
    zone_words,
)

MOST_GROUPS = 12
#: The heading above the reason why a message did not go out as planned, and its tone.
REASONS = {
    OccurrenceStatus.HELD: ("This message is held. It goes out when somebody decides so.", "bad"),
    OccurrenceStatus.MISSED: ("This message has not gone out.", "bad"),
    OccurrenceStatus.SKIPPED: ("This message is left out.", ""),
}


def reason_above(page: OccurrencePage) -> tuple[str, str]:
    """Return the heading above the reason of a message, and its tone."""
    status = page.occurrence.status
    if status is OccurrenceStatus.HELD and page.approval is None:
        return "This message is held. It needs approval again.", "bad"
    return REASONS.get(status, (status.word, "warn"))


def when_words(row: Occurrence) -> str:
    """Say when a message goes out: in the reader's zone, and also in its own when that shows another time."""
    if row.is_kept:
        return row.when
    mine, own = guard.reader().timezone, row.communication.timezone
    words = moment_words(row.sends_at, mine)
    local, theirs = (row.sends_at.astimezone(ZoneInfo(zone)) for zone in (mine, own))
    if local.replace(tzinfo=None) == theirs.replace(tzinfo=None):
        return words
    return f"{words} ({weekday_word(theirs.weekday())} {theirs:%H:%M} by its own clock, {zone_words(own)})"


def stuck_words(row: Occurrence) -> str:
    """Say what to do when nobody can approve a message."""
    approver = row.communication.approver
    if approver is None:
        return (
            "Its text is by everybody who plans this programme. Name an approver in the communication, or ask an administrator to let "
            "somebody else plan it."
        )
    why = "wrote it or asked for it" if approver.is_active else "can’t sign in any more"
    return f"{approver.name}, who is to approve it, {why}. Choose somebody else in the communication."


def when_label(row: Occurrence) -> str:
    """Return the label of a message's time, which depends on its state, and for one that is held on whether that is still to come."""
    if row.status.is_out:
        return "Went out"
    if row.status is OccurrenceStatus.HELD and row.sends_at > clock.now():
        return "Is due"
    is_over = row.status in (OccurrenceStatus.HELD, OccurrenceStatus.MISSED, OccurrenceStatus.SKIPPED)
    return "Was due" if is_over else "Goes out"


def preview_title(page: OccurrencePage, name: str, preview: Preview) -> str:
    """Return the heading above the preview as somebody with this `name` reads it; it names the language of a translation."""
    row = page.occurrence
    in_language = f", in {language_words(preview.language)}" if preview.language != page.languages[0] else ""
    if row.mailing_id is not None:
        if not name:
            return "As it was sent"
        if preview.is_emptied:
            return f"As it was sent to {name}, without their values"
        return f"As it was sent, with the values of {name}"
    return f"As {name} reads it{in_language}" if name else f"As it reads{in_language}"


def role_reader_words(role: str | None) -> str:
    """Name a reader with this training role alone, "" being none; "" where no role was asked for."""
    if role is None:
        return ""
    return f"a reader with the training role {role} alone" if role else "a reader without a training role"


def role_lines() -> list[tuple[str, str]]:
    """Return as whose readers a text can be read that differs by training role: the role as it is asked for, and in words."""
    return [("", "No role"), *((role.value, role.word) for role in TrainingRole)]


def preview_note(page: OccurrencePage, *, sees_some: bool, with_own: bool) -> str:
    """Tell a reader who sees none of the recipients by name whose values fill the text."""
    if sees_some or not page.reach_now:
        return ""
    whose = "your own values stand in the fields" if with_own else "the fields stay as they are written"
    return f"You see none of its readers by name, so {whose}."


def outside_note(page: OccurrencePage, name: str) -> str:
    """Say what readers outside the directory get: the one with this name, "" for all of them; "" where there are none."""
    if not page.outside:
        return ""
    they = f"{name} is" if name else plural(page.outside, "reader is", "readers are")
    asked = "are not asked to confirm it, and answer" if asks_confirmation(page.occurrence) else "and answer"
    return (
        f"{they} outside the directory: they get this text by mail alone, without links to pages of their own, "
        f"{asked} to {page.occurrence.communication.owner.name}."
    )


def lede(page: OccurrencePage, gate: Gate | None) -> str:
    """Return the sentence under the heading: the state of the message, and what happens if nobody does anything.

    `gate` is the one that holds it once it is approved, if one does.
    """
    row = page.occurrence
    if gate is not None and row.status is OccurrenceStatus.APPROVED and not page.lapsed:
        return f"Approved. {holds_words(gate.wave.title, gate.state, is_approved=True)}"
    said = _lede(page)
    if gate is not None and row.status.waits_for_approval:
        said = f"{said} {holds_words(gate.wave.title, gate.state, is_approved=False)}"
    return said


def _lede(page: OccurrencePage) -> str:
    row = page.occurrence
    reach, when = plural(page.reach_now, "person", "people"), when_words(row)
    return {
        OccurrenceStatus.DRAFT: f"{_draft_words(row)} It would go to {reach} {when}; without approval it doesn’t go out.",
        OccurrenceStatus.IN_REVIEW: f"Waits for approval. Without it, nothing goes out {when}.",
        OccurrenceStatus.APPROVED: "Its approval no longer covers it. Nothing goes out until it is approved again."
        if page.lapsed
        else f"It goes out by itself to {reach}, {when}.",
        OccurrenceStatus.SENDING: _sending_words(page),
        OccurrenceStatus.SENT: f"Sent to {plural(row.reached or 0, 'person', 'people')}, {when}."
        if row.reached
        else "Finished without being sent to anybody.",
        OccurrenceStatus.HELD: "It waits for your decision. Nothing goes out until then.",
        OccurrenceStatus.MISSED: "Missed. Give it another time, or leave it out with a reason.",
        OccurrenceStatus.SKIPPED: "Left out. Nobody gets it.",
    }[row.status]


def _draft_words(row: Occurrence) -> str:
    is_late = row.write_by < today() and not row.is_kept
    return f"A draft, due since {short_day_words(row.write_by, with_year=False)}." if is_late else "A draft."


def _sending_words(page: OccurrencePage) -> str:
    reached = plural(page.occurrence.reached or 0, "person", "people")
    if not page.waiting.number:
        return f"It is being sent to {reached}. You can leave this page."
    sent = page.counts.get(DeliveryState.SENT, 0)
    return f"{count(sent) if sent else 'None'} of {reached} have it. {waiting_words(page.waiting)}"


def waiting_words(waiting: Waiting) -> str:
    """Say how many people wait for their working hours, and until when; "" for nobody."""
    if not waiting.number or waiting.last_at is None:
        return ""
    zone = waiting.timezone or guard.settings().timezone
    verb = "waits" if waiting.number == 1 else "wait"
    until = _both_clocks(waiting.last_at, zone)
    return f"{count(waiting.number)} {verb} for their working hours, the last until {until}."


def plan_words(plan: DeliveryPlan, *, in_working_hours: bool) -> str:
    """Say who gets a message when it is sent and who later: "312 get it then, 88 in their next working hours, …"."""
    if not in_working_hours:
        return "Everybody gets it at once, whatever the time is where they work."
    if not plan.later:
        return "It falls into the working hours of all its readers, so everybody gets it then." if plan.at_once else ""
    last = _both_clocks(plan.later[-1].due_at, plan.later[-1].timezone)
    if not plan.at_once:
        return f"Nobody works then. {count(plan.people_later)} get it in their next working hours, the last on {last}."
    return f"{count(plan.at_once)} get it then, {count(plan.people_later)} in their next working hours, the last on {last}."


def quiet_words(quiet: Sequence[QuietReaders]) -> list[str]:
    """Say of each wave that is left to settle how many readers get a message only afterwards."""
    return [
        f"{plural(each.people, 'reader is', 'readers are')} in {each.wave.title}, which is left to settle until {day_words(each.until)}. "
        "As readers may switch this message off, it waits for them until that day is over."
        for each in quiet
    ]


def _both_clocks(instant: datetime, zone: str) -> str:
    """Write an instant in the reader's zone, and in the other zone when that shows another time."""
    mine = guard.reader().timezone
    words = moment_words(instant, mine)
    local, theirs = instant.astimezone(ZoneInfo(mine)), instant.astimezone(ZoneInfo(zone))
    if local.replace(tzinfo=None) == theirs.replace(tzinfo=None):
        return words
    return f"{words} ({weekday_word(theirs.weekday())} {theirs:%H:%M}, {zone_words(zone)})"


@dataclass(frozen=True)
class LaterLine:
    """One group of readers who get a message later: how many, where, and when in their own zone."""

    people: int
    zone: str
    when: str


def later_lines(plan: DeliveryPlan) -> list[LaterLine]:
    """Return the groups of readers who get a message later, the first of them in order."""
    return [_line(readers) for readers in plan.later[:MOST_GROUPS]]


def _line(readers: LaterReaders) -> LaterLine:
    local = readers.due_at.astimezone(ZoneInfo(readers.timezone))
    return LaterLine(readers.people, zone_words(readers.timezone), f"{day_words(local.date())} at {local:%H:%M}")


@dataclass(frozen=True)
class LanguageLine:
    """A language: its tag, its name, and the number of its readers who have no text in it."""

    tag: str
    name: str
    unread: int = 0


def language_lines(page: OccurrencePage) -> list[LanguageLine]:
    """Return the languages of the message's texts, its own first."""
    return [LanguageLine(tag, language_words(tag)) for tag in page.languages]


def unread_lines(page: OccurrencePage) -> list[LanguageLine]:
    """Return the readers' languages without a text, the most readers first."""
    return [LanguageLine(tag, language_words(tag), people) for tag, people in page.unread.items()]


def unread_words(page: OccurrencePage) -> str:
    """Warn of readers who have no text in their language; "" when everybody has one."""
    lines = unread_lines(page)
    if not lines:
        return ""
    read = [f"{plural(line.unread, 'person reads', 'people read')} {line.name}" for line in lines[:4]]
    rest = sum(line.unread for line in lines[4:])
    if rest:
        read.append(f"{plural(rest, 'person reads', 'people read')} another language")
    own = language_words(page.languages[0])
    return f"{', '.join(read)}. Without a text in that language they get the {own} one."
