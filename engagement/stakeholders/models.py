"""Tables of the stakeholder map and of champions. Statements about a stakeholder are dated rows, so the map has a past."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from engagement.accounts.models import Account
from engagement.db import ADDRESSED, Base, Key, UtcDateTime, one_open, short, sorting, word_of
from engagement.letters import sort_key
from engagement.people.models import Department, Person
from engagement.programmes.models import Programme
from engagement.stakeholders.rules import Contact, StakeholderGroup, StakeholderKind
from engagement.waves.models import Wave

_SPEAKS = text("superseded_at IS NULL AND represents <> ''")


class Stakeholder(Base):
    """Somebody on the map: exactly one of a person, a department as a group, or a name outside the directory.

    Whoever was on the map twice was `merged_into` the entry that stays; this one is off the map for good. `organisation`,
    `email` and `language` say how somebody outside is reached; the directory knows that of all others.

    `StakeholderProfile` has what is said of them, `StakeholderPlace` their maps, `standings` where they stand, each row with
    its date and author.
    """

    __tablename__ = "stakeholder"
    audit_name = "title"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'person' AND person_id IS NOT NULL AND department_id IS NULL AND name = '')"
            " OR (kind = 'department' AND person_id IS NULL AND department_id IS NOT NULL AND name = '')"
            " OR (kind = 'outside' AND person_id IS NULL AND department_id IS NULL AND name <> '')",
            name="one_subject",
        ),
        CheckConstraint(
            "kind = 'outside' OR (organisation = '' AND email = '' AND language = '')", name="contact_outside"
        ),
        ADDRESSED,
    )

    id: Mapped[Key]
    kind: Mapped[StakeholderKind] = mapped_column(word_of(StakeholderKind))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    name: Mapped[str] = mapped_column(short(), default="")
    sorted_by: Mapped[str] = mapped_column(sorting(), default="")
    organisation: Mapped[str] = mapped_column(short(), default="")
    email: Mapped[str] = mapped_column(short(254), default="")
    language: Mapped[str] = mapped_column(short(35), default="")
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("stakeholder.id"), index=True)

    person: Mapped[Person | None] = relationship()
    department: Mapped[Department | None] = relationship()

    @validates("name")
    def _place(self, _field: str, name: str) -> str:
        self.sorted_by = sort_key(name)
        return name

    @property
    def title(self) -> str:
        """Their name on the map: a person's name, a department's path, or the name as written."""
        if self.person is not None:
            return self.person.name
        return self.department.path if self.department is not None else self.name

    @property
    def contact(self) -> Contact:
        """How somebody outside the directory is reached."""
        return Contact(self.organisation, self.email, self.language)

    @property
    def is_gone(self) -> bool:
        """Whether the person has left or the department was closed."""
        if self.person is not None:
            return self.person.has_left
        return self.department is not None and self.department.closed_at is not None


class StakeholderProfile(Base):
    """What was said of a stakeholder from `said_at` on; the row without `superseded_at` holds now.

    `owner_id` is the person who looks after the relationship, `role` their part in the change, in words; `represents` says
    for whom a person speaks, such as a works council.
    """

    __tablename__ = "stakeholder_profile"
    __table_args__ = (
        one_open("uq_stakeholder_profile_open", "stakeholder_id", where="superseded_at IS NULL"),
        Index("ix_stakeholder_profile_stakeholder", "stakeholder_id", "said_at"),
        Index("ix_stakeholder_profile_owner", "owner_id", "superseded_at"),
        Index("ix_stakeholder_profile_speaking", "stakeholder_id", sqlite_where=_SPEAKS, postgresql_where=_SPEAKS),
    )

    id: Mapped[Key]
    stakeholder_id: Mapped[int] = mapped_column(ForeignKey("stakeholder.id"))
    group: Mapped[StakeholderGroup] = mapped_column("stakeholder_group", word_of(StakeholderGroup))
    role: Mapped[str] = mapped_column(Text, default="")
    represents: Mapped[str] = mapped_column(short(), default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    owner: Mapped[Person | None] = relationship()
    said_by: Mapped[Account | None] = relationship()


class StakeholderPlace(Base):
    """A stakeholder's place on a map: of one wave, or of the whole programme if `wave_id` is None."""

    __tablename__ = "stakeholder_place"
    __table_args__ = (
        one_open(
            "uq_stakeholder_place_programme",
            "stakeholder_id",
            "programme_id",
            where="wave_id IS NULL AND ended_at IS NULL",
        ),
        one_open(
            "uq_stakeholder_place_wave", "stakeholder_id", "wave_id", where="wave_id IS NOT NULL AND ended_at IS NULL"
        ),
        Index("ix_stakeholder_place_map", "programme_id", "wave_id"),
    )

    id: Mapped[Key]
    stakeholder_id: Mapped[int] = mapped_column(ForeignKey("stakeholder.id"), index=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    wave_id: Mapped[int | None] = mapped_column(ForeignKey("wave.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    programme: Mapped[Programme] = relationship()
    wave: Mapped[Wave | None] = relationship()
    added_by: Mapped[Account | None] = relationship(foreign_keys=[added_by_id])
    ended_by: Mapped[Account | None] = relationship(foreign_keys=[ended_by_id])

    @property
    def words(self) -> str:
        """The map as a list names it."""
        return self.wave.title if self.wave is not None else f"All of {self.programme.name}"


class StakeholderNote(Base):
    """A private note about a stakeholder. A withdrawn one has no words, only who wrote it and when."""

    __tablename__ = "stakeholder_note"
    __table_args__ = ADDRESSED

    id: Mapped[Key]
    stakeholder_id: Mapped[int] = mapped_column(ForeignKey("stakeholder.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    author: Mapped[Account | None] = relationship(foreign_keys=[author_id])
    withdrawn_by: Mapped[Account | None] = relationship(foreign_keys=[withdrawn_by_id])


class StakeholderRemoval(Base):
    """The removal of a stakeholder from the map, by whom and why; ended if they were put back."""

    __tablename__ = "stakeholder_removal"
    __table_args__ = (one_open("uq_stakeholder_removal_open", "stakeholder_id", where="undone_at IS NULL"),)

    id: Mapped[Key]
    stakeholder_id: Mapped[int] = mapped_column(ForeignKey("stakeholder.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    removed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    removed_by: Mapped[Account | None] = relationship(foreign_keys=[removed_by_id])
    undone_by: Mapped[Account | None] = relationship(foreign_keys=[undone_by_id])


class Champion(Base):
    """Somebody who promotes a wave in one of its departments, from `from_on` to the day before `until_on`.

    `until_on` None means no end; somebody who has left is no longer a champion, whatever the row says.
    """

    __tablename__ = "champion"
    audit_name = "post"
    audit_within = "wave"
    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="until_after_from"),
        one_open("uq_champion_open", "wave_id", "person_id", where="until_on IS NULL"),
        Index("ix_champion_wave", "wave_id", "until_on"),
        Index("ix_champion_person", "person_id", "until_on"),
        ADDRESSED,
    )

    id: Mapped[Key]
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    appointed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    appointed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    wave: Mapped[Wave] = relationship()
    department: Mapped[Department] = relationship()
    person: Mapped[Person] = relationship()
    appointed_by: Mapped[Account | None] = relationship(foreign_keys=[appointed_by_id])
    released_by: Mapped[Account | None] = relationship(foreign_keys=[released_by_id])

    @property
    def post(self) -> str:
        """Their post: the wave and the department."""
        return f"{self.wave.title}: {self.department.path}"
