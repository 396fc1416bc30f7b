"""Who reads the report of a programme, and who reads it without its objections."""

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.programmes.models import Programme
from engagement.programmes.scopes import programme_for
from engagement.resistance.scopes import reads_in_part


def report_for(reader: Reader, programme_id: int) -> Programme:
    """Return a programme whose report the reader reads; raises NotFound or BeyondReach."""
    return programme_for(rights.reporting(reader), programme_id)


def keeps_concerns_back(reader: Reader, programme_id: int) -> bool:
    """Return whether objections are left out, because the reader reads some of them and could subtract those."""
    return reads_in_part(rights.reading(reader), rights.planning(reader), programme_id)
