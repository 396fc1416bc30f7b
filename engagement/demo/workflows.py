"""The demonstration's workflows: how they are rated and run, their next versions, what they change, and who confirms that."""

from dataclasses import dataclass, replace
from typing import Any

from engagement.audit import Actor
from engagement.db import db
from engagement.demo import roster
from engagement.demo.roster import Figure
from engagement.demo.stage import Stage, person_of
from engagement.people.models import Person
from engagement.programmes.oversight.actions import OverseerDetails, name_overseer
from engagement.programmes.portfolio.actions import announce_version
from engagement.programmes.rules import OperatingModel
from engagement.programmes.scope.actions import publish_statement, write_statement
from engagement.programmes.scope.queries import newest_published
from engagement.programmes.scope.rules import StatementFor
from engagement.training.scope_answers.actions import answer_statement
from engagement.training.scope_answers.queries import own_statements
from engagement.waves.models import Wave
from engagement.waves.queries import members, workflows_of_waves

DOCUMENTATION = "https://docs.example.com/workflows/"


@dataclass(frozen=True)
class Rated:
    """Value, complexity and risk of a workflow, who runs it, and the days from today to its next review."""

    value: int | None
    complexity: int | None
    risk: int | None
    model: OperatingModel | None
    documentation: str
    review: int | None

    def columns(self, stage: Stage) -> dict[str, Any]:
        """Return what the workflow's row holds of it."""
        slug, _, version = self.documentation.partition(" ")
        return {
            "value": self.value,
            "complexity": self.complexity,
            "risk": self.risk,
            "operating_model": self.model,
            "documentation_url": f"{DOCUMENTATION}{slug}" if slug else "",
            "documentation_version": version,
            "review_on": None if self.review is None else stage.working_day(self.review),
        }


_MODEL = OperatingModel
RATED = {
    "Motor claims triage": Rated(4, 2, 2, _MODEL.CENTRALISED, "motor-triage 1.3", -5),
    "Invoice matching": Rated(3, 2, 2, _MODEL.FEDERATED, "invoice-matching 2.0", 60),
    "Property claims triage": Rated(5, 4, 4, _MODEL.HYBRID, "property-triage 0.9", 120),
    "Letter drafting": Rated(4, 2, 3, _MODEL.HYBRID, "letter-drafting 1.1", 120),
    "Underwriting summary": Rated(None, 5, 4, None, "", None),
    "HR desk answers": Rated(4, 2, 3, None, "", None),
}
#: On which day which workflow's next version was announced, in how many days it holds, and what changes.
ANNOUNCED = {
    -55: ("Motor claims triage", 7, "Claims with injury are no longer sorted at all; they go straight to an expert."),
    -30: ("Invoice matching", 4, "Supplier’s bank details that changed in the last week are marked before anything is matched."),
    -9: ("Property claims triage", 30, "No reserve above £25,000 is suggested any more; the handler sets it, as Dana asked."),
}  # fmt: skip


#: Who may stop what, from which day on: the paper, the hours, who stands in, and the days from today on which a certificate runs out.
ROSTER: tuple[tuple[int, str, Figure, str, str, Figure | None, int | None], ...] = (
    (-90, "Motor claims triage", roster.LEAD, "Works order 14, on the intranet under Claims", "Monday to Friday, 7 to 19, by phone 4711", roster.WAVE_LEAD, 270),
    (-32, "Invoice matching", roster.SPONSOR, "Board decision 7, in the board’s file", "Office hours, through her assistant", None, None),
    (-24, "Property claims triage", roster.LEAD, "Works order 15, on the intranet under Claims", "Monday to Friday, 7 to 19, by phone 4711", roster.WAVE_LEAD, -6),
    (-24, "Letter drafting", roster.WAVE_LEAD, "", "Monday to Friday, 8 to 17", None, None),
)  # fmt: skip
CERTIFICATE = "Overseer of claims systems, two days"


def keep_the_roster(stage: Stage, offset: int) -> None:
    """Name those who may stop a workflow from the day `offset` days from today on."""
    by = stage.accounts[roster.MANAGER.email].actor
    for begins, name, figure, paper, hours, deputy, runs_out in ROSTER:
        if begins == offset:
            with stage.at(stage.day(offset), 12):
                said = OverseerDetails(
                    paper,
                    stage.day(offset - 3) if paper else None,
                    hours,
                    person_of(deputy) if deputy else None,
                    CERTIFICATE if runs_out is not None else "",
                    stage.day(runs_out) if runs_out is not None else None,
                )
                name_overseer(stage.workflows[name], person_of(figure), said, on=stage.day(offset), by=by)


