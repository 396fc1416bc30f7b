"""The timetable: every job with its purpose, interval and function. The only place to read or add one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from engagement.adoption.rules.vocabulary import FOLDED_AFTER_DAYS
from engagement.mail.rules import ENCLOSED_KEPT_DAYS
from engagement.scheduler import (
    concern_jobs,
    gate_jobs,
    mail_jobs,
    message_jobs,
    notice_jobs,
    people_jobs,
    record_jobs,
    report_jobs,
    stakeholder_jobs,
    tally_jobs,
    usage_jobs,
    wave_jobs,
)
from engagement.scheduler.telling import tell_administrators
from engagement.settings import Settings
from engagement.stakeholders.commitments.rules import REMINDED_WORKING_DAYS_BEFORE
from engagement.training.rules import DAYS_TO_DECIDE


@dataclass(frozen=True)
class Line:
    """One job: a name for the shell, a sentence for the administrator, its interval, and its function.

    The function gets the settings, commits its items one by one and returns a sentence on what it did. `dry_run` says
    in lines what the job would do now, and changes nothing.
    """

    name: str
    does: str
    every: timedelta
    job: Callable[[Settings], str]
    dry_run: Callable[[], list[str]] | None = None

    def next_due(self, now: datetime) -> datetime:
        """Return when the job is due again after running at `now` (UTC)."""
        return now + self.every


TIMETABLE: tuple[Line, ...] = (
    Line(
        "settle-directory",
        "Places people in their departments’ waves, gives training roles by rule, and assigns the training that follows.",
        timedelta(minutes=10),
        people_jobs.settle_directory,
    ),
    Line(
        "settle-counts",
        "Counts people again of whom something changed. Of very many, pages show the numbers from before until then, and say so.",
        timedelta(seconds=5),
        tally_jobs.settle_counts,
    ),
    Line(
        "compare-counts",
        "Compares the kept numbers of each wave with a count of everybody, and says whether they agree.",
        timedelta(hours=24),
        tally_jobs.compare_counts,
    ),
    Line(
        "count-usage",
        "Counts who uses what went live: when numbers, people or training changed, and once a day.",
        timedelta(minutes=1),
        usage_jobs.count_usage,
    ),
    Line(
        "compare-usage",
        "Compares what is kept of use with its days and with a full count, and says whether they agree.",
        timedelta(hours=24),
        usage_jobs.compare_usage,
    ),
    Line(
        "fold-usage",
        f"Folds single days of use of people away that are more than {FOLDED_AFTER_DAYS} days ago; the first and last day, and the weeks, stay.",
        timedelta(hours=24),
        usage_jobs.fold_usage,
    ),
    Line(
        "plan-occurrences",
        "Turns cadences into dated drafts for the next 100 days and reports those that were missed.",
        timedelta(minutes=15),
        message_jobs.plan_occurrences,
    ),
    Line(
        "reopen-gates",
        "Opens a wave’s gate again when a criterion is met no more, holds messages around a go-live in doubt, ends leave that ran out, and writes to those who have to decide.",
        timedelta(minutes=10),
        gate_jobs.watch_gates,
    ),
    Line(
        "queue-occurrences",
        "Queues each approved message at its time, one row a person, in their working hours; holds what is too late.",
        timedelta(seconds=20),
        message_jobs.queue_occurrences,
    ),
    Line(
        "settle-deliveries",
        "Takes back what a stopped process had claimed, stops what waits of ended communications and cancelled waves, and closes mailings that are done.",
        timedelta(seconds=30),
        message_jobs.settle_deliveries,
    ),
    Line(
        "read-bounces",
        "Reads the mailbox to which undeliverable mail returns, if one is set; keeps each bounce here and takes it out there.",
        timedelta(minutes=5),
        mail_jobs.read_bounces,
    ),
    Line(
        "send-reminders",
        "Writes again to those who have not confirmed a message that asks for it, as often as its communication says.",
        timedelta(minutes=15),
        message_jobs.send_reminders,
    ),
    Line(
        "remind-of-promises",
        f"Writes to whoever has to keep a promise to a stakeholder {REMINDED_WORKING_DAYS_BEFORE} working days before its day, and to others once it is past.",
        timedelta(minutes=15),
        stakeholder_jobs.remind_of_promises,
    ),
    Line(
        "send-notices",
        "Sends the notice of a workflow that affects workers to who came to one of its waves since.",
        timedelta(minutes=15),
        notice_jobs.send_notices,
    ),
    Line(
        "draft-stable",
        "Drafts the message “What is now stable” on the day after a wave’s quiet period, for whoever writes its briefing.",
        timedelta(hours=1),
        wave_jobs.draft_stable_messages,
    ),
    Line(
        "settle-leftovers",
        f"Lets old training go that a move left behind and that nobody decided about within {DAYS_TO_DECIDE} days.",
        timedelta(hours=1),
        people_jobs.settle_leftovers,
    ),
    Line(
        "forget-labels",
        "Removes what is stored of a person’s attitude to a change once they hold no post in it any more.",
        timedelta(hours=24),
        stakeholder_jobs.forget_labels,
    ),
    Line(
        "empty-letterbox",
        "Gives the change team what was said without a name, once each working day from six in the morning on, in random order.",
        timedelta(minutes=10),
        concern_jobs.empty_letterbox,
    ),
    Line(
        "count-voices",
        "Mixes what people said without a name of how much a wave changes for them, and counts it where enough of a group have said it.",
        timedelta(hours=24),
        wave_jobs.count_voices,
    ),
    Line(
        "record-sign-ins",
        "Writes into the audit who without a role signed in on a day that is over, in random order and without the time.",
        timedelta(minutes=10),
        record_jobs.record_sign_ins,
    ),
    Line(
        "count-objections",
        "Counts the objections of each programme once a night, as of the end of the day, for reports.",
        timedelta(minutes=10),
        concern_jobs.count_objections,
    ),
    Line(
        "count-spans",
        "Counts the concerns of months that are over by wave and department, and what was tried, once enough people have said something.",
        timedelta(hours=3),
        concern_jobs.count_spans,
    ),
    Line(
        "close-periods",
        "Freezes the report of each programme on the first morning of a month, so that later figures can be compared with it.",
        timedelta(hours=1),
        report_jobs.close_periods,
    ),
    Line(
        "send-reports",
        "Sends the reports that people asked for at their dates, to those who may read them at that moment.",
        timedelta(minutes=1),
        report_jobs.send_reports,
    ),
    Line(
        "apply-retention",
        "Lets records go that are older than their retention rule allows.",
        timedelta(hours=24),
        record_jobs.apply_retention,
        dry_run=record_jobs.retention_dry_run,
    ),
    Line(
        "tell-administrators",
        "Writes to administrators when a job failed or left something alone, or mail was refused, at most once a day.",
        timedelta(minutes=10),
        tell_administrators,
    ),
    Line(
        "forget-expired",
        f"Removes used sign-in links and counted attempts that are too old to matter, uploaded HR files and kept forms that nobody came back for within a day, and files of messages after {ENCLOSED_KEPT_DAYS} days.",
        timedelta(hours=6),
        record_jobs.forget_expired,
    ),
)


def line_named(name: str) -> Line | None:
    """Return the job with this name."""
    return next((line for line in TIMETABLE if line.name == name), None)
