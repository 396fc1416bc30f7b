"""The jobs of the timetable about messages: drafts for their dates, the queue, what became of it, reminders."""

from engagement import clock
from engagement.communications.actions import sending
from engagement.communications.actions.approving import lapse_if_overtaken
from engagement.communications.actions.planning import plan_communication, settle_missed
from engagement.communications.actions.reminding import messages_to_remind_of, remind
from engagement.communications.actions.waiting import stop_overtaken
from engagement.communications.models import Communication, Occurrence
from engagement.communications.queries.approvals import approved_messages, is_overtaken
from engagement.communications.queries.due import (
    communications_with_dates,
    due_occurrences,
    overtaken,
    passed_without_approval,
    sent_to_all,
)
from engagement.db import db
from engagement.mail.models import Delivery
from engagement.mail.outbox.actions.claiming import release_expired
from engagement.mail.outbox.queries import expired_claims
from engagement.mail.rules import SETTLING
from engagement.people.organisation.rules import Organisation
from engagement.scheduler.gate_jobs import hold_behind_gates
from engagement.scheduler.items import ids_of, one_by_one
from engagement.settings import Settings
from engagement.words import count, plural


def plan_occurrences(_settings: Settings) -> str:
    """Make the drafts of the coming weeks, and mark missed messages."""
    line, now = "plan-occurrences", clock.now()
    planned = one_by_one(
        line,
        Communication,
        ids_of(communications_with_dates()),
        lambda key: plan_communication(key, now),
    )
    missed = one_by_one(
        line,
        Occurrence,
        ids_of(passed_without_approval(now)),
        lambda key: settle_missed(now, key),
    )
    return f"{count(sum(planned))} planned, {count(sum(missed))} missed."


def queue_occurrences(settings: Settings) -> str:
    """Queue due messages; one that fails is held, with the reason, for its owner to decide."""
    lateness, organisation = settings.lateness_limit, Organisation.of(settings)

    def queue(key: int) -> str:
        outcome = sending.queue_occurrence(
            key, now=clock.now(), lateness_limit_hours=lateness, organisation=organisation
        )
        return f"{key} {outcome.value}"

    held_again = [*_held_again(), *_held_by_gates(settings)]
    due = due_occurrences(clock.now())
    queued = one_by_one("queue-occurrences", Occurrence, due, queue, hold=sending.hold_occurrence)
    failed = [f"{count(len(due) - len(queued))} held or set aside because of a fault"] if len(queued) < len(due) else []
    return "; ".join([*held_again, *queued, *failed]) or "Nothing was due."


def _held_again() -> list[str]:
    """Hold messages whose go-live, time or audience changed since their approval."""

    def hold(key: int) -> tuple[int, bool]:
        return key, is_overtaken(key) and lapse_if_overtaken(db.session.get_one(Occurrence, key))

    looked_at = one_by_one("queue-occurrences", Occurrence, ids_of(approved_messages()), hold)
    return [f"{key} held, its approval lapsed" for key, is_held in looked_at if is_held]


def _held_by_gates(settings: Settings) -> list[str]:
    """Hold what was approved after a gate opened again or said no-go: what is sent is looked at once more at its moment."""
    held = hold_behind_gates(settings, "queue-occurrences")
    return [f"{held} held behind a gate"] if held else []


def settle_deliveries(_settings: Settings) -> str:
    """Release deliveries of stopped processes, and finish mailings that are done."""
    line, now = SETTLING, clock.now()
    released = one_by_one(line, Delivery, expired_claims(now), lambda key: release_expired(now, key))
    stopped = one_by_one(line, Occurrence, ids_of(overtaken()), stop_overtaken)
    closed = one_by_one(line, Occurrence, ids_of(sent_to_all()), lambda key: sending.settle_sending(clock.now(), key))
    waiting, uncertain = (sum(getattr(each, what) for each in released) for what in ("waiting", "uncertain"))
    back, ended = (
        f"{count(waiting)} taken back, {count(uncertain)} not certain",
        plural(sum(closed), "mailing", "mailings"),
    )
    return f"{back}, {count(sum(stopped))} stopped, {ended} closed."


def send_reminders(settings: Settings) -> str:
    """Queue the reminders that are due."""
    reminded = one_by_one(
        "send-reminders",
        Occurrence,
        messages_to_remind_of(clock.now()),
        lambda key: remind(key, now=clock.now(), organisation=Organisation.of(settings)),
    )
    return f"{plural(sum(reminded), 'reminder', 'reminders')} queued."
