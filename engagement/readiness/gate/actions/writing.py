"""The words of letters about gates, and asking who has not decided."""

from datetime import date

from engagement import clock
from engagement.db import db
from engagement.people.organisation.rules import Organisation
from engagement.readiness.gate.models import GateAsking
from engagement.readiness.gate.queries.watching import approvers_to_ask
from engagement.readiness.gate.rules import decide_by
from engagement.readiness.letters.actions import Words, day_in_letter, is_at_work, write
from engagement.waves.models import Wave

AGAIN = Words(
    "Decide again: the gate of {{ wave }} is open",
    "{{ what }} So the decision doesn’t stand, and messages around its go-live are held.\n\n{{ reason }}\n\n"
    "Look at the criteria as they are now, then decide again.",
)
NAMED = Words(
    "You are heard at the gate of {{ wave }}",
    "Before {{ wave }} goes live on {{ day }}, you are asked for a decision: go, go with conditions, or no-go. {{ by }} "
    "There you see how ready it is.",
)
NEAR = Words(
    "Go or no-go for {{ wave }}: decide now",
    "{{ wave }} is to go live on {{ day }}, and you have not decided yet. {{ by }} "
    "Look at the criteria as they are now, then say go, go with conditions, or no-go.",
)
CONDITION = Words(
    "A condition of {{ wave }} is yours to meet",
    "{{ approver }} said go for {{ wave }} under a condition, and named you as the one who meets it until {{ due }}. "
    "Read what is asked of you, and say there in a sentence what was done.",
    "You get this because you are named as the one who meets this condition.",
    "Open the condition",
)
DROPPED = Words(
    "A condition of {{ wave }} is not asked any more",
    "{{ approver }} decided anew about {{ wave }}. The condition that you were to meet until {{ due }} went with their former decision, "
    "so nobody waits for it any more.",
    "You get this because you were named as the one who meets this condition.",
    "Open the condition",
)
PAST = Words(
    "{{ wave }} goes on without its gate",
    "{{ who }} lets {{ wave }} go on without its gate until {{ until }}, whatever was decided there. It is to go live on {{ day }}. "
    "Why stands at the gate, beside the criteria as they are now.",
)
LAPSED = Words(
    "The gate of {{ wave }} stands again",
    "{{ who }} let {{ wave }} go on without its gate until {{ until }}. That day has passed, so the gate stands again. It is to go live on "
    "{{ day }}. Decide at the gate; or who plans the programme lets it go on without the gate for longer.",
    "You get this because you decide at the gate of this wave, or let it go on without.",
)


def ask_approvers(wave_id: int, on: date, organisation: Organisation) -> int:
    """Write to who has not decided near a go-live and is at work now, once for the day; return how many letters."""
    # If two schedulers run at the same moment, the second one finds what the first wrote.
    wave = db.session.get_one(Wave, wave_id, with_for_update={"of": Wave})
    waiting = approvers_to_ask(on, Wave.id == wave_id).get(wave_id, [])
    people = [person for person in waiting if is_at_work(person, organisation)]
    db.session.add_all(GateAsking(wave_id=wave.id, person_id=person.id, at=clock.now()) for person in people)
    db.session.flush()
    return write(NEAR, wave, people, by=by_words(wave, on))


def by_words(wave: Wave, on: date) -> str:
    """Say in a letter by when a go-live is to be decided, or was."""
    by = decide_by(wave.go_live_on)
    if by < on:
        return f"It was to be decided by {day_in_letter(by)}: what goes out since then depends on it."
    return f"Decide by {day_in_letter(by)}: what goes out from then on depends on it."
