"""Who of the affected took part in the design of the demonstration's workflows, what they raised, and what it changed."""

from dataclasses import dataclass, field

from sqlalchemy import or_, select

from engagement.db import db
from engagement.demo import roster
from engagement.demo.stage import Stage
from engagement.people.models import Department, Person
from engagement.waves.inclusion.actions import answer_point, write_occasion
from engagement.waves.inclusion.rules import OccasionKind, OccasionSaid, Outcome


@dataclass(frozen=True)
class Met:
    """An occasion on the day `day` days from today: one in how many of which department was there, and what was raised.

    `changed` and `unchanged` map a point to its answer; those `waiting` have none.
    """

    day: int
    workflow: str
    wave: int
    kind: OccasionKind
    about: str
    places: dict[str, int]
    changed: dict[str, str] = field(default_factory=dict)
    unchanged: dict[str, str] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()


MET = (
    Met(
        -121, "Motor claims triage", 1, OccasionKind.WORKSHOP, "which claims are simple, and who says so",
        {"Operations/Claims/Motor": 25},
        changed={
            "A claim with a child in the car is never simple.": "Anything with a person hurt goes past triage.",
            "The photos have to open first.": "They do, and the suggestion comes after one click.",
        },
        unchanged={"Sort by the age of the policy too.": "Tried for a week: it sorted worse, and nobody missed it."},
    ),
    Met(
        -52, "Invoice matching", 2, OccasionKind.TRIAL, "forty invoices of last month, by hand and with it",
        {"Finance/Accounts payable/Invoices": 18},
        changed={"It doesn’t say which line it stumbled over.": "Every mark names the line that does not agree."},
        unchanged={"Let it pay small sums by itself.": "No. Every payment stays with a person; the works council agreed to that alone."},
    ),
    Met(
        -41, "Property claims triage", 3, OccasionKind.WORKSHOP, "what a suggested reserve has to show",
        {"Operations/Claims/Property": 26},
        changed={
            "A reserve without its reasons makes up my mind for me.": "The facts that it rests on stand above it now.",
            "Fraud must not be sorted by anybody but us.": "Fraud, injury and complaints never go through triage.",
        },
        unchanged={"Leave the reserve out altogether.": "It stays, after the photos; new colleagues asked for it."},
        waiting=("Old policies, before 2019, come as “sure” far too often.",),
    ),
    Met(
        -19, "Letter drafting", 3, OccasionKind.INTERVIEW, "which letters nobody wants drafted",
        {"Operations/Claims/Letters": 14},
        changed={"Condolences are ours.": "They are not drafted at all."},
        waiting=("The drafts say “we regret” in each letter; nobody here writes like that.", "Who answers for a wrong date in a draft?"),
    ),
)  # fmt: skip


def include(stage: Stage, offset: int) -> None:
    """Write down what was on the day `offset` days from today."""
    day, by = stage.day(offset), stage.accounts[roster.MANAGER.email].actor
    for met in MET:
        if met.day != offset:
            continue
        with stage.at(day, 15):
            said = OccasionSaid(met.kind, day, met.about)
            people = [person for place, every in met.places.items() for person in _people(place, every)]
            raised = [*met.changed, *met.unchanged, *met.waiting]
            row = write_occasion(
                stage.workflows[met.workflow], stage.waves[met.wave], said, people, "\n".join(raised), today=day, by=by
            )
            answers = {text: (Outcome.CHANGED, answer) for text, answer in met.changed.items()}
            answers |= {text: (Outcome.UNCHANGED, answer) for text, answer in met.unchanged.items()}
            for point in row.points:
                if point.raised in answers:
                    answer_point(point, point.raised, *answers[point.raised], by=by)


def _people(place: str, every: int) -> list[Person]:
    """Return some people of a department: those with a name in the story, and of the others one in `every`."""
    here = or_(Department.path == place, Department.path.startswith(f"{place}/"))
    asked = select(Person).join(Department, Department.id == Person.department_id).where(here, Person.left_at.is_(None))
    known = {figure.email for figure in roster.FIGURES}
    people = db.session.scalars(asked.order_by(Person.id)).all()
    of_story = [person for person in people if person.email in known]
    return [*of_story, *[person for person in people if person.email not in known][::every]]
