"""What a wave of a side changes for a group, published to its people."""

from factories import TESTER

from engagement.people.models import Department
from engagement.waves.impacts.actions import assess_impact, publish_impact
from engagement.waves.impacts.rules import Aspect, AspectSaid, Assessed, ImpactSide
from engagement.waves.models import Wave


def assessment_of(wave: Wave, department: Department) -> dict[str, object]:
    """What the wave changes for the department."""
    said = Assessed({Aspect.PAY: AspectSaid(0)})
    assess_impact(wave, department, ImpactSide.LEADERS, said, floor=5, by=TESTER)
    return {"assessment_id": publish_impact(wave, department.id, by=TESTER).id}
