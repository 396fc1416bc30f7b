"""Who may read and change an interaction: it follows from the maps of the stakeholders who took part.

Read by those who may read the private notes of at least one of them; changed by those who plan a map of at least one.
"""

from sqlalchemy import ColumnElement, select

from engagement.db import db
from engagement.reach import Reach, allow, found
from engagement.stakeholders.interactions.models import Interaction, InteractionParty
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.scopes import stakeholders_within


def interactions_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on `Interaction` that one of its stakeholders stands on a map within reach."""
    return Interaction.id.in_(
        select(InteractionParty.interaction_id)
        .join(Stakeholder, Stakeholder.id == InteractionParty.stakeholder_id)
        .where(stakeholders_within(reach))
    )


def is_within(reach: Reach, interaction: Interaction) -> bool:
    """Return whether one of its stakeholders stands on a map within reach."""
    asked = select(Interaction.id).where(Interaction.id == interaction.id, interactions_within(reach))
    return db.session.scalar(asked) is not None


def interaction_for(reading: Reach, interaction_id: int) -> Interaction:
    """Return an interaction whose words may be read; raises BeyondReach or NotFound."""
    allow(reading.holds_places, reading)
    asked = select(Interaction).where(Interaction.id == interaction_id, interactions_within(reading))
    return found(db.session.scalar(asked))


def interaction_to_change(reading: Reach, planning: Reach, interaction_id: int) -> Interaction:
    """Return an interaction to correct or withdraw; raises BeyondReach or NotFound."""
    interaction = interaction_for(reading, interaction_id)
    allow(is_within(planning, interaction), planning)
    return interaction
