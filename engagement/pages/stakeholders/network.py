"""Pages of relations: the network as picture, table and files, and saying or ending a relation of one stakeholder."""

from dataclasses import dataclass
from typing import Any

from flask import Response, render_template
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice

from engagement.accounts.scopes import rights
from engagement.errors import BadInput
from engagement.letters import folded, search_words
from engagement.pages.frame import guard
from engagement.pages.frame.formats import short_day, today
from engagement.pages.parts.files import list_file
from engagement.pages.parts.forms import Form, stripped
from engagement.pages.parts.lists import TALL_PER_PAGE, Asked
from engagement.pages.parts.saving import Drawn, done, drawn, saving
from engagement.pages.stakeholders import blueprint
from engagement.pages.stakeholders.network_drawing import Box, drawing
from engagement.reach import Reach
from engagement.stakeholders import queries
from engagement.stakeholders.filters.queries import maps_with_stakeholders
from engagement.stakeholders.interactions.queries.naming import stakeholders_named
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.queries import Filters, StakeholderLine
from engagement.stakeholders.relations import actions
from engagement.stakeholders.relations.queries.former import ended_relations
from engagement.stakeholders.relations.queries.network import in_no_relation, network_within, relations_of
from engagement.stakeholders.relations.queries.nodes import Network, Node, Relation
from engagement.stakeholders.relations.rules import MOST_DRAWN, SAID_BY_HAND, RelationKind, around, in_columns
from engagement.stakeholders.relations.scopes import kept_of, relation_of
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.scopes import stakeholders_within, stands_within
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
#: Of those without any relation, so many are named.
FIRST_ALONE = 50


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
    other = StringField(
        "To whom?",
        description="Somebody on a map that you keep: their name there, their mail address, or a number such as #12.",
        filters=[stripped],
    )


@dataclass(frozen=True)
class _Asked:
    """The network that an address asks for: all of it, what is shown, and around whom, if it is around one."""

    whole: Network
    shown: Network
    middle: Node | None


def _maps() -> Reach:
    maps = rights.reading_maps(guard.reader())
    guard.allow_places(maps)
    return maps


def _asked(maps: Reach, asked: Asked) -> _Asked:
    """Return the network that the address asks for. Of a large one nobody picks a name from a list: there it is typed."""
    programmes, waves = maps_with_stakeholders(maps)
    filters = Filters(
        programme_id=asked.row("programme", "Programme", ((row.id, row.name) for row in programmes)),
        wave_id=asked.row("wave", "Wave", ((row.id, row.title) for row in waves)),
    )
    kind = asked.word_of(RelationKind, "relation", "Relation")
    whole = network_within(maps, today(), filters, kind)
    related = whole.related
    if len(related) <= MOST_DRAWN:
        names = sorted(((key, whole.nodes[key].title) for key in related), key=lambda named: named[1].casefold())
        middle = asked.row("around", "Around whom", names, "Everybody", known=related)
        return _Asked(whole, *_around(whole, middle))
    words = search_words(asked.words("named", "Around whom"))
    if not words:
        return _Asked(whole, *_around(whole, asked.row("around", known=related)))
    fitting = {key for key in related if all(word in folded(whole.nodes[key].title) for word in words)}
    # Somebody of exactly that name is meant, although others' names begin with it.
    fitting = {key for key in fitting if set(search_words(whole.nodes[key].title)) == set(words)} or fitting
    if len(fitting) == 1:
        return _Asked(whole, *_around(whole, *fitting))
    theirs = [each for each in whole.relations if fitting.intersection(each.key[:2])]
    return _Asked(whole, Network(whole.nodes, theirs), None)


def _around(whole: Network, middle: int | None) -> tuple[Network, Node | None]:
    if middle is None:
        return whole, None
    near = around(whole.pairs(), middle)
    near = near if len(near) <= MOST_DRAWN else around(whole.pairs(), middle, 1)
    return whole.within(near), whole.nodes[middle]


