"""Tables of imports: runs, their staged rows and references, what a run changed, saved mappings."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from engagement.db import ADDRESSED, Base, Key, UtcDateTime, short, sorting, word_of
from engagement.intake.rules import ChangeKind, ReferenceKind, RunStatus, UploadKind
from engagement.letters import LONGEST_SEARCH


class ImportRun(Base):
    """One HR file: who brought it, what it would do or did.

    `file_hash` is SHA-256 in hex. `columns` maps the fields that were read to headers of the file; fields without a
    column keep their values in the directory. `unread` has the headers whose columns were not read. `counts` has a number for each kind of change and more (see `comparing`);
    `problems` holds the first of `problems_total`. `directory_mark` tells whether anything changed since the
    comparison, `fingerprint` identifies what the run would change. `last_audit_id` is the run's last audit entry, or
    that of its undoing; undoing an earlier run uses it to see what came later.
    """

    __tablename__ = "import_run"
    audit_name = "filename"
    __table_args__ = (Index("ix_import_run_status", "status", "started_by_account_id"), ADDRESSED)

    id: Mapped[Key]
    filename: Mapped[str] = mapped_column(short(255))
    file_kind: Mapped[str] = mapped_column(short(300))
    file_hash: Mapped[str] = mapped_column(short(64))
    is_full: Mapped[bool]
    skips_bad: Mapped[bool]
    status: Mapped[RunStatus] = mapped_column(word_of(RunStatus))
    started_by: Mapped[str] = mapped_column(short(401))
    started_by_account_id: Mapped[int | None]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    columns: Mapped[dict[str, str]] = mapped_column(JSON)
    unread: Mapped[list[str]] = mapped_column(JSON, server_default="[]")
    counts: Mapped[dict[str, int]] = mapped_column(JSON)
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    problems_total: Mapped[int] = mapped_column(default=0)
    new_departments: Mapped[list[str]] = mapped_column(JSON)
    directory_mark: Mapped[str] = mapped_column(short(100), default="")
    fingerprint: Mapped[str | None] = mapped_column(short(32))
    last_audit_id: Mapped[int | None]

    def count(self, kind: str) -> int:
        """Return one of the counts, 0 if it is missing."""
        return self.counts.get(kind, 0)

    @property
    def is_staged(self) -> bool:
        return self.status is RunStatus.STAGED

    @property
    def is_applied(self) -> bool:
        """Whether this run is part of the directory and may be undone."""
        return self.status is RunStatus.APPLIED

    @property
    def touched(self) -> int:
        """How many people the run changes, adds or removes."""
        return sum(self.count(kind) for kind in CHANGES)

    @property
    def changed_people(self) -> int:
        """How many known people get other values, including those who move or return."""
        return sum(self.count(kind) for kind in KNOWN)

    @property
    def tone(self) -> str:
        """The tone of its pill."""
        return {RunStatus.STAGED: "open", RunStatus.APPLIED: "ok"}.get(self.status, "")

    @property
    def is_blocked(self) -> bool:
        """Whether rows with errors keep the whole file from being applied."""
        return self.count("bad_rows") > 0 and not self.skips_bad


#: The changes of known people other than leaving; below, all changes.
KNOWN = (ChangeKind.CHANGED, ChangeKind.MOVED, ChangeKind.RETURNED)
CHANGES = (ChangeKind.NEW, *KNOWN, ChangeKind.LEFT)


class StagedPerson(Base):
    """One row of a file, until the run is applied or dropped; texts are trimmed, `roles` is a `role_mask`.

    These staging tables have no foreign keys: hundreds of thousands of rows are written and deleted with their run.
    """

    __tablename__ = "staged_person"

    run_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    is_rejected: Mapped[bool]
    employee_id: Mapped[str | None] = mapped_column(short(100))
    email: Mapped[str | None] = mapped_column(short(254))
    first_name: Mapped[str] = mapped_column(short())
    last_name: Mapped[str] = mapped_column(short())
    name: Mapped[str] = mapped_column(short(401))
    job_title: Mapped[str] = mapped_column(short())
    department: Mapped[str] = mapped_column(Text)
    manager_email: Mapped[str | None] = mapped_column(short(254))
    manager_employee_id: Mapped[str | None] = mapped_column(short(100))
    location: Mapped[str] = mapped_column(short())
    country: Mapped[str] = mapped_column(short(100))
    timezone: Mapped[str | None] = mapped_column(short(64))
    language: Mapped[str | None] = mapped_column(short(35))
    start_on: Mapped[date | None]
    end_on: Mapped[date | None]
    roles: Mapped[int]
    searched_by: Mapped[str] = mapped_column(short(LONGEST_SEARCH))
    sorted_by: Mapped[str] = mapped_column(sorting())


class StagedMatch(Base):
    """The person that a staged row is about, and its effect on them; `line` is None for leavers.

    A new person has an id already, which nobody else gets.
    """

    __tablename__ = "staged_match"
    __table_args__ = (Index("ix_staged_match_line", "run_id", "line"),)

    run_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line: Mapped[int | None]
    kind: Mapped[ChangeKind] = mapped_column(word_of(ChangeKind))


class StagedReference(Base):
    """The id of the department or person that a text of the file names; None if it does not exist yet."""

    __tablename__ = "staged_reference"

    run_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[ReferenceKind] = mapped_column(word_of(ReferenceKind), primary_key=True)
    value: Mapped[str] = mapped_column(Text, primary_key=True)
    row_id: Mapped[int | None]


class ImportChange(Base):
    """What an applied run did to one person: `changes` maps a column of `Person` to [before, after]; ids stay ids.

    It has no foreign keys, because a run writes many rows at once, and neither people nor applied runs are ever
    deleted.
    """

    __tablename__ = "import_change"
    __table_args__ = (Index("ix_import_change_person", "person_id"),)

    run_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[ChangeKind] = mapped_column(word_of(ChangeKind))
    changes: Mapped[dict[str, list[Any]] | None] = mapped_column(JSON(none_as_null=True))


class SavedMapping(Base):
    """Columns chosen once for files of the same layout: field → header."""

    __tablename__ = "saved_mapping"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(short(100), unique=True)
    columns: Mapped[dict[str, str]] = mapped_column(JSON)
    saved_by: Mapped[str] = mapped_column(short(401))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class KeptUpload(Base):
    """A file that waits for its sender: an HR file for its columns, what was read of a register file for being applied.

    It is deleted then, when another of its kind replaces it, or after a day.
    """

    __tablename__ = "kept_upload"
    audit_name = "filename"
    __table_args__ = ADDRESSED

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(index=True)
    kind: Mapped[UploadKind] = mapped_column(word_of(UploadKind), default=UploadKind.PEOPLE)
    filename: Mapped[str] = mapped_column(short(255))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime] = mapped_column(UtcDateTime)
