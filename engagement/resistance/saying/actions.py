"""Sending a concern, with a name or anonymously, and emptying the letterbox in which anonymous ones wait.

This leaves no audit entry: an entry has an instant and an author, and readers of the audit log may not know who
objects.
"""

import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from engagement import clock
from engagement.audit import Actor
from engagement.days.working_days import is_working_day
from engagement.db import db, insert_new, rows_changed, take_all
from engagement.errors import BadInput
from engagement.people.models import Person
from engagement.resistance import actions
from engagement.resistance.models import About, Concern
from engagement.resistance.rules import (
    FLOOD_WATCHED_DAYS,
    LONGEST_TEXT,
    ConcernStatus,
    LeftOut,
    Sender,
    Severity,
    is_flood,
    worded,
)
from engagement.resistance.saying.models import Letter, LetterboxRound
from engagement.resistance.saying.queries import waiting_reply
from engagement.resistance.saying.rules import (
    HANDED_OVER_FROM,
    Moment,
    receipt_code,
    receipt_hash,
    submission_hash,
)
from engagement.set_aside import is_database_away

UNSAID = About()
SHORTEST_FORM_KEY = 16
log = structlog.get_logger("engagement.letterbox")


@dataclass(frozen=True)
class Received:
    """Proof of receipt: for an anonymous sender the receipt code, else the concern's number.

    `received_on` is the day on which the change team gets it.
    """

    code: str | None
    concern_id: int | None
    received_on: date


def say_something(
    text: str,
    sender: Sender | None,
    about: About = UNSAID,
    *,
    secret: str,
    moment: Moment,
    form_key: str = "",
    by: Actor | None = None,
    is_from_outside: bool = False,
) -> Received:
    """Accept a concern, with a name or anonymously, once for each form and text.

    `form_key` is the random key of the form (one too short counts as none). For an anonymous sender `by` is ignored, and
    only the text, the source, the wave and the keyed hash of the receipt are stored, in the letterbox; with
    `is_from_outside` also that the concern came without signing in and counts in no figure. Raises BadInput for a missing
    or too long text, a missing choice of sender, or a named concern without a signed-in account.
    """
    said = worded(text, "text", "Write what worries you. One sentence is enough.")
    if sender is None:
        raise BadInput("Choose one. We never choose for you.", {"sender": "Choose one. We never choose for you."})
    if sender is Sender.ANONYMOUS:
        settle_letterbox(moment)
    key = form_key if len(form_key) >= SHORTEST_FORM_KEY else secrets.token_urlsafe(24)
    common: dict[str, object] = {"text": said, "source": about.source, "wave_id": about.wave.id if about.wave else None}
    if sender is Sender.NAMED:
        return _take_in_named(common, by, key, secret, moment.on)
    code = receipt_code(secret, key, said)
    letter = insert_new(Letter).values(
        **common, receipt_hash=receipt_hash(secret, code), is_from_outside=is_from_outside
    )
    db.session.execute(letter.on_conflict_do_nothing(index_elements=["receipt_hash"]))
    return Received(code, None, moment.handed_over_on)


def _take_in_named(common: dict[str, object], by: Actor | None, key: str, secret: str, on: date) -> Received:
    if by is None or by.account_id is None:
        sentence = "To send it with your name, sign in first. Without signing in it can only be anonymous."
        raise BadInput(sentence, {"sender": sentence})
    submission = submission_hash(secret, key, str(common["text"]), by.account_id)
    row = insert_new(Concern).values(
        **common,
        **_new_on(on),
        is_anonymous=False,
        person_id=by.person_id,
        logged_by_id=None if by.person_id else by.account_id,
        department_id=select(Person.department_id).where(Person.id == by.person_id).scalar_subquery(),
        received_at=clock.now(),
        submission=submission,
    )
    db.session.execute(row.on_conflict_do_nothing(index_elements=["submission"]))
    return Received(None, db.session.scalar(select(Concern.id).where(Concern.submission == submission)), on)


def _new_on(on: date) -> dict[str, object]:
    return {
        "severity": Severity.MEDIUM,
        "status": ConcernStatus.RECEIVED,
        "received_on": on,
        "waiting_since_on": on,
    }


def say_back(concern: Concern, text: str, *, on: date) -> None:
    """Add a named sender's reply to their concern. Raises BadInput for a missing or too long text."""
    actions.take_reply(concern, worded(text, "text", "Write your reply before you send it."), on=on)


