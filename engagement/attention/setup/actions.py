"""Skips a step of first setup, and resumes it."""

from sqlalchemy import delete

from engagement import audit, clock
from engagement.attention.setup.models import SkippedSetup
from engagement.attention.setup.rules import SetupStep
from engagement.audit import Actor
from engagement.db import insert_new, rows_changed
from engagement.verbs import Verb


def skip_setup(step: SetupStep, *, by: Actor) -> None:
    """Skip a step. Doing it twice changes nothing."""
    row = insert_new(SkippedSetup).values(step=step, by=by.name[:401], at=clock.now())
    if rows_changed(row.on_conflict_do_nothing()):
        audit.record(Verb.SKIPPED_SETUP, audit.Subject("setup", step.word), by=by)


def take_up_setup(step: SetupStep, *, by: Actor) -> None:
    """Resume a skipped step. Doing it twice changes nothing."""
    if rows_changed(delete(SkippedSetup).where(SkippedSetup.step == step)):
        audit.record(Verb.TOOK_UP_SETUP, audit.Subject("setup", step.word), by=by)
