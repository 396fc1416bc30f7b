"""The demonstration's workflows: how they are rated and run, and the versions that followed the first."""

from dataclasses import dataclass
from typing import Any

from engagement.demo import roster
from engagement.demo.stage import Stage
from engagement.programmes.portfolio.actions import announce_version
from engagement.programmes.rules import OperatingModel

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


def announce_versions(stage: Stage, offset: int) -> None:
    """Announce the version that is due on the day `offset` days from today."""
    if offset in ANNOUNCED:
        name, days, changes = ANNOUNCED[offset]
        with stage.at(stage.day(offset), 11):
            by = stage.accounts[roster.WAVE_LEAD.email].actor
            announce_version(stage.workflows[name], changes, stage.working_day(offset + days), by=by)
