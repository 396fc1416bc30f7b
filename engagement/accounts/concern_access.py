"""Who reads concerns, of which waves, and who reads no figures of theirs."""

from sqlalchemy import ColumnElement, or_

from engagement.accounts.access import PLANNERS, may_plan_programme, may_plan_something, may_plan_wave
from engagement.accounts.scopes.reader import Reader
from engagement.waves.models import Wave


def may_read_concerns(reader: Reader) -> bool:
    """Have the resistance log at all; `readable_concern` says which ones. Sponsors and auditors never do."""
    return may_plan_something(reader)


def may_read_every_concern(reader: Reader) -> bool:
    """Read and answer concerns of every wave, and those of none: change managers without a scope."""
    return reader.has(*PLANNERS)


def reads_concerns_in_part(reader: Reader, programme_id: int) -> bool:
    """Read some concerns of a programme and not all of them: whoever leads a wave of it, or plans it without planning all.

    Those who plan a programme don't read the concerns that name none of its waves.
    """
    return programme_id in reader.partly_in_programmes or (
        may_plan_programme(reader, programme_id) and not may_read_every_concern(reader)
    )


def may_read_concern(reader: Reader, programme_id: int | None, wave_id: int | None) -> bool:
    """Read and answer one concern: change managers of its scope and whoever leads its wave.

    A concern without a wave belongs to change managers without a scope.
    """
    if may_read_every_concern(reader):
        return True
    if programme_id is None or wave_id is None:
        return False
    return may_plan_wave(reader, programme_id, wave_id)


def concern_waves(reader: Reader) -> ColumnElement[bool] | None:
    """Return the condition on `Wave` for the waves whose concerns the reader may read; None means all, wave or not."""
    if may_read_every_concern(reader):
        return None
    programmes, waves = reader.places(*PLANNERS)
    return or_(Wave.programme_id.in_(programmes), Wave.id.in_(waves))
