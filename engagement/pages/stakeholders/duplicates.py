"""Pages of who may be on the map twice: the pairs, two side by side, merging them, and saying that they are two."""

from flask import render_template, request
from werkzeug.wrappers import Response as BaseResponse
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.forms import EditForm
from engagement.pages.parts.lists import Asked
from engagement.pages.parts.saving import Drawn, done, drawn, saving
from engagement.pages.stakeholders import blueprint
from engagement.stakeholders import queries
from engagement.stakeholders.duplicates import actions
from engagement.stakeholders.duplicates.queries import merged_already, pair_to_merge, pairs_of, pairs_proposed
from engagement.stakeholders.duplicates.rules import CHOSEN
from engagement.stakeholders.entries.queries import EntryHeld
from engagement.stakeholders.rules import StakeholderKind
from engagement.stakeholders.standings.rules import written
from engagement.words import language_words

ONE, OTHER = "one", "other"
LABELS = {
    "name": "Name",
    "contact": "How they are reached",
    "group": "Group",
    "role": "Role in the change",
    "represents": "Speaks for",
    "owner": "Looked after by",
    "standing": "Where they stand",
}


class MergeForm(EditForm):
    """Which of two stays, and what is taken from which; a field is added for each of `CHOSEN`."""

    stays = RadioField("Which entry stays?")


for _name in CHOSEN:
    setattr(MergeForm, _name, RadioField(LABELS[_name]))


@blueprint.get("/stakeholders/duplicates")
def duplicates() -> str:
    """List the stakeholders who may be on the map twice."""
    planning = rights.planning(guard.reader())
    guard.allow_places(planning)
    proposals, page = Asked().part_of(pairs_proposed(planning))
    return render_template("stakeholders/duplicates.html", pairs=pairs_of(proposals), page=page)


def _pair(one_id: int, other_id: int) -> tuple[EntryHeld, EntryHeld]:
    reader = guard.reader()
    if request.method == "POST":
        queries.lock_stakeholders((one_id, other_id))
    return pair_to_merge(rights.reading_maps(reader), rights.planning(reader), (one_id, other_id), today())


@blueprint.route("/stakeholders/<int:stakeholder_id>/merging/<int:other_id>", methods=["GET", "POST"])
def merge(stakeholder_id: int, other_id: int) -> Drawn | BaseResponse:
    """Show two stakeholders side by side, and make them one."""
    if (kept_id := merged_already(rights.reading_maps(guard.reader()), (stakeholder_id, other_id))) is not None:
        return done("stakeholders.stakeholder", "The two are one already.", stakeholder_id=kept_id)
    one, other = _pair(stakeholder_id, other_id)
    texts = {ONE: _texts(one), OTHER: _texts(other)}
    first = OTHER if one.stakeholder.kind is StakeholderKind.OUTSIDE is not other.stakeholder.kind else ONE
    form = MergeForm(data={"stays": first, **{name: _usual(name, first, texts) for name in CHOSEN}})
    form.stays.choices = [SelectChoice(key, _title(each)) for key, each in ((ONE, one), (OTHER, other))]
    for name in CHOSEN:
        if texts[ONE][name] == texts[OTHER][name] or not _may_choose(name, one, other):
            del form[name]
        else:
            form[name].choices = [SelectChoice(key, texts[key][name] or "Nothing") for key in (ONE, OTHER)]
    if form.validate_on_submit():
        stays, goes = (one, other) if form.stays.data == ONE else (other, one)
        taken = [name for name in CHOSEN if name in form and form[name].data != form.stays.data]
        with saving(form) as saved:
            row = actions.merge_stakeholders(stays, goes, taken, on=today(), by=guard.reader().actor)
        if saved:
            more = "Notes and what was said with them are together. The other address leads here."
            return saved.to("stakeholders.stakeholder", "The two are one.", more, stakeholder_id=row.id)
    return drawn(
        "stakeholders/merging.html",
        form,
        one=one,
        other=other,
        rows=[(LABELS[name], texts[ONE][name], texts[OTHER][name]) for name in CHOSEN],
        kept_apart=[form[name] for name in CHOSEN if name in form],
    )


def _usual(name: str, first: str, texts: dict[str, dict[str, str]]) -> str:
    """Return which of the two is ticked: the one who stays, unless only the other says something."""
    second = ONE if first == OTHER else OTHER
    return first if texts[first][name] or not texts[second][name] else second


def _may_choose(name: str, one: EntryHeld, other: EntryHeld) -> bool:
    """Return whether something can be taken from either: name and contact only outside the directory."""
    kinds = {one.stakeholder.kind, other.stakeholder.kind}
    if name in ("name", "contact"):
        return kinds == {StakeholderKind.OUTSIDE}
    return name != "represents" or kinds == {StakeholderKind.PERSON}


def _title(held: EntryHeld) -> str:
    return f"{held.stakeholder.title} ({held.stakeholder.kind.word.lower()}, entry {held.stakeholder.id})"


def _texts(held: EntryHeld) -> dict[str, str]:
    entry, said = held.entry, held.entry.standing
    contact = entry.contact
    judged = {"power": said.influence, "interest": said.interest, "impact": said.impact}
    levels = {"engagement now": said.level_now, "engagement wanted": said.level_wanted}
    stands = [f"{name} {written(value)}" for name, value in judged.items() if value is not None]
    stands += [f"{name} {level.word.lower()}" for name, level in levels.items() if level]
    reached = [contact.organisation, contact.email, language_words(contact.language) if contact.language else ""]
    return {
        "name": held.stakeholder.title,
        "contact": ", ".join(filter(None, reached)),
        "group": entry.group.word,
        "role": entry.role,
        "represents": entry.represents,
        "owner": entry.owner_name,
        "standing": ", ".join(stands),
    }


@blueprint.post("/stakeholders/<int:stakeholder_id>/merging/<int:other_id>/difference")
def tell_apart(stakeholder_id: int, other_id: int) -> BaseResponse:
    """Remember that two who look alike are two."""
    one, other = _pair(stakeholder_id, other_id)
    actions.say_not_the_same(one.stakeholder, other.stakeholder, by=guard.reader().actor)
    titles = f"{one.stakeholder.title} and {other.stakeholder.title}"
    return done("stakeholders.duplicates", f"{titles} are two.", "They are not proposed again.")
