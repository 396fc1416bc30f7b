"""What wave 3 of the demonstration changes for one of its groups: as its leaders see it, and as a workshop heard it."""

from engagement.demo import roster
from engagement.demo.stage import Stage
from engagement.people.queries import department_by_path
from engagement.waves.impacts.actions import assess_impact, publish_impact
from engagement.waves.impacts.rules import Aspect, AspectSaid, Assessed, ImpactSide

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
#: The one group that is judged so far; the wave's others are still open.
GROUP = "Operations/Claims/Property"


def assess(stage: Stage, offset: int) -> None:
    """Judge and publish, or hear the people, on the day `offset` days from today."""
    if offset not in (-34, -17):
        return
    with stage.at(stage.day(offset), 9):
        wave, by, group = stage.waves[3], stage.accounts[roster.MANAGER.email].actor, department_by_path(GROUP)
        assert group is not None
        floor = stage.settings.anonymity_floor
        if offset == -34:
            assess_impact(wave, group, ImpactSide.LEADERS, LEADERS, floor=floor, by=by)
            publish_impact(wave, group.id, by=by)
        else:
            assess_impact(wave, group, ImpactSide.PEOPLE, PEOPLE, floor=floor, by=by)
