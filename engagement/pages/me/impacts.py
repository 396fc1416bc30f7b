"""What a wave changes for the reader's group, as its leaders published it, and what the reader says of it, without a name.

Points of the leaders and the people's own side are not shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from werkzeug.wrappers import Response as BaseResponse
from wtforms import Field, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from engagement.pages.frame import guard
from engagement.pages.me import blueprint
from engagement.pages.parts.forms import Form, stripped
from engagement.pages.parts.saving import Drawn, drawn, saving
from engagement.people.models import Department, Person
from engagement.people.queries import roles_of
from engagement.programmes.scope.rules import StatementFor
from engagement.waves.impacts.models import ImpactAssessment
from engagement.waves.impacts.queries.standing import members_of, published_for
from engagement.waves.impacts.rules import MEANINGS, Aspect, AspectSaid
from engagement.waves.models import Wave
from engagement.waves.queries import waves_of_person
from engagement.waves.voices.actions import answer_alone
from engagement.waves.voices.queries import answered_by
from engagement.waves.voices.rules import LONGEST_SENTENCE, Own


@dataclass(frozen=True)
class GroupChange:
    """What was published for a group: the parts of the work that change, and which stay as they are.

    `is_asked` while the reader may say what they think of it; `is_small` where they can't because their group is too small.
    """

    id: int
    wave: Wave
    department: Department
    for_role: StatementFor
    published_at: datetime | None
    published_by: str | None
    parts: list[tuple[Aspect, AspectSaid]]
    same: str
    is_asked: bool
    has_answered: bool
    is_small: bool

    @property
    def whom(self) -> str:
        """The group in words."""
        role = "" if self.for_role is StatementFor.EVERYBODY else f", {self.for_role.word.lower()}"
        return f"{self.department.path}{role}"


def impacts_of(person: Person, waves: Sequence[Wave]) -> list[GroupChange]:
    """Return what was published for a person's department and roles in these waves."""
    return _as_read(person, _published(person, waves))


def _as_read(person: Person, rows: Sequence[ImpactAssessment]) -> list[GroupChange]:
    """Return these assessments as a person reads them, and whether they are asked what they think of each."""
    answered = answered_by(person.id, [row.id for row in rows], _secret()) if rows else set()
    open_rows = [row for row in rows if row.wave.status.is_open and row.id not in answered]
    members, floor = members_of(open_rows), guard.settings().anonymity_floor
    found = []
    for row in rows:
        said = row.said
        parts = [(aspect, said.of(aspect)) for aspect in said.judged if said.of(aspect).score]
        stays = [aspect.own_word.lower() for aspect in said.judged if not said.of(aspect).score]
        found.append(
            GroupChange(
                row.id,
                row.wave,
                row.department,
                row.for_role,
                row.published_at,
                row.published_by,
                parts,
                f"Nothing changes in {' or in '.join(stays)}." if stays else "",
                is_asked=members.get(row.id, 0) >= floor,
                has_answered=row.id in answered,
                is_small=row.id in members and members[row.id] < floor,
            )
        )
    return found


def _published(person: Person, waves: Sequence[Wave]) -> list[ImpactAssessment]:
    if not waves or person.department is None:
        return []
    roles = roles_of([person.id]).get(person.id, [])
    return published_for([wave.id for wave in waves], person.department.lineage, roles)


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])


class OwnForm(Form):
    """What somebody says of their own work; the fields of the aspects are added below."""

    @property
    def by_aspect(self) -> list[tuple[Aspect, Field, Field]]:
        """Each aspect with its fields: points and a sentence."""
        return [(each, self[f"score_{each}"], self[f"words_{each}"]) for each in Aspect]

    def said(self) -> dict[Aspect, Own]:
        """Return what was said of aspects with points."""
        return {each: Own(int(score.data), words.data) for each, score, words in self.by_aspect if score.data}

    def unjudged(self) -> Mapping[Aspect, str]:
        """Return the sentences about aspects without points."""
        return {each: words.data for each, score, words in self.by_aspect if not score.data and words.data}


def _of_aspects() -> dict[str, Any]:
    points = [SelectChoice(str(number), f"{number}: it {words}") for number, words in enumerate(MEANINGS)]
    fields: dict[str, Any] = {}
    for each in Aspect:
        choices = [SelectChoice("", "I would rather not say"), *points]
        fields[f"score_{each}"] = SelectField(f"{each.own_word}: how much does it change?", choices=choices, default="")
        fields[f"words_{each}"] = StringField(
            f"{each.own_word}: in a sentence",
            description=f"At most {LONGEST_SENTENCE} characters.",
            filters=[stripped],
        )
    return fields


AnswerForm: type[OwnForm] = type("AnswerForm", (OwnForm,), _of_aspects())


@blueprint.route("/me/impacts/<int:assessment_id>", methods=["GET", "POST"])
def impact(assessment_id: int) -> Drawn | BaseResponse:
    """Say how much a wave changes in the reader's own work, once and without a name."""
    person = guard.found(guard.person_or_none())
    published = _published(person, waves_of_person(person.id))
    row = guard.found(next((each for each in published if each.id == assessment_id), None))
    [change] = _as_read(person, [row])
    form, floor = AnswerForm(), guard.settings().anonymity_floor
    if form.validate_on_submit():
        with saving(form) as saved:
            answer_alone(row, person.id, form.said(), form.unjudged(), floor=floor, secret=_secret())
        if saved:
            more = (
                f"It is counted with what at least {floor} of your group said, and nobody can find it again, nor you."
            )
            return saved.to("me.index", "Sent.", more)
    return drawn("me/impact.html", form, change=change, row=row.said, floor=floor)
