"""Changes of the resistance log: saying something, and what the change team does with it.

What is said leaves no entry in the audit, with or without a name: an entry has an instant and an author, and those who may
read the audit may not read who objects. Steps of the change team are recorded, by the concern's random number and
without its words.
"""

import secrets
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from engagement import audit, clock
from engagement.accounts.models import Account
from engagement.audit import Actor
from engagement.db import db, insert_new
from engagement.errors import BadInput, RuleBroken
from engagement.people.models import Department, Person
from engagement.programmes.models import Workflow
from engagement.resistance.models import Concern, ConcernReply, ConcernStep
from engagement.resistance.queries import concern_by_receipt
from engagement.resistance.receipts import receipt_code, receipt_hash, submission_hash
from engagement.resistance.rules import LONGEST_TEXT, ConcernStatus, Sender, Severity, Source
from engagement.waves.models import Wave

SHORTEST_FORM_KEY = 16


@dataclass(frozen=True)
class Received:
    """That something was taken in: for an anonymous sender with the receipt code, else with the concern's number."""

    code: str | None
    concern_id: int | None
    received_on: date


def say_something(
    text: str,
    sender: Sender | None,
    *,
    secret: str,
    on: date,
    form_key: str = "",
    source: Source | None = None,
    wave: Wave | None = None,
    by: Actor | None = None,
) -> Received:
    """Take in what somebody says, with their name or anonymously, once for each form and text.

    `on` is the organisation's own day, `form_key` the random key of the form that was sent (a short or empty one counts as
    none). For an anonymous sender `by` is not looked at, and nothing but the text, the source, the wave, the day and the
    keyed hash of the receipt is written. Raises BadInput for a missing or too long text, a missing choice of sender, or a
    name that nobody is signed in for.
    """
    said = _worded(text, "text", "Write what worries you. One sentence is enough.")
    if sender is None:
        raise BadInput("Choose one. We never choose for you.", {"sender": "Choose one. We never choose for you."})
    key = form_key if len(form_key) >= SHORTEST_FORM_KEY else secrets.token_urlsafe(24)
    common: dict[str, object] = {
        "text": said,
        "source": source or Source.OTHER,
        "severity": Severity.MEDIUM,
        "status": ConcernStatus.RECEIVED,
        "wave_id": wave.id if wave else None,
        "received_on": on,
        "waiting_since_on": on,
    }
    if sender is Sender.ANONYMOUS:
        return _take_in_unknown(common, receipt_code(secret, key, said), secret, on)
    return _take_in_named(common, by, key, secret, on)


def _take_in_unknown(common: dict[str, object], code: str, secret: str, on: date) -> Received:
    row = insert_new(Concern).values(**common, is_anonymous=True, receipt_hash=receipt_hash(secret, code))
    db.session.execute(row.on_conflict_do_nothing(index_elements=["receipt_hash"]))
    return Received(code, None, on)


def _take_in_named(common: dict[str, object], by: Actor | None, key: str, secret: str, on: date) -> Received:
    if by is None or by.account_id is None:
        sentence = "To send it with your name, sign in first. Without signing in it can only be anonymous."
        raise BadInput(sentence, {"sender": sentence})
    submission = submission_hash(secret, key, str(common["text"]), by.account_id)
    row = insert_new(Concern).values(
        **common,
        is_anonymous=False,
        person_id=by.person_id,
        logged_by_id=None if by.person_id else by.account_id,
        department_id=select(Person.department_id).where(Person.id == by.person_id).scalar_subquery(),
        received_at=clock.now(),
        submission=submission,
    )
    db.session.execute(row.on_conflict_do_nothing(index_elements=["submission"]))
    return Received(None, db.session.scalar(select(Concern.id).where(Concern.submission == submission)), on)


def log_concern(
    text: str,
    *,
    by: Actor,
    on: date,
    source: Source,
    severity: Severity = Severity.MEDIUM,
    person: Person | None = None,
    wave: Wave | None = None,
    department: Department | None = None,
    workflow: Workflow | None = None,
) -> Concern:
    """Log what somebody told a change manager, who has read it by that: it begins acknowledged and in their hands.

    `person` is who said it, None when they did not want to be named. Raises BadInput for a missing or too long text.
    """
    concern = Concern(
        text=_worded(text, "text", "Write what was said, as nearly in their words as you can."),
        is_anonymous=False,
        person=person,
        logged_by_id=by.account_id,
        owner_id=by.account_id,
        source=source,
        severity=severity,
        status=ConcernStatus.ACKNOWLEDGED,
        wave=wave,
        department=department or (person.department if person else None),
        workflow=workflow,
        received_on=on,
        received_at=clock.now(),
        waiting_since_on=on,
    )
    db.session.add(concern)
    _step(concern, by, "Logged after a conversation.")
    _record("logged concern", concern, by)
    return concern


def acknowledge(concern: Concern, *, by: Actor) -> None:
    """Tell the sender that somebody has read it; does nothing when that was told before."""
    if concern.status is not ConcernStatus.RECEIVED:
        return
    concern.status = ConcernStatus.ACKNOWLEDGED
    _step(concern, by)
    _record("acknowledged concern", concern, by, status=(ConcernStatus.RECEIVED, concern.status))


def take_over(concern: Concern, owner: Account, *, by: Actor) -> None:
    """Put a concern into the hands of `owner`, who works on the answer from now on; closed ones are reopened instead.

    Raises RuleBroken for a concern that no answer is owed for, or an owner who can no longer sign in.
    """
    if not concern.status.is_open:
        raise RuleBroken("This concern has its answer. Take it up again first, then give it to somebody.")
    if not owner.is_active:
        raise RuleBroken(f"{owner.name} can no longer sign in. Choose somebody else.")
    before = (concern.owner_id, concern.status)
    concern.owner = owner
    concern.status = ConcernStatus.IN_RESPONSE
    if before == (owner.id, concern.status):
        return
    _step(concern, by, f"{owner.name} works on the answer.")
    _record("gave concern to", concern, by, owner=(before[0], owner.id), status=(before[1], concern.status))


