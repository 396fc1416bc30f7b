"""Pages of relations: the network as picture, table and files, and saying or ending a relation of one stakeholder."""

from typing import Any

from flask import Response, render_template
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from engagement.accounts.scopes import rights
from engagement.errors import BadInput
from engagement.pages.frame import guard
from engagement.pages.frame.formats import short_day, today
from engagement.pages.parts.fields import row_id
from engagement.pages.parts.files import list_file
from engagement.pages.parts.forms import Form
from engagement.pages.parts.lists import TALL_PER_PAGE, Asked
from engagement.pages.parts.saving import Drawn, done, drawn, saving
from engagement.pages.stakeholders import blueprint
from engagement.pages.stakeholders.network_drawing import Box, drawing
from engagement.reach import Reach
from engagement.stakeholders import queries
from engagement.stakeholders.queries import Filters, StakeholderLine
from engagement.stakeholders.relations import actions
from engagement.stakeholders.relations.queries import Network, Relation, ended_relations, network_within
from engagement.stakeholders.relations.rules import MOST_DRAWN, SAID_BY_HAND, RelationKind, around, in_columns
from engagement.stakeholders.relations.scopes import other_for, relation_of
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.scopes import places_within, stakeholders_within, stands_within
from engagement.waves.scopes import waves_within
from engagement.words import plural

HEADER = ("stakeholder", "relation", "to", "who_says_so", "since")
#: The order of groups from left to right.
COLUMNS = (
    StakeholderGroup.EXECUTIVE_SPONSORS,
    StakeholderGroup.BUSINESS_LEADERS,
    StakeholderGroup.IT_LEADERS,
    StakeholderGroup.OTHERS,
    StakeholderGroup.END_USERS,
    StakeholderGroup.CUSTOMERS,
)
_BACK = "-back"


class RelationForm(Form):
    """A relation of one stakeholder to another."""

    kind = SelectField(
        "How do they stand to somebody?",
        choices=[
            SelectChoice(kind.value + end, kind.backwards if end else kind.word)
            for kind in SAID_BY_HAND
            for end in ("", _BACK)
        ],
    )
    other = SelectField("To whom?", validate_choice=False)


def _maps() -> Reach:
    maps = rights.reading_maps(guard.reader())
    guard.allow_places(maps)
    return maps


def _asked(maps: Reach, asked: Asked) -> tuple[Network, int | None]:
    """Return the network that the address asks for, and around whom."""
    programmes, waves = queries.maps_with_stakeholders(places_within(maps), waves_within(maps))
    filters = Filters(
        programme_id=asked.row("programme", "Programme", ((row.id, row.name) for row in programmes)),
        wave_id=asked.row("wave", "Wave", ((row.id, row.title) for row in waves)),
    )
    kind = asked.word_of(RelationKind, "relation", "Relation")
    whole = network_within(maps, today(), filters, kind)
    names = sorted(((key, whole.nodes[key].title) for key in whole.related), key=lambda named: named[1].casefold())
    middle = asked.row("around", "Around whom", names, "Everybody", known=whole.related)
    if middle is None:
        return whole, None
    near = around(whole.pairs(), middle)
    return Network(whole.nodes, [each for each in whole.relations if set(each.key[:2]) <= near]), middle


@blueprint.get("/stakeholders/network")
def network() -> str:
    """Show how stakeholders are related, as a picture and as a table."""
    maps, asked = _maps(), Asked()
    found, middle = _asked(maps, asked)
    page = asked.page(len(found.relations), TALL_PER_PAGE)
    is_too_large = len(found.related) > MOST_DRAWN
    return render_template(
        "stakeholders/network.html",
        lede=_lede(found, middle),
        picture=None if is_too_large or not found.relations else _picture(found, middle),
        is_too_large=is_too_large,
        rows=[(each, says_words(each)) for each in found.relations[page.offset : page.offset + page.size]],
        lonely=[] if asked.is_narrowed else [found.nodes[key] for key in found.nodes if key not in found.related],
        number=len(found.nodes),
        kinds=list(RelationKind),
        page=page,
        asked=asked,
        may_say=rights.planning(guard.reader()).holds_places,
    )


def _lede(found: Network, middle: int | None) -> str:
    if not found.relations:
        return "Who reports to whom, who sponsors and who influences whom."
    relations = plural(len(found.relations), "relation", "relations")
    people = plural(len(found.related), "stakeholder", "stakeholders")
    near = f" around {found.nodes[middle].title}" if middle is not None else ""
    return f"{relations} between {people}{near}."


