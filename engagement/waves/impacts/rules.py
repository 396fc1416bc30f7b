"""The vocabulary of impact assessments and pure rules: what is wrong with one, its total, and where two sides differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from engagement.vocabulary import State, Worded
from engagement.words import listed

LONGEST_TEXT, MOST_POINTS, MOST_VOICES = 1_000, 5, 100_000
#: From so many points on the two sides see something differently.
DIFFERENT = 2
#: So many aspects are named as the ones that change most.
HEAVIEST = 3
#: What each number of points means.
MEANINGS = (
    "stays as it is",
    "is hardly noticed",
    "changes a little",
    "changes in part",
    "changes for the most part",
    "becomes something else",
)


class Aspect(Worded):
    """A part of a job that can change."""

    TASKS = "tasks", "What they do"
    TOOLS = "tools", "What they work with"
    SKILLS = "skills", "What they have to know"
    DECISIONS = "decisions", "What they decide"
    WORKLOAD = "workload", "How much there is to do"
    COLLEAGUES = "colleagues", "Whom they work with"
    PLACE = "place", "Where and when they work"
    MEASURES = "measures", "What they are measured by"
    PAY = "pay", "Pay and grade"
    STANDING = "standing", "Their say and standing"

    @property
    def own_word(self) -> str:
        """The aspect as its people read it of themselves."""
        return self.word.replace("they", "you").replace("Their", "Your")

    @property
    def short(self) -> str:
        """The aspect in one word, for the head of a narrow column."""
        return self.value.capitalize()


class ImpactSide(Worded):
    """Who says it: a sponsor of the wave; those who lead the group or the wave; its people together; or each alone, without a name.

    The last two are the people's side: what each said alone goes before what they said together.
    """

    SPONSORS = "sponsors"
    LEADERS = "leaders"
    PEOPLE = "people", "The people together"
    ANSWERS = "answers", "The people, each alone"


#: Those whose view is held against the people's, in the order in which they are shown.
ABOVE = (ImpactSide.SPONSORS, ImpactSide.LEADERS)


class Weight(State):
    """How heavy a total is, by the points given for each aspect that was judged."""

    LIGHT = "light", "Light", "ok"
    NOTABLE = "notable", "Notable", "warn", "bang"
    HEAVY = "heavy", "Heavy", "bad", "bang"


WEIGHT_DEFINITION = (
    "Each part of the work has 0 to 5 points, and the total adds them up. It is light under 1.5 points for each part that "
    "was judged, notable under 3, and heavy from there on."
)


@dataclass(frozen=True)
class AspectSaid:
    """What is said of one aspect: points (None: not judged), how it is before, and how it will be.

    `counts` are how many gave 0, 1, … 5 points, where each said it alone; the points are then the middle one of these.
    """

    score: int | None = None
    before: str = ""
    after: str = ""
    counts: tuple[int, ...] = ()

    @property
    def meaning(self) -> str:
        """The points in words."""
        return "nobody said" if self.score is None else MEANINGS[self.score]


@dataclass(frozen=True)
class Assessed:
    """An assessment as its form and its rows say it. `voices` is how many people of the group were asked together."""

    aspects: Mapping[Aspect, AspectSaid] = field(default_factory=dict)
    basis: str = ""
    voices: int | None = None

    def of(self, aspect: Aspect) -> AspectSaid:
        """Return what is said of an aspect."""
        return self.aspects.get(aspect, AspectSaid())

    @property
    def judged(self) -> list[Aspect]:
        """The aspects with points."""
        return [aspect for aspect in Aspect if self.of(aspect).score is not None]

    @property
    def total(self) -> int:
        """The sum of all points."""
        return sum(self.of(aspect).score or 0 for aspect in self.judged)

    @property
    def most(self) -> int:
        """The most points that the judged aspects could have."""
        return MOST_POINTS * len(self.judged)

    @property
    def weight(self) -> Weight:
        """How heavy the total is; a judgement of few aspects weighs by these alone."""
        judged = len(self.judged)
        if self.total * 2 < 3 * judged or not judged:
            return Weight.LIGHT
        return Weight.NOTABLE if self.total < 3 * judged else Weight.HEAVY

    @property
    def heaviest(self) -> list[Aspect]:
        """The aspects with the most points, at most three, none that stays as it is."""
        changing = [aspect for aspect in self.judged if self.of(aspect).score]
        return sorted(changing, key=lambda aspect: -(self.of(aspect).score or 0))[:HEAVIEST]

    @property
    def words(self) -> str:
        """The total in words: "23 of 50 points, most in pay and grade"."""
        most = listed([aspect.word.lower() for aspect in self.heaviest])
        rest = len(Aspect) - len(self.judged)
        unsaid = f"; {rest} of {len(Aspect)} parts are not judged" if rest else ""
        return f"{self.total} of {self.most} points{f', most in {most}' if most else ''}{unsaid}"


def middle_of(counts: Sequence[int]) -> int:
    """Return the points in the middle of all that were given; between two, the higher, so that nothing is made light of."""
    half = sum(counts) // 2
    return next(points for points in range(len(counts)) if sum(counts[: points + 1]) > half)


def people_said(together: Assessed | None, alone: Assessed | None) -> Assessed | None:
    """Return the people's side: the points that each gave alone where enough did, else those given together, with all words."""
    if together is None or alone is None:
        return alone or together
    aspects = {}
    for aspect in Aspect:
        said, own = together.of(aspect), alone.of(aspect)
        aspects[aspect] = said if own.score is None else replace(own, before=said.before, after=said.after)
    found = {aspect: said for aspect, said in aspects.items() if said != AspectSaid()}
    return Assessed(found, together.basis, together.voices)


