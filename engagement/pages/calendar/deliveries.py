"""The delivery log: what became of every message to every person, and the decisions that only a person can take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import redirect, render_template, request, url_for
from sqlalchemy import func
from werkzeug.wrappers import Response

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.communications.texts.rules.merge_fields import FIELD, slot
from engagement.communications.texts.rules.subjects import in_words
from engagement.db import db
from engagement.mail import queries
from engagement.mail.actions import deciding
from engagement.mail.bounces.models import Bounce
from engagement.mail.bounces.queries import bounces_of_deliveries
from engagement.mail.confirmations.queries import acknowledged_at
from engagement.mail.models import Delivery, Mailing
from engagement.mail.outbox.queries import sending_now
from engagement.mail.queries import DeliveryFilters, Waiting
from engagement.mail.rules import DeliveryState
from engagement.mail.scopes import delivery_for, mailing_for
from engagement.pages.calendar import blueprint
from engagement.pages.calendar.words import waiting_words
from engagement.pages.frame import guard
from engagement.pages.frame.formats import short_day
from engagement.pages.frame.shell import notify
from engagement.pages.parts.fields import row_id
from engagement.pages.parts.lists import TALL_PER_PAGE, Asked
from engagement.pages.parts.sending_words import sending_words
from engagement.people.models import Person
from engagement.stakeholders.copies.queries import outsiders_of, went_to
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.scopes import stands_within
from engagement.words import plural

#: The states to filter by. A claimed message still waits, as far as the reader is concerned.
CHOICES = tuple(state for state in DeliveryState if state is not DeliveryState.CLAIMED)
#: Whether a recipient confirmed a message that asks for it; kept apart from the state.
CONFIRMED = {"confirmed": "Confirmed as read", "unconfirmed": "Not confirmed yet"}
COLUMNS = {"to": func.lower(Delivery.name), "when": Delivery.id}


@dataclass(frozen=True)
class Line:
    """One delivery as the log shows it; `outsider` is the stakeholder outside the directory to whom it went."""

    delivery: Delivery
    subject: str
    confirmed_at: datetime | None
    waits_until: datetime | None
    may_leave: bool
    may_send_again: bool
    bounce: Bounce | None
    outsider: Stakeholder | None
    set_aside: str | None


@blueprint.get("/deliveries")
def deliveries() -> str:
    """Show the log, newest first, narrowed by state, message and person."""
    guard.allow_all(rights.reading_operation(guard.reader()))
    asked = Asked()
    filters = _filters(asked)
    listed = queries.deliveries_listed(filters)
    outside_id = asked.row("outside")
    if outside_id is not None:
        listed = listed.where(went_to(outside_id))
    outsider = db.session.get(Stakeholder, outside_id) if outside_id else None
    is_open = outsider is not None and stands_within(rights.reading_maps(guard.reader()), outsider)
    rows = asked.ordered(listed, COLUMNS, usual="-when", last=Delivery.id)
    found, page = asked.shown(rows, TALL_PER_PAGE)
    decides = rights.keeping_people(guard.reader()).everything
    mailing = db.session.get(Mailing, filters.mailing_id) if filters.mailing_id else None
    person = db.session.get(Person, filters.person_id) if filters.person_id else None
    letters = filters.with_sign_in
    counts = queries.delivery_counts(mailing.id) if mailing else queries.outbox_counts(with_sign_in=letters)
    later = queries.waiting_for_hours(clock.now(), mailing.id if mailing else None, with_sign_in=letters)
    return render_template(
        "calendar/deliveries.html",
        lines=_lines(found, decides),
        page=page,
        asked=asked,
        shows_unknown=filters.state is DeliveryState.UNKNOWN,
        mailing=mailing,
        title=_name(mailing) if mailing else "Deliveries",
        mailings=[(row, _name(row)) for row in _mailings(mailing)],
        only=person.name if person else outsider.title if outsider else "",
        only_at=url_for("stakeholders.stakeholder", stakeholder_id=outsider.id) if outsider and is_open else None,
        lede=_lede(counts, later),
        sending=sending_words(sending_now(clock.now()), guard.settings()) if not mailing else [],
        undecided=queries.undecided(),
        undecided_here=queries.undecided(mailing.id) if mailing and decides else 0,
        here=request.full_path.rstrip("?"),
    )


def _filters(asked: Asked) -> DeliveryFilters:
    states = [(state.value, state.word) for state in CHOICES] + list(CONFIRMED.items())
    state = asked.one_of("state", "State", states)
    mailing_id = row_id(request.args.get("message"))
    chosen = db.session.get(Mailing, mailing_id) if mailing_id else None
    offered = [(row.id, f"{_name(row)[:60]}, {short_day(row.built_at)}") for row in _mailings(chosen)]
    return DeliveryFilters(
        state=DeliveryState(state) if state and state not in CONFIRMED else None,
        confirmed=state == "confirmed" if state in CONFIRMED else None,
        mailing_id=asked.row("message", "Message", offered),
        with_sign_in=asked.one_of("mail", "Kind", [("all", "Also letters to sign in")], "Messages") == "all",
        person_id=asked.row("person"),
        words=asked.words("words", "Name or address"),
    )


def _mailings(chosen: Mailing | None) -> list[Mailing]:
    recent = queries.recent_mailings()
    return recent if chosen is None or chosen in recent else [chosen, *recent]


def _name(mailing: Mailing) -> str:
    """Return a mailing's subject in words; a notice to the team names the message that it is about.

    Letters of the service have fields of their own, such as a day, which differ from one recipient to the next.
    """
    return FIELD.sub("…", in_words(mailing.subject.replace(slot("title"), mailing.title)))


def _lines(deliveries: Sequence[Delivery], decides: bool) -> list[Line]:
    ids = [row.id for row in deliveries]
    confirmed, bounced, outside = acknowledged_at(deliveries), bounces_of_deliveries(ids), outsiders_of(ids)
    left_alone = queries.why_set_aside(ids)
    found = []
    for row in deliveries:
        waits = row.state is DeliveryState.QUEUED and row.due_at > clock.now()
        found.append(
            Line(
                row,
                queries.subject_for(row),
                confirmed.get(row.id),
                row.due_at if waits else None,
                may_leave=decides and row.needs_decision,
                may_send_again=decides and row.can_be_sent_again,
                bounce=bounced.get(row.id),
                outsider=outside.get(row.id),
                set_aside=left_alone.get(row.id),
            )
        )
    return found


def _lede(counts: dict[DeliveryState, int], later: Waiting) -> str:
    """Say in a sentence or two how sending goes: first the whole, then what went wrong, then who waits."""
    total = sum(counts.values())
    if not total:
        return "Nothing has been sent yet."
    waiting = counts[DeliveryState.QUEUED] + counts[DeliveryState.CLAIMED] + counts[DeliveryState.ATTEMPTING]
    waiting -= later.number
    sent = counts[DeliveryState.SENT]
    first = "It is sent." if sent == total == 1 else f"{sent:,} of {plural(total, 'message', 'messages')} sent."
    rest = [
        f"{waiting:,} waiting" if waiting else "",
        f"{counts[DeliveryState.DEFERRED]:,} tried again later" if counts[DeliveryState.DEFERRED] else "",
        f"{counts[DeliveryState.BOUNCED]:,} refused by the mail server" if counts[DeliveryState.BOUNCED] else "",
        f"{counts[DeliveryState.SUPPRESSED]:,} not sent, each with its reason"
        if counts[DeliveryState.SUPPRESSED]
        else "",
        f"{counts[DeliveryState.UNKNOWN]:,} not certain" if counts[DeliveryState.UNKNOWN] else "",
    ]
    others = [part for part in rest if part]
    said = f"{first} {', '.join(others).capitalize()}." if others else first
    return f"{said} {waiting_words(later)}".rstrip()


@blueprint.post("/deliveries/<int:delivery_id>/sending")
def send_again(delivery_id: int) -> Response:
    """Send a refused or uncertain message once more."""
    delivery = delivery_for(rights.keeping_people(guard.reader()), delivery_id)
    by = guard.reader().actor
    if delivery.state is DeliveryState.UNKNOWN:
        deciding.decide_unknown(delivery, True, by=by)
    else:
        deciding.send_again(delivery, by=by)
    db.session.commit()
    notify(f"It goes to {delivery.address} again", "It waits for its turn, usually a few seconds.")
    return _back()


@blueprint.post("/deliveries/<int:delivery_id>/leaving")
def leave_delivery(delivery_id: int) -> Response:
    """Settle an uncertain message without sending it again."""
    delivery = delivery_for(rights.keeping_people(guard.reader()), delivery_id)
    deciding.decide_unknown(delivery, False, by=guard.reader().actor)
    db.session.commit()
    notify(f"The message to {delivery.address} stays as it is", "It is not sent again.")
    return _back()


@blueprint.post("/deliveries/messages/<int:mailing_id>/sending")
def send_all_again(mailing_id: int) -> Response:
    """Send every uncertain copy of one message once more."""
    mailing = mailing_for(rights.keeping_people(guard.reader()), mailing_id)
    number = deciding.decide_all_unknown(mailing, True, by=guard.reader().actor)
    db.session.commit()
    notify(
        f"{plural(number, 'message goes', 'messages go')} out again", "Each waits for its turn, usually a few seconds."
    )
    return _back()


@blueprint.post("/deliveries/messages/<int:mailing_id>/leaving")
def leave_all(mailing_id: int) -> Response:
    """Settle every uncertain copy of one message without sending it again."""
    mailing = mailing_for(rights.keeping_people(guard.reader()), mailing_id)
    number = deciding.decide_all_unknown(mailing, False, by=guard.reader().actor)
    db.session.commit()
    notify(f"{plural(number, 'message', 'messages')} left", "What may not have arrived is not sent again.")
    return _back()


def _back() -> Response:
    return redirect(guard.safe_path(request.form.get("back"), url_for("calendar.deliveries")), code=303)
