"""The vocabulary of readiness criteria, and pure rules: where a count stands against what is needed, and in which words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engagement.vocabulary import State, Worded
from engagement.words import count, listed, percent_of, plural

LONGEST_TITLE = 200
LONGEST_TEXT = 2_000
#: One trained person for support is needed for as many people as this, unless a wave expects other demand; and the most of them.
PEOPLE_FOR_ONE_SUPPORTER = 80
MOST_FOR_ONE = 10_000


class CriterionState(State):
    """Where a criterion stands."""

    SHORT = "short", "Not met", "bad"
    UNKNOWN = "unknown", "Not known yet", "open"
    MET = "met", "Met", "ok"
    NOT_NEEDED = "not_needed", "Not needed here", ""


class CriterionKind(Worded):
    """What a criterion is about. All but the last are counted by the service; a wave has each of them once."""

    TRAINING = "training", "Training is finished, in each role"
    BRIEFED = "briefed", "People were sent a briefing"
    CONFIRMED = "confirmed", "People confirmed that they read it"
    STATEMENTS = "statements", "Role statements are confirmed and understood"
    CONCERNS = "concerns", "No severe concern is open"
    OWNERSHIP = "ownership", "Ownership of each workflow is complete"
    OVERSIGHT = "oversight", "Somebody may stop each workflow"
    CONSULTATION = "consultation", "Bodies that have to be asked gave their position"
    NOTICE = "notice", "People affected were told before they use it"
    BASELINE = "baseline", "It was measured how things were before"
    SUPPORT = "support", "Support has enough trained people"
    STEPS = "steps", "Sponsors did what they planned"
    CHAMPIONS = "champions", "Champions stand by its people"
    ALIKE = "alike", "Sponsors, leaders and people see the change alike"
    OTHERS = "others", "Not friendly users alone show that it works"
    OWN = "own", "A criterion of your own"

    @property
    def is_counted(self) -> bool:
        """Whether the service counts it; else somebody judges it."""
        return self is not CriterionKind.OWN

    @property
    def usual_need(self) -> int | None:
        """The percentage that is needed unless somebody says otherwise; None where there is nothing to choose."""
        return _NEEDS.get(self)

    @property
    def is_a_right(self) -> bool:
        """Whether others have a right to it, so that no approver goes on without."""
        return self in (CriterionKind.CONSULTATION, CriterionKind.NOTICE)

    @property
    def definition(self) -> str:
        """How it is counted."""
        return _DEFINITIONS.get(self, "")


COUNTED = tuple(kind for kind in CriterionKind if kind.is_counted)
_NEEDS = {
    CriterionKind.TRAINING: 95,
    CriterionKind.BRIEFED: 90,
    CriterionKind.CONFIRMED: 80,
    CriterionKind.STATEMENTS: 80,
    CriterionKind.OWNERSHIP: 100,
    CriterionKind.OVERSIGHT: 100,
    CriterionKind.BASELINE: 100,
    CriterionKind.SUPPORT: 100,
    CriterionKind.STEPS: 100,
    CriterionKind.CHAMPIONS: 80,
    CriterionKind.ALIKE: 75,
    CriterionKind.OTHERS: 50,
}
#: What is counted, of one and of several.
_NOUNS = {
    CriterionKind.TRAINING: (
        "person with training to do has finished it",
        "people with training to do have finished it",
    ),
    CriterionKind.BRIEFED: ("person was sent a briefing of this wave", "people were sent a briefing of this wave"),
    CriterionKind.CONFIRMED: ("person who was asked confirmed it", "people who were asked confirmed it"),
    CriterionKind.STATEMENTS: (
        "person confirmed their statements and answered the question right",
        "people confirmed their statements and answered the question right",
    ),
    CriterionKind.OWNERSHIP: ("workflow has somebody for every part", "workflows have somebody for every part"),
    CriterionKind.OVERSIGHT: (
        "workflow has somebody who may stop it, in order",
        "workflows have somebody who may stop them, in order",
    ),
    CriterionKind.CONSULTATION: (
        "body that has to be asked gave a position that it can go on with",
        "bodies that have to be asked gave a position that it can go on with",
    ),
    CriterionKind.NOTICE: (
        "person was sent the notice of what affects their work",
        "people were sent the notice of what affects their work",
    ),
    CriterionKind.BASELINE: (
        "workflow has a measure and its value before",
        "workflows have a measure and its value before",
    ),
    CriterionKind.SUPPORT: ("person needed for support is trained", "people needed for support are trained"),
    CriterionKind.STEPS: ("sponsor’s step whose day has come is done", "sponsors’ steps whose day has come are done"),
    CriterionKind.CHAMPIONS: (
        "champion needed is there, one for 25 people",
        "champions needed are there, one for 25 people",
    ),
    CriterionKind.ALIKE: (
        "group that can be compared is seen alike by its people, those who lead it and the sponsors",
        "groups that can be compared are seen alike by their people, those who lead them and the sponsors",
    ),
    CriterionKind.OTHERS: (
        "person who finished training is neither champion nor volunteer nor pilot user",
        "people who finished training are neither champions nor volunteers nor pilot users",
    ),
}
_DEFINITIONS = {
    CriterionKind.TRAINING: "Present members with something to learn, once each; finished when everything required in all their roles is. Each role alone has to reach the percentage too.",
    CriterionKind.BRIEFED: "Present members to whom at least one department briefing of this wave was sent, of all present members.",
    CriterionKind.CONFIRMED: "Present members who were sent a briefing of this wave that asks for confirmation, and confirmed each of these.",
    CriterionKind.STATEMENTS: "Present members for whom a statement of a workflow of this wave is published, and who confirmed every one that is for them.",
    CriterionKind.CONCERNS: "Severe concerns about this wave, named or not, that have no answer. The number is for those who answer them.",
    CriterionKind.OWNERSHIP: "Workflows of this wave with an operational owner, a change approver, an escalation contact and a support team; who has left holds nothing.",
    CriterionKind.OVERSIGHT: "Workflows of this wave with somebody who may stop them, in writing, with a certificate that has not run out and a deputy who is here.",
    CriterionKind.CONSULTATION: "Consultations of this wave that are required; a position that a newer version has overtaken does not count.",
    CriterionKind.NOTICE: "Present members who were sent the current notice of each workflow that is marked as affecting workers. Who comes later is sent it by itself.",
    CriterionKind.BASELINE: "Workflows of this wave with at least one measure, each with a value from before or a reason why there is none.",
    CriterionKind.SUPPORT: f"Members with the training role support who have finished it, of the number needed for the demand that is expected: one for every {PEOPLE_FOR_ONE_SUPPORTER} people in the wave, or as was said for it.",
    CriterionKind.STEPS: "Steps of this wave and of the whole programme whose day has come; what was left out does not count.",
    CriterionKind.CHAMPIONS: "One champion for 25 people in each department; more in one department do not help another.",
    CriterionKind.ALIKE: "Of the groups of this wave whose people judged the same part of the work as their leaders or the sponsors, those where neither is 2 or more of 5 points away from the people in any part. What people say counts once enough of them said it.",
    CriterionKind.OTHERS: "Of those who finished training: people who are no champion in the programme, are not marked as having come to this wave of their own will, and were in none of its waves that are live already.",
}


@dataclass(frozen=True)
class Part:
    """One part of a count, such as a training role, which has to reach what is needed alone.

    It `is_told` in numbers only where nobody can be recognised.
    """

    name: str
    met: int
    total: int
    is_told: bool = False

    @property
    def words(self) -> str:
        """How far it is, if it is behind: "Support: 3 of 9", or "Support: not enough" without numbers."""
        return f"{self.name}: {f'{count(self.met)} of {count(self.total)}' if self.is_told else 'not enough'}"


@dataclass(frozen=True)
class Counted:
    """What was counted for one criterion: how many of how many.

    `unknown` says why nothing can be known, `not_needed` why nothing is asked. `lacking` are sentences on what is missing, the
    worst first; `is_short` says that it is short whatever the numbers. `key` is the id of the first thing to look at; what it lacks is
    lacking `since` then, where that is known. `rate` says for how many people one is needed, where that may be chosen.
    """

    met: int | None = None
    total: int | None = None
    parts: Sequence[Part] = ()
    lacking: Sequence[str] = ()
    unknown: str = ""
    not_needed: str = ""
    is_short: bool = False
    key: int | None = None
    since: datetime | None = None
    rate: int | None = None


def supported(trained: int, people: int, rate: int) -> Counted:
    """Return whether so many trained people are enough for support, one for each `rate` of these people or part of them."""
    needed = -(-people // rate)
    return Counted(min(trained, needed), needed, rate=rate)


def reaches(met: int, total: int, need: int) -> bool:
    """Return whether so many of so many are the percentage needed; exactly, without rounding."""
    return met * 100 >= need * total


def parts_behind(counted: Counted, need: int) -> list[Part]:
    """Return the parts that don't reach what is needed, the worst first; those without numbers last, by name."""
    behind = [part for part in counted.parts if not reaches(part.met, part.total, need)]
    # How one without numbers stands among the others would tell something of them.
    return sorted(behind, key=lambda part: (not part.is_told, part.met / part.total if part.is_told else 0, part.name))


