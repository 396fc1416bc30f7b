"""Things that jobs set aside, and who acts on them: those in charge of the thing, and administrators of everything."""

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.attention.rules import Kind, Place
from engagement.communications import scopes as communications
from engagement.communications.models import Communication, Occurrence
from engagement.db import db
from engagement.set_aside import SetAside, all_set_aside

#: By table: the kind of a thing that was set aside, and its page; other tables use the page of jobs.
WHERE = {
    "occurrence": (Kind.MESSAGE, Place.MESSAGE),
    "communication": (Kind.COMMUNICATION, Place.COMMUNICATION),
    "wave": (Kind.WAVE, Place.WAVE),
    "programme": (Kind.PROGRAMME, Place.PROGRAMME),
}


def set_aside_for(reader: Reader) -> list[SetAside]:
    """Return the things set aside that this reader may have tried again, the newest first."""
    return [row for row in all_set_aside() if may_try_again(reader, row)]


def may_try_again(reader: Reader, row: SetAside) -> bool:
    """Return whether the reader may have something tried again that a job set aside."""
    if rights.administering(reader).everything:
        return True
    planning = rights.planning(reader)
    if row.kind in ("occurrence", "communication"):
        line = communication_of(row)
        return line is not None and communications.is_in_charge(planning, line)
    return row.programme_id is not None and planning.covers(programme_id=row.programme_id, wave_id=row.wave_id)


def communication_of(row: SetAside) -> Communication | None:
    """Return the communication of a thing set aside, None if it has none."""
    if row.kind == "communication":
        return db.session.get(Communication, int(row.key))
    message = db.session.get(Occurrence, int(row.key)) if row.kind == "occurrence" else None
    return message.communication if message else None
