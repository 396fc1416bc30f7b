"""Tables of sign-ins: accounts, granted roles, used links."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engagement.accounts.rules import LinkPurpose, Role
from engagement.audit import Actor
from engagement.db import ADDRESSED, Base, Key, UtcDateTime, short, word_of
from engagement.people.models import Person


class Account(Base):
    """A sign-in. Raising `session_version` ends all sessions of the account at once.

    `person_id` ties it to the directory; None for somebody who is not in the HR file. It signs in with `email` and gets
    its links there; `addresses/` explains how it follows the directory. `returned_at` is when its person returned while
    the sign-in stayed ended, until an administrator lets them in. `link_asked_at` is when a link was last asked for
    while the sign-in waited for an administrator: no link is sent, and only the administrator is told.
    """

    __tablename__ = "account"
    audit_name = "email"
    __table_args__ = ADDRESSED

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(short(254), unique=True)
    name: Mapped[str] = mapped_column(short(401))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), unique=True)
    password_hash: Mapped[str | None] = mapped_column(Text)
    session_version: Mapped[int] = mapped_column(default=1)
    timezone: Mapped[str | None] = mapped_column(short(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deactivated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    link_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_demonstration: Mapped[bool] = mapped_column(default=False)

    person: Mapped[Person | None] = relationship()

    @property
    def is_active(self) -> bool:
        """Whether this account may sign in (the name is Flask-Login's)."""
        return self.deactivated_at is None

    @property
    def actor(self) -> Actor:
        """The account as the audit log names it."""
        return Actor(self.id, self.name, self.person_id)


class Grant(Base):
    """A role given to an account, for everything (no scope) or for one programme, wave or department."""

    __tablename__ = "role_grant"
    __table_args__ = (
        Index("ix_role_grant_account", "account_id", "withdrawn_at"),
        CheckConstraint(
            "(CASE WHEN programme_id IS NULL THEN 0 ELSE 1 END + CASE WHEN wave_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN department_id IS NULL THEN 0 ELSE 1 END) <= 1",
            name="one_scope",
        ),
        ADDRESSED,
    )

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    role: Mapped[Role] = mapped_column(word_of(Role))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    wave_id: Mapped[int | None] = mapped_column(ForeignKey("wave.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    granted_by: Mapped[str] = mapped_column(short(401))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[Account] = relationship()


class UsedLink(Base):
    """A used one-time link, stored as a hash until it would have expired anyway."""

    __tablename__ = "used_link"

    id: Mapped[Key]
    fingerprint: Mapped[str] = mapped_column(short(64), unique=True)
    purpose: Mapped[LinkPurpose] = mapped_column(word_of(LinkPurpose))
    used_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