def say_back_unknown(conversation: Concern | Letter, text: str) -> None:
    """Put an anonymous sender's reply into the letterbox, or add it to their reply that is still there.

    Raises BadInput for a missing text, or one that is too long together with that reply.
    """
    said = worded(text, "text", "Write your reply before you send it.")
    letter = conversation if isinstance(conversation, Letter) else waiting_reply(conversation)
    if letter is None:
        db.session.add(Letter(concern_id=conversation.id, text=said))
    elif letter.text != said and not letter.text.endswith(f"\n\n{said}"):
        whole = f"{letter.text}\n\n{said}"
        if len(whole) > LONGEST_TEXT:
            sentence = (
                f"With what you wrote since the last working morning this is longer than {LONGEST_TEXT:,} characters. "
                "Shorten it, or send it tomorrow."
            )
            raise BadInput(sentence, {"text": sentence})
        letter.text = whole


def settle_letterbox(moment: Moment) -> bool:
    """Empty the letterbox if today's round is late; return whether it was done now.

    Called before anything is put into the letterbox, so that later letters keep their own morning: letters have no day
    by which the round could tell them apart. Before the first round ever, nothing can be late. While a backup reads the
    letterbox, the round waits and takes the new text along: nobody's text is refused for it.
    """
    last = db.session.scalar(select(func.max(LetterboxRound.on)))
    if moment.at < HANDED_OVER_FROM or last is None or last >= moment.on:
        return False
    try:
        with db.session.begin_nested():
            return empty_letterbox(moment.on, moment.country)
    except OperationalError:
        return False


def empty_letterbox(on: date, country: str) -> bool:
    """Hand the letters to the change team, once a day and on working days; return whether it was done now.

    All letters are removed and written anew in random order, in this one transaction, so that afterwards no row or
    transaction shows when a letter came, or that two came from one sender. On days off they are put back the same way.
    """
    once = insert_new(LetterboxRound).values(on=on).on_conflict_do_nothing(index_elements=["on"])
    if not rows_changed(once):
        return False
    letters = [Letter(**row) for row in take_all(Letter)]
    if is_working_day(on, country):
        letters = _hand_over(letters, on)
    db.session.add_all(letters)
    db.session.flush()
    return True


def _hand_over(letters: list[Letter], on: date) -> list[Letter]:
    """Hand over the letters that can be; return those that failed, which wait for the next round.

    Nobody may see a single letter and decide about it, so it is tried again each morning.
    """
    counted = Counter(each.wave_id for each in letters if each.concern_id is None and not each.is_from_outside)
    # Counted for each wave, so that a flood about one wave leaves out nothing about another.
    floods = {wave_id for wave_id, number in counted.items() if is_flood(number, _earlier_mornings(on, wave_id))}
    left = []
    while letters:
        try:
            # One savepoint for all: PostgreSQL numbers each, and rows would keep the numbers.
            with db.session.begin_nested():
                for letter in letters:
                    if letter.concern_id is None:
                        _make_concern(letter, on, floods)
                    else:
                        _add_reply(letter, letter.concern_id, on)
                    db.session.flush()
            break
        except Exception as error:
            if is_database_away(error):
                raise
            # Without the error's own words, which may contain the letter's text.
            log.error("a letter could not be handed over", fault=type(error).__name__)
            left.append(letter)
            letters = [each for each in letters if each is not letter]
    return left


def _make_concern(letter: Letter, on: date, floods: set[int | None]) -> None:
    left_out = LeftOut.FLOOD if letter.wave_id in floods else None
    if letter.is_from_outside:
        left_out = LeftOut.OUTSIDE
    row = insert_new(Concern).values(
        **_new_on(on),
        text=letter.text,
        source=letter.source,
        wave_id=letter.wave_id,
        is_anonymous=True,
        receipt_hash=letter.receipt_hash,
        left_out=left_out,
    )
    # The same form was sent again on a later day.
    db.session.execute(row.on_conflict_do_nothing(index_elements=["receipt_hash"]))


def _add_reply(letter: Letter, concern_id: int, on: date) -> None:
    concern = db.session.get(Concern, concern_id)
    if concern is not None:
        actions.take_reply(concern, letter.text, on=on)
        db.session.flush()


def _earlier_mornings(on: date, wave_id: int | None) -> list[int]:
    since = on - timedelta(days=FLOOD_WATCHED_DAYS)
    counted = select(func.count()).where(
        Concern.is_anonymous,
        Concern.left_out.is_(None),
        Concern.wave_id.is_not_distinct_from(wave_id),
        Concern.received_on >= since,
        Concern.received_on < on,
    )
    return list(db.session.scalars(counted.group_by(Concern.received_on)))
