"""Interactions as pages show them: of one stakeholder, newest first, or one with its former wordings."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.reach import Reach
from engagement.stakeholders.interactions.models import Interaction, InteractionParty, InteractionWording
from engagement.stakeholders.interactions.rules import Sentiment
from engagement.stakeholders.interactions.scopes import interactions_within
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.scopes import stakeholders_within
from engagement.stakeholders.standings.queries.posts import may_be_labelled


@dataclass(frozen=True)
class InteractionShown:
    """An interaction for one reader: its present wording, the stakeholders whom they see, and how many others took part.

    `tells_sentiment` says that an attitude of everybody who took part may be told; `is_corrected` that there were other
    words before.
    """

    interaction: Interaction
    wording: InteractionWording
    parties: Sequence[Stakeholder]
    others: int
    tells_sentiment: bool
    is_corrected: bool

    @property
    def sentiment(self) -> Sentiment | None:
        """How they spoke of the change, None unless it may be told."""
        return self.wording.sentiment if self.tells_sentiment else None


def holds_now() -> ColumnElement[bool]:
    """Return the condition that joins an interaction to its present wording."""
    return (InteractionWording.interaction_id == Interaction.id) & InteractionWording.superseded_at.is_(None)


def interactions_of(stakeholder_id: int, reading: Reach) -> Select[Interaction]:
    """Return a SELECT of the interactions with a stakeholder that may be read, the newest first."""
    return (
        select(Interaction)
        .join(InteractionParty, InteractionParty.interaction_id == Interaction.id)
        .join(InteractionWording, holds_now())
        .where(InteractionParty.stakeholder_id == stakeholder_id, interactions_within(reading))
        .order_by(InteractionWording.happened_on.desc(), Interaction.id.desc())
    )


def shown(interactions: Sequence[Interaction], maps: Reach, on: date) -> list[InteractionShown]:
    """Return interactions as a reader of these maps sees them on a day, in four queries."""
    ids = [each.id for each in interactions]
    if not ids:
        return []
    present = {row.interaction_id: row for row in _present(ids)}
    corrected = set(
        db.session.scalars(
            select(InteractionWording.interaction_id).where(
                InteractionWording.interaction_id.in_(ids), InteractionWording.superseded_at.is_not(None)
            )
        )
    )
    parties: dict[int, list[tuple[Stakeholder, bool, bool]]] = defaultdict(list)
    for interaction_id, stakeholder, is_seen, is_labelled in db.session.execute(_parties(ids, maps, on)):
        parties[interaction_id].append((stakeholder, is_seen, is_labelled))
    return [
        InteractionShown(
            each,
            present[each.id],
            [stakeholder for stakeholder, is_seen, _ in parties[each.id] if is_seen],
            sum(not is_seen for _, is_seen, _ in parties[each.id]),
            all(labelled for *_, labelled in parties[each.id]),
            each.id in corrected,
        )
        for each in interactions
    ]


def _present(ids: Sequence[int]) -> Sequence[InteractionWording]:
    return db.session.scalars(
        select(InteractionWording)
        .where(InteractionWording.interaction_id.in_(ids), InteractionWording.superseded_at.is_(None))
        .options(joinedload(InteractionWording.said_by), joinedload(InteractionWording.colleague))
    ).all()


def _parties(ids: Sequence[int], maps: Reach, on: date) -> Select[int, Stakeholder, bool, bool]:
    return (
        select(
            InteractionParty.interaction_id,
            Stakeholder,
            stakeholders_within(maps).label("is_seen"),
            may_be_labelled(on).label("is_labelled"),
        )
        .join(Stakeholder, Stakeholder.id == InteractionParty.stakeholder_id)
        .where(InteractionParty.interaction_id.in_(ids))
        .options(joinedload(Stakeholder.person), joinedload(Stakeholder.department))
        .order_by(InteractionParty.interaction_id, Stakeholder.id)
    )


def wording_of(interaction_id: int) -> InteractionWording:
    """Return what is said of an interaction now."""
    here = (InteractionWording.interaction_id == interaction_id, InteractionWording.superseded_at.is_(None))
    return db.session.scalars(select(InteractionWording).where(*here)).one()


def former_wordings(interaction_id: int) -> Sequence[InteractionWording]:
    """Return what was said of an interaction before, the newest first."""
    return db.session.scalars(
        select(InteractionWording)
        .where(InteractionWording.interaction_id == interaction_id, InteractionWording.superseded_at.is_not(None))
        .options(joinedload(InteractionWording.said_by), joinedload(InteractionWording.colleague))
        .order_by(InteractionWording.id.desc())
    ).all()


def parties_of(interaction_id: int) -> list[Stakeholder]:
    """Return all stakeholders who took part; the caller checks who may know."""
    return list(
        db.session.scalars(
            select(Stakeholder)
            .join(InteractionParty, InteractionParty.stakeholder_id == Stakeholder.id)
            .where(InteractionParty.interaction_id == interaction_id)
            .options(joinedload(Stakeholder.person), joinedload(Stakeholder.department))
            .order_by(Stakeholder.id)
        )
    )


def last_contacts(stakeholder_ids: Sequence[int], on: date) -> dict[int, date]:
    """Return the day of the newest interaction with each of these stakeholders, up to a day."""
    return dict(db.session.execute(_last_talks_of(on), {"ids": stakeholder_ids}).all())


# Making a statement anew costs more than running it.
@lru_cache(maxsize=8)
def _last_talks_of(on: date) -> Select[int, date]:
    return last_talks(on).where(InteractionParty.stakeholder_id.in_(bindparam("ids", expanding=True)))


def last_contacts_within(listed: Select[int], on: date) -> dict[int, date]:
    """Return `last_contacts` for a list of any length, given as a SELECT of ids."""
    return dict(db.session.execute(last_talks(on).where(InteractionParty.stakeholder_id.in_(listed))).all())


def last_talks(on: date) -> Select[int, date]:
    """Return a SELECT of each stakeholder with whom there was an interaction up to a day, and the day of the newest."""
    return (
        select(InteractionParty.stakeholder_id, func.max(InteractionWording.happened_on).label("last_on"))
        .join(Interaction, Interaction.id == InteractionParty.interaction_id)
        .join(InteractionWording, holds_now())
        .where(Interaction.withdrawn_at.is_(None), InteractionWording.happened_on <= on)
        .group_by(InteractionParty.stakeholder_id)
    )


def sentiments_to_forget(on: date) -> list[int]:
    """Return the ids of interactions whose sentiment is stored, although an attitude of somebody there must not be."""
    kept = select(InteractionWording.interaction_id).where(InteractionWording.sentiment.is_not(None))
    bare = (
        select(InteractionParty.interaction_id)
        .join(Stakeholder, Stakeholder.id == InteractionParty.stakeholder_id)
        .where(~may_be_labelled(on))
    )
    asked = select(Interaction.id).where(Interaction.id.in_(kept), Interaction.id.in_(bare))
    return list(db.session.scalars(asked.order_by(Interaction.id)))
