"""The jobs of the timetable about numbers of use: counting waves, comparing what is kept, and folding old days away."""

from functools import partial

import structlog

from engagement import clock
from engagement.adoption.actions.counting import count_wave, counts_that_differ, waves_to_count
from engagement.adoption.actions.writing import fold_days, rebuild_spans
from engagement.adoption.queries.spans import spans_that_differ
from engagement.db import db
from engagement.scheduler.items import one_by_one
from engagement.settings import Settings
from engagement.waves.models import Wave
from engagement.words import plural

log = structlog.get_logger("engagement.jobs")


def count_usage(settings: Settings) -> str:
    """Count the waves anew whose people, training or numbers of use changed since the last time; all of them once a day."""
    count = partial(count_wave, floor=settings.anonymity_floor)
    counted = one_by_one("count-usage", Wave, waves_to_count(clock.now().date()), count)
    return f"{plural(len(counted), 'wave', 'waves')} counted."


def compare_usage(settings: Settings) -> str:
    """Compare the kept spans with the days that they come from, and the kept numbers with a count; put right what differs."""
    spans = spans_that_differ(clock.now().date())
    if spans:
        log.error("kept spans of use differ", spans=len(spans))
        rebuild_spans(key for key, _ in spans)
    waves = counts_that_differ(clock.now().date())
    if waves:
        log.error("kept numbers of use differ", waves=waves)
        for wave_id in waves:
            count_wave(wave_id, floor=settings.anonymity_floor)
    db.session.commit()
    if not spans and not waves:
        return "What is kept of use is what the days and a full count give."
    return (
        f"{plural(len(spans), 'span', 'spans')} and {plural(len(waves), 'wave', 'waves')} differed, and were made anew."
    )


def fold_usage(_settings: Settings) -> str:
    """Fold single days of use of people away that are too old."""
    folded = fold_days(clock.now().date())
    db.session.commit()
    return f"{plural(folded, 'day', 'days')} of use folded away."
