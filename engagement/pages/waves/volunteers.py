"""Saying which people of a wave are in it of their own will, and taking that back: those ticked on the list, or written a line each."""

from collections.abc import Sequence

from flask import request
from sqlalchemy import and_, select
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.db import count_of, db
from engagement.errors import BadInput
from engagement.pages.frame import guard
from engagement.pages.frame.shell import notify
from engagement.pages.parts.fields import row_id
from engagement.pages.parts.saving import Drawn, drawn, saving
from engagement.pages.waves import blueprint
from engagement.pages.waves.forms import MOST_LINES, VolunteersForm
from engagement.people.models import Person
from engagement.people.naming.queries import Named, line_of, lines_in, people_named
from engagement.waves.models import Wave
from engagement.waves.queries import member_ids
from engagement.waves.scopes import people_within, wave_for
from engagement.waves.volunteers.actions import Marked, mark_volunteers, take_back_volunteers
from engagement.waves.volunteers.queries import volunteers as volunteers_in
from engagement.words import plural

#: What is wrong with further lines shows once some of these are mended.
MOST_TICKED, MOST_SAID = 500, 20
#: What the address of the list may hold, to which the ticks lead back.
OF_LIST = ("role", "came", "order", "page")


@blueprint.route("/waves/<int:wave_id>/volunteers", methods=["GET", "POST"])
def volunteers(wave_id: int) -> Drawn | BaseResponse:
    """Take a list of people who came of their own will; whoever is understood is marked, and what is not stays to be mended."""
    reader = guard.reader()
    row, form = wave_for(rights.planning(reader), wave_id), VolunteersForm()
    if not form.validate_on_submit():
        return _drawn(row, form)
    takes_back = request.form.get("what") == "take back"
    with saving(form) as saved:
        ticked, named = _ticked(), _named(row, form)
        if not (ticked or named.found or named.problems):
            sentence = "Tick people on the list, or write here who it is."
            raise BadInput(sentence, {"people": sentence})
        act = take_back_volunteers if takes_back else mark_volunteers
        marked = act(row, [*ticked, *named.found], by=reader.actor)
    if not saved:
        return _drawn(row, form)
    says, more = _words(marked, takes_back=takes_back)
    problems = [*named.problems, *(f"{person.name} is not in this wave." for person in marked.outside)]
    if not problems:
        back = {name: value for name, value in request.args.items() if name in OF_LIST}
        return saved.to("waves.members", says, more, wave_id=wave_id, **back)
    if marked.changed:
        notify(says, more)
    form.people.data = "\n".join([*named.left, *(line_of(person) for person in marked.outside)])
    # Each has its own line at the top; the field only says what became of it.
    left = plural(len(problems), "line is", "lines are")
    form.people.errors = (f"{left} left here, and what was understood is done. Mend them and press again.",)
    return _drawn(row, form, problems)


def _ticked() -> Sequence[Person]:
    ids = [id_ for text in request.form.getlist("person")[:MOST_TICKED] if (id_ := row_id(text)) is not None]
    seen = people_within(rights.reading(guard.reader()))
    return db.session.scalars(select(Person).where(Person.id.in_(ids), seen)).all() if ids else []


def _named(wave: Wave, form: VolunteersForm) -> Named:
    lines = lines_in(form.people.data or "")
    if len(lines) > MOST_LINES:
        sentence = f"Name at most {MOST_LINES} people at once; there are {len(lines):,} lines."
        raise BadInput(sentence, {"people": sentence})
    # Whoever is in the wave is seen there by name, so their number tells nothing new.
    here = and_(people_within(rights.reading(guard.reader())), Person.id.in_(member_ids(wave.id)))
    return people_named(lines, here, here)


def _words(marked: Marked, *, takes_back: bool) -> tuple[str, str]:
    """Return what was done, and for whom there was nothing to do."""
    if takes_back:
        done = f"{plural(marked.changed, 'person is no longer a volunteer', 'people are no longer volunteers')}."
        rest = f"{plural(marked.unchanged, 'person was', 'people were')} not marked." if marked.unchanged else ""
    else:
        done = f"{plural(marked.changed, 'person is marked as a volunteer', 'people are marked as volunteers')}."
        rest = f"{plural(marked.unchanged, 'person was', 'people were')} marked before." if marked.unchanged else ""
    return (done, rest) if marked.changed else ("Nothing had to change.", rest)


def _drawn(wave: Wave, form: VolunteersForm, problems: Sequence[str] = ()) -> Drawn:
    more = len(problems) - MOST_SAID
    said = [*problems[:MOST_SAID], *([f"And {plural(more, 'more line', 'more lines')} below."] if more > 0 else [])]
    return drawn(
        "waves/volunteers.html",
        form,
        wave=wave,
        problems=said,
        people=count_of(member_ids(wave.id)),
        marked=count_of(volunteers_in(wave.id)),
    )
