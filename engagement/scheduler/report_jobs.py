"""The jobs of the timetable about reports: closing each month, and sending reports to who asked for them."""

from zoneinfo import ZoneInfo

from flask import current_app

from engagement import clock
from engagement.people.organisation.rules import Organisation
from engagement.programmes.models import Programme
from engagement.reports.snapshots.actions import close_period
from engagement.reports.snapshots.queries import programmes_to_close
from engagement.reports.snapshots.rules import period_to_close
from engagement.reports.subscriptions.actions.sending import SendOutcome, Service, send_report, stop_if_not_allowed
from engagement.reports.subscriptions.models import ReportSending, ReportSubscription
from engagement.reports.subscriptions.queries import due_subscriptions, waiting_sendings
from engagement.scheduler.items import one_by_one
from engagement.settings import Settings
from engagement.words import listed, month_words, plural


def close_periods(settings: Settings) -> str:
    """Freeze the report of each programme whose last month is not closed yet."""
    here = clock.now().astimezone(ZoneInfo(settings.timezone))
    closes_on = period_to_close(here.replace(tzinfo=None))
    if closes_on is None:
        return "Nothing to close before six in the morning."
    floor = settings.anonymity_floor
    closed = one_by_one(
        "close-periods",
        Programme,
        programmes_to_close(closes_on),
        lambda key: close_period(key, closes_on, here.date(), floor),
    )
    if not sum(closed):
        return f"{month_words(closes_on)} is closed."
    return f"{month_words(closes_on)} closed for {plural(sum(closed), 'programme', 'programmes')}."


def send_reports(settings: Settings) -> str:
    """Send each report whose date has come to whoever asked for it and may read it now."""
    service = Service(
        Organisation.of(settings),
        settings.anonymity_floor,
        settings.lateness_limit,
        settings.base_url,
        str(current_app.config["SECRET_KEY"]),
    )
    waiting = waiting_sendings(clock.now())
    stopped = one_by_one("send-reports", ReportSending, waiting, lambda key: stop_if_not_allowed(key, service))
    due = due_subscriptions(clock.now())
    done = one_by_one("send-reports", ReportSubscription, due, lambda key: send_report(key, service))
    told = {
        "queued": done.count(SendOutcome.SENT),
        "not sent because too late": done.count(SendOutcome.TOO_LATE),
        "resting from now on": done.count(SendOutcome.RESTS),
        "stopped while they waited": sum(stopped),
        "set aside": len(due) - len(done) + len(waiting) - len(stopped),
    }
    words = [f"{number} {what}" for what, number in told.items() if number]
    return f"{listed(words)}." if words else "No report was due."
