"""What the change team does with a concern; `saying` is about sending one.

Each step is a row of the concern with its author, for those who may read it. A known sender is told by letter that
there is news. The audit log says only who worked on concerns.
"""

from datetime import date

from sqlalchemy import ColumnElement, func, select, update

from engagement import audit, clock
from engagement.accounts.models import Account
from engagement.audit import Actor
from engagement.content.library import playbook
from engagement.db import db, rows_changed
from engagement.errors import BadInput, RuleBroken
from engagement.people.models import Person
from engagement.people.organisation.rules import UNSET, Organisation
from engagement.resistance.models import About, Concern, ConcernReply, ConcernResponse, ConcernStep
from engagement.resistance.rules import ConcernStatus, LeftOut, Severity, Source, worded
from engagement.resistance.telling.actions import tell_sender
from engagement.verbs import Verb

#: The audit log names this instead of the concern.
ALL_CONCERNS = audit.Subject(Concern.__tablename__, "Concerns")


def log_concern(
    text: str,
    about: About,
    *,
    by: Actor,
    on: date,
    severity: Severity = Severity.MEDIUM,
    person: Person | None = None,
) -> Concern:
    """Log what somebody told a change manager, who has therefore read it: it is acknowledged and theirs to answer.

    `person` said it; None when they did not want to be named. Raises BadInput for a missing or too long text.
    """
    concern = Concern(
        text=worded(text, "text", "Write what was said, as nearly in their words as you can."),
        is_anonymous=False,
        person=person,
        logged_by_id=by.account_id,
        owner_id=by.account_id,
        source=about.source,
        severity=severity,
        status=ConcernStatus.ACKNOWLEDGED,
        wave=about.wave,
        department=about.department or (person.department if person else None),
        workflow=about.workflow,
        received_on=on,
        received_at=clock.now(),
        waiting_since_on=on,
    )
    db.session.add(concern)
    _step(concern, by, "Logged after a conversation.")
    _record(by)
    return concern


def acknowledge(concern: Concern, *, by: Actor, organisation: Organisation = UNSET) -> None:
    """Tell the sender that somebody has read it; does nothing if they were told before."""
    if concern.status is not ConcernStatus.RECEIVED:
        return
    concern.status = ConcernStatus.ACKNOWLEDGED
    _step(concern, by)
    _record(by)
    tell_sender(concern, is_answer=False, organisation=organisation)


def take_over(concern: Concern, owner: Account, *, by: Actor, organisation: Organisation = UNSET) -> None:
    """Make `owner` responsible for the answer; closed concerns are reopened instead.

    Raises RuleBroken for a concern that needs no answer, or an owner who can no longer sign in.
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
    _record(by)
    tell_sender(concern, is_answer=False, organisation=organisation)


def answer(concern: Concern, text: str, *, by: Actor, on: date, organisation: Organisation = UNSET) -> ConcernReply:
    """Answer the sender; the same text sent twice on one day counts once. Raises BadInput for a missing or too long text."""
    said = worded(text, "text", "Write the answer before you send it.")
    repeated = _said_just_now(concern, said, by.account_id, on)
    if repeated is not None:
        return repeated
    reply = _add_reply(concern, said, by.account_id, on)
    concern.status = ConcernStatus.ANSWERED
    concern.owner_id = concern.owner_id or by.account_id
    concern.first_answered_on = concern.first_answered_on or on
    concern.answered_on, concern.waiting_since_on = on, None
    _step(concern, by)
    _record(by)
    tell_sender(concern, is_answer=True, organisation=organisation)
    return reply


def take_reply(concern: Concern, text: str, *, on: date) -> ConcernReply:
    """Add the sender's reply, which needs an answer again. The same text twice on one day counts once."""
    repeated = _said_just_now(concern, text, None, on)
    if repeated is not None:
        return repeated
    reply = _add_reply(concern, text, None, on)
    if not concern.status.is_open:
        concern.status = ConcernStatus.IN_RESPONSE
        concern.answered_on, concern.waiting_since_on = None, on
    return reply


def try_response(
    concern: Concern, title: str, *, by: Actor, on: date, organisation: Organisation = UNSET
) -> ConcernResponse:
    """Say that the team tries a response of the playbook; the sender can read it. Saying it twice changes nothing.

    Raises BadInput for a title that the playbook of the concern's source doesn't have.
    """
    if title not in {each.title for each in playbook(concern.source.value).responses}:
        raise BadInput("The playbook has no such response any more. Choose one of those below.")
    before = db.session.scalar(
        select(ConcernResponse).where(ConcernResponse.concern_id == concern.id, ConcernResponse.title == title)
    )
    if before is not None:
        return before
    acknowledge(concern, by=by, organisation=organisation)
    row = ConcernResponse(concern_id=concern.id, source=concern.source, title=title, tried_on=on, by_id=by.account_id)
    db.session.add(row)
    _step(concern, by, f"We try this: {title}.")
    _record(by)
    tell_sender(concern, is_answer=False, organisation=organisation)
    return row


