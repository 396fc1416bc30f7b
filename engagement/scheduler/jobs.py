"""The jobs of the timetable: ask for what is due, do one item, commit, and continue with the next."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, delete, select

from engagement import audit, clock
from engagement.accounts.attempts.actions import forget_attempts
from engagement.accounts.kept_forms.actions import forget_kept_forms
from engagement.accounts.models import UsedLink
from engagement.accounts.rules import MESSAGE_LINK_LIFETIME
from engagement.accounts.sign_ins.actions import days_of_sign_ins
from engagement.accounts.sign_ins.actions import record_sign_ins as record_sign_ins_of_days
from engagement.audiences import actions as audiences
from engagement.audiences.membership.actions import settle_members
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
from engagement.db import db, empty_log, rows_changed
from engagement.intake.actions.files import drop_old_uploads
from engagement.mail.actions.enclosing import let_old_enclosures_go
from engagement.mail.models import Delivery
from engagement.mail.outbox.actions.claiming import release_expired
from engagement.mail.outbox.queries import expired_claims
from engagement.mail.rules import SETTLING
from engagement.people.models import Person
from engagement.people.organisation.rules import Organisation
from engagement.people.rules import TrainingRole
from engagement.planning.actions.anchoring import settle_plan
from engagement.planning.queries.moves import Seen
from engagement.privacy.actions import retention
from engagement.privacy.actions.erasing import erase_person
from engagement.privacy.queries import old_records
from engagement.privacy.queries.old_records import Going
from engagement.privacy.queries.retention import retention_rules
from engagement.privacy.rules.records import RecordKind
from engagement.programmes.models import Programme
from engagement.resistance.figures import actions as figures
from engagement.resistance.periods import actions as spans
from engagement.resistance.saying import actions as saying
from engagement.resistance.saying.rules import HANDED_OVER_FROM
from engagement.scheduler.gate_jobs import hold_behind_gates
from engagement.scheduler.items import one_by_one
from engagement.set_aside import keys_set_aside
from engagement.settings import Settings
from engagement.training.actions import leftovers
from engagement.training.actions.assigning import settle_assignments
from engagement.training.queries.settled import unsettled_waves
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus
from engagement.words import count, listed, plural

_SHUT = (WaveStatus.CLOSED, WaveStatus.CANCELLED)


def _ids(rows: Select[Any]) -> list[int]:
    """Return only the ids: a row that can't be read must not hide the others."""
    return list(db.session.scalars(rows.with_only_columns(rows.selected_columns.id, maintain_column_froms=True)))


def settle_directory(settings: Settings) -> str:
    """Update memberships, roles by rule, assignments and due days after changes of directory and calendar.

    Each wave and role separately. All waves place their people first, so that somebody who moved between waves is
    treated as one who moved.
    """
    line = "settle-directory"

    def place(key: int) -> tuple[int, int]:
        wave = db.session.get_one(Wave, key)
        settle_plan([wave], Seen(clock.now(), clock.today(settings.timezone), settings.holidays))
        return settle_members(wave, clock.today(settings.timezone))

    placed = one_by_one(
        line, Wave, _ids(select(Wave).where(Wave.status.not_in(_SHUT)).order_by(Wave.go_live_on)), place
    )
    one_by_one(
        line,
        "training role",
        list(TrainingRole),
        lambda role: audiences.settle_training_roles(clock.now(), TrainingRole(role)),
    )
    unsettled = unsettled_waves()
    settled = one_by_one(
        line,
        Wave,
        _ids(select(Wave).order_by(Wave.go_live_on)),
        lambda key: settle_assignments(clock.now(), key, is_settled=key not in unsettled),
    )
    made, withdrawn, asked = (sum(getattr(s, each) for s in settled) for each in ("made", "withdrawn", "asked"))
    came, went = sum(came for came, _ in placed), sum(went for _, went in placed)
    moved = f"{count(came)} joined a wave, {count(went)} left one."
    return f"{moved} {count(made)} assigned, {count(withdrawn)} withdrawn, {count(asked)} asked about."


def settle_leftovers(_settings: Settings) -> str:
    """Make the default decision for old training that nobody decided in time."""
    overdue = leftovers.overdue_leftovers(clock.now())
    gone = one_by_one(
        "settle-leftovers", "old training", overdue, lambda key: leftovers.settle_leftovers(clock.now(), key)
    )
    return f"{count(sum(gone))} let go."


