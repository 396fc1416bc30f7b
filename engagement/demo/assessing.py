"""What wave 3 of the demonstration changes for its groups: as its sponsor and leaders see it, as a workshop heard it, and as people say alone."""

import random

from sqlalchemy import select

from engagement.db import db
from engagement.demo import roster
from engagement.demo.stage import Stage, person_of
from engagement.people.models import Department, Person, PersonRole
from engagement.people.queries import department_by_path
from engagement.people.rules import TrainingRole
from engagement.programmes.scope.rules import StatementFor
from engagement.waves.impacts.actions import assess_impact, publish_impact, say_as_sponsor
from engagement.waves.impacts.queries.standing import standing_assessment
from engagement.waves.impacts.rules import Aspect, AspectSaid, Assessed, ImpactSide
from engagement.waves.voices.actions import answer_alone, count_voices
from engagement.waves.voices.rules import Own

LEADERS = Assessed(
    {
        Aspect.TASKS: AspectSaid(3, "Each claim is read and sorted by hand.", "Claims come sorted; people check and decide."),
        Aspect.TOOLS: AspectSaid(2, "The claims system alone.", "The claims system, with a suggestion beside each claim."),
        Aspect.SKILLS: AspectSaid(3, "Knowing the rules of cover.", "Knowing them, and seeing when a suggestion is wrong."),
        Aspect.DECISIONS: AspectSaid(1, "Cover is decided by the handler.", "It still is; the suggestion has to be looked at first."),
        Aspect.WORKLOAD: AspectSaid(2, "About 60 claims a day for each team.", "As many, and the hard ones are a larger share."),
        Aspect.COLLEAGUES: AspectSaid(1, "The desk is asked by mail.", "The desk has one number for questions on suggestions."),
        Aspect.PLACE: AspectSaid(0),
        Aspect.MEASURES: AspectSaid(1, "Claims closed in a week.", "The same; nobody’s corrections are counted by name."),
        Aspect.PAY: AspectSaid(0),
        Aspect.STANDING: AspectSaid(1, "Who knows most sorts first.", "Who knows most is asked when a suggestion looks wrong."),
    },
    "Two talks with team leads, and the trial of wave 1.",
)  # fmt: skip
PEOPLE = Assessed(
    {
        Aspect.TASKS: AspectSaid(3, "", "Less sorting, more checking."),
        Aspect.SKILLS: AspectSaid(4, "", "We have to find errors that we did not make."),
        Aspect.WORKLOAD: AspectSaid(4, "", "The easy claims were the pause between hard ones; they are gone."),
        Aspect.MEASURES: AspectSaid(3, "", "We expect that somebody will compare us with the system."),
        Aspect.PAY: AspectSaid(0),
        Aspect.STANDING: AspectSaid(3, "", "Experience counts for less if anybody can accept a suggestion."),
    },
    "A workshop without managers; each line was agreed by the whole table.",
    11,
)
LETTERS = Assessed(
    {
        Aspect.TASKS: AspectSaid(4, "Standard letters are typed from templates.", "They come as drafts, to finish and to sign."),
        Aspect.SKILLS: AspectSaid(2, "Knowing the templates.", "Seeing at once what a draft got wrong."),
        Aspect.WORKLOAD: AspectSaid(3, "Overtime at the end of the month.", "None, if the drafts are as good as in the trial."),
        Aspect.DECISIONS: AspectSaid(0),
        Aspect.PAY: AspectSaid(0),
        Aspect.STANDING: AspectSaid(2, "Whoever writes well is asked.", "Whoever writes well is asked, and signs more letters."),
    },
    "The interviews, and a week beside the desk.",
)  # fmt: skip
PROPERTY_LEADERS = Assessed(
    {
        Aspect.TASKS: AspectSaid(2, "Handing out claims each morning.", "Looking at what was sorted wrongly, with the team."),
        Aspect.MEASURES: AspectSaid(3, "Claims closed by the team.", "The same, and how often a suggestion was overruled, for all teams together."),
        Aspect.WORKLOAD: AspectSaid(2, "", "More questions in the first weeks, less handing out."),
    },
    "A talk with six team managers.",
)  # fmt: skip
#: How the sponsor sees it for one of the two departments; the other waits for her.
SPONSOR = Assessed(
    {
        Aspect.TASKS: AspectSaid(2),
        Aspect.TOOLS: AspectSaid(3),
        Aspect.SKILLS: AspectSaid(2),
        Aspect.DECISIONS: AspectSaid(0),
        Aspect.WORKLOAD: AspectSaid(1),
        Aspect.PLACE: AspectSaid(0),
        Aspect.MEASURES: AspectSaid(1),
        Aspect.PAY: AspectSaid(0),
    },
    "The business case: sorting goes, deciding stays.",
)
#: On this day she says it, before the workshop and before anybody answered alone.
SPONSOR_SAYS_ON = -25
PROPERTY, OF_LETTERS = "Operations/Claims/Property", "Operations/Claims/Letters"
#: What leaders said: day from today, group, for which role, what.
SAID = (
    (-34, PROPERTY, StatementFor.EVERYBODY, LEADERS),
    (-27, OF_LETTERS, StatementFor.EVERYBODY, LETTERS),
    (-24, PROPERTY, StatementFor.LEADER, PROPERTY_LEADERS),
)
#: What people answer each alone, by group: usual points, and sentences that somebody adds.
ALONE: dict[str, dict[Aspect, tuple[int, tuple[str, ...]]]] = {
    PROPERTY: {
        Aspect.TASKS: (3, ("Checking tires more than sorting.", "I like that the dull part goes.")),
        Aspect.TOOLS: (2, ("One more window.",)),
        Aspect.SKILLS: (3, ("Nobody has shown us a wrong suggestion yet.",)),
        Aspect.DECISIONS: (2, ("I decide, but I start from its number.", "It is still mine.")),
        Aspect.WORKLOAD: (4, ("Only the hard ones are left.", "Same number, harder claims.")),
        Aspect.MEASURES: (4, ("Who counts how often I overrule it?",)),
        Aspect.PAY: (1, ()),
        Aspect.STANDING: (3, ("Twenty years of knowing, and it sorts first.",)),
    },
    OF_LETTERS: {
        Aspect.TASKS: (5, ("I write. Then I would only correct.", "The drafts are fine for reminders.")),
        Aspect.SKILLS: (3, ()),
        Aspect.WORKLOAD: (2, ("Less at the end of the month would be good.",)),
        Aspect.STANDING: (4, ("A signature under words that are not mine.",)),
    },
}
#: On these days, so many people of each group answer.
ANSWERING = {-23: 9, -22: 14, -20: 4, -15: 6, -9: 3}


