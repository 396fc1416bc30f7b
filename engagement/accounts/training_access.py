"""Who may see and decide what about training: the access questions of `access.py` about one more thing, a file of their own."""

from sqlalchemy import ColumnElement, or_, select, true

from engagement.accounts import access
from engagement.accounts.rules import Role
from engagement.accounts.scopes.reader import Reader
from engagement.people.models import Person
from engagement.waves.models import Membership, Wave

#: Roles that say what people have to learn, for all of it or where they were granted.
TRAINERS = (Role.CHANGE_MANAGER, Role.TRAINER)


def waves_with_visible_learners(reader: Reader) -> ColumnElement[bool]:
    """Return the condition on `Wave` for those whose training the reader may read by name, of the people whom they see.

    Besides the visible waves these are, for the head of a department, the waves that people of the department are in.
    """
    if not access.own_lineages(reader):
        return access.visible_waves(reader)
    members = select(Membership.wave_id).join(Person, Membership.person_id == Person.id)
    own = members.where(Membership.ended_at.is_(None), access.works_below(access.own_lineages(reader)))
    return or_(access.visible_waves(reader), Wave.id.in_(own))


def may_see_training_of_team(reader: Reader) -> bool:
    """See one's own team's training: whoever people report to."""
    return reader.has_team


def may_train(reader: Reader) -> bool:
    """Change curricula and modules: change managers and trainers without a scope."""
    return reader.has(Role.CHANGE_MANAGER, Role.TRAINER)


def may_give_due_days(reader: Reader, programme_id: int, wave_id: int) -> bool:
    """Give one person another day for the training of a wave: who plans it, and those who train for it or its programme."""
    programmes, waves = reader.places(*TRAINERS)
    return reader.has(*TRAINERS) or programme_id in programmes or wave_id in waves


def may_see_training(reader: Reader) -> bool:
    """Read curricula and completion: those who plan, train or audit."""
    return access.may_see_planning(reader)


def may_decide_old_training(reader: Reader) -> bool:
    """Decide for some people whether they keep unfinished training after a move: `old_training_decided` says for whom."""
    programmes, waves = reader.places(*TRAINERS)
    return reader.has(*TRAINERS) or bool(programmes or waves or _trained_lineages(reader))


def may_see_old_training(reader: Reader) -> bool:
    """Have the list of old training: those who decide about some of it, and those who read everything."""
    return may_decide_old_training(reader) or access.may_read_everything(reader)


def old_training_decided(reader: Reader) -> ColumnElement[bool]:
    """Return the condition on `Person` and `Wave` for the old training that the reader decides about.

    Those are change managers and trainers of everything, those of the wave that asked for it, whoever leads that wave, and
    whoever heads, plans or trains for the department where the person works now.
    """
    if reader.has(*TRAINERS):
        return true()
    programmes, waves = reader.places(*TRAINERS)
    ways: list[ColumnElement[bool]] = [Wave.programme_id.in_(programmes), Wave.id.in_(waves)]
    if _trained_lineages(reader):
        ways.append(access.works_below(_trained_lineages(reader)))
    return or_(*ways)


def old_training_seen(reader: Reader) -> ColumnElement[bool]:
    """Return the condition on `Person` and `Wave` for the old training that the reader sees by name."""
    return true() if access.may_read_everything(reader) else old_training_decided(reader)


def _trained_lineages(reader: Reader) -> tuple[str, ...]:
    return tuple(sorted({*reader.heads, *(lineage for role, lineage in reader.in_departments if role in TRAINERS)}))
