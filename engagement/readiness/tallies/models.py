"""Marks for people of whom criteria count something else after a change, and has tables set them; the kept numbers are those of waves."""

from sqlalchemy import Connection, Index, Table, event, text
from sqlalchemy.orm import Mapped, mapped_column

from engagement.communications.models import Communication, Occurrence
from engagement.db import Base, Key
from engagement.mail.models import Acknowledgement, Delivery
from engagement.notices.models import Notice, WorkerEffect
from engagement.programmes.models import Workflow
from engagement.programmes.scope.models import ScopeStatement
from engagement.readiness.tallies.rules import marks_of
from engagement.training.scope_answers.models import ScopeAnswer
from engagement.waves.models import WaveWorkflow


class ReachedMark(Base):
    """Somebody of whom it has to be counted again what reached them; `is_taken` while that is done.

    Not a `TallyMark`, because their training stays as it was: while a message leaves, thousands are marked, and to count the training of
    each costs pages twice as much again.
    """

    __tablename__ = "reached_mark"
    __table_args__ = (Index("ix_reached_mark_person", "person_id"),)

    id: Mapped[Key]
    person_id: Mapped[int]
    is_taken: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


@event.listens_for(Acknowledgement.__table__, "after_create")
@event.listens_for(Communication.__table__, "after_create")
@event.listens_for(Delivery.__table__, "after_create")
@event.listens_for(Notice.__table__, "after_create")
@event.listens_for(Occurrence.__table__, "after_create")
@event.listens_for(ScopeAnswer.__table__, "after_create")
@event.listens_for(ScopeStatement.__table__, "after_create")
@event.listens_for(WaveWorkflow.__table__, "after_create")
@event.listens_for(WorkerEffect.__table__, "after_create")
@event.listens_for(Workflow.__table__, "after_create")
def _watch(table: Table, connection: Connection, **_: object) -> None:
    for statement in marks_of(connection.dialect.name, table.name):
        connection.exec_driver_sql(statement)