def change_source(
    concern: Concern, source: Source, reason: str, *, by: Actor, organisation: Organisation = UNSET
) -> None:
    """Count a concern under another source, with a reason that the sender can read. Raises BadInput without one."""
    why = worded(reason, "reason", "Say why in one line; the sender can read it.")
    if source is concern.source:
        return
    before, concern.source = concern.source, source
    _step(concern, by, f"Counted under “{source.own_words}” instead of “{before.own_words}”: {why}")
    _record(by)
    tell_sender(concern, is_answer=False, organisation=organisation)


def change_severity(concern: Concern, severity: Severity, *, by: Actor) -> None:
    """Set how much depends on an answer; only the change team sees it."""
    if severity is concern.severity:
        return
    concern.severity = severity
    _record(by)


def decide_flood(concerns: ColumnElement[bool], *, counts: bool, by: Actor) -> int:
    """Decide whether the concerns of a flood count in reports; return how many concerns.

    `concerns` is the condition on `Concern`. Leaving them out can be undone.
    """
    undecided = (LeftOut.FLOOD, LeftOut.DECIDED) if counts else (LeftOut.FLOOD,)
    changed = rows_changed(
        update(Concern)
        .where(concerns, Concern.left_out.in_(undecided))
        .values(left_out=None if counts else LeftOut.DECIDED)
    )
    if changed:
        audit.record(Verb.COUNTED_FLOOD if counts else Verb.LEFT_OUT_FLOOD, ALL_CONCERNS, by=by)
    return changed


def close(concern: Concern, note: str, *, by: Actor, organisation: Organisation = UNSET) -> None:
    """Close an answered concern with a note that the sender can read.

    Raises RuleBroken while it needs an answer, BadInput without a note.
    """
    why = worded(note, "note", "Say in one line what became of it; the sender can read it.")
    if concern.status is ConcernStatus.CLOSED:
        return
    if concern.status.is_open:
        raise RuleBroken("Somebody still waits for an answer to this. Answer it first, then close it.")
    concern.status = ConcernStatus.CLOSED
    _step(concern, by, why)
    _record(by)
    tell_sender(concern, is_answer=False, organisation=organisation)


def reopen(concern: Concern, reason: str, *, by: Actor, on: date, organisation: Organisation = UNSET) -> None:
    """Reopen an answered or closed concern: it needs an answer from this day. Raises BadInput without a reason."""
    why = worded(reason, "reason", "Say why in one line; the sender can read it.")
    if concern.status.is_open:
        return
    concern.status = ConcernStatus.IN_RESPONSE
    concern.answered_on, concern.waiting_since_on = None, on
    _step(concern, by, why)
    _record(by)
    tell_sender(concern, is_answer=False, organisation=organisation)


def _said_just_now(concern: Concern, text: str, author_id: int | None, on: date) -> ConcernReply | None:
    last = db.session.scalar(
        select(ConcernReply).where(ConcernReply.concern_id == concern.id).order_by(ConcernReply.place.desc()).limit(1)
    )
    same = last is not None and (last.text, last.author_id, last.written_on) == (text, author_id, on)
    return last if same else None


def _add_reply(concern: Concern, text: str, author_id: int | None, on: date) -> ConcernReply:
    # A reply at the same moment in the same conversation takes the next place.
    db.session.scalar(select(Concern.id).where(Concern.id == concern.id).with_for_update())
    last = db.session.scalar(select(func.max(ConcernReply.place)).where(ConcernReply.concern_id == concern.id)) or 0
    reply = ConcernReply(concern_id=concern.id, place=last + 1, author_id=author_id, text=text, written_on=on)
    db.session.add(reply)
    return reply


def _step(concern: Concern, by: Actor, note: str = "") -> None:
    db.session.flush()
    db.session.add(
        ConcernStep(concern_id=concern.id, status=concern.status, by_id=by.account_id, at=clock.now(), note=note)
    )


def _record(by: Actor) -> None:
    """Record once a day (UTC) that somebody worked on concerns, without which, how many, or what they did.

    With any of these, a reader of the audit log could count what reports hide. The concern itself keeps each step with
    its author.
    """
    db.session.flush()
    begun = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    today = (
        audit.AuditEntry.verb == Verb.WORKED_ON_CONCERNS,
        audit.AuditEntry.actor_id == by.account_id,
        audit.AuditEntry.at >= begun,
    )
    if db.session.scalar(select(audit.AuditEntry.id).where(*today).limit(1)) is None:
        audit.record(Verb.WORKED_ON_CONCERNS, ALL_CONCERNS, by=by)
