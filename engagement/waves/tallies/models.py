"""Tables of kept numbers: each person's share in a wave, the sums of shares, and marks for people to be counted again.

A number is read as the kept sum, corrected for marked people (`queries`), so it is exact in every transaction. Triggers mark people
wherever a row changes that a number rests on: an action that forgot to say so could make numbers wrong for good.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Connection, ForeignKey, Index, Table, event, func
from sqlalchemy.orm import Mapped, mapped_column

from engagement.db import Base, Key, UtcDateTime, word_of
from engagement.people.models import Person, PersonRole
from engagement.people.rules import TrainingRole
from engagement.waves.models import Membership
from engagement.waves.tallies.rules import WATCHED, marking

#: What is counted, under the same names in shares and sums.
NUMBERS = (
    "members",
    "without_role",
    "asked",
    "finished",
    "minutes_left",
    "pilots",
    "pilots_finished",
    "champions",
    "champions_finished",
    "volunteers",
    "volunteers_finished",
    "posts",
    "briefed",
    "to_confirm",
    "confirmed",
    "to_understand",
    "understood",
    "told",
)


class Numbers:
    """The numbers of one wave, department and training role; without a role, those of people whatever their roles.

    `members` are in the wave now, `without_role` those of them without a training role. `asked` and `finished` count people in the
    sense of `training.queries.standing`; `minutes_left` is their unfinished required training. `champions` and
    `champions_finished` are those of them, whatever their roles, who are champions of any wave of the programme on the `TallyDay`;
    `volunteers` and `volunteers_finished` those others who are in the wave of their own will (`queries.is_volunteer`), and `pilots` and
    `pilots_finished` those further ones who were in a wave that went live earlier (`queries.is_pilot`). `posts` are the champions whom a
    department has on that day, wherever they work, without those who have left. The others count members without regard to roles, in
    the sense of `readiness.tallies.queries`: who was sent a briefing of the wave, one to confirm, and confirmed each; who has statements to understand, and did; who was told of everything in the wave that affects their work.
    """

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    role: Mapped[TrainingRole | None] = mapped_column(word_of(TrainingRole))
    members: Mapped[int]
    without_role: Mapped[int]
    asked: Mapped[int]
    finished: Mapped[int]
    minutes_left: Mapped[int]
    pilots: Mapped[int] = mapped_column(server_default="0")
    pilots_finished: Mapped[int] = mapped_column(server_default="0")
    champions: Mapped[int] = mapped_column(server_default="0")
    champions_finished: Mapped[int] = mapped_column(server_default="0")
    volunteers: Mapped[int] = mapped_column(server_default="0")
    volunteers_finished: Mapped[int] = mapped_column(server_default="0")
    posts: Mapped[int] = mapped_column(server_default="0")
    briefed: Mapped[int] = mapped_column(server_default="0")
    to_confirm: Mapped[int] = mapped_column(server_default="0")
    confirmed: Mapped[int] = mapped_column(server_default="0")
    to_understand: Mapped[int] = mapped_column(server_default="0")
    understood: Mapped[int] = mapped_column(server_default="0")
    told: Mapped[int] = mapped_column(server_default="0")


class Tally(Numbers, Base):
    """A sum of shares."""

    __tablename__ = "tally"
    __table_args__ = (Index("ix_tally_wave", "wave_id", "department_id"),)

    id: Mapped[Key]


class TallyShare(Numbers, Base):
    """What one person adds to the sums of a wave, as last counted."""

    __tablename__ = "tally_share"
    __table_args__ = (
        Index("ix_tally_share_person", "person_id", "wave_id"),
        Index("ix_tally_share_wave", "wave_id", "department_id"),
        Index("ix_tally_share_role", "role", "person_id"),
    )

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class TallyMark(Base):
    """Somebody, or everybody who learns in a role, whose shares have to be counted again because of a change at `set_at`.

    Triggers add marks, and many at once, so that no key is followed to the person. On PostgreSQL every change adds its own: one that was left out because an older mark stands could get lost with
    that mark, which somebody else removes before the change is committed.
    """

    __tablename__ = "tally_mark"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (role IS NULL)", name="of_person_or_role"),
        Index("ix_tally_mark_person", "person_id"),
        Index("ix_tally_mark_role", "role"),
    )

    id: Mapped[Key]
    person_id: Mapped[int | None]
    role: Mapped[TrainingRole | None] = mapped_column(word_of(TrainingRole))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=func.now())


class TallyDay(Base):
    """The day, in an IANA time zone, as of which champions are kept: the only numbers that change as days pass.

    No change of a row marks whose time as a champion begins or ends on a day; whoever keeps the next day does. There is one, or none yet.
    """

    __tablename__ = "tally_day"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[Key]
    day: Mapped[date]
    timezone: Mapped[str]


class ReachedMark(Base):
    """Somebody of whom it has to be counted again what reached them: a briefing, a statement, a notice.

    Not a `TallyMark`, because their training stays as it was: while a message leaves, thousands are marked, and to count the training of
    each takes twice as long again.
    """

    __tablename__ = "reached_mark"
    __table_args__ = (Index("ix_reached_mark_person", "person_id"),)

    id: Mapped[Key]
    person_id: Mapped[int]
    set_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=func.now())


@event.listens_for(Membership.__table__, "after_create")
@event.listens_for(PersonRole.__table__, "after_create")
@event.listens_for(Person.__table__, "after_create")
def _watch(table: Table, connection: Connection, **_: object) -> None:
    for statement in marking(connection.dialect.name, table.name, WATCHED[table.name]):
        connection.exec_driver_sql(statement)
