"""Tables of the directory: the tree of departments, people, and their training roles."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from engagement.db import ADDRESSED, Base, Key, UtcDateTime, short, sorting, word_of
from engagement.letters import LONGEST_SEARCH
from engagement.people.rules import RoleOrigin, TrainingRole, path_key, person_keys


class Department(Base):
    """A department in the tree.

    `path` is the names from the top joined by "/", as HR files write it; `lineage` the ids from the top in the form
    "/1/5/9/", so that "this and everything below" is one prefix and a renaming doesn't change it. A merged department
    keeps its row, with `closed_at` set, and points to its successor; so does a former name, a row outside the tree.
    """

    __tablename__ = "department"
    audit_name = "path"
    __table_args__ = ADDRESSED

    id: Mapped[Key]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    name: Mapped[str] = mapped_column(short())
    path: Mapped[str] = mapped_column(Text, unique=True)
    sorted_by: Mapped[str] = mapped_column(sorting(), default="")
    lineage: Mapped[str] = mapped_column(short(300), index=True)
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", use_alter=True))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))

    parent: Mapped["Department | None"] = relationship(remote_side="Department.id", foreign_keys=[parent_id])
    manager: Mapped["Person | None"] = relationship(foreign_keys=[manager_id], post_update=True)

    @validates("path")
    def _place(self, _field: str, path: str) -> str:
        self.sorted_by = path_key(path)
        return path


_NAMED_BY = ("name", "first_name", "last_name", "email", "employee_id")


class Person(Base):
    """Somebody in the organisation, as the HR file describes them.

    `email` is in lower case and unique among people who have not left; `employee_id` is unique for ever. The columns
    for finding and sorting follow from these (`person_keys`); statements for many people write them too. `timezone`,
    `language` and the working hours (HH:MM, local) are None for the organisation's defaults.
    """

    __tablename__ = "person"
    __table_args__ = (
        Index(
            "uq_person_email_active",
            "email",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
        Index("ix_person_listed", "sorted_by", "id"),
        # With the id in it, who works in a department is read without their rows.
        Index("ix_person_department_left", "department_id", "left_at", "id"),
        # Few people have left, so this index costs nothing when people are added.
        Index(
            "ix_person_gone",
            "left_at",
            sqlite_where=text("left_at IS NOT NULL"),
            postgresql_where=text("left_at IS NOT NULL"),
        ),
        ADDRESSED,
    )

    id: Mapped[Key]
    employee_id: Mapped[str | None] = mapped_column(short(100), unique=True)
    email: Mapped[str | None] = mapped_column(short(254))
    first_name: Mapped[str] = mapped_column(short(), default="")
    last_name: Mapped[str] = mapped_column(short(), default="")
    name: Mapped[str] = mapped_column(short(401))
    job_title: Mapped[str] = mapped_column(short(), default="")
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    location: Mapped[str] = mapped_column(short(), default="")
    country: Mapped[str] = mapped_column(short(100), default="")
    timezone: Mapped[str | None] = mapped_column(short(64))
    language: Mapped[str | None] = mapped_column(short(35))
    works_from: Mapped[str | None] = mapped_column(short(5))
    works_until: Mapped[str | None] = mapped_column(short(5))
    start_on: Mapped[date | None]
    end_on: Mapped[date | None]
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    searched_by: Mapped[str] = mapped_column(short(LONGEST_SEARCH), default="")
    sorted_by: Mapped[str] = mapped_column(sorting(), default="")

    department: Mapped[Department | None] = relationship(foreign_keys=[department_id])
    manager: Mapped["Person | None"] = relationship(remote_side="Person.id", foreign_keys=[manager_id])

    @validates(*_NAMED_BY)
    def _keep_keys(self, field: str, value: str | None) -> str | None:
        named = {name: getattr(self, name) for name in _NAMED_BY} | {field: value}
        for key, written in person_keys(**named).items():
            setattr(self, key, written)
        return value

    @property
    def has_left(self) -> bool:
        """Whether this person gets no more messages or assignments."""
        return self.left_at is not None


class PersonRole(Base):
    """A training role of a person, and how they got it."""

    __tablename__ = "person_role"
    __table_args__ = (Index("ix_person_role_role", "role", "person_id"),)

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    role: Mapped[TrainingRole] = mapped_column(word_of(TrainingRole), primary_key=True)
    origin: Mapped[RoleOrigin] = mapped_column(word_of(RoleOrigin))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()
