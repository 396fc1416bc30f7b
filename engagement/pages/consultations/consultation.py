"""The page of a consultation: the wave's facts, documents, questions and answers, and the position."""

from flask import render_template
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.consultations.actions import consulting as actions
from engagement.consultations.models import Consultation
from engagement.consultations.queries.said import documents_of, positions_of, questions_of
from engagement.consultations.queries.standing import shown_of
from engagement.consultations.scopes import consultation_for, document_for, is_spoken_for, question_for
from engagement.pages.consultations import blueprint
from engagement.pages.consultations.forms import AnswerForm, DocumentForm, PositionForm, QuestionForm
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.programmes.scope.queries import current_statements
from engagement.programmes.scope.rules import StatementFor
from engagement.waves.queries import departments_of_waves, member_counts, workflows_of_waves
from engagement.waves.scopes import reaches_wave


@blueprint.get("/consultations/<int:consultation_id>")
def consultation(consultation_id: int) -> Drawn:
    """Show a consultation to who sees the wave, and to who speaks for the body."""
    reader = guard.reader()
    row = consultation_for(rights.overseeing(reader), rights.representing(reader), consultation_id)
    return _drawn(row)


def _drawn(row: Consultation, *, question: QuestionForm | None = None, position: PositionForm | None = None) -> Drawn:
    question = question or QuestionForm(formdata=None)
    position = position or PositionForm(formdata=None, data={"given_on": today()})
    reader, wave = guard.reader(), row.wave
    (shown,) = shown_of([row])
    workflows = workflows_of_waves([wave.id]).get(wave.id, [])
    statements = current_statements([workflow.id for workflow in workflows])
    may_plan = reaches_wave(rights.planning(reader), wave)
    return drawn(
        "consultations/consultation.html",
        position,
        question,
        shown=shown,
        consultation=row,
        wave=wave,
        deadline=shown.deadline_words(today()),
        number=member_counts([wave.id])[wave.id],
        departments=departments_of_waves([wave.id]).get(wave.id, []),
        workflows=[(each, statements.get(each.id, {}).get(StatementFor.EVERYBODY)) for each in workflows],
        documents=documents_of(row.id),
        questions=questions_of(row.id),
        positions=positions_of(row.id),
        question_form=question,
        position_form=position,
        may_plan=may_plan and wave.status.is_open,
        may_speak=(may_plan or is_spoken_for(row, rights.representing(reader))) and wave.status.is_open,
        sees_wave=reaches_wave(rights.overseeing(reader), wave),
    )


def _to_plan(consultation_id: int) -> Consultation:
    return held(consultation_for(rights.planning(guard.reader()), None, consultation_id))


def _to_speak(consultation_id: int) -> Consultation:
    reader = guard.reader()
    return held(consultation_for(rights.planning(reader), rights.representing(reader), consultation_id))


@blueprint.route("/consultations/<int:consultation_id>/documents", methods=["GET", "POST"])
def hand_over(consultation_id: int) -> Drawn | BaseResponse:
    """Note which document the body got."""
    row, form = _to_plan(consultation_id), DocumentForm(data={"handed_over_on": today()})
    if form.validate_on_submit():
        with saving(form) as saved:
            actions.hand_over(row, form.document(), today=today(), by=guard.reader().actor)
        if saved:
            says = "It is noted."
            return saved.to("consultations.consultation", says, consultation_id=row.id, _anchor="documents")
    return drawn("consultations/document_form.html", form, consultation=row)


@blueprint.get("/handed-over/<int:document_id>")
def document(document_id: int) -> str:
    """Show the text of a document that was handed over."""
    reader = guard.reader()
    row = document_for(rights.overseeing(reader), rights.representing(reader), document_id)
    return render_template("consultations/document.html", document=row, consultation=row.consultation)


@blueprint.post("/consultations/<int:consultation_id>/questions")
def ask(consultation_id: int) -> Drawn | BaseResponse:
    """Ask something before a position."""
    row, form = _to_speak(consultation_id), QuestionForm()
    if form.validate_on_submit():
        with saving(form) as saved:
            actions.ask_question(row, form.question.data, by=guard.reader().actor)
        if saved:
            says, more = "The question is asked.", "Those who plan the wave see it on their start page."
            return saved.to("consultations.consultation", says, more, consultation_id=row.id, _anchor="questions")
    return _drawn(row, question=form)


@blueprint.route("/body-questions/<int:body_question_id>/answers", methods=["GET", "POST"])
def answer(body_question_id: int) -> Drawn | BaseResponse:
    """Answer a question of a body."""
    question, form = question_for(rights.planning(guard.reader()), body_question_id), AnswerForm()
    row = held(question.consultation)
    if form.validate_on_submit():
        with saving(form) as saved:
            actions.answer_question(question, form.answer.data, by=guard.reader().actor)
        if saved:
            says = "The answer is there."
            return saved.to("consultations.consultation", says, consultation_id=row.id, _anchor="questions")
    return drawn("consultations/answer.html", form, consultation=row, question=question)


@blueprint.post("/consultations/<int:consultation_id>/positions")
def say_position(consultation_id: int) -> Drawn | BaseResponse:
    """Say what the body says to the wave."""
    row, form = _to_speak(consultation_id), PositionForm()
    if form.validate_on_submit():
        with saving(form) as saved:
            actions.say_position(row, form.position(), today=today(), by=guard.reader().actor)
        if saved:
            says, more = "The position is kept.", "A new version of a workflow opens the consultation again."
            return saved.to("consultations.consultation", says, more, consultation_id=row.id)
    return _drawn(row, position=form)
