"""What each line of the timetable does: ask for what is due, do one item, commit, go on with the next."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import delete

from engagement import audit, clock
from engagement.accounts.attempts.actions import forget_attempts
from engagement.accounts.kept_forms.actions import forget_kept_forms
from engagement.accounts.models import UsedLink
from engagement.accounts.rules import MESSAGE_LINK_LIFETIME
from engagement.accounts.sign_ins.actions import record_sign_ins as record_sign_ins_of_days
from engagement.audiences import actions as audiences
from engagement.communications import actions as communications
from engagement.communications import queries as calendar
from engagement.db import db, empty_log, rows_changed
from engagement.errors import EngagementError
from engagement.intake.actions.files import drop_old_uploads
from engagement.mail import actions as mail
from engagement.people.models import Person
from engagement.people.organisation import Organisation
from engagement.privacy.actions import retention as privacy
from engagement.privacy.actions.erasing import erase_person
from engagement.privacy.queries import old_records
from engagement.privacy.queries.keeping import retention_rules
from engagement.privacy.queries.old_records import Going
from engagement.privacy.rules.records import RecordKind
from engagement.resistance.figures import actions as figures
from engagement.resistance.saying import actions as saying
from engagement.resistance.saying.rules import HANDED_OVER_FROM
from engagement.settings import Settings
from engagement.training import actions as training
from engagement.waves import actions as waves

log = structlog.get_logger("engagement.jobs")


def settle_directory(_settings: Settings) -> str:
    """Let memberships, roles by rule and assignments follow the directory as it is now."""
    came, went = waves.settle_memberships()
    audiences.settle_training_roles(clock.now())
    settled = training.settle_assignments(clock.now())
    moved = f"{came} joined a wave, {went} left one."
    return f"{moved} {settled.made} assigned, {settled.withdrawn} withdrawn, {settled.asked} asked about."


def settle_leftovers(_settings: Settings) -> str:
    """Let old training go that nobody decided about in time."""
    return f"{training.settle_leftovers(clock.now())} let go."


def plan_occurrences(_settings: Settings) -> str:
    """Make the drafts of the coming weeks; report what was missed."""
    planned = communications.plan_occurrences(clock.now())
    missed = communications.settle_missed(clock.now())
    return f"{planned} planned, {missed} missed."


def queue_occurrences(settings: Settings) -> str:
    """Queue what is due, each occurrence in its own transaction; one that fails is logged and the next one goes on."""
    outcomes = []
    for occurrence_id in calendar.due_occurrences(clock.now()):
        try:
            outcome = communications.queue_occurrence(
                occurrence_id,
                now=clock.now(),
                lateness_limit_hours=settings.lateness_limit,
                organisation=Organisation.of(settings),
            )
            db.session.commit()
            outcomes.append(f"{occurrence_id} {outcome.value}")
        except EngagementError as error:
            db.session.rollback()
            log.warning("occurrence not queued", occurrence=occurrence_id, reason=error.sentence)
            outcomes.append(error.sentence)
    return "; ".join(outcomes) or "Nothing was due."


def settle_deliveries(_settings: Settings) -> str:
    """Tell what a stopped process left behind, and close mailings that are done."""
    released = mail.release_expired(clock.now())
    db.session.commit()
    stopped = communications.stop_overtaken()
    closed = communications.settle_sending(clock.now())
    return (
        f"{released.waiting} taken back, {released.uncertain} not certain, {stopped} stopped, {closed} mailings closed."
    )


def send_reminders(settings: Settings) -> str:
    """Queue the reminders that are due, each message's in a transaction of its own; one that fails doesn't stop the rest."""
    reminded = 0
    for occurrence_id in communications.messages_to_remind_of(clock.now()):
        try:
            reminded += communications.remind(occurrence_id, now=clock.now(), organisation=Organisation.of(settings))
            db.session.commit()
        except EngagementError as error:
            db.session.rollback()
            log.warning("reminders not queued", occurrence=occurrence_id, reason=error.sentence)
    return f"{reminded} reminders queued."


def empty_letterbox(settings: Settings) -> str:
    """Hand over what lies in the letterbox, and leave nothing in the database's files that tells its order.

    Says nothing of how much that was: with it, whoever may read this page could count what reports hide.
    """
    here = clock.now().astimezone(ZoneInfo(settings.timezone))
    was_emptied = here.time() >= HANDED_OVER_FROM and saying.empty_letterbox(here.date(), settings.holidays)
    db.session.commit()
    log_words = "" if empty_log() else " Somebody reads the write-ahead log just now; it is emptied next time."
    return ("Done for today." if was_emptied else "Nothing to do until the next morning.") + log_words


def record_sign_ins(settings: Settings) -> str:
    """Write the sign-ins of days that are over into the audit, without their times."""
    were_any = record_sign_ins_of_days(clock.today(settings.timezone))
    db.session.commit()
    empty_log()
    return "Done for the days until yesterday." if were_any else "Nothing to do until the next day."


def count_objections(settings: Settings) -> str:
    """Count the objections of yesterday where that was not done yet."""
    yesterday = clock.today(settings.timezone) - timedelta(days=1)
    counted = figures.count_objections(yesterday, settings.anonymity_floor, settings.holidays)
    return f"{counted} programmes counted."


def apply_retention(_settings: Settings) -> str:
    """Let old records go by the rules that an administrator set; people a few at a time, each by themselves.

    One who can't be erased is logged, and the next one goes on.
    """
    gone = privacy.apply_retention(clock.now())
    db.session.commit()
    if RecordKind.LEAVERS in retention_rules():
        gone[RecordKind.LEAVERS] = _erase_leavers()
    told = (f"{number} {kind.word.lower()}" if kind.is_counted else kind.word.lower() for kind, number in gone.items())
    return ", ".join(told) or "No rule is set."


def _erase_leavers() -> int:
    erased = 0
    for person_id in old_records.leavers_due(clock.now()):
        try:
            erase_person(db.session.get_one(Person, person_id), by=audit.CLOCK)
            db.session.commit()
            erased += 1
        except Exception:
            db.session.rollback()
            log.exception("person not erased", person=person_id)
    privacy.tell_gone(RecordKind.LEAVERS, erased)
    return erased


def retention_dry_run() -> list[str]:
    """Say for each kind of record what would go now."""
    lines = {each.kind: _going_words(each) for each in old_records.all_going(clock.now())}
    return [f"{kind.word}: {lines.get(kind, 'kept for ever.')}" for kind in RecordKind]


def _going_words(each: Going) -> str:
    words = f"{each.words} would go, kept for {each.keep_days:,} days."
    waiting = f" {each.later:,} of them wait for the runs after the next." if each.later else ""
    held_back = f" {each.held_back:,} more can’t be erased yet." if each.held_back else ""
    return f"{words}{waiting}{held_back}"


def forget_expired(_settings: Settings) -> str:
    """Remove used links, attempts and uploads that no question asks about any more."""
    now = clock.now()
    links = rows_changed(delete(UsedLink).where(UsedLink.used_at < now - MESSAGE_LINK_LIFETIME - timedelta(days=1)))
    attempts = forget_attempts()
    uploads = drop_old_uploads(now)
    forms = forget_kept_forms(now)
    return f"{links} links, {attempts} attempts, {uploads} uploads and {forms} kept forms removed."
