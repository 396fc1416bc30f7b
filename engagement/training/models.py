"""Tables of training: modules, curricula, assignments by wave, leftovers of moves, attempts, completions."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Connection, ForeignKey, Index, Table, Text, UniqueConstraint, event, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.accounts.models import Account
from engagement.content import quiz
from engagement.content.quiz import Question
from engagement.db import ADDRESSED, Base, Key, UtcDateTime, short, word_of
from engagement.people.models import Department, Person
from engagement.people.rules import TrainingRole
from engagement.training.rules import (
    CompletionSource,
    ItemKind,
    LeftoverCause,
    LeftoverDecision,
    decide_by,
)
from engagement.training.tallies.rules import marks_of
from engagement.waves.models import Wave


class Module(Base):
    """A piece of learning: Markdown with quiz blocks, `minutes` long, passed with `pass_mark` percent right answers.

    `library_fingerprint` is the hash of the library file that it was last taken from, None for one made here.
    `edited_at` is set once somebody edits it in the service; from then on the library leaves it alone.
    """

    __tablename__ = "module"
    audit_name = "title"
    __table_args__ = ADDRESSED

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(short(120), unique=True)
    title: Mapped[str] = mapped_column(short())
    summary: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text)
    minutes: Mapped[int]
    pass_mark: Mapped[int] = mapped_column(default=80)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    library_fingerprint: Mapped[str | None] = mapped_column(short(64))
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    edited_by: Mapped[str | None] = mapped_column(short(401))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def text(self) -> str:
        """The Markdown to read, without the questions and their answers."""
        return quiz.split_stored(self.body)[0]

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions at its end; empty without a quiz."""
        return quiz.split_stored(self.body)[1]


class Curriculum(Base):
    """What one training role has to learn; `choices_needed` of its choice items count as required together.

    `edited_at` is set once somebody edits it in the service; from then on the library leaves it alone.
    """

    __tablename__ = "curriculum"
    audit_name = "title"

    id: Mapped[Key]
    role: Mapped[TrainingRole] = mapped_column(word_of(TrainingRole), unique=True)
    choices_needed: Mapped[int] = mapped_column(default=0)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def title(self) -> str:
        """The curriculum by its role, as the audit log names it."""
        return f"Curriculum: {self.role.word}"


class CurriculumItem(Base):
    """A module's place in a curriculum; `after_id` is the item that has to be finished first."""

    __tablename__ = "curriculum_item"
    __table_args__ = (UniqueConstraint("curriculum_id", "module_id"),)

    id: Mapped[Key]
    curriculum_id: Mapped[int] = mapped_column(ForeignKey("curriculum.id"))
    module_id: Mapped[int] = mapped_column(ForeignKey("module.id"), index=True)
    position: Mapped[int]
    kind: Mapped[ItemKind] = mapped_column(word_of(ItemKind))
    after_id: Mapped[int | None] = mapped_column(ForeignKey("curriculum_item.id"))

    curriculum: Mapped[Curriculum] = relationship()
    module: Mapped[Module] = relationship()


class Assignment(Base):
    """A curriculum that a person has to learn for a wave in one training role; due by the wave's go-live.

    `own_due_on` is an exception for this person: the day of its newest `OwnDueDay`; one action writes both.

    `settle_assignments` makes it from memberships and roles. `withdrawn_at` is set when its ground is gone and nobody
    keeps it (see `Leftover`). `department_id` is where the person works, or worked when the ground was lost; it shows a
    move.
    """

    __tablename__ = "assignment"
    audit_name = "person.name"
    audit_within = "wave"
    __table_args__ = (
        UniqueConstraint("wave_id", "person_id", "role"),
        # Whole, so that the assignments of people are held against their grounds without the rows.
        Index("ix_assignment_person", "person_id", "withdrawn_at", "wave_id", "role", "department_id"),
        Index("ix_assignment_role", "role", "person_id"),
        ADDRESSED,
    )

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[TrainingRole] = mapped_column(word_of(TrainingRole))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    assigned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    own_due_on: Mapped[date | None]

    wave: Mapped[Wave] = relationship()
    person: Mapped[Person] = relationship()

    @property
    def due_on(self) -> date:
        """The day by which it was planned to be finished; a quiet period can put that off (`waiting.rules.Wait`)."""
        return self.own_due_on or self.wave.training_due_on


