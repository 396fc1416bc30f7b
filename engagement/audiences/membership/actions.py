"""Chooses the audiences of a wave, and settles its members: departments, rules, and those added by hand."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Select, and_, literal, or_, select, update

from engagement import audit, clock
from engagement.audiences.conditions.queries.catalogue import ground_on
from engagement.audiences.membership.models import WaveAudience
from engagement.audiences.membership.queries import audiences_of, choices_of, saved_rules, why_no_members
from engagement.audiences.models import Audience
from engagement.audiences.queries import rule_problem
from engagement.audit import Actor
from engagement.db import db, insert_new, note_growth, rows_changed
from engagement.errors import BadInput, RuleBroken
from engagement.people.models import Person
from engagement.verbs import Verb
from engagement.waves.actions import place_people
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import MembershipOrigin
from engagement.waves.volunteers.queries import volunteered_last


def choose_audiences(wave: Wave, audiences: Iterable[Audience], *, on: date, by: Actor) -> tuple[int, int]:
    """Replace the audiences of a wave and settle its members; return how many joined and left.

    Raises BadInput for an audience that is archived or rests on being in a wave, RuleBroken for a wave that is over.
    """
    if not wave.status.is_open:
        raise RuleBroken(f"{wave.title} is {wave.status.word.lower()}; its people stay as they are.")
    wanted = {audience.id: audience for audience in audiences}
    before = {audience.id: audience for audience in audiences_of(wave.id)}
    rules = saved_rules()
    for key in wanted.keys() - before.keys():
        why = "it is archived." if wanted[key].archived_at else why_no_members(key, rules)
        if why:
            sentence = f"“{wanted[key].name}” can’t say who is in a wave: {why}"
            raise BadInput(sentence, {"audiences": sentence})
    now = clock.now()
    gone = list(before.keys() - wanted.keys())
    here = (WaveAudience.wave_id == wave.id, WaveAudience.ended_at.is_(None), WaveAudience.audience_id.in_(gone))
    rows_changed(update(WaveAudience).where(*here).values(ended_at=now))
    db.session.add_all(
        WaveAudience(wave_id=wave.id, audience_id=key, chosen_at=now, chosen_by=by.name[:401])
        for key in wanted.keys() - before.keys()
    )
    db.session.flush()
    old, new = (sorted(row.name for row in rows.values()) for rows in (before, wanted))
    if old != new:
        audit.record(Verb.CHOSE_AUDIENCES, wave, by=by, audiences=(old, new))
    return settle_members(wave, on, by=by)


def settle_members(wave: Wave, on: date, *, by: Actor = audit.CLOCK) -> tuple[int, int]:
    """Settle a wave's members by departments and rules on a day; those added by hand stay. Repeating it is harmless.

    Returns how many joined and left. Waves that are over keep their members. Raises RuleBroken when a rule can't be
    understood: taken for one that reaches nobody, it would send everybody away.
    """
    if not wave.status.is_open:
        return 0, 0
    came, went = place_people(wave, by=by)
    choices = choices_of(wave.id)
    if not choices:
        # Nobody came by a rule who could have to go.
        return came, went
    audiences = [row.audience for row in choices if row.ended_at is None]
    for audience in audiences:
        if problem := rule_problem(audience):
            raise RuleBroken(problem)
    ground = ground_on(on)
    wanted = select(Person.id).where(or_(literal(False), *(ground.reached(audience.rule) for audience in audiences)))
    present = (Membership.wave_id == wave.id, Membership.ended_at.is_(None))
    by_rule = and_(*present, Membership.origin == MembershipOrigin.RULE, Membership.person_id.not_in(wanted))
    ended = rows_changed(update(Membership).where(by_rule).values(ended_at=clock.now(), ended_by=by.name[:401]))
    joined = _join(wave, wanted.where(Person.id.not_in(select(Membership.person_id).where(*present))), by)
    if ended:
        # Whoever also works in one of the wave's departments stays for that reason.
        again, _ = place_people(wave, by=by)
        ended -= again
    if joined or ended:
        db.session.expire_all()
    return came + joined, went + ended


def _join(wave: Wave, people: Select[int], by: Actor) -> int:
    rows = people.with_only_columns(
        literal(wave.id),
        Person.id,
        literal(MembershipOrigin.RULE, Membership.origin.type),
        literal(clock.now(), Membership.joined_at.type),
        literal(by.name[:401]),
        volunteered_last(wave.id, Person.id),
    )
    columns = ["wave_id", "person_id", "origin", "joined_at", "joined_by", "volunteered"]
    joined = rows_changed(insert_new(Membership).from_select(columns, rows).on_conflict_do_nothing())
    note_growth(Membership, joined)
    return joined
