"""The way to an approval: asking, approving, sending back, withdrawing, and approvals that lapse."""

from sqlalchemy import update

from engagement import audit, clock
from engagement.accounts.models import Account
from engagement.audiences.outside.queries import recipients
from engagement.audit import Actor
from engagement.communications.actions import telling
from engagement.communications.actions.states import (
    LONGEST_REASON,
    allow_in,
    lock,
    refuse_unless,
    refuse_unseen,
    said_why,
    withdraw_approvals,
)
from engagement.communications.models import Approval, Occurrence, SentBack
from engagement.communications.queries.approvals import (
    acted_on,
    approver_behind,
    approver_words,
    lapsed_because,
    may_still_approve,
    possible_approvers,
    standing_approval,
)
from engagement.communications.queries.writers import authors_of
from engagement.communications.rules import OccurrenceStatus
from engagement.communications.texts.queries.problems import problems_of
from engagement.db import db
from engagement.errors import BadInput, NotAllowed
from engagement.verbs import Verb


def ask_approval(occurrence: Occurrence, *, by: Actor) -> list[Account]:
    """Ask for approval of the text as it is now. Return the accounts that can approve; each is told by mail.

    Raises BadInput with the problems of the text, and RuleBroken when the message is neither a draft nor held, or its
    time has passed.
    """
    lock(occurrence)
    allow_in(occurrence, (OccurrenceStatus.DRAFT, OccurrenceStatus.HELD), "sent for approval")
    _refuse_problems(occurrence)
    _refuse_past(occurrence)
    occurrence.status, occurrence.reason = OccurrenceStatus.IN_REVIEW, ""
    audit.record(Verb.ASKED_FOR_APPROVAL, occurrence, by=by, text_version=(None, occurrence.text_version))
    answer_sent_back(occurrence)
    db.session.flush()
    approvers = possible_approvers(occurrence)
    telling.tell(telling.ASKED, approvers, occurrence, by=by)
    return approvers


def answer_sent_back(occurrence: Occurrence) -> None:
    """Note that the author dealt with the comment for which the message was sent back."""
    waiting = (SentBack.occurrence_id == occurrence.id, SentBack.answered_at.is_(None))
    db.session.execute(update(SentBack).where(*waiting).values(answered_at=clock.now()))


def approve(occurrence: Occurrence, *, by: Actor, seen_version: int | None = None) -> Approval:
    """Approve the text as it is now: the message then goes out by itself at its time.

    A held message that is past its time still waits for a decision. Raises NotAllowed for the writers of the text, for
    the account that asked for approval, and for anybody who is not its approver; BadInput with the problems of the
    text; RuleBroken when the text was changed since `seen_version`, the state forbids it, or its time has passed.
    """
    lock(occurrence)
    refuse_unless(occurrence.status.needs_approval, f"This message is {occurrence.status.word.lower()} already.")
    refuse_unseen(occurrence, seen_version)
    account = _approver(occurrence, by)
    _refuse_problems(occurrence)
    if occurrence.status is not OccurrenceStatus.HELD:
        _refuse_past(occurrence)
    if occurrence.sends_at > clock.now():
        occurrence.status, occurrence.reason = OccurrenceStatus.APPROVED, ""
    occurrence.reach_when_planned = recipients(occurrence.communication.audience, occurrence.sends_on)
    approval = Approval(
        occurrence_id=occurrence.id,
        text_version=occurrence.text_version,
        approved_by=account,
        approved_at=clock.now(),
        acted_on=acted_on(occurrence),
    )
    db.session.add(approval)
    changes = {"text_version": (None, occurrence.text_version), "people": (None, occurrence.reach_when_planned)}
    audit.record(Verb.APPROVED_MESSAGE, occurrence, by=by, **changes)
    answer_sent_back(occurrence)
    db.session.flush()
    return approval


