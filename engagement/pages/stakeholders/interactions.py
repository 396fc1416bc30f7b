"""Pages of interactions: logging what was said, the timeline of one stakeholder, and one interaction with its wordings."""

from flask import request
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.errors import BadInput
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.fields import row_id
from engagement.pages.parts.lists import TALL_PER_PAGE, Asked
from engagement.pages.parts.saving import Drawn, done, drawn, held, saving
from engagement.pages.stakeholders import blueprint
from engagement.pages.stakeholders.forms import own_reference
from engagement.pages.stakeholders.interaction_forms import CorrectionForm, LogForm, as_asked, first_words
from engagement.stakeholders import queries
from engagement.stakeholders.commitments.actions.promising import promise_to_all
from engagement.stakeholders.commitments.queries.lists import made_in
from engagement.stakeholders.commitments.queries.next_steps import lacking_next_step
from engagement.stakeholders.commitments.scopes import commitments_within
from engagement.stakeholders.inbox.queries import forwarded_as
from engagement.stakeholders.interactions import actions
from engagement.stakeholders.interactions.models import Interaction
from engagement.stakeholders.interactions.queries.naming import stakeholders_named, written_as
from engagement.stakeholders.interactions.queries.timeline import (
    former_wordings,
    interactions_of,
    parties_of,
    shown,
    wording_of,
)
from engagement.stakeholders.interactions.scopes import interaction_for, interaction_to_change, is_within
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.scopes import stakeholders_within, stands_within
from engagement.words import listed


@blueprint.route("/stakeholders/interactions/new", methods=["GET", "POST"])
def log_interaction() -> Drawn | BaseResponse:
    """Log what was said with one stakeholder or several."""
    reader = guard.reader()
    planning = rights.planning(reader)
    guard.allow_places(planning)
    among = stakeholders_within(planning)
    chosen = _chosen(among)
    given = {"happened_on": today(), "parties": written_as(chosen, among), "next_owner": own_reference(reader)}
    form = LogForm(data=given)
    if form.validate_on_submit():
        with saving(form) as saved:
            parties = named(form, among)
            row = actions.log_interaction(parties, form.said(), on=today(), by=reader.actor)
            say_what_comes_next(form, parties, row)
        if saved:
            return saved.to(
                "stakeholders.interaction",
                "It is kept.",
                "It stands on the page of each stakeholder who took part.",
                interaction_id=row.id,
            )
    return drawn("stakeholders/log.html", form, chosen=chosen)


def say_what_comes_next(form: LogForm, parties: list[Stakeholder], row: Interaction) -> None:
    """Keep the next step; raises BadInput if there is none for somebody who is important."""
    step = form.next_step()
    if step is not None:
        text, owner, due_on = step
        try:
            promise_to_all(parties, text, owner, due_on, on=today(), interaction=row, by=guard.reader().actor)
        except BadInput as error:
            problems = {{"text": "next_text", "due_on": "next_on"}[name]: said for name, said in error.problems.items()}
            raise BadInput(error.sentence, problems) from error
    elif lacking := lacking_next_step([each.id for each in parties]):
        who = listed(each.title for each in lacking)
        sentence = (
            f"{who}: much power and much interest, and nothing is planned. Say what comes next, and by which day."
        )
        raise BadInput(sentence, {"next_text": sentence})


def _chosen(among: ColumnElement[bool]) -> list[Stakeholder]:
    """Return the stakeholders whom the address names, as far as the reader plans their maps."""
    numbers = [number for each in request.args.getlist("stakeholder")[:50] if (number := row_id(each)) is not None]
    return list(stakeholders_named([f"#{number}" for number in numbers], among).found)


def named(form: LogForm, among: ColumnElement[bool]) -> list[Stakeholder]:
    """Return whom the form names; raises BadInput with a sentence for each line that names nobody or several."""
    lines = stakeholders_named(form.lines(), among)
    if lines.problems:
        raise BadInput(lines.problems[0], {"parties": " ".join(lines.problems)})
    return list(lines.found)


@blueprint.get("/stakeholders/<int:stakeholder_id>/interactions")
def interactions(stakeholder_id: int) -> Drawn:
    """Show the whole timeline of a stakeholder, page by page."""
    reader = guard.reader()
    maps, notes = rights.reading_maps(reader), rights.reading_notes(reader)
    line = queries.line_for(maps, stakeholder_id)
    guard.allow(stands_within(notes, line.stakeholder), notes)
    rows, page = Asked().shown(interactions_of(stakeholder_id, notes), TALL_PER_PAGE)
    return drawn(
        "stakeholders/interactions.html",
        LogForm(formdata=None),
        row=line.stakeholder,
        line=line,
        timeline=shown(rows, maps, today()),
        page=page,
        may_log=stands_within(rights.planning(reader), line.stakeholder) and not line.removed_at,
    )


@blueprint.get("/stakeholders/interactions/<int:interaction_id>")
def interaction(interaction_id: int) -> Drawn:
    """Show an interaction with everybody who took part on maps that the reader sees, and its former wordings."""
    reader = guard.reader()
    row = interaction_for(rights.reading_notes(reader), interaction_id)
    (one,) = shown([row], rights.reading_maps(reader), today())
    return drawn(
        "stakeholders/interaction.html",
        LogForm(formdata=None),
        one=one,
        promises=made_in(row.id, commitments_within(rights.reading_notes(reader))),
        heading=first_words(one.parties),
        former=former_wordings(row.id),
        mail=forwarded_as(row.id),
        on=today(),
        may_change=is_within(rights.planning(reader), row),
    )


def _to_change(interaction_id: int) -> Interaction:
    reader = guard.reader()
    return interaction_to_change(rights.reading_notes(reader), rights.planning(reader), interaction_id)


@blueprint.route("/stakeholders/interactions/<int:interaction_id>/correction", methods=["GET", "POST"])
def correct_interaction(interaction_id: int) -> Drawn | BaseResponse:
    """Say anew what was said; the former words stay."""
    reader, row = guard.reader(), held(_to_change(interaction_id))
    (one,) = shown([row], rights.reading_maps(reader), today())
    form = CorrectionForm(data=as_asked(wording_of(row.id)))
    if not actions.all_labelled(parties_of(row.id), today()):
        del form.sentiment
    if form.validate_on_submit():
        with saving(form) as saved:
            is_new = actions.correct_interaction(row, form.said(), on=today(), by=reader.actor)
        if saved:
            says, more = ("It is kept.", "The former words stand below it.") if is_new else ("Nothing was changed.", "")
            return saved.to("stakeholders.interaction", says, more, interaction_id=interaction_id)
    return drawn("stakeholders/correction.html", form, one=one, heading=first_words(one.parties))


@blueprint.post("/stakeholders/interactions/<int:interaction_id>/withdrawal")
def withdraw_interaction(interaction_id: int) -> BaseResponse:
    """Delete the words of an interaction; that there was one stays on record."""
    actions.withdraw_interaction(_to_change(interaction_id), by=guard.reader().actor)
    return done(
        "stakeholders.interaction",
        "It is withdrawn.",
        "Its words are gone for good, former ones too.",
        interaction_id=interaction_id,
    )
