"""Who has not confirmed a message yet: as a page and as a file, for those who may read the delivery log."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, render_template

from engagement.accounts.scopes import rights
from engagement.communications import scopes
from engagement.communications.models import Occurrence
from engagement.db import count_of, db
from engagement.mail.confirmations import queries as confirming
from engagement.mail.models import Delivery
from engagement.mail.queries import delivery_counts
from engagement.pages.calendar import blueprint
from engagement.pages.frame import guard
from engagement.pages.parts.files import list_file
from engagement.pages.parts.lists import Asked

COLUMNS = ("name", "address", "department", "sent_at", "reminders_sent")


@dataclass(frozen=True)
class Line:
    """Somebody who has not confirmed: their copy of the message and the number of reminders sent."""

    delivery: Delivery
    reminders: int

    @property
    def department(self) -> str:
        """The path of their department, or ""."""
        person = self.delivery.person
        return person.department.path if person and person.department else ""


def _message_at(occurrence_id: int) -> tuple[Occurrence, int | None]:
    """Return a message with the id of its mailing (None if nobody was asked yet); raises NotFound or NotAllowed."""
    row = scopes.message_for(rights.reading(guard.reader()), occurrence_id)
    guard.allow_all(rights.reading_operation(guard.reader()))
    return row, row.mailing_id if row.mailing and row.mailing.asks_confirmation else None


def _lines(mailing_id: int, deliveries: Sequence[Delivery]) -> list[Line]:
    people = [delivery.person_id for delivery in deliveries if delivery.person_id is not None]
    reminded = confirming.reminded(mailing_id, people)
    return [Line(delivery, reminded.get(delivery.person_id or 0, 0)) for delivery in deliveries]


@blueprint.get("/occurrences/<int:occurrence_id>/unconfirmed")
def unconfirmed(occurrence_id: int) -> str:
    """List those who were sent the message and have not confirmed it, by name."""
    row, mailing_id = _message_at(occurrence_id)
    if mailing_id is None:
        return render_template("calendar/unconfirmed.html", row=row, lines=[], confirmations=None)
    rows = confirming.unconfirmed(mailing_id)
    copies = sum(delivery_counts(mailing_id).values())
    asked = Asked()
    page = asked.page(count_of(rows.with_only_columns(Delivery.id)))
    return render_template(
        "calendar/unconfirmed.html",
        row=row,
        lines=_lines(mailing_id, db.session.scalars(rows.limit(page.size).offset(page.offset)).all()),
        page=page,
        files=asked.files("calendar.unconfirmed_file", occurrence_id=occurrence_id),
        confirmations=confirming.confirmations_of({mailing_id: copies}).get(mailing_id),
    )


@blueprint.get("/occurrences/<int:occurrence_id>/unconfirmed.<any(csv, xlsx):kind>")
def unconfirmed_file(occurrence_id: int, kind: str) -> Response:
    """Send the same list as a file."""
    _, mailing_id = _message_at(occurrence_id)
    lines = _lines(mailing_id, db.session.scalars(confirming.unconfirmed(mailing_id)).all()) if mailing_id else []
    rows = [
        (line.delivery.name, line.delivery.address, line.department, line.delivery.sent_at, line.reminders)
        for line in lines
    ]
    return list_file(kind, COLUMNS, rows, f"not-confirmed-{occurrence_id}", "Not confirmed")
