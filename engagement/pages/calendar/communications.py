"""Pages of communications: planning, changing and ending one, and its dates. The calendar itself is in `overview`."""

from datetime import time
from zoneinfo import ZoneInfo

from flask import render_template, request
from werkzeug.wrappers import Response as BaseResponse

from engagement import clock
from engagement.accounts.models import Account
from engagement.accounts.scopes import rights
from engagement.communications import scopes
from engagement.communications.actions import calendar
from engagement.communications.actions.planning import schedule_briefing
from engagement.communications.models import Communication
from engagement.communications.queries.calendar import counts_of, dates_beyond, messages_of
from engagement.communications.queries.one_message import reach_of
from engagement.communications.rules import CommunicationKind
from engagement.communications.texts.queries.outlines import standard_outlines
from engagement.communications.texts.queries.translations import main_language
from engagement.errors import BadInput
from engagement.mail.rules import DeliveryState
from engagement.pages.calendar import blueprint
from engagement.pages.calendar.forms import CommunicationForm, StandardForm, chosen
from engagement.pages.calendar.message_forms import WhenForm
from engagement.pages.calendar.words import when_words
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.fields import row_id
from engagement.pages.parts.saving import Drawn, done, drawn, held, saving
from engagement.programmes import queries as programmes
from engagement.programmes.models import Programme
from engagement.programmes.scopes import programme_for, reaches_programme
from engagement.waves import queries as waves
from engagement.waves.models import Wave
from engagement.waves.scopes import reaches_wave
from engagement.words import day_words, language_words, listed, plural


def _programmes_to_plan() -> list[Programme]:
    planning = rights.planning(guard.reader())
    open_ones = [p for p in programmes.programmes() if p.closed_at is None]
    led = {wave.programme_id for wave in waves.open_waves() if reaches_wave(planning, wave)}
    return [p for p in open_ones if p.id in led or reaches_programme(planning, p)]


def _waves_to_plan(programme: Programme) -> list[Wave]:
    planning = rights.planning(guard.reader())
    return [wave for wave in waves.waves_of(programme.id) if reaches_wave(planning, wave)]


NOTHING_CHOSEN = "Choose who gets at least one of the four."


@blueprint.route("/communications/new", methods=["GET", "POST"])
def new() -> Drawn | BaseResponse:
    """Add a communication to a programme; first let the reader choose one if the address names none."""
    reader = guard.reader()
    offered, planning = _programmes_to_plan(), rights.planning(reader)
    guard.allow(bool(offered) or planning.holds_places, planning)
    asked = row_id(request.args.get("programme_id"))
    programme = next((p for p in offered if p.id == asked), offered[0] if len(offered) == 1 else None)
    if programme is None:
        planned = {p.id for p in offered if reaches_programme(planning, p)}
        return render_template("calendar/choose_programme.html", programmes=offered, planned=planned), 200
    kind = request.args.get("kind", "")
    form = CommunicationForm(data=_defaults(kind if kind in list(CommunicationKind) else "department_briefing"))
    form.offer(programme, _waves_to_plan(programme))
    if form.validate_on_submit():
        with saving(form) as saved:
            details = form.details()
            scopes.allow_in(planning, programme.id, details.wave)
            calendar.refuse_readers_beyond(planning, programme.id, details.audience, today())
            communication = calendar.make_communication(programme, details, by=reader.actor)
        if saved:
            return saved.to(
                "calendar.communication",
                f"{communication.name} is in the calendar.",
                _how_often_words(communication),
                communication_id=communication.id,
            )
    may_plan_all = reaches_programme(planning, programme)
    return drawn("calendar/edit.html", form, programme=programme, communication=None, may_plan_all=may_plan_all)


def _how_often_words(communication: Communication) -> str:
    """Say how often it goes out and on which days first, so that nobody has to count weeks or look up holidays."""
    first = dates_beyond(communication, clock.now(), 3)
    days = listed(day_words(each.sends_at.astimezone(ZoneInfo(communication.timezone)).date()) for each in first)
    return f"{communication.how_often}. The first dates: {days}." if first else f"{communication.how_often}."


def _defaults(kind: str) -> dict[str, object]:
    outline = standard_outlines()[CommunicationKind(kind)]
    return {
        "kind": kind,
        "name": outline.title,
        "subject": outline.subject,
        "outline": outline.body,
        "rhythm": "as_needed",
        "owner": str(guard.reader().account_id),
        "timezone": guard.settings().timezone,
        "holiday_country": guard.settings().holidays,
        "holiday_policy": "after",
        "starts_on": today(),
        "write_lead_days": outline.write_lead_days,
        "is_required": outline.is_required,
        "reaches": "in_working_hours",
        "wave": request.args.get("wave_id", "0"),
        "week": "1",
        "month_day": "1",
    }