def answer(concern: Concern, text: str, *, by: Actor, on: date) -> ConcernReply:
    """Answer the sender; the same text sent twice on one day counts once. Raises BadInput for a missing or too long text."""
    said = _worded(text, "text", "Write the answer before you send it.")
    repeated = _said_just_now(concern, said, by.account_id, on)
    if repeated is not None:
        return repeated
    reply = _add_reply(concern, said, by.account_id, on)
    before = concern.status
    concern.status = ConcernStatus.ANSWERED
    concern.owner_id = concern.owner_id or by.account_id
    concern.first_answered_on = concern.first_answered_on or on
    concern.answered_on, concern.waiting_since_on = on, None
    _step(concern, by)
    _record("answered concern", concern, by, status=(before, concern.status))
    return reply


def reply_by_receipt(code: str, text: str, *, secret: str, on: date) -> Concern | None:
    """Add what the sender says back, known by the receipt code alone; None for a code that fits nothing.

    Writes the text and the day, and no step and no audit entry, which would have an instant. Raises BadInput for a missing
    or too long text.
    """
    concern = concern_by_receipt(code, secret=secret)
    if concern is not None:
        reply_as_sender(concern, text, on=on)
    return concern


def reply_as_sender(concern: Concern, text: str, *, on: date) -> ConcernReply:
    """Add what the sender says back; somebody waits for an answer again. The same text twice on one day counts once."""
    said = _worded(text, "text", "Write your reply before you send it.")
    repeated = _said_just_now(concern, said, None, on)
    if repeated is not None:
        return repeated
    reply = _add_reply(concern, said, None, on)
    if not concern.status.is_open:
        concern.status = ConcernStatus.IN_RESPONSE
        concern.answered_on, concern.waiting_since_on = None, on
    return reply


def change_source(concern: Concern, source: Source, reason: str, *, by: Actor) -> None:
    """Count a concern under another source, for a reason that the sender can read. Raises BadInput without a reason."""
    why = _worded(reason, "reason", "Say why in one line; the sender can read it.")
    if source is concern.source:
        return
    before, concern.source = concern.source, source
    _step(concern, by, f"Counted under “{source.own_words}” instead of “{before.own_words}”: {why}")
    _record("changed source of concern", concern, by, source=(before, source))


def change_severity(concern: Concern, severity: Severity, *, by: Actor) -> None:
    """Say how much depends on an answer; for the change team alone."""
    if severity is concern.severity:
        return
    before, concern.severity = concern.severity, severity
    _record("changed severity of concern", concern, by, severity=(before, severity))


def close(concern: Concern, note: str, *, by: Actor) -> None:
    """Close an answered concern with a note that the sender can read.

    Raises RuleBroken while an answer is owed, and BadInput without a note.
    """
    why = _worded(note, "note", "Say in one line what became of it; the sender can read it.")
    if concern.status is ConcernStatus.CLOSED:
        return
    if concern.status.is_open:
        raise RuleBroken("Somebody still waits for an answer to this. Answer it first, then close it.")
    concern.status = ConcernStatus.CLOSED
    _step(concern, by, why)
    _record("closed concern", concern, by, status=(ConcernStatus.ANSWERED, concern.status))


def reopen(concern: Concern, reason: str, *, by: Actor, on: date) -> None:
    """Take an answered or closed concern up again: an answer is owed from this day. Raises BadInput without a reason."""
    why = _worded(reason, "reason", "Say why in one line; the sender can read it.")
    if concern.status.is_open:
        return
    before, concern.status = concern.status, ConcernStatus.IN_RESPONSE
    concern.answered_on, concern.waiting_since_on = None, on
    _step(concern, by, why)
    _record("took up concern again", concern, by, status=(before, concern.status))


def _worded(text: str, field: str, missing: str) -> str:
    said = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not said:
        raise BadInput(missing, {field: missing})
    if len(said) > LONGEST_TEXT:
        sentence = f"This is {len(said):,} characters long. Shorten it to {LONGEST_TEXT:,}, or send it in two parts."
        raise BadInput(sentence, {field: sentence})
    return said


def _said_just_now(concern: Concern, text: str, author_id: int | None, on: date) -> ConcernReply | None:
    last = db.session.scalar(
        select(ConcernReply).where(ConcernReply.concern_id == concern.id).order_by(ConcernReply.place.desc()).limit(1)
    )
    same = last is not None and (last.text, last.author_id, last.written_on) == (text, author_id, on)
    return last if same else None


def _add_reply(concern: Concern, text: str, author_id: int | None, on: date) -> ConcernReply:
    last = db.session.scalar(select(func.max(ConcernReply.place)).where(ConcernReply.concern_id == concern.id)) or 0
    reply = ConcernReply(concern_id=concern.id, place=last + 1, author_id=author_id, text=text, written_on=on)
    db.session.add(reply)
    return reply


def _step(concern: Concern, by: Actor, note: str = "") -> None:
    db.session.flush()
    db.session.add(
        ConcernStep(concern_id=concern.id, status=concern.status, by_id=by.account_id, at=clock.now(), note=note)
    )


def _record(verb: str, concern: Concern, by: Actor, **changes: tuple[object, object]) -> None:
    audit.record(verb, concern, by=by, name="A concern", changes=dict(changes), wave_id=concern.wave_id)
