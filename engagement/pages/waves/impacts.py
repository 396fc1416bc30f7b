"""Pages of what a wave changes for its groups: all of them, one beside its people, assessing it, publishing it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.communications.queries.calendar import next_messages
from engagement.communications.texts.queries.subjects import subjects_shown
from engagement.db import db
from engagement.pages.frame import guard
from engagement.pages.frame.formats import here_today
from engagement.pages.parts.fields import row_id
from engagement.pages.parts.files import list_file
from engagement.pages.parts.saving import Drawn, done, drawn, held, saving
from engagement.pages.waves import blueprint
from engagement.pages.waves.impact_forms import LeadersForm, PeopleForm, drawn_values
from engagement.people.models import Department
from engagement.people.queries import standing_department
from engagement.people.rules import TrainingRole
from engagement.reach import found
from engagement.stakeholders.champions.queries import DepartmentCoverage, wave_coverage
from engagement.training.queries.counts import Count
from engagement.training.queries.progress import wave_progress
from engagement.waves.impacts import actions
from engagement.waves.impacts.models import ImpactAssessment
from engagement.waves.impacts.queries import assessments_of, standing_assessment, versions_of
from engagement.waves.impacts.rules import (
    WEIGHT_DEFINITION,
    Aspect,
    AspectSaid,
    Assessed,
    ImpactSide,
    differing,
)
from engagement.waves.models import Wave
from engagement.waves.scopes import reaches_wave, wave_for
from engagement.waves.tallies.queries import member_sums
from engagement.words import listed, plural

HEADER = (
    "department",
    "people",
    "side",
    "part of the work",
    "points",
    "before",
    "after",
    "asked",
    "said_by",
    "said_on",
)


@dataclass(frozen=True)
class Group:
    """A department of a wave with its people, and what each side says now."""

    coverage: DepartmentCoverage
    department: Department
    leaders: ImpactAssessment | None
    people: ImpactAssessment | None

    @property
    def rows(self) -> list[ImpactAssessment]:
        """The assessments that there are."""
        return [row for row in (self.leaders, self.people) if row is not None]

    @property
    def points(self) -> int:
        """The most points that a side gives, -1 while nobody has judged it."""
        return max((row.said.total for row in self.rows), default=-1)

    @property
    def is_compared(self) -> bool:
        """Whether both sides judged some of the same aspects."""
        both = [set(row.said.judged) for row in self.rows]
        return len(both) == 2 and not both[0].isdisjoint(both[1])

    @property
    def differing(self) -> list[Aspect]:
        """The aspects that the two sides see differently."""
        return differing(self.leaders.said if self.leaders else None, self.people.said if self.people else None)

    @property
    def differing_words(self) -> str:
        """These aspects in words."""
        return listed([aspect.word.lower() for aspect in self.differing])


@dataclass(frozen=True)
class AspectLine:
    """One aspect as both sides see it."""

    aspect: Aspect
    leaders: AspectSaid
    people: AspectSaid
    differs: bool


def _groups(wave: Wave) -> list[Group]:
    """Return the groups of a wave: those with the most points first, those not judged last."""
    standing = assessments_of(wave.id)
    covered = wave_coverage(wave.id, here_today(), member_sums([wave.id]))
    made = [
        Group(
            row,
            row.department,
            standing.get((row.department.id, ImpactSide.LEADERS)),
            standing.get((row.department.id, ImpactSide.PEOPLE)),
        )
        for row in covered.rows
        if row.department is not None
    ]
    return sorted(made, key=lambda group: -group.points)


def _group(wave: Wave, department_id: int) -> Group:
    return found(next((group for group in _groups(wave) if group.department.id == department_id), None))


@blueprint.get("/waves/<int:wave_id>/impacts")
def impacts(wave_id: int) -> str:
    """Show the groups of a wave by how much changes for them."""
    reader = guard.reader()
    wave = wave_for(rights.overseeing(reader), wave_id)
    groups = _groups(wave)
    return render_template(
        "waves/impacts.html",
        wave=wave,
        groups=groups,
        lede=_lede(groups),
        definition=WEIGHT_DEFINITION,
        may_plan=reaches_wave(rights.planning(reader), wave),
    )


def _lede(groups: Sequence[Group]) -> str:
    if not groups:
        return "No department is in this wave yet."
    open_ones = [group for group in groups if group.leaders is None]
    if len(open_ones) == len(groups):
        return "Its leaders have not said yet what it changes for anybody."
    differ = sum(bool(group.differing) for group in groups)
    among = " of those judged so far" if groups[-1].points < 0 else ""
    first = (
        f"{groups[0].department.path} has the most points{among}."
        if groups[0].points
        else "No part of the work that was judged changes."
    )
    more = f" {plural(len(open_ones), 'group is', 'groups are')} not judged by their leaders yet." if open_ones else ""
    apart = f" In {plural(differ, 'group', 'groups')} leaders and people see it differently." if differ else ""
    return first + more + apart


@blueprint.get("/waves/<int:wave_id>/impacts.<any(csv, xlsx):kind>")
def impacts_file(wave_id: int, kind: str) -> Response:
    """Return what a wave changes for its groups as a file."""
    wave = wave_for(rights.overseeing(guard.reader()), wave_id)
    lines = [
        (
            group.department.path,
            group.coverage.people,
            row.side.word,
            aspect.word,
            one.score,
            one.before,
            one.after,
            row.voices,
            row.said_by,
            row.said_at.date(),
        )
        for group in _groups(wave)
        for row in group.rows
        for aspect, one in row.said.aspects.items()
    ]
    return list_file(kind, HEADER, lines, f"impacts-{wave.name}", "Impacts")


@blueprint.get("/waves/<int:wave_id>/impacts/<int:department_id>")
def impact(wave_id: int, department_id: int) -> str:
    """Show what changes for a group, beside its people, their training and what is said to them."""
    reader = guard.reader()
    wave = wave_for(rights.overseeing(reader), wave_id)
    group = _group(wave, department_id)
    versions = versions_of(wave.id, department_id)
    messages = next_messages(wave.id)
    subjects = subjects_shown(messages)
    reads_people, floor = reaches_wave(rights.reading(reader), wave), guard.settings().anonymity_floor
    return render_template(
        "waves/impact.html",
        wave=wave,
        group=group,
        lines=_lines(group),
        lede=_group_lede(group),
        read_now=next((row for row in versions if row.published_at is not None), None),
        former=[row for row in versions if row.superseded_at is not None],
        roles=_training(wave, group.department, 0 if reads_people else floor),
        floor=floor,
        messages=[(message, subjects[message.id]) for message in messages],
        definition=WEIGHT_DEFINITION,
        may_plan=reaches_wave(rights.planning(reader), wave),
        reads_people=reads_people,
        reads_map=reaches_wave(rights.reading_maps(reader), wave),
    )


def _lines(group: Group) -> list[AspectLine]:
    nothing, differ = Assessed(), group.differing
    leaders = group.leaders.said if group.leaders else nothing
    people = group.people.said if group.people else nothing
    return (
        [AspectLine(each, leaders.of(each), people.of(each), each in differ) for each in Aspect] if group.rows else []
    )


def _group_lede(group: Group) -> str:
    if not group.rows:
        return "Nobody has said yet what changes for this group."
    said = [f"{row.side.word}: {row.said.words}." for row in group.rows]
    if group.leaders is None:
        said.append("The leaders have not said it yet.")
    if group.people is None:
        said.append("The people themselves have not been asked yet.")
    return " ".join(said)


def _training(wave: Wave, department: Department, floor: int) -> dict[TrainingRole, Count | None]:
    """Return what the people of a department and below it have finished, by role; None where they are fewer than `floor`."""
    roles: dict[TrainingRole, Count] = {}
    for row in wave_progress(wave.id).rows:
        if row.path == department.path or row.path.startswith(f"{department.path}/"):
            for role, count in row.roles.items():
                roles[role] = roles.get(role, Count()) + count
    return {role: roles[role] if roles[role].assigned >= floor else None for role in TrainingRole if role in roles}


@blueprint.route("/waves/<int:wave_id>/impacts/<int:department_id>/leaders", methods=["GET", "POST"])
def assess_as_leaders(wave_id: int, department_id: int) -> Drawn | BaseResponse:
    """Say what changes for a group, as those who lead it see it."""
    return _assess(wave_id, department_id, ImpactSide.LEADERS)


@blueprint.route("/waves/<int:wave_id>/impacts/<int:department_id>/people", methods=["GET", "POST"])
def assess_as_people(wave_id: int, department_id: int) -> Drawn | BaseResponse:
    """Write down what the people of a group said together."""
    return _assess(wave_id, department_id, ImpactSide.PEOPLE)


def _assess(wave_id: int, department_id: int, side: ImpactSide) -> Drawn | BaseResponse:
    wave = _to_plan(wave_id)
    # One that left the wave while the form was open is refused by the action, which keeps what was typed.
    department = standing_department(found(db.session.get(Department, department_id)))
    before = standing_assessment(wave.id, department.id, side)
    made = PeopleForm if side is ImpactSide.PEOPLE else LeadersForm
    form = made(data=drawn_values(before.said if before else None))
    floor = guard.settings().anonymity_floor
    if form.validate_on_submit():
        with saving(form) as saved:
            row = actions.assess_impact(wave, department, side, form.said(), floor=floor, by=guard.reader().actor)
        if saved:
            says = "It is kept. What was said before stays below." if row else "Nothing new was said."
            return saved.to("waves.impact", says, wave_id=wave_id, department_id=department.id)
    return drawn("waves/edit_impact.html", form, wave=wave, department=department, side=side, floor=floor)


def _to_plan(wave_id: int) -> Wave:
    return held(wave_for(rights.planning(guard.reader()), wave_id))


@blueprint.post("/waves/<int:wave_id>/impacts/<int:department_id>/publication")
def publish_impact(wave_id: int, department_id: int) -> BaseResponse:
    """Let the people of a group read what changes for them."""
    read_id = row_id(request.form.get("version"))
    actions.publish_impact(_to_plan(wave_id), department_id, read_id=read_id, by=guard.reader().actor)
    says = "Its people read it on their page now."
    return done("waves.impact", says, wave_id=wave_id, department_id=department_id)


@blueprint.post("/waves/<int:wave_id>/impacts/<int:department_id>/withdrawal")
def withdraw_impact(wave_id: int, department_id: int) -> BaseResponse:
    """Take back what the people of a group read."""
    actions.withdraw_impact(_to_plan(wave_id), department_id, by=guard.reader().actor)
    says = "Its people no longer read it on their page."
    return done("waves.impact", says, wave_id=wave_id, department_id=department_id)
