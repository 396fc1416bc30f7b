"""The start page: the change team's day, or a way on to where another reader begins. The words of tasks are in `tasks`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.attention.queries.leadership import views_waiting_for
from engagement.attention.queries.need import Needed
from engagement.attention.queries.needs import needed_by
from engagement.attention.rules import Reason
from engagement.communications.models import Occurrence
from engagement.communications.queries.calendar import messages_between
from engagement.communications.texts.queries.subjects import subjects_shown
from engagement.pages.frame import guard
from engagement.pages.frame.formats import clock_time, day, reader_zone, short_day, today
from engagement.pages.parts.timelines import timeline_of
from engagement.pages.today import blueprint
from engagement.pages.today.setup import setup_shown
from engagement.pages.today.tasks import calm_words, task_groups
from engagement.resistance import queries as resistance
from engagement.resistance.rules import Source
from engagement.resistance.scopes import concerns_within
from engagement.stakeholders.leadership.queries import steps_waiting_for
from engagement.training.queries.counts import Count
from engagement.training.queries.progress import people_counts
from engagement.waves import queries as waves
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus
from engagement.waves.scopes import waves_within
from engagement.waves.tallies.queries import MemberSum, member_sums
from engagement.words import number_word, plural

#: Tasks shown for each reason; a link leads to the rest.
MOST_OF_A_KIND = 4
MOST_WAVES = 8
MOST_DATES = 8


@dataclass(frozen=True)
class AgendaLine:
    """Something dated in the coming week; `status` of a message, None for a go-live."""

    on: date
    words: str
    url: str
    message: Occurrence | None = None


@dataclass(frozen=True)
class WaveCard:
    """A wave below the timeline, which says the same in words."""

    wave: Wave
    lines: Sequence[str]


@blueprint.get("/")
def index() -> str | BaseResponse:
    """Show the day of those who plan, or first setup to an administrator who plans nothing; lead others to their own pages."""
    reader = guard.reader()
    first_setup, planning = setup_shown(reader), rights.planning(reader)
    if not planning.holds_places:
        if first_setup:
            return render_template("today/setup.html", setup=first_setup)
        return _sponsors_day(reader) or redirect(url_for(_beginning(reader)))
    on, now = today(), clock.now()
    visible = waves.waves_visible(waves_within(rights.reading(reader)))
    ids = [wave.id for wave in visible]
    trained, sums = people_counts(ids), member_sums(ids)
    needed = needed_by(reader, visible, on, guard.organisation(), limit=MOST_OF_A_KIND, trained=trained, sums=sums)
    shown = _shown_waves(visible)
    with_concerns, yesterday = concerns_within(planning), on - timedelta(days=1)
    return render_template(
        "today/index.html",
        on=on,
        lede=_lede(needed, on) if needed or not first_setup else "",
        setup=first_setup,
        groups=task_groups(needed, on),
        calm="" if needed else calm_words(reader, visible, on),
        agenda=_agenda(on, reader, visible),
        new_concerns=_new_concerns(resistance.received_between(with_concerns, on - timedelta(days=7), yesterday)),
        wave_title=f"The {number_word(len(shown))} waves" if len(shown) > 1 else "The wave",
        timeline=timeline_of(shown, on),
        cards=_cards(shown, trained, sums, on),
        now=now,
    )


def _sponsors_day(reader: Reader) -> str | None:
    """Return what needs a sponsor who plans nothing; None if no step or view waits for them, and so their sheet comes first."""
    if not steps_waiting_for(rights.reading_maps(reader), today()) and not views_waiting_for(reader):
        return None
    needed = needed_by(reader, [], today(), guard.organisation(), limit=MOST_OF_A_KIND)
    return render_template(
        "today/sponsor.html",
        on=today(),
        lede=_lede(needed, today()),
        groups=task_groups(needed, today()),
    )


def _beginning(reader: Reader) -> str:
    """Return the first page of somebody who plans nothing."""
    if rights.administering(reader).everything:
        return "admin.index"
    if rights.reporting(reader).holds_places:
        return "reports.index"
    return "training.index" if rights.reading(reader).holds_places else "me.index"


def _lede(needed: Sequence[Needed], on: date) -> str:
    number = sum(each.count for each in needed)
    if not number:
        return "Nothing needs you today. What comes next is in the calendar."
    words = f"{number_word(number).capitalize()} {'thing needs' if number == 1 else 'things need'} you."
    first = next((each.first[0].by for each in needed if each.reason is Reason.APPROVAL), None)
    if not isinstance(first, datetime):
        return words
    when = "today" if day(first) == day(on) else f"on {day(first)}"
    return f"{words} The first message goes out at {clock_time(first)} {when}, or waits."


def _agenda(on: date, reader: Reader, visible: Sequence[Wave]) -> list[AgendaLine]:
    last = on + timedelta(days=6)
    messages = messages_between(on, last, reader.timezone, rights.reading(reader), limit=MOST_DATES)
    subjects = subjects_shown(messages)
    lines = [
        AgendaLine(
            message.sends_at.astimezone(reader_zone()).date(),
            f"{clock_time(message.sends_at)} {subjects[message.id]}",
            url_for("calendar.occurrence", occurrence_id=message.id),
            message,
        )
        for message in messages
    ]
    lines += [
        AgendaLine(wave.go_live_on, f"{wave.title} goes live", url_for("waves.wave", wave_id=wave.id))
        for wave in sorted(visible, key=lambda wave: wave.number)
        if on <= wave.go_live_on <= last and wave.status is not WaveStatus.CANCELLED
    ]
    return sorted(lines, key=lambda line: line.on)[:MOST_DATES]


def _new_concerns(counts: dict[Source, int]) -> str:
    """Say how many concerns are new in the resistance log; "" for none."""
    total = sum(counts.values())
    if not total:
        return ""
    source, number = next(iter(counts.items()))
    words = f"{number_word(total).capitalize()} new {'concern' if total == 1 else 'concerns'} in the seven days until yesterday"
    return f"{words}, {number_word(number) if number < total else 'all'} of them about {source.word.lower()}."


def _shown_waves(visible: Sequence[Wave]) -> list[Wave]:
    """Return the waves on the page: those not over, then the last closed ones, in the order of their go-live."""
    kept = [wave for wave in visible if wave.status is not WaveStatus.CANCELLED]
    kept.sort(
        key=lambda wave: (not wave.status.is_open, -wave.go_live_on.toordinal() if not wave.status.is_open else 0)
    )
    return sorted(kept[:MOST_WAVES], key=lambda wave: (wave.go_live_on, wave.number))


def _cards(shown: Sequence[Wave], trained: Mapping[int, Count], sums: Sequence[MemberSum], on: date) -> list[WaveCard]:
    people = {wave.id: sum(row.members for row in sums if row.wave_id == wave.id) for wave in shown}
    return [WaveCard(wave, _card_lines(wave, people[wave.id], trained.get(wave.id, Count()), on)) for wave in shown]


def _card_lines(wave: Wave, people: int, trained: Count, on: date) -> list[str]:
    is_ahead = wave.status.is_ahead
    said = "Go-live" if is_ahead else "Live since" if wave.status.keeps_days else "Rolled back, was live from"
    lines = [f"{said} {short_day(wave.go_live_on)}, {plural(people, 'person', 'people')}."]
    if trained.assigned:
        lines.append(f"{f'{trained.finished:,}' if trained.finished else 'None'} of {trained.assigned:,} trained.")
    elif is_ahead:
        lines.append("Nobody has training to do yet.")
    is_kept = wave.status.is_open and wave.status.keeps_days
    if wave.stabilises_until_on and is_kept and wave.stabilises_until_on >= on:
        lines.append(f"Quiet period ends {short_day(wave.stabilises_until_on)}.")
    return lines