def state_of(counted: Counted, need: int) -> CriterionState:
    """Return where a count stands against the percentage needed."""
    if counted.unknown:
        return CriterionState.UNKNOWN
    if counted.not_needed:
        return CriterionState.NOT_NEEDED
    is_short = counted.is_short or bool(parts_behind(counted, need))
    if counted.met is not None and counted.total is not None:
        is_short = is_short or not reaches(counted.met, counted.total, need)
    return CriterionState.SHORT if is_short else CriterionState.MET


def sentence_of(kind: CriterionKind, counted: Counted, need: int) -> str:
    """Say why a counted criterion stands where it stands: "81 of 90 people …, 95 % needed. Support: 3 of 9."""
    if counted.unknown or counted.not_needed:
        return counted.unknown or counted.not_needed
    said = []
    if counted.met is not None and counted.total is not None:
        needed = "" if kind.usual_need is None else f"; {need}\N{NO-BREAK SPACE}% needed"
        rate = f", one for {plural(counted.rate, 'person', 'people')}" if counted.rate else ""
        said.append(f"{count(counted.met)} of {plural(counted.total, *_NOUNS[kind])}{rate}{needed}.")
    behind = parts_behind(counted, need)
    if behind:
        said.append(f"{listed(part.words for part in behind)}.")
    return " ".join([*said, *counted.lacking[:3], *_more(len(counted.lacking) - 3)])