def announce_versions(stage: Stage, offset: int) -> None:
    """Announce the version that is due on the day `offset` days from today."""
    if offset in ANNOUNCED:
        name, days, changes = ANNOUNCED[offset]
        with stage.at(stage.day(offset), 11):
            by = stage.accounts[roster.WAVE_LEAD.email].actor
            announce_version(stage.workflows[name], changes, stage.working_day(offset + days), by=by)


@dataclass(frozen=True)
class Asked:
    """The question of a scope statement, its answers with the right one first, and why it is right."""

    question: str
    answers: tuple[str, ...]
    why: str

    def texts(self, right: int) -> dict[str, Any]:
        """Return the question with the right answer at this place."""
        first, *others = self.answers
        others.insert(right - 1, first)
        return {"question": self.question, "answers": "\n".join(others), "right_answer": right, "why": self.why}


QUESTIONS = {
    "Motor claims triage": Asked(
        "A claim is marked “simple”, and the customer mentions a sore neck. What do you do?",
        ("Send it back and carry on by hand", "Pay it, because it is marked simple", "Wait until it is sorted again"),
        "Anything with injury is yours alone. The system reads photos and forms; it doesn’t hear the customer.",
    ),
    "Invoice matching": Asked(
        "An invoice is marked as matched, and the supplier’s bank details changed on Monday. What do you do?",
        ("Stop the payment and tell your team manager today", "Release it, because it is matched"),
        "Changed bank details are the commonest fraud. A match says that order and receipt agree, and nothing about the account.",
    ),
    "Property claims triage": Asked(
        "The suggested reserve is half of what you would set. Who decides?",
        (
            "You do, with one line of reason",
            "The system, if it is marked “sure”",
            "Your team manager, whatever the sum",
        ),
        "You can overrule any suggestion. Your team manager decides with you above £25,000 only.",
    ),
    "Letter drafting": Asked(
        "Who signs a letter that was drafted for you?",
        ("You, after reading all of it", "Nobody: it goes out at six in the evening", "Whoever wrote the template"),
        "A draft is a draft. What goes out has your name under it, so nothing goes out unread.",
    ),
}
#: For team managers, whose part differs.
OF_LEADERS = {
    "people_do": "Decide with the handler above £25,000\nLook at ten suggestions a week that were overruled, and ten that were not",
    "about_the_job": "You direct less and look more: at what was overruled, and why. Nobody is measured by how often they overrule.",
}
#: The day on which what letters change is published anew, and with what.
ANEW = -20
ANEW_CHANGED = "Refusals are never drafted any more, because two drafts said no where we wanted to say not yet."
#: On which days how many of ten people of a wave confirm what changes; the rest has not yet.
CONFIRMING = {2: {-34: 4, -27: 4}, 3: {-17: 3, -10: 2, -3: 1}}


LETTERS_STAY = "Read and sign every letter\nWrite every refusal and every condolence yourself, from the first word"
PUBLISHED: tuple[tuple[str, StatementFor, dict[str, Any]], ...] = (
    ("Property claims triage", StatementFor.LEADER, OF_LEADERS),
    ("Letter drafting", StatementFor.EVERYBODY, {"changed": ANEW_CHANGED, "people_do": LETTERS_STAY}),
)


def publish_more(stage: Stage, offset: int) -> None:
    """Publish the statement for team managers, and the second version of what letters change."""
    if offset != ANEW:
        return
    by = stage.accounts[roster.MANAGER.email].actor
    with stage.at(stage.day(offset), 13):
        for name, role, more in PUBLISHED:
            common = newest_published(stage.workflows[name], StatementFor.EVERYBODY)
            assert common is not None
            draft = write_statement(stage.workflows[name], replace(common.said, **more), role, by=by)
            publish_statement(draft, by=by)


def confirm_changes(stage: Stage, offset: int) -> None:
    """Let some of a wave's people answer the question of their statements, a few of them wrongly first."""
    for number, days in CONFIRMING.items():
        if offset in days:
            wave = stage.waves[number]
            with stage.at(stage.day(offset), 14):
                begun = sum(share for day, share in days.items() if day < offset)
                _confirm(wave, range(begun, begun + days[offset]))


def _confirm(wave: Wave, tenths: range) -> None:
    workflows = [workflow.id for workflow in workflows_of_waves([wave.id])[wave.id]]
    for person in db.session.scalars(members(wave.id)).all():
        if person.id % 10 not in tenths or person.email == roster.EMPLOYEE.email:
            continue
        for statements in own_statements(person.id, workflows).values():
            for own in statements:
                if own.is_open and own.statement.right_answer is not None:
                    if person.id % 7 == 0:
                        wrong = own.statement.right_answer % len(own.statement.choices) + 1
                        answer_statement(person, own.statement, wrong, by=_of(person))
                    answer_statement(person, own.statement, own.statement.right_answer, by=_of(person))


def _of(person: Person) -> Actor:
    return Actor(None, person.name, person.id)
