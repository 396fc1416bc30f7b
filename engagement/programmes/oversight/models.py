"""The table of the oversight roster: dated rows of who may stop or overrule a workflow."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.db import ADDRESSED, Base, Key, UtcDateTime, one_open, short
from engagement.people.models import Person
from engagement.programmes.models import Workflow


class Overseer(Base):
    """Somebody who may stop or overrule a workflow from a day on; the row without `until_on` holds now.

    `authority` says where that is written, "" while it isn't, and `authority_on` of which day. `certificate_until` is the last
    day of their certificate, None if it doesn't run out. A change ends the row and adds another.
    """

    __tablename__ = "overseer"
    audit_name = "workflow.name"
    audit_within = "workflow"
    __table_args__ = (
        one_open("uq_overseer_standing", "workflow_id", "person_id", where="until_on IS NULL"),
        CheckConstraint("deputy_id IS NULL OR deputy_id <> person_id", name="another_deputy"),
        ADDRESSED,
    )

    id: Mapped[Key]
    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflow.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    authority: Mapped[str] = mapped_column(Text, default="")
    authority_on: Mapped[date | None]
    hours: Mapped[str] = mapped_column(short(), default="")
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    certificate: Mapped[str] = mapped_column(short(), default="")
    certificate_until: Mapped[date | None]
    since_on: Mapped[date]
    until_on: Mapped[date | None]
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by: Mapped[str | None] = mapped_column(short(401))

    workflow: Mapped[Workflow] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    deputy: Mapped[Person | None] = relationship(foreign_keys=[deputy_id])
