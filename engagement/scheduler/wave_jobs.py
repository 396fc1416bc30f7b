"""The job of the timetable about waves that have settled: their people are told what is stable."""

from engagement import clock
from engagement.communications.actions.stabilising import draft_stable
from engagement.communications.queries.quiet import waves_to_tell_stable
from engagement.db import db
from engagement.people.organisation.rules import Organisation
from engagement.scheduler.items import one_by_one
from engagement.settings import Settings
from engagement.waves.models import Wave
from engagement.words import count


def draft_stable_messages(settings: Settings) -> str:
    """Draft a message for each wave whose quiet period is over; a wave without anybody to write it is tried again."""
    on, organisation = clock.today(settings.timezone), Organisation.of(settings)
    due = list(db.session.scalars(waves_to_tell_stable(on).with_only_columns(Wave.id)))
    drafted = one_by_one("draft-stable", Wave, due, lambda key: draft_stable(key, on, organisation) is not None)
    missing = drafted.count(False)
    return f"{count(drafted.count(True))} drafted." + (
        f" Nobody could write {count(missing)} more: name a lead who has a sign-in." if missing else ""
    )
