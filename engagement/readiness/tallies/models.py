"""Has tables mark the people of whom criteria count something else after a change; marks and kept numbers are those of waves."""

from sqlalchemy import Connection, Table, event

from engagement.communications.models import Communication, Occurrence
from engagement.mail.models import Acknowledgement, Delivery
from engagement.notices.models import Notice, WorkerEffect
from engagement.programmes.models import Workflow
from engagement.programmes.scope.models import ScopeStatement
from engagement.readiness.tallies.rules import marks_of
from engagement.stakeholders.models import Champion
from engagement.training.scope_answers.models import ScopeAnswer
from engagement.waves.models import Wave, WaveWorkflow


@event.listens_for(Acknowledgement.__table__, "after_create")
@event.listens_for(Champion.__table__, "after_create")
@event.listens_for(Communication.__table__, "after_create")
@event.listens_for(Delivery.__table__, "after_create")
@event.listens_for(Notice.__table__, "after_create")
@event.listens_for(Occurrence.__table__, "after_create")
@event.listens_for(ScopeAnswer.__table__, "after_create")
@event.listens_for(ScopeStatement.__table__, "after_create")
@event.listens_for(Wave.__table__, "after_create")
@event.listens_for(WaveWorkflow.__table__, "after_create")
@event.listens_for(WorkerEffect.__table__, "after_create")
@event.listens_for(Workflow.__table__, "after_create")
def _watch(table: Table, connection: Connection, **_: object) -> None:
    for statement in marks_of(connection.dialect.name, table.name):
        connection.exec_driver_sql(statement)