def _more(number: int) -> list[str]:
    return [f"And {count(number)} more."] if number > 0 else []


def percent_words(met: int, total: int) -> str:
    """Write a share as a percentage, or words where there is nothing to share."""
    return f"{percent_of(met, total)}\N{NO-BREAK SPACE}%" if total else "nothing to count"


def need_problem(kind: CriterionKind, need: int | None) -> str:
    """Return what is wrong with a percentage that is to be needed, "" if nothing is; None is the usual one."""
    if need is None:
        return ""
    if kind.usual_need is None:
        return "Here nothing can be chosen: it has to be met whole."
    return "" if 0 < need <= 100 else "Write a whole number from 1 to 100. To ask for nothing, take the criterion out."


def rate_problem(kind: CriterionKind, rate: int | None) -> str:
    """Return what is wrong with a number of people for whom one trained person is needed, "" if nothing is; None is the usual one."""
    if rate is None:
        return ""
    if kind is not CriterionKind.SUPPORT:
        return "This can be chosen for support alone."
    return "" if 0 < rate <= MOST_FOR_ONE else f"Write a whole number from 1 to {MOST_FOR_ONE:,}."


@dataclass(frozen=True)
class Tally:
    """How many criteria stand where; those that are not needed here don't count."""

    met: int = 0
    short: int = 0
    unknown: int = 0
    not_needed: int = 0

    @classmethod
    def of(cls, states: Sequence[CriterionState]) -> "Tally":
        """Count criteria by where they stand."""
        return cls(*(states.count(state) for state in (_S.MET, _S.SHORT, _S.UNKNOWN, _S.NOT_NEEDED)))

    @property
    def total(self) -> int:
        """How many there are, of which `met`, `short` and `unknown` are parts."""
        return self.met + self.short + self.unknown

    @property
    def words(self) -> str:
        """The count in one sentence: "4 of 10 criteria are not met and 1 is not known yet."""
        if not self.total:
            return "No criterion is asked for here."
        parts = [
            f"{count(number)}{' of ' + _criteria(self.total) if not at else ''} {'is' if number == 1 else 'are'} {words}"
            for at, (number, words) in enumerate(
                (number, words)
                for number, words in ((self.short, "not met"), (self.unknown, "not known yet"), (self.met, "met"))
                if number
            )
        ]
        return f"{listed(parts)}."


_S = CriterionState


def _criteria(number: int) -> str:
    return f"{count(number)} criteria" if number != 1 else "1 criterion"
