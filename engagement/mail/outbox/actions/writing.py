"""Messages written for the deliveries of a window, each from its letter, which is compiled once."""

from collections import OrderedDict
from collections.abc import Callable

from sqlalchemy import Connection, exists, select

from engagement.addresses import server_form
from engagement.errors import RuleBroken
from engagement.mail.models import EnclosedFile, Mailing, Translation
from engagement.mail.outbox.actions.claiming import Claimed
from engagement.mail.outbox.rules import PLAIN, Leaving
from engagement.mail.wire.actions.conversation import Parcel
from engagement.mail.wire.rules.headers import parts_of_sender
from engagement.mail.wire.rules.message import Prepared, prepare


class Lapsed(RuleBroken):
    """A message is too late to be of use, so it is not sent."""


#: Turns the path in a slot whose name ends in "_link" into a one-time sign-in link. Raises
#: Lapsed for a message that is too late to be of use.
LinkFor = Callable[[Claimed, str], str]
#: How many compiled letters a connection keeps; each is a few times as large as its text.
KEPT_LETTERS = 64


class Writer:
    """Writes messages from `mail_from`, `Name <address>`. Raises BadInput for another sender."""

    def __init__(self, mail_from: str, link_for: LinkFor, leaving: Leaving = PLAIN) -> None:
        self._return_path, self._sign = leaving.return_path, leaving.sign
        self.sender = parts_of_sender(mail_from)[1]
        self._mail_from = mail_from
        self._domain = self.sender.rpartition("@")[2]
        self._link_for = link_for
        self._prepared: OrderedDict[tuple[int, int | None], Prepared] = OrderedDict()

    def written(self, row: Claimed, connection: Connection) -> Parcel:
        """Return the message for one person. Whatever is raised concerns this message only, unless the database is away."""
        if not isinstance(row.filled, dict):
            raise TypeError("the values of a delivery are not an object")
        prepared = self._prepared_for(row, connection)
        values = row.filled.copy()
        for name, value in row.filled.items():
            # Whole addresses, such as finished links, are not changed.
            if name.endswith("_link") and isinstance(value, str) and value.startswith("/"):
                values[name] = self._link_for(row, value)
        sender = self._return_path(row.id, row.queued_at) if self._return_path else self.sender
        message = prepared.fill(row, values, row.attempted_at)
        return Parcel(sender, server_form(row.address), self._sign(message) if self._sign else message)

    def _prepared_for(self, row: Claimed, connection: Connection) -> Prepared:
        key = (row.mailing_id, row.translation_id)
        prepared = self._prepared.get(key)
        if prepared is None:
            letter, file = Mailing.__table__, EnclosedFile.__table__
            has_files = exists().where(file.c.mailing_id == letter.c.id).label("has_files")
            mailing = connection.execute(select(letter, has_files).where(letter.c.id == row.mailing_id)).one()
            enclosed = select(file).where(file.c.mailing_id == row.mailing_id).order_by(file.c.id)
            files = connection.execute(enclosed).all() if mailing.has_files else ()
            other = Translation.__table__
            translation = select(other).where(other.c.id == row.translation_id)
            text = connection.execute(translation).one() if row.translation_id is not None else None
            # So that no transaction is open while the mail server is spoken to.
            connection.commit()
            prepared = prepare(mailing, self._mail_from, self._domain, text, files)
            if files:
                # It is large, and as a rule for one person.
                return prepared
            self._prepared[key] = prepared
            if len(self._prepared) > KEPT_LETTERS:
                self._prepared.popitem(last=False)
        self._prepared.move_to_end(key)
        return prepared
