"""Who reads and changes audiences and the rules that give roles: they belong to no programme."""

from engagement.audiences.models import Audience, RoleRule
from engagement.db import db
from engagement.reach import Reach, allow_places, found, row_of_all


def audience_for(choosing: Reach, audience_id: int) -> Audience:
    """Return an audience, even an archived one, for readers who may choose audiences; raises BeyondReach or NotFound."""
    allow_places(choosing)
    return found(db.session.get(Audience, audience_id))


def audience_to_change(planning: Reach, audience_id: int) -> Audience:
    """Return an audience for planners of everything; raises BeyondReach or NotFound."""
    return row_of_all(planning, Audience, audience_id)


def role_rule_to_change(planning: Reach, rule_id: int) -> RoleRule:
    """Return a rule that gives a role, for planners of everything; raises BeyondReach or NotFound."""
    return row_of_all(planning, RoleRule, rule_id)
