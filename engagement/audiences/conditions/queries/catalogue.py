"""The list of all fields, in the order of the form, and what whole rules mean with them.

A new field is a file beside this one and a line in the list.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from engagement.audiences.conditions.queries.audience import AudienceField
from engagement.audiences.conditions.queries.champion import ChampionField
from engagement.audiences.conditions.queries.confirmation import ConfirmationField
from engagement.audiences.conditions.queries.country import CountryField
from engagement.audiences.conditions.queries.department import DepartmentField
from engagement.audiences.conditions.queries.everybody import EverybodyField
from engagement.audiences.conditions.queries.field import Field, Ground, Labels, condition_problems
from engagement.audiences.conditions.queries.has_no_role import HasNoRoleField
from engagement.audiences.conditions.queries.job_title import JobTitleField
from engagement.audiences.conditions.queries.language import LanguageField
from engagement.audiences.conditions.queries.location import LocationField
from engagement.audiences.conditions.queries.manager_of_people import ManagerOfPeopleField
from engagement.audiences.conditions.queries.person import PersonField
from engagement.audiences.conditions.queries.stakeholder_group import StakeholderGroupField
from engagement.audiences.conditions.queries.training_role import TrainingRoleField
from engagement.audiences.conditions.queries.training_state import TrainingStateField
from engagement.audiences.conditions.queries.wave import WaveField
from engagement.audiences.conditions.queries.wave_state import WaveStateField
from engagement.audiences.rules import NOBODY, Phrase, Rule, conditions_of, problems_in

#: Every field by its name in rules.
FIELDS: Mapping[str, Field] = {
    field.name: field
    for field in (
        DepartmentField(),
        LocationField(),
        CountryField(),
        LanguageField(),
        JobTitleField(),
        ManagerOfPeopleField(),
        TrainingRoleField(),
        HasNoRoleField(),
        WaveField(),
        WaveStateField(),
        StakeholderGroupField(),
        ChampionField(),
        TrainingStateField(),
        ConfirmationField(),
        PersonField(),
        AudienceField(),
        EverybodyField(),
    )
}


def ground_on(day: date) -> Ground:
    """Return the facts for answering rules as of a day; training is overdue if it was due before that day."""
    return Ground(day, FIELDS)


def problems_of(rule: Any) -> list[str]:
    """Return a sentence for each thing that makes a rule unusable; ids are not looked up."""
    return problems_in(rule, lambda one: condition_problems(FIELDS, one))


def understood(rule: Any) -> Rule:
    """Return a stored rule, or the rule that reaches nobody if this version can't understand it."""
    return NOBODY if problems_of(rule) else rule


def asked_by(rule: Rule) -> dict[str, list[Rule]]:
    """Return the conditions of a rule by the name of their field."""
    found: dict[str, list[Rule]] = defaultdict(list)
    for condition in conditions_of(rule):
        found[condition["field"]].append(condition)
    return found


def labels_of(rule: Rule) -> dict[str, Labels]:
    """Return the names of everything that a rule names, by field."""
    return {name: FIELDS[name].labels(conditions) for name, conditions in asked_by(rule).items()}


def gone_from(rule: Rule) -> list[str]:
    """Return in words, once each, what a rule names that no longer exists."""
    asked = asked_by(rule).items()
    found = (word for name, every in asked for word in FIELDS[name].gone(every, FIELDS[name].labels(every)))
    return list(dict.fromkeys(found))


def phrase_with(labels: Mapping[str, Labels]) -> Phrase:
    """Return a function that words conditions with these names."""
    return lambda one, opposite: FIELDS[one["field"]].phrase(one, labels[one["field"]], opposite)