class OwnDueDay(Base):
    """Another due day for one person's assignment, or the wave's day again (`due_on` None), with the reason.

    The newest one of an assignment counts.
    """

    __tablename__ = "own_due_day"

    id: Mapped[Key]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    due_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text)
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by: Mapped[str] = mapped_column(short(401))
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class Leftover(Base):
    """An unfinished assignment without a ground, because its person moved or changed role: keep or waive it?

    Asked at `asked_at`, decided at `decided_at` (while it waits, both `decided_at` and who decided are None;
    `decided_by_id` stays None when time decided). It lasts until `ended_at`: the assignment has a ground again or is
    finished, or the decision is undone and asked again. An assignment has at most one that has not ended. Until then
    the assignment counts for its person and not for the wave that they left.
    """

    __tablename__ = "leftover"
    __table_args__ = (
        CheckConstraint(
            "(decided_at IS NULL) = (decision IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)",
            name="decided_or_open",
        ),
        Index(
            "uq_leftover_standing",
            "assignment_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_leftover_person", "person_id", "ended_at"),
        Index("ix_leftover_waiting", "decided_at", "asked_at"),
        ADDRESSED,
    )

    id: Mapped[Key]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    cause: Mapped[LeftoverCause] = mapped_column(word_of(LeftoverCause))
    from_department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    to_department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decision: Mapped[LeftoverDecision | None] = mapped_column(word_of(LeftoverDecision))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(short(401))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    assignment: Mapped[Assignment] = relationship()
    person: Mapped[Person] = relationship()
    from_department: Mapped[Department | None] = relationship(foreign_keys=[from_department_id])
    to_department: Mapped[Department | None] = relationship(foreign_keys=[to_department_id])
    decided_by_account: Mapped[Account | None] = relationship()

    @property
    def decide_by(self) -> datetime:
        """The instant (UTC) at which the scheduler makes the default decision."""
        return decide_by(self.asked_at)

    @property
    def is_kept(self) -> bool:
        return self.decision is LeftoverDecision.KEEP


def _day_completed(context: DefaultExecutionContext) -> date:
    completed_at: datetime = context.get_current_parameters()["completed_at"]
    return completed_at.astimezone(UTC).date()


class Completion(Base):
    """A person finished a version of a module: when, how it is known, and who recorded it.

    They may finish it again later, in this or another version: the newest completion counts. `completed_on` is the UTC
    day of `completed_at`, so that the database can allow one a day.
    """

    __tablename__ = "completion"
    __table_args__ = (
        UniqueConstraint("person_id", "module_id", "module_version", "completed_on"),
        Index("ix_completion_module", "module_id", "person_id"),
    )

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    module_id: Mapped[int] = mapped_column(ForeignKey("module.id"))
    module_version: Mapped[int]
    source: Mapped[CompletionSource] = mapped_column(word_of(CompletionSource))
    score: Mapped[int | None]
    completed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    completed_on: Mapped[date] = mapped_column(default=_day_completed)
    recorded_by: Mapped[str] = mapped_column(short(401))

    person: Mapped[Person] = relationship()
    module: Mapped[Module] = relationship()


class QuizAttempt(Base):
    """One attempt at a module's quiz: the answers by question, and how many were right.

    `fingerprint` is the hash of sheet and answers, so that a form sent twice is stored once.
    """

    __tablename__ = "quiz_attempt"
    __table_args__ = (UniqueConstraint("person_id", "module_id", "fingerprint"), ADDRESSED)

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    module_id: Mapped[int] = mapped_column(ForeignKey("module.id"))
    module_version: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    fingerprint: Mapped[str] = mapped_column(short(64))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    right: Mapped[int]
    asked: Mapped[int]
    is_passed: Mapped[bool]


@event.listens_for(Assignment.__table__, "after_create")
@event.listens_for(Leftover.__table__, "after_create")
@event.listens_for(Completion.__table__, "after_create")
@event.listens_for(Curriculum.__table__, "after_create")
@event.listens_for(CurriculumItem.__table__, "after_create")
@event.listens_for(Module.__table__, "after_create")
@event.listens_for(Wave.__table__, "after_create")
def _watch(table: Table, connection: Connection, **_: object) -> None:
    """Let changes mark the people whose kept numbers rest on them."""
    for statement in marks_of(connection.dialect.name, table.name):
        connection.exec_driver_sql(statement)
