"""Pages of communications: the calendar as month and list, and each communication with its dates."""

from datetime import time
from zoneinfo import ZoneInfo

from flask import render_template, request
from werkzeug.wrappers import Response as BaseResponse

from engagement import clock
from engagement.accounts import access
from engagement.accounts.models import Account
from engagement.communications import actions, queries, scopes
from engagement.communications.models import Communication, Occurrence
from engagement.communications.outlines import standard_outlines
from engagement.communications.rules import CommunicationKind, OccurrenceStatus
from engagement.communications.translations import main_language
from engagement.mail.rules import DeliveryState
from engagement.pages.calendar import blueprint
from engagement.pages.calendar.forms import CommunicationForm, StandardForm, chosen, month_of
from engagement.pages.calendar.message_forms import WhenForm
from engagement.pages.calendar.month import brief_moment, month_shown
from engagement.pages.calendar.words import when_words
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.fields import row_id
from engagement.pages.parts.lists import Asked
from engagement.pages.parts.saving import Drawn, done, drawn, held, saving
from engagement.programmes import queries as programmes
from engagement.programmes.models import Programme
from engagement.waves import queries as waves
from engagement.waves.models import Wave
from engagement.words import day_words, language_words, listed, number_word, plural


@blueprint.get("/communications")
def index() -> str:
    """Show the calendar: a month of messages, or all of them as a list."""
    reader = guard.reader()
    guard.allow(access.may_see_planning(reader))
    if request.args.get("view") == "list":
        return _listed()
    first = month_of(request.args.get("month"), today())
    month = month_shown(first, today(), reader, guard.settings().holidays)
    return render_template(
        "calendar/month.html",
        month=month,
        lede=_month_words(month.messages),
        coming=[
            (m, brief_moment(m.sends_at, reader.timezone))
            for m in queries.coming_messages(clock.now(), readable=scopes.readable(reader))
        ],
        lines=queries.communications_running(readable=scopes.readable(reader)),
        may_plan=access.may_plan_something(reader),
        statuses=_LEGEND,
    )


_LEGEND = (
    OccurrenceStatus.DRAFT,
    OccurrenceStatus.IN_REVIEW,
    OccurrenceStatus.APPROVED,
    OccurrenceStatus.SENT,
    OccurrenceStatus.HELD,
    OccurrenceStatus.MISSED,
)


def _month_words(messages: list[Occurrence]) -> str:
    if not messages:
        return "No messages are planned."
    told = [f"{number_word(len(messages)).capitalize()} {'message' if len(messages) == 1 else 'messages'}."]
    for status, one, many in (
        (OccurrenceStatus.IN_REVIEW, "waits for approval", "wait for approval"),
        (OccurrenceStatus.HELD, "is held", "are held"),
        (OccurrenceStatus.MISSED, "was missed", "were missed"),
    ):
        number = sum(message.status is status for message in messages)
        if number:
            told.append(f"{number_word(number).capitalize()} {one if number == 1 else many}.")
    return " ".join(told)


COLUMNS = {"when": Occurrence.sends_at}


def _listed() -> str:
    asked = Asked()
    asked.carry("view", "list")
    status = asked.word_of(OccurrenceStatus, "status", "State")
    rows = queries.messages_listed(status, scopes.readable(guard.reader()))
    messages, page = asked.shown(asked.ordered(rows, COLUMNS, usual="-when", last=Occurrence.id))
    return render_template(
        "calendar/list.html",
        messages=messages,
        page=page,
        status=status,
        asked=asked,
        may_plan=access.may_plan_something(guard.reader()),
    )


def _programmes_to_plan() -> list[Programme]:
    reader = guard.reader()
    open_ones = [p for p in programmes.programmes() if p.closed_at is None]
    led = {w.programme_id for w in waves.open_waves() if access.may_plan_wave(reader, w.programme_id, w.id)}
    return [p for p in open_ones if p.id in led or access.may_plan_programme(reader, p.id)]


def _waves_to_plan(programme: Programme) -> list[Wave]:
    reader = guard.reader()
    return [wave for wave in waves.waves_of(programme.id) if access.may_plan_wave(reader, programme.id, wave.id)]


@blueprint.route("/communications/new", methods=["GET", "POST"])
def new() -> Drawn | BaseResponse:
    """Add a communication to a programme, or first choose which."""
    reader = guard.reader()
    offered = _programmes_to_plan()
    guard.allow(bool(offered) or access.may_plan_something(reader))
    asked = row_id(request.args.get("programme_id"))
    programme = next((p for p in offered if p.id == asked), offered[0] if len(offered) == 1 else None)
    if programme is None:
        planned = {p.id for p in offered if access.may_plan_programme(reader, p.id)}
        return render_template("calendar/choose_programme.html", programmes=offered, planned=planned), 200
    kind = request.args.get("kind", "")
    form = CommunicationForm(data=_defaults(kind if kind in list(CommunicationKind) else "department_briefing"))
    form.offer(programme, _waves_to_plan(programme))
    if form.validate_on_submit():
        with saving(form) as saved:
            details = form.details()
            _allow_planning(programme.id, details.wave.id if details.wave else None)
            scopes.refuse_readers_beyond(reader, programme.id, details.audience, today())
            communication = actions.make_communication(programme, details, by=reader.actor)
        if saved:
            return saved.to(
                "calendar.communication",
                f"{communication.name} is in the calendar.",
                _how_often_words(communication),
                communication_id=communication.id,
            )
    may_plan_all = access.may_plan_programme(reader, programme.id)
    return drawn("calendar/edit.html", form, programme=programme, communication=None, may_plan_all=may_plan_all)


