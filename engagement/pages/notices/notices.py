"""Pages of a workflow's notices: whether it affects workers, what they are told, who was told, and the proof of it."""

from dataclasses import dataclass

from flask import Response, render_template
from markupsafe import Markup
from sqlalchemy import and_
from werkzeug.wrappers import Response as BaseResponse
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from engagement.accounts.scopes import rights
from engagement.content.markdown import to_html
from engagement.notices import actions
from engagement.notices.models import Notice
from engagement.notices.queries.informed import (
    Told,
    missing_in_wave,
    open_waves_with,
    proof_of,
    told_in_waves,
)
from engagement.notices.queries.present import current_notices, draft_of, effects_of, published_of
from engagement.notices.rules import LONGEST_BODY, LONGEST_SUBJECT, LONGEST_WHY
from engagement.notices.scopes import notice_for
from engagement.pages.frame import guard
from engagement.pages.notices import blueprint
from engagement.pages.parts.files import list_file
from engagement.pages.parts.forms import EditForm, stripped
from engagement.pages.parts.lists import Asked
from engagement.pages.parts.saving import Drawn, done, drawn, held, saving
from engagement.programmes.models import Workflow
from engagement.programmes.scopes import reaches_programme, workflow_for
from engagement.waves.models import Wave
from engagement.waves.queries import waves_visible
from engagement.waves.scopes import reaches_wave, wave_for, waves_within

HEADER = ("person", "department", "workflow", "notice", "channel", "state", "sent_at_utc", "confirmed_at_utc", "reason")


class EffectForm(EditForm):
    """How a workflow affects workers."""

    why = TextAreaField(
        "How does it affect the people who work with it?",
        description="Such as: it watches how long a case takes, or decides who gets which case.",
        filters=[stripped],
        validators=[InputRequired("Say how it affects them."), Length(max=LONGEST_WHY)],
    )


class NoticeForm(EditForm):
    """What the people affected are told."""

    subject = StringField(
        "Subject", filters=[stripped], validators=[InputRequired("Write a subject."), Length(max=LONGEST_SUBJECT)]
    )
    body = TextAreaField(
        "What do they have to know?",
        filters=[stripped],
        validators=[InputRequired("Write what they have to know."), Length(max=LONGEST_BODY)],
    )


@dataclass(frozen=True)
class WaveTold:
    """A wave of the workflow with how many of its people were told; `may_see` says that the reader sees who is missing."""

    wave: Wave
    told: Told
    may_see: bool


@blueprint.get("/workflows/<int:workflow_id>/notices")
def notices(workflow_id: int) -> str:
    """Show whether a workflow affects workers, its notices, and who was told."""
    reader = guard.reader()
    overseeing = rights.overseeing(reader)
    row = workflow_for(overseeing, workflow_id)
    current, draft = current_notices([row.id]).get(row.id), draft_of(row.id)
    may_plan = reaches_programme(rights.planning(reader), row.programme)
    return render_template(
        "notices/notices.html",
        workflow=row,
        effect=effects_of([row.id]).get(row.id),
        current=current,
        body=_html(current),
        draft=draft if may_plan else None,
        draft_body=_html(draft),
        is_own_draft=draft is not None and draft.written_by_id == reader.account_id,
        published=published_of(row.id),
        waves=_waves(row, current),
        may_plan=may_plan,
        may_prove=rights.reading_operation(reader).everything,
    )


def _html(notice: Notice | None) -> Markup:
    return Markup(to_html(notice.body)) if notice else Markup("")  # noqa: S704  cleaned by content.markdown


def _waves(workflow: Workflow, current: Notice | None) -> list[WaveTold]:
    overseeing, reading = rights.overseeing(guard.reader()), rights.reading(guard.reader())
    found = waves_visible(and_(waves_within(overseeing), Wave.id.in_(open_waves_with(workflow.id))))
    told = told_in_waves([wave.id for wave in found], current)
    return [WaveTold(wave, told[wave.id], reaches_wave(reading, wave)) for wave in found]