@blueprint.get("/stakeholders/network")
def network() -> str:
    """Show how stakeholders are related, as a picture and as a table."""
    maps, asked = _maps(), Asked()
    answer = _asked(maps, asked)
    found = answer.shown
    alone_total, alone = (0, []) if asked.is_narrowed else in_no_relation(maps, answer.whole, FIRST_ALONE)
    page = asked.page(len(found.relations), TALL_PER_PAGE)
    is_too_large = len(found.related) > MOST_DRAWN
    return render_template(
        "stakeholders/network.html",
        lede=_lede(found, answer.middle),
        picture=None if is_too_large or not found.relations else _picture(found, answer.middle),
        is_too_large=is_too_large,
        rows=[(each, says_words(each)) for each in found.relations[page.offset : page.offset + page.size]],
        alone=sorted(alone, key=lambda node: node.title.casefold()),
        alone_total=alone_total,
        kinds=list(RelationKind),
        page=page,
        asked=asked,
        may_say=rights.planning(guard.reader()).holds_places,
    )


def _lede(found: Network, middle: Node | None) -> str:
    if not found.relations:
        return "Who reports to whom, who sponsors and who influences whom."
    relations = plural(len(found.relations), "relation", "relations")
    people = plural(len(found.related), "stakeholder", "stakeholders")
    near = f" around {middle.title}" if middle is not None else ""
    return f"{relations} between {people}{near}."


def _picture(found: Network, middle: Node | None) -> Markup:
    drawn = sorted((found.nodes[key] for key in found.related), key=lambda node: node.title.casefold())
    by_group = {group: [node.id for node in drawn if node.group == group] for group in COLUMNS}
    shown = [(group, keys) for group, keys in by_group.items() if keys]
    ordered = in_columns([keys for _, keys in shown], found.pairs())
    boxes = {node.id: Box(_label(node.title), node is middle) for node in drawn}
    columns = [(group.word, keys) for (group, _), keys in zip(shown, ordered, strict=True)]
    return drawing(columns, boxes, [(*each.key[:2], each.kind.value) for each in found.relations])


def _label(title: str) -> str:
    """Return a title as a box has room for it: of a department's path the last part."""
    return title.rsplit("/", 1)[-1]


def says_words(each: Relation) -> str:
    """Say who says so, and since when if somebody said it."""
    return each.says if each.said is None else f"{each.said.by or 'the service'}, {short_day(each.said.at)}"


@blueprint.get("/stakeholders/network.<any(csv, xlsx):kind>")
def network_file(kind: str) -> Response:
    """Send the relations as a file, with the filters of the page."""
    found = _asked(_maps(), Asked()).shown
    return list_file(kind, HEADER, [_file_row(each) for each in found.relations], "network", "Network")


def _file_row(each: Relation) -> tuple[Any, ...]:
    by, on = (each.said.by or "", each.said.at.date()) if each.said else (each.says, None)
    return each.first.title, each.kind.inside, each.second.title, by, on


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
    found = relations_of(maps, line.stakeholder, today())
    may_say = stands_within(planning, line.stakeholder) and not line.removed_at
    return drawn(
        "stakeholders/relations.html",
        form,
        line=line,
        rows=[(each, says_words(each)) for each in found],
        ended=ended_relations(key, stakeholders_within(maps)),
        may_say=may_say,
        keeps=kept_of(planning, {each for relation in found for each in relation.key[:2]}) if may_say else set(),
    )


@blueprint.post("/stakeholders/<int:stakeholder_id>/relations")
def say_relation(stakeholder_id: int) -> Drawn | BaseResponse:
    """Say how one stakeholder stands to another."""
    line, form = _line_to_relate(stakeholder_id), RelationForm()
    if form.validate_on_submit():
        with saving(form) as saved:
            both = (line.stakeholder, _other(form))
            first, second = reversed(both) if form.kind.data.endswith(_BACK) else both
            kind = RelationKind(form.kind.data.removesuffix(_BACK))
            actions.say_relation(first, second, kind, on=today(), by=guard.reader().actor)
        if saved:
            return saved.to("stakeholders.relations", "The relation is kept.", stakeholder_id=stakeholder_id)
    return _drawn(line, form)


def _other(form: RelationForm) -> Stakeholder:
    """Return whom the form names; raises BadInput if that is nobody on a map that the reader keeps, or several."""
    named = stakeholders_named([form.other.data or ""], stakeholders_within(rights.planning(guard.reader())))
    if not named.found:
        sentence = next(iter(named.problems), "Say to whom.")
        raise BadInput(sentence, {"other": sentence})
    return named.found[0]


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