def _picture(found: Network, middle: int | None) -> Markup:
    by_group = {
        group: [k for k, n in found.nodes.items() if n.group is group and k in found.related] for group in COLUMNS
    }
    shown = [(group, keys) for group, keys in by_group.items() if keys]
    ordered = in_columns([keys for _, keys in shown], found.pairs())
    boxes = {key: Box(_label(found.nodes[key].title), key == middle) for key in found.related}
    columns = [(group.word, keys) for (group, _), keys in zip(shown, ordered, strict=True)]
    return drawing(columns, boxes, [(*each.key[:2], each.kind.value) for each in found.relations])


def _label(title: str) -> str:
    """Return a title as a box has room for it: of a department's path the last part."""
    return title.rsplit("/", 1)[-1]


def says_words(each: Relation) -> str:
    """Say who says so, and since when if somebody said it."""
    if each.row is None:
        return each.says
    by = each.row.said_by.name if each.row.said_by else "the service"
    return f"{by}, {short_day(each.row.said_at)}"


@blueprint.get("/stakeholders/network.<any(csv, xlsx):kind>")
def network_file(kind: str) -> Response:
    """Send the relations as a file, with the filters of the page."""
    found, _ = _asked(_maps(), Asked())
    return list_file(kind, HEADER, [_file_row(each) for each in found.relations], "network", "Network")


def _file_row(each: Relation) -> tuple[Any, ...]:
    by = each.says if each.row is None else each.row.said_by.name if each.row.said_by else ""
    return each.first.title, each.kind.inside, each.second.title, by, each.row.said_at.date() if each.row else None


def _line_to_relate(stakeholder_id: int) -> StakeholderLine:
    reader = guard.reader()
    return queries.line_to_note(rights.reading_maps(reader), rights.planning(reader), stakeholder_id)


@blueprint.get("/stakeholders/<int:stakeholder_id>/relations")
def relations(stakeholder_id: int) -> Drawn:
    """Show how one stakeholder stands to others: known, said, and said once."""
    line = queries.line_for(rights.reading_maps(guard.reader()), stakeholder_id)
    return _drawn(line, RelationForm(formdata=None))


def _drawn(line: StakeholderLine, form: RelationForm) -> Drawn:
    reader, key = guard.reader(), line.stakeholder.id
    maps, planning = rights.reading_maps(reader), rights.planning(reader)
    found = network_within(maps, today())
    may_say = stands_within(planning, line.stakeholder) and not line.removed_at
    if may_say:
        kept = network_within(planning, today()).nodes
        named = sorted(((k, n.title) for k, n in kept.items() if k != key), key=lambda each: each[1].casefold())
        form.other.choices = [SelectChoice("", "Choose"), *(SelectChoice(str(k), title) for k, title in named)]
    return drawn(
        "stakeholders/relations.html",
        form,
        line=line,
        rows=[(each, says_words(each)) for each in found.of(key)],
        ended=ended_relations(key, stakeholders_within(maps)),
        may_say=may_say,
        keeps=set(kept) if may_say else set(),
    )


@blueprint.post("/stakeholders/<int:stakeholder_id>/relations")
def say_relation(stakeholder_id: int) -> Drawn | BaseResponse:
    """Say how one stakeholder stands to another."""
    line, form = _line_to_relate(stakeholder_id), RelationForm()
    if form.validate_on_submit():
        with saving(form) as saved:
            other = other_for(rights.planning(guard.reader()), row_id(form.other.data) or 0)
            if other is None:
                sentence = "Choose to whom."
                raise BadInput(sentence, {"other": sentence})
            both = (line.stakeholder, other)
            first, second = reversed(both) if form.kind.data.endswith(_BACK) else both
            kind = RelationKind(form.kind.data.removesuffix(_BACK))
            actions.say_relation(first, second, kind, on=today(), by=guard.reader().actor)
        if saved:
            return saved.to("stakeholders.relations", "The relation is kept.", stakeholder_id=stakeholder_id)
    return _drawn(line, form)


@blueprint.post("/stakeholders/<int:stakeholder_id>/relations/<int:relation_id>/ending")
def end_relation(stakeholder_id: int, relation_id: int) -> BaseResponse:
    """End a relation; that it was said stays."""
    line = _line_to_relate(stakeholder_id)
    row = relation_of(rights.planning(guard.reader()), line.stakeholder, relation_id)
    actions.end_relation(row, by=guard.reader().actor)
    return done(
        "stakeholders.relations",
        "The relation has ended.",
        "It stays among what was said once.",
        stakeholder_id=stakeholder_id,
    )
