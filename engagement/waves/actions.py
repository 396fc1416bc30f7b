"""Changes of waves: planning, moving go-live, status, and placing people."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import func, literal, select, update

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db, insert_new, note_growth, rows_changed
from engagement.errors import BadInput, RuleBroken
from engagement.letters import clean
from engagement.people.models import Department, Person
from engagement.people.organisation.rules import UNSET
from engagement.programmes.models import Programme, Workflow
from engagement.verbs import Verb
from engagement.waves import queries
from engagement.waves.milestones.actions import TOO_EARLY, plan_days, set_days
from engagement.waves.milestones.rules import MilestoneKind
from engagement.waves.models import GoLiveMove, Membership, Wave, WaveDepartment, WaveDetails, WaveStep, WaveWorkflow
from engagement.waves.rules import MembershipOrigin, WaveStatus
from engagement.waves.volunteers.queries import volunteered_last


def plan_wave(
    programme: Programme,
    details: WaveDetails,
    go_live_on: date,
    *,
    by: Actor,
    departments: Iterable[Department] = (),
    workflows: Iterable[Workflow] = (),
) -> Wave:
    """Add the next wave to a programme, with the people of its departments.

    Its lead and sponsor are set later, by the accounts room, because that gives rights. Raises BadInput for a missing
    name, a quiet period that ends before go-live, or lead days outside 0 to 365.
    """
    number = (db.session.scalar(select(func.max(Wave.number)).where(Wave.programme_id == programme.id)) or 0) + 1
    problems = _problems(details)
    if details.stabilises_until_on is not None and details.stabilises_until_on < go_live_on:
        problems["stabilises_until_on"] = TOO_EARLY
    if not 0 <= details.training_lead_days <= 365:
        problems["training_lead_days"] = "Choose between 0 and 365 days."
    if problems:
        raise BadInput("The wave can’t be planned like this.", problems)
    wave = Wave(programme=programme, number=number, go_live_on=go_live_on, made_at=clock.now())
    wave.name, wave.aim, wave.exit_criteria = clean(details.name), details.aim, details.exit_criteria
    db.session.add(wave)
    db.session.flush()
    plan_days(wave, details.stabilises_until_on, details.training_lead_days)
    _take_step(wave, WaveStatus.PLANNED, "", by)
    audit.record(Verb.PLANNED_WAVE, wave, by=by, **{"go-live": (None, go_live_on)})
    choose_departments(wave, departments, by=by)
    choose_workflows(wave, workflows, by=by)
    return wave


def change_wave(wave: Wave, details: WaveDetails, *, by: Actor) -> None:
    """Change what a wave is called and meant for; its days are changed as milestones. Raises BadInput as `plan_wave` does."""
    if problems := _problems(details):
        raise BadInput("The wave can’t be planned like this.", problems)
    before = (wave.name, wave.aim, wave.exit_criteria)
    wave.name, wave.aim, wave.exit_criteria = clean(details.name), details.aim, details.exit_criteria
    after, words = (wave.name, wave.aim, wave.exit_criteria), ("name", "aim", "stable when")
    changes = {word: (old, new) for word, old, new in zip(words, before, after, strict=True) if old != new}
    if changes:
        audit.record(Verb.CHANGED_WAVE, wave, by=by, **changes)


def _problems(details: WaveDetails) -> dict[str, str]:
    problems = {}
    name = clean(details.name)
    if not name or len(name) > 200:
        problems["name"] = "Write a name, at most 200 characters."
    for field in ("aim", "exit_criteria"):
        if len(getattr(details, field)) > 5_000:
            problems[field] = "Shorten this to 5,000 characters."
    return problems


def move_go_live(wave: Wave, go_live_on: date, *, reason: str, by: Actor, country: str = UNSET.country) -> None:
    """Move a wave's go-live; milestones that are counted from it follow, with the days off of `country`.

    Raises RuleBroken once the wave is live, BadInput without a reason.
    """
    if wave.status not in (WaveStatus.PLANNED, WaveStatus.READY):
        raise RuleBroken(f"{wave.title} is {wave.status.word.lower()}; its go-live has happened.")
    if not reason.strip():
        raise BadInput(
            "Say why it moves.", {"reason": "Say why it moves. One sentence is enough; people will read it."}
        )
    _set_go_live(wave, go_live_on, reason.strip(), by, country)


def _set_go_live(wave: Wave, go_live_on: date, reason: str, by: Actor, country: str) -> None:
    if go_live_on == wave.go_live_on:
        return
    former, reason = wave.go_live_on, reason[:1000]
    audit.record(Verb.MOVED_GO_LIVE, wave, by=by, **{"go-live": (former, go_live_on), "reason": (None, reason)})
    db.session.add(
        GoLiveMove(wave_id=wave.id, from_on=former, to_on=go_live_on, reason=reason, at=clock.now(), by=by.name[:401])
    )
    set_days(wave, {MilestoneKind.GO_LIVE: go_live_on}, country)


def change_status(wave: Wave, status: WaveStatus, *, reason: str = "", by: Actor) -> None:
    """Move a wave to another status.

    Raises RuleBroken for a step that its status does not allow, BadInput if the step needs a reason and has none.
    """
    if status not in wave.status.next_steps:
        raise RuleBroken(f"{wave.title} is {wave.status.word.lower()} and can’t become {status.word.lower()}.")
    _take_step(wave, status, _reason(reason, is_needed=status.needs_reason), by)


def go_live(wave: Wave, on: date, *, today: date, reason: str, by: Actor, country: str = UNSET.country) -> None:
    """Record the day on which a wave's people began, which becomes its go-live; derived days follow.

    Raises RuleBroken when its status does not allow it, BadInput for a day after `today` or a missing reason.
    """
    if on > today:
        problem = "That day has not come. Choose the day on which people began; to plan another one, move the go-live."
        raise BadInput(problem, {"on": problem})
    change_status(wave, WaveStatus.LIVE, reason=reason, by=by)
    _set_go_live(wave, on, reason.strip(), by, country)


def plan_again(
    wave: Wave, go_live_on: date, *, today: date, reason: str, by: Actor, country: str = UNSET.country
) -> None:
    """Plan a wave anew that was rolled back, for another day; training is due before that one.

    Raises BadInput for a day that is not ahead or a missing reason, RuleBroken when it was not rolled back.
    """
    if wave.status is not WaveStatus.ROLLED_BACK:
        raise RuleBroken(
            f"{wave.title} is {wave.status.word.lower()}; only a wave that was rolled back is planned anew."
        )
    if go_live_on <= today:
        problem = "Choose a day that lies ahead. Its training is due before that day."
        raise BadInput(problem, {"go_live_on": problem})
    change_status(wave, WaveStatus.PLANNED, reason=reason, by=by)
    _set_go_live(wave, go_live_on, reason.strip(), by, country)


def take_back_step(
    wave: Wave, *, go_live_on: date | None = None, reason: str, by: Actor, country: str = UNSET.country
) -> None:
    """Undo the newest step of a wave, taken by mistake; it gets its earlier status back.

    `go_live_on` is the day for which its go-live is planned again, None to leave it. Raises RuleBroken when the step
    can't be undone (any more), BadInput without a reason.
    """
    before = queries.status_to_take_back_to(wave.id, clock.now())
    if before is None:
        raise RuleBroken(f"What {wave.title} did last can’t be taken back any more. Take it another step instead.")
    _take_step(wave, before, _reason(reason, is_needed=True), by)
    if go_live_on is not None:
        _set_go_live(wave, go_live_on, reason.strip(), by, country)


def _reason(given: str, *, is_needed: bool) -> str:
    reason = given.strip()
    if len(reason) > 1000 or (is_needed and not reason):
        problem = (
            "Shorten this to 1,000 characters."
            if reason
            else "Say why. One sentence is enough; it stays on the wave’s page."
        )
        raise BadInput(problem, {"reason": problem})
    return reason


def _take_step(wave: Wave, status: WaveStatus, reason: str, by: Actor) -> None:
    """Write a step and the wave's status together; nothing else writes either."""
    why = {"reason": (None, reason)} if reason else {}
    audit.record(Verb.CHANGED_STATUS_OF_WAVE, wave, by=by, status=(wave.status, status), **why)
    wave.status = status
    db.session.add(WaveStep(wave_id=wave.id, status=status, at=clock.now(), by=by.name[:401], reason=reason))


