"""The vocabulary of readiness: what stands against a wave, and which of it a named person may overrule."""

from dataclasses import dataclass

from engagement.vocabulary import Worded

LONGEST_REASON = 1_000


class ObstacleKind(Worded):
    """What keeps a wave from becoming ready or from going live.

    From `VACANCY` on they are what was overruled before waves had criteria, and stay in the rows of that time.
    """

    NO_PEOPLE = "no_people", "Nobody is in it"
    NO_WORKFLOW = "no_workflow", "No workflow is chosen"
    NO_LEAD = "no_lead", "Nobody leads it"
    GO_LIVE_PASSED = "go_live_passed", "The day of its go-live has passed"
    TRAINING_TOO_LATE = "training_too_late", "Training begins too late"
    QUIET = "quiet", "Its people are left to settle"
    QUIET_TRAINING = "quiet_training", "Training waits beyond go-live"
    GATE = "gate", "The gate is not passed"
    RIGHT = "right", "Others have a right to it first"
    NO_BASELINE = "no_baseline", "Nothing was measured before"
    VACANCY = "vacancy", "Ownership is vacant"
    NO_METRIC = "no_metric", "Nothing says what it is worth"
    CONSULTATION = "consultation", "A required consultation is open"
    NO_NOTICE = "no_notice", "There is no notice to the people affected"
    NOT_INFORMED = "not_informed", "Not everybody was told"

    @property
    def can_be_overruled(self) -> bool:
        """Whether somebody may go on all the same, with a reason.

        Without people or a workflow there is nothing to go on with; past the gate goes who plans the programme, until a day.
        """
        return self not in (
            ObstacleKind.NO_PEOPLE,
            ObstacleKind.NO_WORKFLOW,
            ObstacleKind.GATE,
            ObstacleKind.RIGHT,
        )


@dataclass(frozen=True)
class Obstacle:
    """One thing that stands against a wave's next step: what, why that matters, and of which thing (`key`, its id)."""

    kind: ObstacleKind
    key: int
    sentence: str
    why: str

    @property
    def name(self) -> str:
        """Its name among the obstacles of one wave, for forms."""
        return f"{self.kind.value}-{self.key}"
