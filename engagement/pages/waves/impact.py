"""Pages of what a wave changes for one group: beside its people and their training, saying it by either side, publishing it."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import render_template, request
from sqlalchemy import and_, select
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.communications.queries.calendar import next_messages
from engagement.communications.texts.queries.subjects import subjects_shown
from engagement.db import db
from engagement.pages.frame import guard
from engagement.pages.frame.formats import here_today
from engagement.pages.parts.fields import row_id
from engagement.pages.parts.saving import Drawn, done, drawn, held, saving
from engagement.pages.waves import blueprint
from engagement.pages.waves.impact_forms import LeadersForm, PeopleForm, drawn_values
from engagement.pages.waves.impact_groups import EVERYBODY, KEPT_BACK, Group, group_among, groups_of, lines_of
from engagement.pages.waves.sponsors_view import keeps_back
from engagement.people.models import Department
from engagement.people.queries import below, standing_department
from engagement.people.rules import TrainingRole
from engagement.programmes.scope.rules import StatementFor
from engagement.reach import found
from engagement.resistance.models import Concern
from engagement.resistance.queries import SourceCount, counts_by_source
from engagement.training.queries.counts import Count
from engagement.training.queries.progress import wave_progress
from engagement.waves.impacts import actions
from engagement.waves.impacts.models import ImpactAssessment
from engagement.waves.impacts.queries.standing import standing_assessment, versions_of
from engagement.waves.impacts.rules import ABOVE, WEIGHT_DEFINITION, Aspect, ImpactSide
from engagement.waves.impacts.scopes import is_sponsor
from engagement.waves.models import Wave
from engagement.waves.scopes import reaches_wave, wave_for
from engagement.waves.voices.queries import sentences_of


@blueprint.get("/waves/<int:wave_id>/impacts/<int:department_id>")
def impact(wave_id: int, department_id: int) -> str:
    """Show what changes for a group, beside its people, their training and what is said to them."""
    reader = guard.reader()
    wave = wave_for(rights.overseeing(reader), wave_id)
    groups = groups_of(wave, keeps_back=keeps_back(wave))
    group = group_among(groups, department_id, asked_role())
    versions = versions_of(wave.id, department_id, group.for_role)
    messages = next_messages(wave.id)
    subjects = subjects_shown(messages)
    reads_people, floor = reaches_wave(rights.reading(reader), wave), guard.settings().anonymity_floor
    may_plan, yesterday = reaches_wave(rights.planning(reader), wave), here_today() - timedelta(days=1)
    return render_template(
        "waves/impact.html",
        wave=wave,
        group=group,
        lines=lines_of(group),
        kept_back=KEPT_BACK,
        lede=_group_lede(group),
        read_now=next((row for row in versions if row.published_at is not None), None),
        former=[
            row for row in versions if row.superseded_at is not None and (row.side in ABOVE or not group.is_kept_back)
        ],
        by_role=[each for each in groups if each.department is group.department and each is not group],
        sentences=_each_once(versions) if may_plan else {},
        concerns=_concerns(wave, group.department, yesterday) if may_plan else None,
        concerns_on=yesterday,
        reads_sheet=rights.reporting(reader).covers(programme_id=wave.programme_id),
        people_asked={name: value for name, value in _people_asked(group).items() if value},
        roles=_training(wave, group) if reads_people else None,
        floor=floor,
        messages=[(message, subjects[message.id]) for message in messages],
        definition=WEIGHT_DEFINITION,
        may_plan=may_plan,
        is_sponsor=is_sponsor(rights.sponsoring(reader), wave),
        reads_people=reads_people,
        reads_map=reaches_wave(rights.reading_maps(reader), wave),
    )


def _each_once(versions: Sequence[ImpactAssessment]) -> dict[Aspect, Counter[str]]:
    """Return what people wrote about these versions, by aspect and each sentence once, with how many wrote it."""
    return {aspect: Counter(said) for aspect, said in sentences_of([row.id for row in versions]).items()}


def _people_asked(group: Group) -> dict[str, object]:
    return {"department": group.department.id, "role": None if group.is_whole else group.for_role.value}


def _concerns(wave: Wave, department: Department, on: date) -> list[SourceCount]:
    """Return the concerns about a wave from a department, by source, for who may read each of them; none if there are none.

    Only those with a name or written down for somebody have a department, so no anonymous one is told of here.
    """
    here = select(Department.id).where(below(department))
    counted = counts_by_source(and_(Concern.wave_id == wave.id, Concern.department_id.in_(here)), on)
    return counted if any(row.open or row.answered for row in counted) else []


def _group_lede(group: Group) -> str:
    if not group.rows:
        return "Nobody has said yet what changes for this group."
    said = [f"{side}: {judged.words}." for side, judged in group.sides.named if judged]
    if group.is_whole and group.sponsors is None:
        said.append("No sponsor has said it yet.")
    if group.leaders is None:
        said.append("The leaders have not said it yet.")
    if group.is_kept_back:
        said.append("What the people say is shown once you have said how you see it.")
    elif group.sides.people is None:
        said.append("The people themselves have not said it yet.")
    return " ".join(said)


def _training(wave: Wave, group: Group) -> dict[TrainingRole, Count]:
    """Return what the people of a group have finished, by role."""
    department = group.department
    roles: dict[TrainingRole, Count] = {}
    for row in wave_progress(wave.id).rows:
        if row.path == department.path or row.path.startswith(f"{department.path}/"):
            for role, count in row.roles.items():
                if not group.is_whole and group.for_role.value != role.value:
                    continue
                roles[role] = roles.get(role, Count()) + count
    return {role: roles[role] for role in TrainingRole if role in roles}


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
    for_role = asked_role()
    before = standing_assessment(wave.id, department.id, side, for_role)
    made = PeopleForm if side is ImpactSide.PEOPLE else LeadersForm
    form = made(data=drawn_values(before.said if before else None))
    floor = guard.settings().anonymity_floor
    if form.validate_on_submit():
        with saving(form) as saved:
            by = guard.reader().actor
            row = actions.assess_impact(wave, department, side, form.said(), for_role, floor=floor, by=by)
        if saved:
            says = "It is kept. What was said before stays below." if row else "Nothing new was said."
            return saved.to("waves.impact", says, **_address(wave_id, department.id, for_role))
    return drawn(
        "waves/edit_impact.html",
        form,
        wave=wave,
        department=department,
        for_role=for_role,
        address=_address(wave_id, department.id, for_role),
        side=side,
        floor=floor,
    )


def asked_role() -> StatementFor:
    """Return for which of a department's people the address asks; raises NotFound for no role."""
    asked = request.args.get("role", EVERYBODY.value)
    return found(next((each for each in StatementFor if each.value == asked), None))


