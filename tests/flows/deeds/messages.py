"""What is done to communications and audiences, and where its entry belongs."""

from typing import Any

from communications.calendar_rows import make_audience, make_line
from factories import TESTER
from flows.deeds.place import AT, OF_WAVE, Deed, Place

from engagement.communications.actions.calendar import end_communication
from engagement.communications.actions.placing import skip_occurrence
from engagement.communications.actions.planning import schedule_briefing
from engagement.verbs import Verb


def line(at: Place) -> Any:
    return make_line(at.programme, wave=at.wave)


def dated(at: Place) -> Any:
    return schedule_briefing(line(at), AT, by=TESTER)


DONE: list[Deed] = [
    (Verb.MADE_COMMUNICATION, line, OF_WAVE),
    (Verb.ENDED_COMMUNICATION, lambda at: end_communication(line(at), by=TESTER), OF_WAVE),
    (Verb.DATED_MESSAGE, dated, OF_WAVE),
    (Verb.SKIPPED_MESSAGE, lambda at: skip_occurrence(dated(at), "Not now", by=TESTER), OF_WAVE),
    (Verb.SAVED_AUDIENCE, lambda at: make_audience(), set()),
]
