"""Changes of notices: saying that a workflow affects workers, writing and publishing what they are told, and sending it."""

from sqlalchemy import String, func, literal, select

from engagement import audit, clock
from engagement.audit import Actor
from engagement.communications.queries.letters import CONFIRM_SLOT, confirm_button, own_copy_path
from engagement.communications.texts.rules.merge_fields import slot, without_slots
from engagement.communications.texts.rules.rendering import rendered
from engagement.content.frames import frame_in
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.letters import clean
from engagement.mail.actions.building import build_mailing
from engagement.mail.actions.deciding import stop_waiting
from engagement.mail.actions.queueing import queue_for_people
from engagement.mail.letters.rules.layout import Around, html_layout
from engagement.mail.models import Mailing
from engagement.mail.rules import Letter, MailingKind
from engagement.notices.models import Notice, WorkerEffect
from engagement.notices.queries.informed import affected
from engagement.notices.queries.present import current_notices, draft_of, effects_of
from engagement.notices.rules import notice_problems, why_problem
from engagement.people.organisation.rules import UNSET, Organisation
from engagement.programmes.models import Workflow
from engagement.verbs import Verb

WHY = "You get this because {workflow} affects your work, or you speak for people whose work it affects."


def say_effect(workflow: Workflow, why: str, *, by: Actor) -> None:
    """Say that a workflow affects workers, and how. Raises BadInput without saying how; the same words change nothing."""
    why = why.strip()
    if problem := why_problem(why):
        raise BadInput(problem, {"why": problem})
    standing = effects_of([workflow.id]).get(workflow.id)
    if standing is not None:
        if standing.why == why:
            return
        standing.ended_at, standing.ended_by_id = clock.now(), by.account_id
        db.session.flush()
    db.session.add(WorkerEffect(workflow_id=workflow.id, why=why, said_at=clock.now(), said_by_id=by.account_id))
    db.session.flush()
    audit.record(Verb.SAID_EFFECT, workflow, by=by, effect=(standing.why if standing else None, why))


def end_effect(workflow: Workflow, *, by: Actor) -> None:
    """Say that a workflow affects no workers any more, so that nobody is sent its notice. Twice changes nothing."""
    standing = effects_of([workflow.id]).get(workflow.id)
    if standing is not None:
        standing.ended_at, standing.ended_by_id = clock.now(), by.account_id
        audit.record(Verb.ENDED_EFFECT, workflow, by=by, effect=(standing.why, None))


def write_notice(workflow: Workflow, subject: str, body: str, *, by: Actor) -> Notice:
    """Write the draft of a workflow's next notice; a published one stays as it is. Raises BadInput."""
    subject, body = clean(subject), body.replace("\r\n", "\n").strip()
    if problems := notice_problems(subject, body):
        raise BadInput(next(iter(problems.values())), problems)
    notice = draft_of(workflow.id)
    if notice is None:
        newest = db.session.scalar(select(func.max(Notice.number)).where(Notice.workflow_id == workflow.id))
        notice = Notice(workflow=workflow, number=(newest or 0) + 1)
        db.session.add(notice)
    elif (notice.subject, notice.body) == (subject, body):
        return notice
    notice.subject, notice.body = subject, body
    notice.written_at, notice.written_by_id = clock.now(), by.account_id
    db.session.flush()
    audit.record(Verb.WROTE_NOTICE, notice, by=by)
    return notice


def publish_notice(notice: Notice, *, by: Actor, organisation: Organisation = UNSET) -> int:
    """Publish a draft, and send it to everybody whom the workflow affects; return how many.

    What still waits of the notice before it is stopped. Raises RuleBroken for who wrote it, for one that is published, or for a
    workflow that affects no workers.
    """
    if notice.published_at is not None:
        raise RuleBroken("This notice is published already.")
    if notice.written_by_id is not None and notice.written_by_id == by.account_id:
        raise RuleBroken("Somebody else has to publish it: nobody approves their own text.")
    if notice.workflow_id not in effects_of([notice.workflow_id]):
        raise RuleBroken(f"Say first how {notice.workflow.name} affects workers.")
    before = current_notices([notice.workflow_id]).get(notice.workflow_id)
    if before is not None and before.mailing is not None:
        stop_waiting(before.mailing, f"Notice {notice.number} took its place.")
    notice.mailing = _built(notice, organisation)
    notice.published_at, notice.published_by_id = clock.now(), by.account_id
    db.session.flush()
    sent = _queue(notice)
    audit.record(Verb.PUBLISHED_NOTICE, notice, by=by, people=(None, sent))
    return sent


def send_notice(notice_id: int) -> int:
    """Send a current notice to those whom its workflow came to affect since; return how many. Twice sends nothing twice."""
    notice = db.session.get_one(Notice, notice_id)
    if current_notices([notice.workflow_id]).get(notice.workflow_id) is not notice:
        return 0
    sent = _queue(notice)
    if sent:
        audit.record(Verb.SENT_NOTICE, notice, by=audit.CLOCK, people=(None, sent))
        db.session.flush()
    return sent


def _queue(notice: Notice) -> int:
    mailing = notice.mailing
    assert mailing is not None
    link = {CONFIRM_SLOT: literal(own_copy_path(mailing.id), String)}
    return queue_for_people(mailing, affected(notice.workflow_id), due_at=clock.now(), filled=link)


def _built(notice: Notice, organisation: Organisation) -> Mailing:
    frame = frame_in("en")
    made = rendered(notice.subject, notice.body, {}, frame.words)
    why = WHY.format(workflow=without_slots(notice.workflow.name))
    kicker = without_slots(f"{notice.workflow.name} · notice {notice.number}")
    asks = frame.say("confirm_why")
    around = Around(why, organisation.name, frame.language)
    html = html_layout(made.subject, kicker, made.html, made.subject, around, button=confirm_button(frame, asks))
    text = f"{made.text}\n\n{asks}\n{slot(CONFIRM_SLOT)}\n\n--\n{why}"
    letter = Letter(made.subject, text, html)
    return build_mailing(MailingKind.COMMUNICATION, letter, title=notice.title, asks_confirmation=True)
