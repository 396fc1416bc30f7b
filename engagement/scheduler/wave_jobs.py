"""The jobs of the timetable about waves: what is stable after they settled, and what their people say without a name."""

from engagement import clock
from engagement.communications.actions.stabilising import draft_stable
from engagement.communications.queries.quiet import waves_to_tell_stable
from engagement.people.organisation.rules import Organisation
from engagement.scheduler.items import ids_of, one_by_one, without_order
from engagement.settings import Settings
from engagement.waves.models import Wave
from engagement.waves.voices import actions as voices
from engagement.words import count


def draft_stable_messages(settings: Settings) -> str:
    """Draft a message for each wave whose quiet period is over; a wave without anybody to write it is tried again."""
    on, organisation = clock.today(settings.timezone), Organisation.of(settings)
    due = ids_of(waves_to_tell_stable(on))
    drafted = one_by_one("draft-stable", Wave, due, lambda key: draft_stable(key, on, organisation) is not None)
    missing = drafted.count(False)
    return f"{count(drafted.count(True))} drafted." + (
        f" Nobody could write {count(missing)} more: name a lead who has a sign-in." if missing else ""
    )


def count_voices(settings: Settings) -> str:
    """Count what enough people said each alone, and leave nothing in the database's files that shows who came when.

    Doesn't say for how many groups: readers of this page could then tell on which day somebody of a small one answered.
    """
    voices.count_voices(settings.anonymity_floor)
    return without_order("Done for today.")
