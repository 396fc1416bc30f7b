"""The calendar: a month of messages, or all of them as a list."""

from zoneinfo import ZoneInfo

from flask import render_template, request

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.communications import scopes
from engagement.communications.models import Occurrence
from engagement.communications.queries import calendar
from engagement.communications.rules import OccurrenceStatus
from engagement.pages.calendar import blueprint
from engagement.pages.calendar.forms import month_of
from engagement.pages.calendar.month import brief_moment, month_shown
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.lists import Asked
from engagement.words import number_word

#: The usual order of the list: what comes next, then what is past. No heading leads to it.
COMING = "coming"


@blueprint.get("/communications")
def index() -> str:
    """Show the calendar: a month of messages, or all of them as a list."""
    reader = guard.reader()
    reading = rights.reading(reader)
    guard.allow_places(reading)
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
            for m in calendar.coming_messages(clock.now(), readable=scopes.readable(reading))
        ],
        lines=calendar.communications_running(readable=scopes.readable(reading)),
        may_plan=rights.planning(reader).holds_places,
        may_see_deliveries=rights.reading_operation(reader).everything,
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


def _listed() -> str:
    asked = Asked()
    asked.carry("view", "list")
    status = asked.word_of(OccurrenceStatus, "status", "State")
    zone = guard.reader().timezone
    begins = clock.now().astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = calendar.messages_listed(begins, status, scopes.readable(rights.reading(guard.reader())))
    messages, page = asked.shown(asked.ordered(rows, {"when": Occurrence.sends_at}, usual=COMING, last=Occurrence.id))
    return render_template(
        "calendar/list.html",
        messages=messages,
        begins=begins,
        page=page,
        status=status,
        asked=asked,
        is_by_day="order" in asked.carried,
        may_see_deliveries=rights.reading_operation(guard.reader()).everything,
        may_plan=rights.planning(guard.reader()).holds_places,
    )