def differing(one: Assessed | None, other: Assessed | None) -> list[Aspect]:
    """Return the aspects that the two sides see differently; none while one of them has not said anything."""
    if one is None or other is None:
        return []
    both = [(aspect, one.of(aspect).score, other.of(aspect).score) for aspect in Aspect]
    return [aspect for aspect, a, b in both if a is not None and b is not None and abs(a - b) >= DIFFERENT]


@dataclass(frozen=True)
class Sides:
    """What each side says of a group, None where it has not; the people's view is the measure of the other two."""

    sponsors: Assessed | None
    leaders: Assessed | None
    people: Assessed | None

    @property
    def named(self) -> list[tuple[str, Assessed | None]]:
        """Each side by its word, from the top down."""
        return [*((side.word, self.of(side)) for side in ABOVE), ("People", self.people)]

    def of(self, side: ImpactSide) -> Assessed | None:
        """Return what one of those above the people says."""
        return self.sponsors if side is ImpactSide.SPONSORS else self.leaders

    @property
    def compared(self) -> list[ImpactSide]:
        """Those above who judged some part of the work that the people judged too."""
        judged = set(self.people.judged if self.people else ())
        return [side for side in ABOVE if (said := self.of(side)) and not judged.isdisjoint(said.judged)]

    @property
    def apart(self) -> dict[Aspect, list[ImpactSide]]:
        """The parts of the work that the people see differently, each with who sees it otherwise than they."""
        found = {side: differing(self.of(side), self.people) for side in ABOVE}
        each = {aspect: [side for side in ABOVE if aspect in found[side]] for aspect in Aspect}
        return {aspect: sides for aspect, sides in each.items() if sides}

    @property
    def differing_words(self) -> str:
        """Who sees what otherwise than the people: "Sponsors: pay and grade. Leaders: pay and grade"; "" for nobody."""
        return ". ".join(
            f"{side.word}: {listed([aspect.word.lower() for aspect in apart])}"
            for side in ABOVE
            if (apart := differing(self.of(side), self.people))
        )


def assessment_problems(said: Assessed, side: ImpactSide, floor: int) -> dict[str, str]:
    """Return what is wrong with an assessment, by field; `floor` is the smallest group that may be told of."""
    problems: dict[str, str] = {}
    for aspect in Aspect:
        problems |= _aspect_problems(aspect, said.of(aspect), asks_words=side is not ImpactSide.SPONSORS)
    if not said.judged and not problems:
        problems[f"score_{Aspect.TASKS}"] = "Choose for at least one part of the work how much it changes."
    if len(said.basis) > LONGEST_TEXT:
        problems["basis"] = _too_long(said.basis)
    if side is ImpactSide.PEOPLE:
        if not said.basis:
            problems["basis"] = "Say how they were asked, such as in a workshop on which day."
        if said.voices is None:
            problems["voices"] = "Write how many of them were asked together."
        elif said.voices < floor:
            problems["voices"] = f"Ask at least {floor}. With fewer, people could be recognised."
        elif said.voices > MOST_VOICES:
            problems["voices"] = f"Write a number up to {MOST_VOICES:,}."
    return problems


def _aspect_problems(aspect: Aspect, said: AspectSaid, *, asks_words: bool) -> dict[str, str]:
    problems = {
        f"{name}_{aspect}": _too_long(text)
        for name, text in (("before", said.before), ("after", said.after))
        if len(text) > LONGEST_TEXT
    }
    if said.score is None and (said.before or said.after):
        problems[f"score_{aspect}"] = "Choose how much it changes, because there are words about it."
    elif said.score is not None and not 0 <= said.score <= MOST_POINTS:
        problems[f"score_{aspect}"] = f"Choose 0 to {MOST_POINTS}."
    elif said.score and not said.after and asks_words:
        problems[f"after_{aspect}"] = "Say what it will be like. One line is enough."
    return problems


def _too_long(text: str) -> str:
    return f"Shorten this to {LONGEST_TEXT:,} characters; it has {len(text):,}."