@blueprint.route("/communications/standard", methods=["GET", "POST"])
def standard() -> Drawn | BaseResponse:
    """Add the four standard communications to a programme."""
    asked = row_id(request.args.get("programme_id"))
    programme = programme_for(rights.planning(guard.reader()), guard.found(asked))
    form = StandardForm(data={"owner": str(guard.reader().account_id)})
    form.offer()
    if form.validate_on_submit():
        with saving(form) as saved:
            wanted = form.audiences()
            if not wanted:
                raise BadInput(NOTHING_CHOSEN, {CommunicationKind.EXECUTIVE_UPDATE.value: NOTHING_CHOSEN})
            made = calendar.adopt_standard_communications(
                programme,
                owner=chosen_owner(form),
                approver=chosen(Account, form.approver.data),
                audiences=wanted,
                timezone=guard.settings().timezone,
                holiday_country=guard.settings().holidays,
                by=guard.reader().actor,
            )
        if saved:
            return saved.to(
                "calendar.index", f"{plural(len(made), 'communication is', 'communications are')} in the calendar."
            )
    has_audience = len(form.executive_update.choices) > 1
    outlines = standard_outlines()
    return drawn("calendar/standard.html", form, programme=programme, outlines=outlines, has_audience=has_audience)


def chosen_owner(form: StandardForm) -> Account:
    """Return the account chosen to write the standard communications."""
    owner: Account = guard.found(chosen(Account, form.owner.data))
    return owner


def _to_plan(communication_id: int) -> Communication:
    return scopes.communication_to_plan(rights.planning(guard.reader()), communication_id)


@blueprint.get("/communications/<int:communication_id>")
def communication(communication_id: int) -> Drawn:
    """Show a communication: its cadence in words, who gets it, and its messages."""
    row = scopes.communication_for(rights.reading(guard.reader()), communication_id)
    return _communication_shown(row, WhenForm(formdata=None, time=time(9)))


def _communication_shown(row: Communication, when: WhenForm) -> Drawn:
    now = clock.now()
    past = messages_of(row.id, now, past=True)
    coming = messages_of(row.id, now, past=False)
    counts = counts_of(past)
    return drawn(
        "calendar/communication.html",
        when,
        communication=row,
        timezone=guard.reader().timezone,
        language=language_words(main_language(row, guard.organisation())),
        coming=coming,
        past=[(message, counts.get(message.id, {}).get(DeliveryState.SENT, 0)) for message in past],
        reach=reach_of([row], clock.today(row.timezone))[row.id],
        may_plan=scopes.may_plan(rights.planning(guard.reader()), row) and row.ended_at is None,
        may_take_up=scopes.may_plan(rights.planning(guard.reader()), row) and row.ended_at is not None,
        when=when,
    )


@blueprint.post("/communications/<int:communication_id>/occurrences")
def date_message(communication_id: int) -> Drawn | BaseResponse:
    """Plan one message for a day that the rhythm does not give."""
    row = _to_plan(communication_id)
    form = WhenForm()
    if form.validate_on_submit():
        with saving(form) as saved:
            made = schedule_briefing(row, form.instant(row.timezone), by=guard.reader().actor)
        if saved:
            return saved.to(
                "calendar.occurrence",
                "The draft is there.",
                f"It is due {when_words(made)}, once somebody has approved it.",
                occurrence_id=made.id,
            )
    return _communication_shown(_to_plan(communication_id), form)


@blueprint.route("/communications/<int:communication_id>/edit", methods=["GET", "POST"])
def edit(communication_id: int) -> Drawn | BaseResponse:
    row = held(_to_plan(communication_id))
    form = CommunicationForm(data=CommunicationForm.shown(row))
    form.offer(row.programme, _waves_to_plan(row.programme), row)
    if form.validate_on_submit():
        with saving(form) as saved:
            details = form.details(row)
            planning = rights.planning(guard.reader())
            scopes.allow_in(planning, row.programme_id, details.wave)
            if details.audience != row.audience:
                calendar.refuse_readers_beyond(planning, row.programme_id, details.audience, today())
            calendar.change_communication(row, details, by=guard.reader().actor)
        if saved:
            return saved.to(
                "calendar.communication",
                f"{row.name} is changed.",
                f"{_how_often_words(row)} Texts that somebody wrote stay. Another audience, wave or sender needs approval again.",
                communication_id=row.id,
            )
    return drawn("calendar/edit.html", form, programme=row.programme, communication=row)


@blueprint.post("/communications/<int:communication_id>/ending")
def end(communication_id: int) -> BaseResponse:
    row = _to_plan(communication_id)
    calendar.end_communication(row, by=guard.reader().actor)
    return done(
        "calendar.communication",
        f"{row.name} has ended.",
        "None of its messages goes out from now on. What was sent stays readable. You can take the communication up again on this page.",
        communication_id=row.id,
    )


@blueprint.post("/communications/<int:communication_id>/ending/undoing")
def take_up_communication(communication_id: int) -> BaseResponse:
    """Let an ended communication go on."""
    row = _to_plan(communication_id)
    calendar.take_up_communication(row, by=guard.reader().actor)
    return done(
        "calendar.communication",
        f"{row.name} goes on.",
        f"{_how_often_words(row)} What waited to be sent when it ended is a draft again and needs approval.",
        communication_id=row.id,
    )
