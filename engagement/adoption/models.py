"""Tables of numbers of use: by person and by team, what they came with, secrets for posting them, and what is counted of them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.accounts.models import Account
from engagement.adoption.rules.vocabulary import LONGEST_NAME, UsageWay
from engagement.db import ADDRESSED, Base, Key, UtcDateTime, one_open, short, word_of
from engagement.programmes.models import Programme
from engagement.waves.models import Wave


class UsageDoor(Base):
    """A secret with which a machine posts numbers of use of a programme, until `ended_at`. Only its hash is kept."""

    __tablename__ = "usage_door"
    audit_within = "programme"
    __table_args__ = ADDRESSED

    id: Mapped[Key]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    name: Mapped[str] = mapped_column(short(LONGEST_NAME))
    secret_hash: Mapped[str] = mapped_column(short(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    programme: Mapped[Programme] = relationship()
    made_by: Mapped[Account | None] = relationship(foreign_keys=[made_by_id])


class UsageUpload(Base):
    """Numbers of use that came together: a file, or what one machine posted on one day (UTC, `posted_on`).

    `told` has, by workflow id, the number of rows and the first and last day that they tell of, days without use included.
    Taken back, its numbers are deleted and the row stays.
    """

    __tablename__ = "usage_upload"
    audit_within = "programme"
    __table_args__ = (
        UniqueConstraint("door_id", "posted_on"),
        CheckConstraint("(door_id IS NULL) = (posted_on IS NULL)", name="posted_by_door"),
        ADDRESSED,
    )

    id: Mapped[Key]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    way: Mapped[UsageWay] = mapped_column(word_of(UsageWay))
    name: Mapped[str] = mapped_column(short(255))
    file_hash: Mapped[str] = mapped_column(short(64), default="")
    door_id: Mapped[int | None] = mapped_column(ForeignKey("usage_door.id"))
    posted_on: Mapped[date | None]
    told: Mapped[dict[str, Any]] = mapped_column(JSON)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    taken_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_back_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    programme: Mapped[Programme] = relationship()
    door: Mapped[UsageDoor | None] = relationship()
    received_by: Mapped[Account | None] = relationship(foreign_keys=[received_by_id])

    @property
    def rows(self) -> int:
        """How many rows it brought."""
        return sum(each["rows"] for each in self.told.values())

    @property
    def first_on(self) -> date | None:
        """The first day of which it tells."""
        return min((date.fromisoformat(each["first"]) for each in self.told.values()), default=None)

    @property
    def last_on(self) -> date | None:
        """The last day of which it tells."""
        return max((date.fromisoformat(each["last"]) for each in self.told.values()), default=None)


_HOLDS, _SUPERSEDED = "is_superseded = false", "is_superseded = true"


class Usage(Base):
    """How often somebody used a workflow on a day, as one upload says. The newest upload counts: of others it is superseded."""

    __tablename__ = "usage"
    __table_args__ = (
        CheckConstraint("uses >= 0", name="no_less_than_none"),
        one_open("uq_usage_holding", "person_id", "workflow_id", "used_on", where=_HOLDS),
        # Few rows are, so this costs nothing; taking an upload back looks for what it superseded.
        Index(
            "ix_usage_superseded",
            "person_id",
            "workflow_id",
            "used_on",
            sqlite_where=text(_SUPERSEDED),
            postgresql_where=text(_SUPERSEDED),
        ),
        Index("ix_usage_day", "used_on"),
    )

    upload_id: Mapped[int] = mapped_column(ForeignKey("usage_upload.id"), primary_key=True, autoincrement=False)
    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflow.id"), primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    used_on: Mapped[date] = mapped_column(primary_key=True)
    uses: Mapped[int]
    is_superseded: Mapped[bool] = mapped_column(default=False)


class TeamUsage(Base):
    """How often a department, with everything below it, used a workflow on a day, and how many people did; either may be unknown."""

    __tablename__ = "team_usage"
    __table_args__ = (
        CheckConstraint("uses IS NOT NULL OR people IS NOT NULL", name="says_something"),
        one_open("uq_team_usage_holding", "department_id", "workflow_id", "used_on", where=_HOLDS),
        Index("ix_team_usage_workflow", "workflow_id", "used_on"),
    )

    upload_id: Mapped[int] = mapped_column(ForeignKey("usage_upload.id"), primary_key=True, autoincrement=False)
    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflow.id"), primary_key=True, autoincrement=False)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), primary_key=True, autoincrement=False)
    used_on: Mapped[date] = mapped_column(primary_key=True)
    uses: Mapped[int | None]
    people: Mapped[int | None]
    is_superseded: Mapped[bool] = mapped_column(default=False)


class UsageSpan(Base):
    """When somebody used a workflow, as a `rules.spans.Span`: written with the days it comes from, and kept when they are folded away."""

    __tablename__ = "usage_span"
    __table_args__ = (Index("ix_usage_span_person", "person_id"),)

    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflow.id"), primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    first_on: Mapped[date]
    last_on: Mapped[date]
    weeks: Mapped[str] = mapped_column(Text)
    recent: Mapped[int] = mapped_column(BigInteger)


class AdoptionCount(Base):
    """What is counted of a wave, so that pages read one row: `numbers` of all its workflows together and of each.

    Whoever changes numbers of use counts anew in the same transaction, or, when a machine posts many, sets `is_stale` for the
    clock. `members` and `trained` are those of the count, to notice when others joined or finished training since. `friendly_ids`
    are the people who count as friendly users in it, None before the first numbers: see `friendly_users_kept`.
    """

    __tablename__ = "adoption_count"

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True, autoincrement=False)
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    as_of: Mapped[date | None]
    is_stale: Mapped[bool] = mapped_column(default=False)
    members: Mapped[int]
    trained: Mapped[int]
    ground: Mapped[str] = mapped_column(short(64))
    numbers: Mapped[dict[str, Any]] = mapped_column(JSON)
    by_department: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)
    friendly_ids: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True), deferred=True)

    wave: Mapped[Wave] = relationship()


class UsageMapping(Base):
    """Columns chosen once for files of a programme with the same header, of which `header` is the SHA-256 in hex."""

    __tablename__ = "usage_mapping"
    __table_args__ = (UniqueConstraint("programme_id", "header"),)

    id: Mapped[Key]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    header: Mapped[str] = mapped_column(short(64))
    columns: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