def assess(stage: Stage, offset: int) -> None:
    """Judge and publish, hear the people together, and let some of them answer alone, on the day `offset` days from today."""
    wave, by, floor = stage.waves[3], stage.accounts[roster.MANAGER.email].actor, stage.settings.anonymity_floor
    with stage.at(stage.day(offset), 5, 45):
        count_voices(floor)
    with stage.at(stage.day(offset), 9):
        for day, path, for_role, said in SAID:
            if day == offset:
                assess_impact(wave, _group(path), ImpactSide.LEADERS, said, for_role, floor=floor, by=by)
                publish_impact(wave, _group(path).id, for_role, by=by)
        if offset == SPONSOR_SAYS_ON:
            sponsor = stage.accounts[roster.SPONSOR.email]
            say_as_sponsor(wave, _group(PROPERTY), person_of(roster.SPONSOR), SPONSOR, by=sponsor.actor)
        if offset == -17:
            assess_impact(wave, _group(PROPERTY), ImpactSide.PEOPLE, PEOPLE, floor=floor, by=by)
        if offset in ANSWERING:
            for path, usual in ALONE.items():
                _answer(stage, path, usual, offset)


def _group(path: str) -> Department:
    group = department_by_path(path)
    assert group is not None
    return group


def _answer(stage: Stage, path: str, usual: dict[Aspect, tuple[int, tuple[str, ...]]], offset: int) -> None:
    """Let people of a group answer who have not yet; the one who signs in as an employee is left to do it."""
    group, chance = _group(path), random.Random(offset)  # noqa: S311 - believable answers, not secrets
    row = standing_assessment(stage.waves[3].id, group.id, ImpactSide.LEADERS)
    assert row is not None
    users = select(PersonRole.person_id).where(PersonRole.role == TrainingRole.USER)
    here = select(Person).where(Person.department_id == group.id, Person.left_at.is_(None), Person.id.in_(users))
    people = db.session.scalars(here.where(Person.email != roster.EMPLOYEE.email).order_by(Person.id)).all()
    before = sum(number for day, number in ANSWERING.items() if day < offset)
    for person in people[before : before + ANSWERING[offset]]:
        said = {
            aspect: Own(
                min(5, max(0, points + chance.choice((-1, 0, 0, 0, 1)))),
                chance.choice(sentences) if sentences and chance.random() < 0.25 else "",
            )
            for aspect, (points, sentences) in usual.items()
            if chance.random() < 0.85
        }
        answer_alone(row, person.id, said, floor=stage.settings.anonymity_floor, secret=stage.secret)
