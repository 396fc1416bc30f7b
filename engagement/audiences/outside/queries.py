"""Whom an audience reaches outside the directory: stakeholders whose group its rule names.

Of most that a rule can ask about, nothing is known of them: then they are not in it, and not in its opposite either. So
“everybody but Claims” reaches no regulator; an audience has to name a group that they are in.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from sqlalchemy import select

from engagement.audiences.conditions.queries.audience import AudienceField, rules_named
from engagement.audiences.conditions.queries.catalogue import ground_on, understood
from engagement.audiences.conditions.queries.everybody import EverybodyField
from engagement.audiences.conditions.queries.field import Condition, Ground
from engagement.audiences.conditions.queries.language import LanguageField
from engagement.audiences.conditions.queries.narrowing import Post, posts_of
from engagement.audiences.conditions.queries.stakeholder_group import StakeholderGroupField
from engagement.audiences.models import Audience
from engagement.audiences.queries import reach
from engagement.audiences.rules import Rule, conditions_of, folded
from engagement.db import db
from engagement.mail.wire.rules.headers import is_usable_address
from engagement.reach import Reach
from engagement.stakeholders.models import Stakeholder, StakeholderPlace, StakeholderProfile
from engagement.stakeholders.queries import holds_now, on_the_map
from engagement.stakeholders.rules import StakeholderKind

#: Whether a part of a rule is true of somebody (None: nothing is known), and whether it names a group that they are in.
Answer: TypeAlias = tuple[bool | None, bool]
UNKNOWN: Answer = (None, False)
#: A map: its programme, and its wave or None for all of the programme.
Place: TypeAlias = tuple[int, int | None]


@dataclass(frozen=True)
class Outsider:
    """A stakeholder outside the directory, with the maps and groups on which they stand."""

    stakeholder_id: int
    name: str
    organisation: str
    email: str
    language: str
    places: tuple[Place, ...]
    posts: frozenset[tuple[str, Post]]

    @property
    def why(self) -> str:
        """What they are, in words."""
        return StakeholderGroupField().tells(self.posts)

    @property
    def can_be_written_to(self) -> bool:
        """Whether they have an address that mail can be sent to."""
        return is_usable_address(self.email)

    def stands_within(self, reach: Reach) -> bool:
        """Return whether one of their maps is within reach."""
        return any(reach.covers(programme_id=programme_id, wave_id=wave_id) for programme_id, wave_id in self.places)


def outsiders_in(audience: Audience | Rule, on: date) -> list[Outsider]:
    """Return the stakeholders outside the directory whom an audience reaches now, by name, with an address or without."""
    return _reached([audience.rule if isinstance(audience, Audience) else audience], on)[0]


def outside_reach(rules: Sequence[Rule], on: date) -> list[int]:
    """Return for each rule how many it reaches outside the directory who can be written to."""
    return [sum(each.can_be_written_to for each in reached) for reached in _reached(rules, on)]


def recipients(audience: Audience, on: date) -> int:
    """Return how many an audience reaches now: people, and those outside the directory who can be written to."""
    return reach(audience, on) + outside_reach([audience.rule], on)[0]


def maps_through(audience: Audience, reached: Sequence[Outsider], on: date) -> dict[int, tuple[Place, ...]]:
    """Return by stakeholder the maps through which an audience reaches them; all of theirs if it takes several together."""
    rule, ground = understood(audience.rule), ground_on(on)
    posts = posts_of(place for each in reached for place in each.places)
    found = {}
    for each in reached:
        groups = {group for group, _ in each.posts}
        alone = ((place, frozenset((group, posts[place]) for group in groups)) for place in each.places)
        through = tuple(place for place, post in alone if _reaches(rule, replace(each, posts=post), ground))
        found[each.stakeholder_id] = through or each.places
    return found


def _reached(rules: Sequence[Rule], on: date) -> list[list[Outsider]]:
    known = [understood(rule) for rule in rules]
    if not any(_may_name_a_group(rule) for rule in known):
        return [[] for _ in rules]
    ground, everybody = ground_on(on), _everybody()
    return [
        [each for each in everybody if _reaches(rule, each, ground)] if _may_name_a_group(rule) else []
        for rule in known
    ]


def _reaches(rule: Rule, who: Outsider, ground: Ground) -> bool:
    return _answer(rule, who, ground) == (True, True)


def _may_name_a_group(rule: Rule) -> bool:
    return any(one["field"] in (StakeholderGroupField.name, AudienceField.name) for one in conditions_of(rule))


def _everybody() -> list[Outsider]:
    rows = db.session.execute(
        select(
            Stakeholder.id,
            Stakeholder.name,
            Stakeholder.organisation,
            Stakeholder.email,
            Stakeholder.language,
            StakeholderProfile.group,
            StakeholderPlace.programme_id,
            StakeholderPlace.wave_id,
        )
        .join(StakeholderProfile, holds_now())
        .join(StakeholderPlace, StakeholderPlace.stakeholder_id == Stakeholder.id)
        .where(Stakeholder.kind == StakeholderKind.OUTSIDE, StakeholderPlace.ended_at.is_(None), on_the_map())
        .order_by(Stakeholder.sorted_by, Stakeholder.id)
    ).all()
    posts = posts_of((programme_id, wave_id) for *_, programme_id, wave_id in rows)
    said = {
        key: (name, organisation, email, language, group)
        for key, name, organisation, email, language, group, *_ in rows
    }
    places: dict[int, list[tuple[int, int | None]]] = defaultdict(list)
    for key, *_, programme_id, wave_id in rows:
        places[key].append((programme_id, wave_id))
    return [
        Outsider(
            key,
            name,
            organisation,
            email,
            language,
            tuple(places[key]),
            frozenset((group.value, posts[place]) for place in places[key]),
        )
        for key, (name, organisation, email, language, group) in said.items()
    ]


def _answer(rule: Rule, who: Outsider, ground: Ground) -> Answer:
    return folded(rule, lambda one: _of_condition(one, who, ground), every=_every, some=_some, opposite=_opposite)


def _of_condition(one: Condition, who: Outsider, ground: Ground) -> Answer:
    field = one["field"]
    if field == StakeholderGroupField.name:
        is_true = StakeholderGroupField().holds(one, who.posts, ground)
        return is_true, is_true
    if field == AudienceField.name:
        return _some([_answer(understood(rule), who, ground) for rule in rules_named(one, ground)])
    if field == EverybodyField.name:
        return True, False
    if field == LanguageField.name:
        return who.language in one["values"], False
    return UNKNOWN


def _every(inner: list[Answer]) -> Answer:
    truths = [truth for truth, _ in inner]
    is_true = False if False in truths else None if None in truths else True
    return is_true, any(named for _, named in inner)


def _some(inner: list[Answer]) -> Answer:
    truths = [truth for truth, _ in inner]
    is_true = True if True in truths else None if None in truths else False
    return is_true, any(named for truth, named in inner if truth)


def _opposite(answer: Answer) -> Answer:
    truth, _ = answer
    return (None if truth is None else not truth), False