def _approver(occurrence: Occurrence, by: Actor) -> Account:
    account = approver_behind(by)
    if account is None or not may_still_approve(account, occurrence):
        who = approver_words(occurrence)
        asked = occurrence.status is OccurrenceStatus.IN_REVIEW
        own = "their own text, nor what they asked for" if asked else "their own text"
        raise NotAllowed(f"Nobody approves {own}. {who[:1].upper()}{who[1:]} can approve this one.")
    return account


def send_back(occurrence: Occurrence, comment: str, *, by: Actor, seen_version: int | None = None) -> SentBack:
    """Send a message that waits for approval back to its authors, who are told what to change.

    Raises NotAllowed for anybody who can't approve it, BadInput without a comment, RuleBroken when the message doesn't
    wait for approval or was changed since `seen_version`.
    """
    lock(occurrence)
    allow_in(occurrence, (OccurrenceStatus.IN_REVIEW,), "sent back")
    refuse_unseen(occurrence, seen_version)
    account = _approver(occurrence, by)
    comment = said_why(comment, "comment", "Say what has to change.")
    authors = authors_of(occurrence)
    row = SentBack(
        occurrence_id=occurrence.id,
        text_version=occurrence.text_version,
        comment=comment,
        sent_back_by=account,
        sent_back_at=clock.now(),
    )
    db.session.add(row)
    occurrence.status = OccurrenceStatus.DRAFT
    audit.record(Verb.SENT_BACK_MESSAGE, occurrence, by=by, reason=(None, comment))
    db.session.flush()
    telling.tell(telling.SENT_BACK, authors, occurrence, by=by, comment=comment)
    return row


def _refuse_problems(occurrence: Occurrence) -> None:
    problems = problems_of(occurrence)
    if problems:
        raise BadInput("The text can’t go out yet. " + " ".join(problems), {"body": " ".join(problems)})


def _refuse_past(occurrence: Occurrence) -> None:
    refuse_unless(
        occurrence.sends_at > clock.now(),
        f"Its time has passed: {occurrence.when}. Give it another time first.",
    )


def withdraw_approval(occurrence: Occurrence, reason: str = "", *, by: Actor) -> None:
    """Withdraw an approval, or the request for one: the message is a draft again and doesn't go out.

    Raises RuleBroken when it is neither approved nor in review, for example because it is already being sent.
    """
    lock(occurrence)
    allow_in(occurrence, (OccurrenceStatus.APPROVED, OccurrenceStatus.IN_REVIEW), "taken back")
    withdraw_approvals(occurrence)
    occurrence.status = OccurrenceStatus.DRAFT
    audit.record(Verb.WITHDREW_APPROVAL, occurrence, by=by, reason=(None, reason.strip()[:LONGEST_REASON]))
    db.session.flush()


def lapse(occurrence: Occurrence, reason: str, *, by: Actor) -> None:
    """End an approval because what was approved has changed: the message is held, and its people are told."""
    approval = standing_approval(occurrence)
    told = [*authors_of(occurrence), *([approval.approved_by] if approval else [])]
    withdraw_approvals(occurrence)
    occurrence.status, occurrence.reason, occurrence.queued_at = OccurrenceStatus.HELD, reason, None
    audit.record(Verb.WITHDREW_APPROVAL, occurrence, by=by, reason=(None, reason))
    audit.record(Verb.HELD_MESSAGE, occurrence, by=by, reason=(None, reason))
    db.session.flush()
    telling.tell(telling.LAPSED, told, occurrence, by=by, comment=reason)


def lapse_if_overtaken(occurrence: Occurrence, *, by: Actor = audit.CLOCK) -> bool:
    """End the approval if what readers act on has changed since; return whether it ended."""
    lock(occurrence)
    approval = standing_approval(occurrence)
    if occurrence.status is not OccurrenceStatus.APPROVED or approval is None:
        return False
    reason = lapsed_because(occurrence, approval)
    if reason:
        lapse(occurrence, reason, by=by)
    return bool(reason)