def choose_workflows(wave: Wave, workflows: Iterable[Workflow], *, by: Actor) -> None:
    """Replace the workflows of a wave. Raises RuleBroken for one of another programme."""
    wanted = {workflow.id: workflow for workflow in workflows}
    if any(workflow.programme_id != wave.programme_id for workflow in wanted.values()):
        raise RuleBroken("A wave deploys workflows of its own programme only.")
    held = {
        row.workflow_id: row for row in db.session.scalars(select(WaveWorkflow).where(WaveWorkflow.wave_id == wave.id))
    }
    old = sorted(row.workflow.name for row in held.values())
    for workflow_id, row in held.items():
        if workflow_id not in wanted:
            db.session.delete(row)
    db.session.add_all(
        WaveWorkflow(wave_id=wave.id, workflow_id=workflow_id) for workflow_id in wanted.keys() - held.keys()
    )
    db.session.flush()
    new = sorted(workflow.name for workflow in wanted.values())
    if old != new:
        audit.record(Verb.CHOSE_WORKFLOWS, wave, by=by, workflows=(old, new))


def choose_departments(wave: Wave, departments: Iterable[Department], *, by: Actor) -> None:
    """Replace the departments of a wave, each with everything below it, and place their people."""
    wanted = {department.id: department for department in departments}
    held = {
        row.department_id: row
        for row in db.session.scalars(select(WaveDepartment).where(WaveDepartment.wave_id == wave.id))
    }
    old = sorted(row.department.path for row in held.values())
    for department_id, row in held.items():
        if department_id not in wanted:
            db.session.delete(row)
    db.session.add_all(WaveDepartment(wave_id=wave.id, department_id=key) for key in wanted.keys() - held.keys())
    db.session.flush()
    new = sorted(department.path for department in wanted.values())
    if old != new:
        audit.record(Verb.CHOSE_DEPARTMENTS, wave, by=by, departments=(old, new))
        place_people(wave, by=by)


