"""Tables of waves: their steps, workflows, departments and members."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, false, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.db import ADDRESSED, Base, Key, UtcDateTime, short, word_of
from engagement.people.models import Department, Person
from engagement.programmes.models import Programme, Workflow
from engagement.waves.rules import MembershipOrigin, WaveStatus

#: So many days before go-live training is usually due.
USUAL_LEAD_DAYS = 7


@dataclass(frozen=True)
class WaveDetails:
    """The details of a wave, under the same names in its form and its actions; its days are for a new wave only."""

    name: str
    aim: str = ""
    stabilises_until_on: date | None = None
    training_lead_days: int = USUAL_LEAD_DAYS
    exit_criteria: str = ""


class Wave(Base):
    """One stage of a programme: workflows that go live in departments on one day.

    `go_live_on`, `training_due_on` and `stabilises_until_on`, which ends the quiet period after go-live, are the days of
    its milestones of these kinds; `milestones.actions` writes both. `exit_criteria` say, one a line, how to tell that it is
    stable; `stable_drafted_on` is when the clock drafted the message that tells its people so. `status` is that of its
    newest `WaveStep`; one action writes both.
    """

    __tablename__ = "wave"
    audit_name = "title"
    __table_args__ = (
        UniqueConstraint("programme_id", "number"),
        CheckConstraint("stabilises_until_on IS NULL OR stabilises_until_on >= go_live_on", name="quiet_after_go_live"),
        ADDRESSED,
    )

    id: Mapped[Key]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(short())
    aim: Mapped[str] = mapped_column(Text, default="")
    exit_criteria: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[WaveStatus] = mapped_column(word_of(WaveStatus), default=WaveStatus.PLANNED)
    go_live_on: Mapped[date] = mapped_column(index=True)
    stabilises_until_on: Mapped[date | None]
    stable_drafted_on: Mapped[date | None]
    training_due_on: Mapped[date] = mapped_column(default=lambda context: _usually_due(context))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    sponsor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    programme: Mapped[Programme] = relationship()
    lead: Mapped[Person | None] = relationship(foreign_keys=[lead_id])
    sponsor: Mapped[Person | None] = relationship(foreign_keys=[sponsor_id])

    @property
    def title(self) -> str:
        """The wave with its number, as messages name it."""
        return f"Wave {self.number}: {self.name}"

    @property
    def sponsors(self) -> list[Person]:
        """Its sponsors who are here: its own, then its programme's."""
        own = [self.sponsor] if self.sponsor is not None and not self.sponsor.has_left else []
        return own + [person for person in self.programme.sponsors if person not in own]

    @property
    def sponsor_ids(self) -> set[int]:
        """The people named as its sponsors, also of its programme, whether or not they are here."""
        return {each for each in (self.sponsor_id, self.programme.sponsor_id) if each is not None}

    @property
    def asked_sponsor(self) -> Person | None:
        """The person who is asked first for a sponsor's view: its own sponsor, else its programme's, of those who are here."""
        return next(iter(self.sponsors), None)


def _usually_due(context: DefaultExecutionContext) -> date:
    go_live_on: date = context.get_current_parameters()["go_live_on"]
    return go_live_on - timedelta(days=USUAL_LEAD_DAYS)


class GoLiveMove(Base):
    """A move of a wave's go-live: from and to which day, when, by whom, and the reason that people read."""

    __tablename__ = "go_live_move"

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(short(401))


class WaveStep(Base):
    """A change of a wave's status: when, by whom, and why if later readers will ask. The newest one is current.

    In steps older than this record, `by` may be None and the reason "".
    """

    __tablename__ = "wave_step"

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), index=True)
    status: Mapped[WaveStatus] = mapped_column(word_of(WaveStatus))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str | None] = mapped_column(short(401))
    reason: Mapped[str] = mapped_column(Text, default="")


class WaveWorkflow(Base):
    """A workflow that goes live with a wave."""

    __tablename__ = "wave_workflow"
    __table_args__ = (UniqueConstraint("wave_id", "workflow_id"),)

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflow.id"), index=True)

    workflow: Mapped[Workflow] = relationship()


class WaveDepartment(Base):
    """A department, with everything below it, whose people are in a wave."""

    __tablename__ = "wave_department"
    __table_args__ = (UniqueConstraint("wave_id", "department_id"),)

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)

    department: Mapped[Department] = relationship()


class Membership(Base):
    """A person in a wave, from `joined_at` until `ended_at` (None: still), and who added and removed them.

    People who return get another row, so that members on any day are known. At most one is open. Rows older than this
    record have no `joined_by` and `ended_by`. `volunteered` says that they are in it of their own will; another row of the same
    wave takes that over (`volunteers.queries.volunteered_last`), whatever brings them.
    """

    __tablename__ = "membership"
    __table_args__ = (
        Index(
            "uq_membership_lasting",
            "wave_id",
            "person_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        # With the wave in it, so that everybody is gone through in their order without the rows.
        Index("ix_membership_person", "person_id", "ended_at", "wave_id"),
        Index("ix_membership_wave", "wave_id", "person_id"),
    )

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    origin: Mapped[MembershipOrigin] = mapped_column(word_of(MembershipOrigin))
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    joined_by: Mapped[str | None] = mapped_column(short(401))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(short(401))
    volunteered: Mapped[bool] = mapped_column(default=False, server_default=false())

    wave: Mapped[Wave] = relationship()
    person: Mapped[Person] = relationship()