def _address(wave_id: int, department_id: int, for_role: StatementFor) -> dict[str, Any]:
    role = {} if for_role is EVERYBODY else {"role": for_role.value}
    return {"wave_id": wave_id, "department_id": department_id, **role}


def _to_plan(wave_id: int) -> Wave:
    return held(wave_for(rights.planning(guard.reader()), wave_id))


@blueprint.post("/waves/<int:wave_id>/impacts/<int:department_id>/publication")
def publish_impact(wave_id: int, department_id: int) -> BaseResponse:
    """Let the people of a group read what changes for them."""
    read_id, role = row_id(request.form.get("version")), asked_role()
    actions.publish_impact(_to_plan(wave_id), department_id, role, read_id=read_id, by=guard.reader().actor)
    floor = guard.settings().anonymity_floor
    says = f"Its people read it on their page now. If they are at least {floor}, they are asked there how they see it."
    return done("waves.impact", says, **_address(wave_id, department_id, role))


@blueprint.post("/waves/<int:wave_id>/impacts/<int:department_id>/withdrawal")
def withdraw_impact(wave_id: int, department_id: int) -> BaseResponse:
    """Take back what the people of a group read."""
    role = asked_role()
    actions.withdraw_impact(_to_plan(wave_id), department_id, role, by=guard.reader().actor)
    says = "Its people no longer read it on their page."
    return done("waves.impact", says, **_address(wave_id, department_id, role))
