"""The jobs of the timetable about what is kept of people, and how long."""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import delete

from engagement import audit, clock
from engagement.accounts.attempts.actions import forget_attempts
from engagement.accounts.kept_forms.actions import forget_kept_forms
from engagement.accounts.models import UsedLink
from engagement.accounts.rules import MESSAGE_LINK_LIFETIME
from engagement.accounts.sign_ins.actions import days_of_sign_ins
from engagement.accounts.sign_ins.actions import record_sign_ins as record_sign_ins_of_days
from engagement.db import db, rows_changed
from engagement.intake.actions.files import drop_old_uploads
from engagement.mail.actions.enclosing import let_old_enclosures_go
from engagement.people.models import Person
from engagement.privacy.actions import retention
from engagement.privacy.actions.erasing import erase_person
from engagement.privacy.queries import old_records
from engagement.privacy.queries.old_records import Going
from engagement.privacy.queries.retention import retention_rules
from engagement.privacy.rules.records import RecordKind
from engagement.scheduler.items import one_by_one, without_order
from engagement.set_aside import keys_set_aside
from engagement.settings import Settings
from engagement.words import listed, plural


def record_sign_ins(settings: Settings) -> str:
    """Write the sign-ins of past days to the audit log, without their times."""
    today = clock.today(settings.timezone)
    days = [day.isoformat() for day in days_of_sign_ins(today)]
    one_by_one("record-sign-ins", "day", days, lambda day: record_sign_ins_of_days(today, date.fromisoformat(day)))
    return without_order("Done for the days until yesterday." if days else "Nothing to do until the next day.")


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