def plan_occurrences(_settings: Settings) -> str:
    """Make the drafts of the coming weeks, and mark missed messages."""
    line, now = "plan-occurrences", clock.now()
    planned = one_by_one(
        line,
        Communication,
        _ids(communications_with_dates()),
        lambda key: plan_communication(key, now),
    )
    missed = one_by_one(
        line,
        Occurrence,
        _ids(passed_without_approval(now)),
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

    looked_at = one_by_one("queue-occurrences", Occurrence, _ids(approved_messages()), hold)
    return [f"{key} held, its approval lapsed" for key, is_held in looked_at if is_held]


def _held_by_gates(settings: Settings) -> list[str]:
    """Hold what was approved after a gate opened again: what is sent is looked at once more at its moment."""
    held = hold_behind_gates(settings, "queue-occurrences")
    return [f"{held} held behind a gate that is open again"] if held else []


def settle_deliveries(_settings: Settings) -> str:
    """Release deliveries of stopped processes, and finish mailings that are done."""
    line, now = SETTLING, clock.now()
    released = one_by_one(line, Delivery, expired_claims(now), lambda key: release_expired(now, key))
    stopped = one_by_one(line, Occurrence, _ids(overtaken()), stop_overtaken)
    closed = one_by_one(line, Occurrence, _ids(sent_to_all()), lambda key: sending.settle_sending(clock.now(), key))
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


def empty_letterbox(settings: Settings) -> str:
    """Hand over the letterbox, and leave nothing in the database's files that shows its order.

    Doesn't say how many letters there were: readers of this page could then count what reports hide.
    """
    here = clock.now().astimezone(ZoneInfo(settings.timezone))
    was_emptied = here.time() >= HANDED_OVER_FROM and saying.empty_letterbox(here.date(), settings.holidays)
    db.session.commit()
    log_words = "" if empty_log() else " Somebody reads the write-ahead log just now; it is emptied next time."
    return ("Done for today." if was_emptied else "Nothing to do until the next morning.") + log_words


def record_sign_ins(settings: Settings) -> str:
    """Write the sign-ins of past days to the audit log, without their times."""
    today = clock.today(settings.timezone)
    days = [day.isoformat() for day in days_of_sign_ins(today)]
    one_by_one("record-sign-ins", "day", days, lambda day: record_sign_ins_of_days(today, date.fromisoformat(day)))
    empty_log()
    return "Done for the days until yesterday." if days else "Nothing to do until the next day."


def count_objections(settings: Settings) -> str:
    """Publish yesterday's figures about objections if that was not done yet."""
    yesterday = clock.today(settings.timezone) - timedelta(days=1)
    floor, country = settings.anonymity_floor, settings.holidays
    counted = one_by_one(
        "count-objections",
        Programme,
        figures.programmes_to_count(yesterday),
        lambda key: figures.count_objections_of(key, yesterday, floor, country),
    )
    return f"{plural(sum(counted), 'programme', 'programmes')} counted."


def count_spans(settings: Settings) -> str:
    """Publish the figures of months that are over if that was not done yet."""
    yesterday = clock.today(settings.timezone) - timedelta(days=1)
    floor, country = settings.anonymity_floor, settings.holidays
    counted = one_by_one(
        "count-spans",
        Programme,
        spans.programmes_to_span(yesterday),
        lambda key: spans.count_spans_of(key, yesterday, floor, country),
    )
    return f"{plural(sum(counted), 'span', 'spans')} of months counted."


def apply_retention(_settings: Settings) -> str:
    """Delete old records by the rules that an administrator set; people a few at a time, each in their own transaction.

    Somebody who can't be erased is set aside with the reason, and the next one goes on.
    """
    gone = retention.apply_retention(clock.now())
    db.session.commit()
    if RecordKind.LEAVERS in retention_rules():
        gone[RecordKind.LEAVERS] = _erase_leavers()
    told = (kind.counted(number) if kind.is_counted else kind.word.lower() for kind, number in gone.items())
    return ", ".join(told) or "No rule is set."


def _erase_leavers() -> int:
    line = "apply-retention"
    erased = one_by_one(
        line,
        Person,
        old_records.leavers_due(clock.now(), keys_set_aside(line, Person.__tablename__)),
        lambda key: erase_person(db.session.get_one(Person, key), by=audit.CLOCK),
    )
    retention.tell_gone(RecordKind.LEAVERS, len(erased))
    return len(erased)


def retention_dry_run() -> list[str]:
    """Say for each kind of record what would be deleted now."""
    lines = {each.kind: _going_words(each) for each in old_records.all_going(clock.now())}
    return [f"{kind.word}: {lines.get(kind, 'kept for ever.')}" for kind in RecordKind]


def _going_words(each: Going) -> str:
    words = f"{each.words} would go, kept for {each.keep_days:,} days."
    waiting = f" {each.later:,} of them wait for the runs after the next." if each.later else ""
    held_back = f" {each.held_back:,} more can’t be erased yet." if each.held_back else ""
    return f"{words}{waiting}{held_back}"


def forget_expired(_settings: Settings) -> str:
    """Delete used links, attempts and uploads that are no longer needed."""
    now = clock.now()
    links_until = now - MESSAGE_LINK_LIFETIME - timedelta(days=1)
    forgotten: dict[str, Callable[[], int]] = {
        "links": lambda: rows_changed(delete(UsedLink).where(UsedLink.used_at < links_until)),
        "attempts": forget_attempts,
        "uploads": lambda: drop_old_uploads(now),
        "kept forms": lambda: forget_kept_forms(now),
        "enclosed files": lambda: let_old_enclosures_go(now),
    }
    gone = one_by_one(
        "forget-expired",
        "what expired:",
        forgotten,
        lambda what: plural(forgotten[what](), what.removesuffix("s"), what),
    )
    return f"{listed(gone)} removed." if gone else "Nothing was removed."