def _workflow_to_plan(workflow_id: int) -> Workflow:
    return workflow_for(rights.planning(guard.reader()), workflow_id)


@blueprint.route("/workflows/<int:workflow_id>/notices/effect", methods=["GET", "POST"])
def effect(workflow_id: int) -> Drawn | BaseResponse:
    """Say how a workflow affects workers."""
    row = held(_workflow_to_plan(workflow_id))
    standing = effects_of([row.id]).get(row.id)
    form = EffectForm(obj=standing)
    if form.validate_on_submit():
        with saving(form) as saved:
            actions.say_effect(row, form.why.data, by=guard.reader().actor)
        if saved:
            says, more = "It is kept.", "Write now what these people are told before they work with it."
            return saved.to("notices.notices", says, more, workflow_id=row.id)
    return drawn("notices/effect.html", form, workflow=row, effect=standing)


@blueprint.post("/workflows/<int:workflow_id>/notices/effect/ending")
def end_effect(workflow_id: int) -> BaseResponse:
    """Say that a workflow affects no workers any more."""
    row = held(_workflow_to_plan(workflow_id))
    actions.end_effect(row, by=guard.reader().actor)
    return done("notices.notices", "Nobody is sent its notice any more.", workflow_id=row.id)


@blueprint.route("/workflows/<int:workflow_id>/notices/draft", methods=["GET", "POST"])
def write(workflow_id: int) -> Drawn | BaseResponse:
    """Write the next notice; it begins with the words of the current one."""
    row = held(_workflow_to_plan(workflow_id))
    draft, current = draft_of(row.id), current_notices([row.id]).get(row.id)
    form = NoticeForm(obj=draft or current)
    if form.validate_on_submit():
        with saving(form) as saved:
            actions.write_notice(row, form.subject.data, form.body.data, by=guard.reader().actor)
        if saved:
            says, more = "The draft is kept.", "Somebody else reads and publishes it."
            return saved.to("notices.notices", says, more, workflow_id=row.id)
    return drawn("notices/write.html", form, workflow=row, current=current)


@blueprint.post("/notices/<int:notice_id>/publication")
def publish(notice_id: int) -> BaseResponse:
    """Publish a draft that somebody else wrote, and send it to everybody whom the workflow affects."""
    notice = held(notice_for(rights.planning(guard.reader()), notice_id))
    sent = actions.publish_notice(notice, by=guard.reader().actor, organisation=guard.organisation())
    says = (
        f"Notice {notice.number} goes out to {sent:,} people."
        if sent != 1
        else f"Notice {notice.number} goes out to one person."
    )
    return done("notices.notices", says, "Who joins later gets it then.", workflow_id=notice.workflow_id)


@blueprint.get("/workflows/<int:workflow_id>/notices/missing/<int:wave_id>")
def missing(workflow_id: int, wave_id: int) -> str:
    """List who of a wave was not sent the current notice; for who sees its people."""
    reading = rights.reading(guard.reader())
    wave, row = wave_for(reading, wave_id), workflow_for(rights.overseeing(guard.reader()), workflow_id)
    current = current_notices([row.id]).get(row.id)
    people, page = Asked().shown(missing_in_wave(wave.id, current))
    return render_template("notices/missing.html", workflow=row, wave=wave, current=current, people=people, page=page)


@blueprint.get("/workflows/<int:workflow_id>/notices.<any(csv, xlsx):kind>")
def proof_file(workflow_id: int, kind: str) -> Response:
    """Return the proof: who was sent which notice, how, when, and when they confirmed it."""
    guard.allow_all(rights.reading_operation(guard.reader()))
    row = workflow_for(rights.overseeing(guard.reader()), workflow_id)
    lines = [
        (
            each.name,
            each.department,
            row.name,
            each.number,
            "e-mail",
            each.state.word,
            each.sent_at,
            each.confirmed_at,
            each.reason or "",
        )
        for each in proof_of(row.id)
    ]
    return list_file(kind, HEADER, lines, f"notices-{row.name}", "Notices")
