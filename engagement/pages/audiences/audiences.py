"""Pages of audiences: the list, one audience with its members and reasons, and the builder of its rule."""

from dataclasses import dataclass, replace
from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.audiences import actions, queries
from engagement.audiences.conditions.queries.catalogue import FIELDS, understood
from engagement.audiences.conditions.queries.narrowing import offered_places
from engagement.audiences.models import Audience
from engagement.audiences.outside.queries import Outsider, outside_reach, outsiders_in
from engagement.audiences.scopes import audience_for, audience_to_change
from engagement.communications.queries.calendar import EVERY_ONE, communications_running
from engagement.communications.scopes import readable
from engagement.db import count_of, db
from engagement.errors import RuleBroken
from engagement.pages.audiences import blueprint
from engagement.pages.audiences.forms import AudienceForm
from engagement.pages.audiences.rule_form import GROUP_WORDS, Row, all_rows, posted_rows, press, rows_of, rule_of
from engagement.pages.frame import guard
from engagement.pages.frame.formats import reader_zone, today
from engagement.pages.frame.shell import notify
from engagement.pages.parts.lists import Asked
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.people import queries as people
from engagement.people.models import Person
from engagement.waves.scopes import people_within
from engagement.words import plural

#: Audiences on one page of the list; each needs a count.
AUDIENCES_A_PAGE = 25
#: An id beyond what a database takes belongs to nobody.
_LARGEST_ID = 2**31 - 1
#: People of one name that are offered to choose from.
_MOST_CHOICES = 8
#: Up to this number of values are boxes to tick; more are a list.
_MOST_BOXES = 10


@dataclass(frozen=True)
class Offer:
    """The values to choose from for one kind of condition."""

    options: list[tuple[str, str]]

    @property
    def as_boxes(self) -> bool:
        """Whether there are few enough values for boxes to tick."""
        return len(self.options) <= _MOST_BOXES


@dataclass(frozen=True)
class Sheet:
    """What the builder shows besides its rows."""

    says: str | None = None
    reach: str | None = None
    problems: tuple[str, ...] = ()
    go_on_at: str | None = None


@dataclass(frozen=True)
class Answer:
    """Why a person is in an audience or not; `choices` when several have the name that was typed."""

    asked: str
    sentence: str
    choices: tuple[Person, ...] = ()
    person: Person | None = None
    reasons: tuple[queries.Reason, ...] = ()


def _audience_to_change(audience_id: int) -> Audience:
    return audience_to_change(rights.planning(guard.reader()), audience_id)


@blueprint.get("/audiences")
def index() -> str:
    """List the audiences with how many people each reaches now."""
    reader = guard.reader()
    guard.allow_places(rights.choosing_audiences(reader))
    page = Asked().page(count_of(queries.audiences_in_use()), AUDIENCES_A_PAGE)
    lines = queries.audiences_listed(today(), limit=page.size, offset=page.offset)
    outside = outside_reach([line.audience.rule for line in lines], today())
    may_change = rights.planning(reader).everything
    return render_template("audiences/index.html", lines=lines, outside=outside, page=page, may_change=may_change)


@blueprint.get("/audiences/<int:audience_id>")
def audience(audience_id: int) -> str:
    """Show one audience: its rule in words, whom it reaches now, why somebody is in it, and what uses it."""
    reader = guard.reader()
    reading, row = rights.reading(reader), audience_for(rights.choosing_audiences(reader), audience_id)
    reach, outside = queries.reach(row, today()), outsiders_in(row, today())
    members = queries.members(row, today()).where(people_within(reading))
    asked = Asked()
    asked.carry("person", request.args.get("person", ""))
    page = asked.page(reach if reading.everything else count_of(members))
    return render_template(
        "audiences/audience.html",
        audience=row,
        words=queries.words_of(row.rule),
        reach=reach,
        outside=_outside_seen(outside),
        outside_number=len(outside),
        page=page,
        hidden=reach - page.total,
        people=db.session.scalars(members.limit(page.size).offset(page.offset)).all(),
        answer=_answer(row, request.args.get("person", ""), request.args.get("id", 0, type=int)),
        uses=queries.uses_of(row),
        messages=_messages_to(row, readable(reading)),
        may_change=rights.planning(reader).everything,
    )


def _outside_seen(outside: list[Outsider]) -> list[Outsider]:
    """Return those outside the directory who stand on maps that the reader sees."""
    maps = rights.reading_maps(guard.reader())
    return [each for each in outside if each.stands_within(maps)]


def _messages_to(row: Audience, which: ColumnElement[bool] = EVERY_ONE) -> list[Any]:
    running = communications_running(readable=which)
    return [line.communication for line in running if line.communication.audience_id == row.id]


