"""The form of an impact assessment: points and words for each aspect of the job, all on one page."""

from typing import Any

from wtforms import Field, IntegerField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from engagement.pages.parts.forms import EditForm, stripped
from engagement.waves.impacts.rules import MEANINGS, Aspect, AspectSaid, Assessed

POINTS = [
    SelectChoice(value="", label="Not judged"),
    *(SelectChoice(value=str(points), label=f"{points}: {words}") for points, words in enumerate(MEANINGS)),
]


class ImpactForm(EditForm):
    """What changes for a group; the fields of the aspects are added below."""

    basis = TextAreaField(
        "What do you base this on?",
        description="Such as talks with team leads, or a day beside the people.",
        filters=[stripped],
    )

    @property
    def by_aspect(self) -> list[tuple[Aspect, Field, Field, Field]]:
        """Each aspect with its fields: points, before, after."""
        return [(each, *(self[f"{name}_{each}"] for name in ("score", "before", "after"))) for each in Aspect]

    def said(self) -> Assessed:
        """Return what was typed."""
        found = {}
        for aspect, score, before, after in self.by_aspect:
            points = int(score.data) if score.data else None
            if points is not None or before.data or after.data:
                found[aspect] = AspectSaid(points, before.data, after.data)
        return Assessed(found, self.basis.data, self["voices"].data if "voices" in self else None)


def _of_aspects() -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for aspect in Aspect:
        fields[f"score_{aspect}"] = SelectField(f"{aspect.word}: how much does it change?", choices=POINTS, default="")
        fields[f"before_{aspect}"] = TextAreaField(f"{aspect.word}: as it is now", filters=[stripped])
        fields[f"after_{aspect}"] = TextAreaField(f"{aspect.word}: as it will be", filters=[stripped])
    return fields


class _Voices:
    basis = TextAreaField(
        "How were they asked?",
        description="Such as a workshop, and on which day. Write no names: what is kept is what the group said together.",
        filters=[stripped],
    )
    voices = IntegerField("How many of them were asked?", validators=[Optional()])


LeadersForm: type[ImpactForm] = type("LeadersForm", (ImpactForm,), _of_aspects())
PeopleForm: type[ImpactForm] = type("PeopleForm", (_Voices, ImpactForm), _of_aspects())


def drawn_values(said: Assessed | None) -> dict[str, Any]:
    """Return an assessment as the values of the form's fields."""
    if said is None:
        return {}
    values: dict[str, Any] = {"basis": said.basis, "voices": said.voices}
    for aspect in Aspect:
        one = said.of(aspect)
        values[f"score_{aspect}"] = "" if one.score is None else str(one.score)
        values[f"before_{aspect}"], values[f"after_{aspect}"] = one.before, one.after
    return values
