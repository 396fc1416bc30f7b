"""The page “My change”: the next step, scope of the workflows, dates, training, messages."""

from dataclasses import dataclass
from datetime import timedelta

from flask import render_template
from sqlalchemy import and_

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.attention.queries.gates import asked_at_gates
from engagement.attention.queries.need import GateWaiting
from engagement.consultations.models import Consultation
from engagement.consultations.queries.standing import Shown, shown_where
from engagement.consultations.scopes import speaks_for
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.me import blueprint
from engagement.pages.me.impacts import impacts_of
from engagement.pages.me.learning_rows import learning_row
from engagement.pages.me.messages import messages_to, messages_to_confirm
from engagement.pages.me.words import champion_posts_of, change_of
from engagement.pages.parts.places import address_of
from engagement.resistance.saying.queries import news_for_sender
from engagement.stakeholders.commitments.queries.lists import open_of_owner
from engagement.training.queries import learning, leftovers
from engagement.training.rules import DAYS_TO_DECIDE
from engagement.training.scopes import old_training_within
from engagement.value.queries.waiting import readings_due
from engagement.waves.inclusion.queries import helped_with
from engagement.waves.queries import of_open_waves

MESSAGES_SHOWN = 3
OCCASIONS_SHOWN = 5
GATES_SHOWN = 10
#: How long the page shows news about a concern of the reader.
NEWS_FOR = timedelta(days=14)


@blueprint.get("/me")
def index() -> str:
    """Show the page “My change”."""
    person = guard.person_or_none()
    if person is None:
        return render_template("me/nobody.html")
    items = learning.learning_of(person.id, today())
    messages = messages_to(person.id, MESSAGES_SHOWN)
    reader = guard.reader()
    change = change_of(person, items, [(m.delivery.sent_at, m.subject) for m in messages])
    return render_template(
        "me/index.html",
        change=change,
        scopes=change.to_confirm,
        impacts=impacts_of(person, change.waves),
        helped=helped_with(person.id, OCCASIONS_SHOWN),
        posts=champion_posts_of(person),
        next=learning.next_of(items),
        rest=learning.rest_of(items),
        rows=[learning_row(item) for item in items],
        count=learning.own_count(items),
        minutes_left=learning.minutes_left(items),
        messages=messages,
        to_confirm=messages_to_confirm(person.id),
        said=news_for_sender(person.id, reader.account_id, clock.now() - NEWS_FOR),
        undecided=len(leftovers.leftovers_of(person.id, leftovers.LeftoverState.OPEN)),
        to_decide=_to_decide_for_others(reader),
        days_to_decide=DAYS_TO_DECIDE,
        **_at_gates(reader),
        promised=open_of_owner(person.id),
        consultations=_asked_of(reader),
        metrics=[] if rights.planning(reader).holds_places else readings_due(rights.planning(reader), today()),
    )


@dataclass(frozen=True)
class Asked:
    """What a gate asks of the reader: its name, why, and where they answer."""

    title: str
    words: str
    url: str


def _at_gates(reader: Reader) -> dict[str, list[Asked]]:
    """Return the decisions, conditions and criteria of go-lives that wait for the reader."""
    decisions, conditions, to_judge = (
        [
            Asked(need.name, need.subject.words, address_of(need.place, need.key))
            for need in needed.first
            if isinstance(need.subject, GateWaiting)
        ]
        for needed in asked_at_gates(reader, today(), GATES_SHOWN)
    )
    return {"decisions": decisions, "conditions": conditions, "to_judge": to_judge}


def _asked_of(reader: Reader) -> list[Shown]:
    """Return what the bodies are asked for which the reader speaks, of waves that are not over."""
    own = Consultation.body_id.in_(speaks_for(rights.representing(reader).person_id))
    return shown_where(and_(own, of_open_waves()))


def _to_decide_for_others(reader: Reader) -> int:
    """Return how much old training of others waits for this reader, if no planning page tells them; else 0."""
    training = rights.training(reader)
    if rights.planning(reader).holds_places or not training.holds_anything:
        return 0
    return leftovers.open_leftovers(old_training_within(training))
