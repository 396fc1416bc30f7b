"""What holds now of where one stakeholder stands, and what was said of it over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.queries.posts import is_labelled
from engagement.stakeholders.standings.rules import Standing, gap_of, quadrant_of, written


@dataclass(frozen=True)
class StandingShown:
    """Where a stakeholder stands, without what must not be told. `row` is None if nothing was said."""

    row: StakeholderStanding | None
    said: Standing
    is_labelled: bool
    tells_reason: bool

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Each judgement with its name; what is kept only with a post is left out without one."""
        said, missing = self.said, "not said"
        judged = [("Power", said.influence), ("Interest", said.interest)]
        judged += [("Impact on them", said.impact)] if self.is_labelled else []
        facts = [(name, missing if value is None else written(value)) for name, value in judged]
        levels = [("Engagement now", said.level_now), ("Engagement wanted", said.level_wanted)]
        return facts + [(name, level.word if level else missing) for name, level in levels if self.is_labelled]

    @property
    def quadrant(self) -> str:
        """How to treat them, in the map's words; "" without both judgements."""
        said = self.said
        return (
            "" if said.influence is None or said.interest is None else quadrant_of(said.influence, said.interest).word
        )

    @property
    def gap(self) -> int | None:
        """How many levels they are below where we need them."""
        return gap_of(self.said.level_now, self.said.level_wanted)


def standing_shown(stakeholder: Stakeholder, on: date) -> StandingShown:
    """Return where a stakeholder stands, with labels only if they may be labelled on a day."""
    row, labelled = standing_of(stakeholder.id), is_labelled(stakeholder, on)
    if row is None:
        return StandingShown(None, Standing(), labelled, tells_reason=False)
    hides = not labelled and any(each.has_labels for each in standings_of(stakeholder.id))
    return StandingShown(row, row.said(with_labels=labelled), labelled, tells_reason=bool(row.reason) and not hides)


def standing_of(stakeholder_id: int) -> StakeholderStanding | None:
    """Return the row that holds now, None if nothing was ever said."""
    return db.session.scalar(
        select(StakeholderStanding)
        .where(StakeholderStanding.stakeholder_id == stakeholder_id, StakeholderStanding.superseded_at.is_(None))
        .options(joinedload(StakeholderStanding.said_by))
    )


def standings_of(stakeholder_id: int) -> Sequence[StakeholderStanding]:
    """Return all that was ever said, the oldest first."""
    return db.session.scalars(
        select(StakeholderStanding)
        .where(StakeholderStanding.stakeholder_id == stakeholder_id)
        .options(joinedload(StakeholderStanding.said_by))
        .order_by(StakeholderStanding.id)
    ).all()