def _how_often_words(communication: Communication) -> str:
    """Say how often it goes out and when first, so that nobody has to count weeks or look up holidays."""
    first = queries.dates_beyond(communication, clock.now(), 3)
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


def _allow_planning(programme_id: int, wave_id: int | None) -> None:
    guard.allow(access.may_plan_communication(guard.reader(), programme_id, wave_id))


@blueprint.route("/communications/standard", methods=["GET", "POST"])
def standard() -> Drawn | BaseResponse:
    """Take the standard communications over into a programme."""
    programme = guard.found(chosen(Programme, request.args.get("programme_id", "")))
    guard.allow(access.may_plan_programme(guard.reader(), programme.id))
    form = StandardForm(data={"owner": str(guard.reader().account_id)})
    form.offer()
    if form.validate_on_submit():
        with saving(form) as saved:
            made = actions.adopt_standard_communications(
                programme,
                owner=chosen_owner(form),
                approver=chosen(Account, form.approver.data),
                audiences=form.audiences(),
                timezone=guard.settings().timezone,
                holiday_country=guard.settings().holidays,
                by=guard.reader().actor,
            )
        if saved:
            return saved.to(
                "calendar.index", f"{plural(len(made), 'communication is', 'communications are')} in the calendar."
            )
    outlines = standard_outlines()
    return drawn("calendar/standard.html", form, programme=programme, outlines=outlines)


def chosen_owner(form: StandardForm) -> Account:
    """Return the account chosen to write the standard communications."""
    owner: Account = guard.found(chosen(Account, form.owner.data))
    return owner


def _communication(communication_id: int, *, to_change: bool = False) -> Communication:
    communication = guard.found(queries.communication_page(communication_id))
    reader = guard.reader()
    guard.allow((scopes.may_plan if to_change else scopes.may_read)(reader, communication))
    return communication


@blueprint.get("/communications/<int:communication_id>")
def communication(communication_id: int) -> Drawn:
    """Show a communication: its cadence in words, who gets it, and its messages."""
    row = _communication(communication_id)
    return _communication_shown(row, WhenForm(formdata=None, time=time(9)))


def _communication_shown(row: Communication, when: WhenForm) -> Drawn:
    now = clock.now()
    past = queries.messages_of(row.id, now, past=True)
    coming = queries.messages_of(row.id, now, past=False)
    counts = queries.counts_of(past)
    return drawn(
        "calendar/communication.html",
        when,
        communication=row,
        timezone=guard.reader().timezone,
        language=language_words(main_language(row, guard.organisation())),
        coming=coming,
        past=[(message, counts.get(message.id, {}).get(DeliveryState.SENT, 0)) for message in past],
        reach=queries.reach_of([row], clock.today(row.timezone))[row.id],
        may_plan=scopes.may_plan(guard.reader(), row) and row.ended_at is None,
        when=when,
    )


@blueprint.post("/communications/<int:communication_id>/occurrences")
def date_message(communication_id: int) -> Drawn | BaseResponse:
    """Date one message by hand."""
    row = _communication(communication_id, to_change=True)
    form = WhenForm()
    if form.validate_on_submit():
        with saving(form) as saved:
            made = actions.schedule_briefing(row, form.instant(row.timezone), by=guard.reader().actor)
        if saved:
            return saved.to(
                "calendar.occurrence",
                "The draft is there.",
                f"It is due {when_words(made)}, once somebody has approved it.",
                occurrence_id=made.id,
            )
    return _communication_shown(_communication(communication_id), form)


@blueprint.route("/communications/<int:communication_id>/edit", methods=["GET", "POST"])
def edit(communication_id: int) -> Drawn | BaseResponse:
    """Change a communication."""
    row = held(_communication(communication_id, to_change=True))
    form = CommunicationForm(data=CommunicationForm.shown(row))
    form.offer(row.programme, _waves_to_plan(row.programme), row)
    if form.validate_on_submit():
        with saving(form) as saved:
            details = form.details(row)
            _allow_planning(row.programme_id, details.wave.id if details.wave else None)
            if details.audience != row.audience:
                scopes.refuse_readers_beyond(guard.reader(), row.programme_id, details.audience, today())
            actions.change_communication(row, details, by=guard.reader().actor)
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
    """End a communication."""
    row = _communication(communication_id, to_change=True)
    actions.end_communication(row, by=guard.reader().actor)
    return done(
        "calendar.communication",
        f"{row.name} has ended.",
        "Nothing of it is sent any more. What was sent stays readable.",
        communication_id=row.id,
    )
