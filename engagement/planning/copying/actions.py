"""Copying a wave: its milestones with every offset, and its messages as drafts with their texts."""

from dataclasses import dataclass
from datetime import date

from engagement import audit
from engagement.accounts.models import Account
from engagement.audiences.actions import audience_of_wave
from engagement.audit import Actor
from engagement.clock import now
from engagement.communications.actions.calendar import make_communication
from engagement.communications.actions.planning import schedule_briefing
from engagement.communications.actions.writing import write_occurrence, write_translation
from engagement.communications.models import Communication
from engagement.communications.texts.queries.translations import translations_of
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.people.organisation.rules import UNSET, Organisation
from engagement.planning.copying.queries import CopiedMessage, WaveCopy, copy_of
from engagement.planning.models import Anchor
from engagement.planning.queries.moves import Seen
from engagement.verbs import Verb
from engagement.waves.actions import plan_wave
from engagement.waves.milestones.actions import write_days
from engagement.waves.milestones.models import Milestone
from engagement.waves.milestones.queries import milestones_of
from engagement.waves.milestones.rules import MilestoneKind
from engagement.waves.models import Wave, WaveDetails
from engagement.waves.queries import workflows_of_waves


@dataclass(frozen=True)
class CopyWanted:
    """What the copy is called, when it goes live, and what it takes along besides the milestones."""

    name: str
    go_live_on: date
    with_workflows: bool = True
    with_messages: bool = True


def copy_wave(wave: Wave, wanted: CopyWanted, seen: Seen, *, by: Actor, organisation: Organisation = UNSET) -> Wave:
    """Plan the next wave of the programme after the pattern of this one; departments, people and posts are not copied.

    Raises BadInput as `plan_wave` does, RuleBroken for a closed programme.
    """
    if wave.programme.closed_at is not None:
        raise RuleBroken(f"{wave.programme.name} is closed, so it gets no further wave.")
    plan = copy_of(wave, wanted.go_live_on, seen)
    workflows = workflows_of_waves([wave.id]).get(wave.id, []) if wanted.with_workflows else []
    new = plan_wave(wave.programme, WaveDetails(wanted.name, wave.aim), wanted.go_live_on, workflows=workflows, by=by)
    milestones = _copy_milestones(new, plan, seen)
    messages = plan.coming if wanted.with_messages else []
    lines: dict[int, Communication] = {}
    for each in messages:
        origin = each.message.communication
        if origin.id not in lines:
            lines[origin.id] = _copy_communication(wave, new, origin, by=by)
        _copy_message(lines[origin.id], each, milestones[each.milestone_id], by=by, organisation=organisation)
    audit.record(Verb.COPIED_WAVE, new, by=by, original=(None, wave.title), messages=(None, len(messages)))
    db.session.flush()
    return new


def _copy_milestones(new: Wave, plan: WaveCopy, seen: Seen) -> dict[int, Milestone]:
    """Give the new wave the milestones of the plan; return each by the id of its original."""
    present = {row.kind: row for row in milestones_of(new.id)}
    made: dict[int, Milestone] = {}
    for each in plan.days:
        origin = each.milestone
        row = present.get(origin.kind) if origin.kind is not MilestoneKind.OWN else None
        if row is None:
            row = Milestone(wave=new, kind=origin.kind, name=origin.name, falls_on=each.falls_on, made_at=now())
            db.session.add(row)
        row.count_from(None, None)
        made[origin.id] = row
    db.session.flush()
    for each in plan.days:
        origin = each.milestone
        if origin.anchor_id in made:
            made[origin.id].count_from(made[origin.anchor_id], origin.offset)
    own = {made[each.milestone.id].id: each.falls_on for each in plan.days if each.milestone.anchor_id is None}
    write_days(new, list(made.values()), own, seen.country)
    return made


def _copy_communication(wave: Wave, new: Wave, origin: Communication, *, by: Actor) -> Communication:
    """Make the communication of the copy, for its own people; without a rhythm, because only its messages are copied."""
    old, fresh = f"wave {wave.number}", f"wave {new.number}"
    name = origin.name.replace(old, fresh) if old in origin.name else f"{origin.name}, {fresh}"
    owner = origin.owner
    if not owner.is_active and by.account_id is not None:
        owner = db.session.get_one(Account, by.account_id)
    details = origin.details.items() | {
        "name": name[:200],
        "audience": audience_of_wave(new, by=by),
        "wave": new,
        "cadence": None,
        "owner": owner,
        "approver": origin.approver if origin.approver is not owner else None,
    }
    return make_communication(new.programme, type(origin.details)(**details), by=by)


def _copy_message(
    line: Communication, each: CopiedMessage, milestone: Milestone, *, by: Actor, organisation: Organisation
) -> None:
    message = schedule_briefing(line, each.sends_at, by=by)
    origin = each.message
    if origin.subject or origin.body or origin.asked.is_begun:
        asks, asked = origin.asks_confirmation, origin.asked
        write_occurrence(message, origin.subject, origin.body, asks_confirmation=asks, question=asked, by=by)
    for text in translations_of(origin):
        written = (text.language, text.subject, text.body)
        write_translation(message, *written, question=text.asked, by=by, organisation=organisation)
    db.session.add(Anchor.at(milestone, each.offset, occurrence_id=message.id))
    db.session.flush()