def place_people(wave: Wave, *, by: Actor = audit.CLOCK) -> tuple[int, int]:
    """Settle a wave's members: add people of its departments, remove those who left them; added by hand stay.

    Works on all people at once; repeating it is harmless. Returns how many joined and how many left. Closed and
    cancelled waves keep their members.
    """
    if not wave.status.is_open:
        return 0, 0
    placing = queries.placing_to_do(wave.id)
    if placing is None:
        return 0, 0
    now = clock.now()
    came = rows_changed(
        insert_new(Membership)
        .from_select(
            ["wave_id", "person_id", "origin", "joined_at", "joined_by", "volunteered"],
            placing.coming.with_only_columns(
                literal(wave.id),
                Person.id,
                literal(MembershipOrigin.DEPARTMENT, Membership.origin.type),
                literal(now, Membership.joined_at.type),
                literal(by.name[:401]),
                volunteered_last(wave.id, Person.id),
            ),
        )
        .on_conflict_do_nothing()
    )
    note_growth(Membership, came)
    ended = rows_changed(
        update(Membership).where(Membership.id.in_(placing.going)).values(ended_at=now, ended_by=by.name[:401])
    )
    db.session.expire_all()
    return came, ended


def settle_memberships(*, by: Actor = audit.CLOCK) -> tuple[int, int]:
    """Place the people of every open wave again, after the directory changed; return how many joined and left."""
    counts = [place_people(wave, by=by) for wave in queries.open_waves()]
    return sum(came for came, _ in counts), sum(went for _, went in counts)


def add_member(wave: Wave, person: Person, *, by: Actor) -> None:
    """Add a person to a wave by hand; they stay in any department. A member by department becomes one by hand.

    Raises RuleBroken for somebody who has left or a wave that is over.
    """
    if person.has_left:
        raise RuleBroken(f"{person.name} has left.")
    if not wave.status.is_open:
        raise RuleBroken(f"{wave.title} is {wave.status.word.lower()}.")
    now = clock.now()
    held = db.session.scalar(
        select(Membership).where(
            Membership.wave_id == wave.id, Membership.person_id == person.id, Membership.ended_at.is_(None)
        )
    )
    if held is not None:
        if held.origin is MembershipOrigin.HAND:
            return
        held.ended_at, held.ended_by = now, by.name[:401]
        # Flushed before the next one is added: a person may have only one open membership.
        db.session.flush()
    db.session.add(
        Membership(
            wave_id=wave.id,
            person_id=person.id,
            origin=MembershipOrigin.HAND,
            joined_at=now,
            joined_by=by.name[:401],
            volunteered=volunteered_last(wave.id, person.id),
        )
    )
    db.session.flush()
    audit.record(Verb.ADDED_MEMBER, audit.about(wave, person), by=by, member=(None, person.name))