def _answer(row: Audience, asked: str, person_id: int) -> Answer | None:
    """Answer for the person with this address, number or name; `person_id` is the one chosen of several."""
    asked = asked.strip()
    if not asked:
        return None
    close = _meant(asked, person_id)
    if not close:
        return Answer(asked, f"Nobody whom you may see has the name, address or employee number “{asked[:80]}”.")
    if len(close) > 1:
        several = f"Several people have “{asked[:80]}” in their name, address or number. Whom do you mean?"
        more = " These are the first; write more of the name to find others." if len(close) > _MOST_CHOICES else ""
        return Answer(asked, several + more, choices=tuple(close[:_MOST_CHOICES]))
    person = close[0]
    reasons = tuple(queries.why(row, person, today(), reader_zone()))
    belongs = "belongs to" if reasons[0].is_met else "does not belong to"
    return Answer(asked, f"{person.name} {belongs} this audience.", person=person, reasons=reasons)


def _meant(asked: str, person_id: int) -> list[Person]:
    """Return the people whom the reader may mean, of those whom they see: the chosen one, the one with the address, or by name."""
    visible = people_within(rights.reading(guard.reader()))
    if 0 < person_id <= _LARGEST_ID:
        chosen = people.person_page(person_id, visible)
        return [chosen] if chosen else []
    exact = people.person_by_reference(asked, visible)
    return [exact] if exact else people.people_suggested(asked, _MOST_CHOICES + 1, visible)


@blueprint.route("/audiences/new", methods=["GET", "POST"])
def new() -> Drawn | BaseResponse:
    guard.allow_all(rights.planning(guard.reader()))
    return _build(None)


@blueprint.route("/audiences/<int:audience_id>/edit", methods=["GET", "POST"])
def edit(audience_id: int) -> Drawn | BaseResponse:
    return _build(_audience_to_change(audience_id))


def _build(row: Audience | None) -> Drawn | BaseResponse:
    form = AudienceForm(**({"name": row.name, "note": row.note, "rule": held(row).rule} if row else {}))
    if request.method != "POST":
        sheet = Sheet()
        top = rows_of(understood(row.rule)) if row else Row()
        return _drawn(row, form, top, _counted(sheet, top) if row else sheet)
    top = posted_rows(request.form)
    button = request.form.get("do", "count")
    if button == "save":
        return _saved(row, form, top)
    go_on_at = press(top, button, request.form)
    counted = _counted(Sheet(), top)
    # Somebody who is still building knows that something is missing; problems are shown once they ask for the count.
    return _drawn(row, form, top, replace(counted, go_on_at=go_on_at, problems=() if go_on_at else counted.problems))


def _counted(sheet: Sheet, top: Row) -> Sheet:
    rule, problems = rule_of(top)
    if problems:
        return replace(sheet, problems=tuple(problems))
    reach = queries.reach(rule, today())
    return replace(sheet, says=queries.words_of(rule).sentence, reach=plural(reach, "person", "people"))


def _saved(row: Audience | None, form: AudienceForm, top: Row) -> Drawn | BaseResponse:
    rule, problems = rule_of(top)
    if problems:
        form.form_errors.extend(problems)
        return _drawn(row, form, top, Sheet())
    form.rule.data, actor = rule, guard.reader().actor
    if form.validate():
        with saving(form) as saved:
            if row is None:
                kept = actions.save_audience(form.name.data, rule, form.note.data, by=actor)
            else:
                kept = row
                actions.change_audience(row, form.name.data, rule, form.note.data, by=actor)
        if saved:
            more = f"It reaches {plural(queries.reach(kept, today()), 'person', 'people')} today."
            return saved.to("audiences.audience", f"“{kept.name}” is saved.", more, audience_id=kept.id)
    if form.rule.data != rule:
        # Only somebody else changed the rule meanwhile.
        top = rows_of(form.rule.data)
    return _drawn(row, form, top, _counted(Sheet(), top))


def _drawn(row: Audience | None, form: AudienceForm, top: Row, sheet: Sheet) -> Drawn:
    offers, asked = {}, [inner for inner in all_rows(top) if inner.about is not None]
    for about in {inner.about for inner in asked if inner.about and inner.about.takes_values and not inner.about.typed}:
        chosen = [text for inner in asked if inner.about is about for text in inner.texts]
        offers[about.name] = Offer(about.offered(chosen, besides=row.id if row else None))
    is_narrowed = any(inner.about.narrowed_by for inner in asked if inner.about)
    return drawn(
        "audiences/edit.html",
        form,
        has_errors=bool(sheet.problems),
        audience=row,
        top=top,
        sheet=sheet,
        offers=offers,
        places=Offer(offered_places() if is_narrowed else []),
        group_words=GROUP_WORDS,
        questions=[(about.name, about.question) for about in FIELDS.values()],
    )


@blueprint.post("/audiences/<int:audience_id>/archiving")
def archive(audience_id: int) -> BaseResponse:
    """Take an audience out of use."""
    row = _audience_to_change(audience_id)
    messages = _messages_to(row)
    if messages:
        raise RuleBroken(f"“{messages[0].name}” is sent to this audience. Give it another audience or end it first.")
    actions.archive_audience(row, by=guard.reader().actor)
    db.session.commit()
    notify(f"“{row.name}” is archived.", "What was sent to it stays on record.")
    return redirect(url_for("audiences.index"), code=303)
