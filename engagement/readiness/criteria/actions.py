"""Changes of criteria: what is asked of a wave, own criteria, and judgements. Earlier rows stay."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from engagement import audit, clock
from engagement.accounts.queries import account_of_person
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.letters import clean
from engagement.people.models import Person
from engagement.readiness.criteria.models import Criterion, CriterionTerms, Judgement
from engagement.readiness.criteria.rules import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    CriterionKind,
    CriterionState,
    need_problem,
    rate_problem,
)
from engagement.readiness.gate.rules import decide_by
from engagement.readiness.letters.actions import Words, day_in_letter, write
from engagement.verbs import Verb
from engagement.waves.models import Wave

JUDGED = (CriterionState.MET, CriterionState.SHORT)
NAMED = Words(
    "You judge whether {{ wave }} is ready in one respect",
    "Before {{ wave }} goes live on {{ day }}, you are asked to judge one criterion: whether it is met, and what you base that on. "
    "Judge it by {{ due }}: the go-live is decided with it.",
    "You get this because you are named as the one who judges this criterion.",
    "Open the criterion",
)


@dataclass(frozen=True)
class Terms:
    """What is asked by a criterion, under the same names in its form and its row."""

    title: str = ""
    owner: Person | None = None
    need: int | None = None
    left_out: str = ""
    people_for_one: int | None = None


def set_terms(wave: Wave, kind: CriterionKind, said: Terms, *, by: Actor) -> Criterion:
    """Say what is asked of a wave by a counted criterion from now on.

    Raises BadInput for a percentage or number out of range, an owner who has left or a reason that is too long, RuleBroken for a wave that is over.
    """
    row = _counted(wave, kind)
    if row is None:
        row = _make(wave, kind, by)
    _say(row, replace(said, title=""), by)
    return row


def write_criterion(wave: Wave, said: Terms, *, by: Actor) -> Criterion:
    """Add a criterion in somebody's own words. Raises as `set_terms`, and BadInput without a title or a person who judges it."""
    row = _make(wave, CriterionKind.OWN, by)
    _say(row, said, by)
    return row


def change_criterion(row: Criterion, said: Terms, *, by: Actor) -> None:
    """Say something else of a criterion, own or counted. Raises as `write_criterion`."""
    _say(row, said, by)


def judge(row: Criterion, state: CriterionState | None, evidence: str, *, by: Actor) -> None:
    """Judge an own criterion as met or not, on what evidence.

    Raises BadInput without a judgement or evidence, RuleBroken for a counted criterion or a wave that is over.
    """
    _refuse_over(row.wave)
    if row.kind is not CriterionKind.OWN:
        raise RuleBroken("The service counts this one. Nobody judges it.")
    evidence, problems = evidence.strip(), {}
    if state not in JUDGED:
        problems["state"] = "Say whether it is met."
    if not evidence or len(evidence) > LONGEST_TEXT:
        problems["evidence"] = _too_long(evidence) or "Say what you base it on. Others decide by it."
    if problems or state is None:
        raise BadInput(next(iter(problems.values())), problems)
    before = db.session.scalar(
        select(Judgement).where(Judgement.criterion_id == row.id, Judgement.superseded_at.is_(None))
    )
    at = clock.now()
    if before is not None:
        before.superseded_at = at
        db.session.flush()
    db.session.add(
        Judgement(criterion_id=row.id, state=state, evidence=evidence, judged_at=at, judged_by_id=by.account_id)
    )
    changes = {
        "judgement": (before.state.word if before else None, state.word),
        "evidence": (before.evidence if before else None, evidence),
    }
    audit.record(Verb.JUDGED_CRITERION, row, by=by, criterion=(None, _held(row).title), **changes)
    db.session.flush()


def _counted(wave: Wave, kind: CriterionKind) -> Criterion | None:
    return db.session.scalar(select(Criterion).where(Criterion.wave_id == wave.id, Criterion.kind == kind))


def _make(wave: Wave, kind: CriterionKind, by: Actor) -> Criterion:
    row = Criterion(wave=wave, kind=kind, made_at=clock.now(), made_by_id=by.account_id)
    db.session.add(row)
    db.session.flush()
    return row


def _held(row: Criterion) -> CriterionTerms:
    return db.session.scalars(
        select(CriterionTerms).where(CriterionTerms.criterion_id == row.id, CriterionTerms.superseded_at.is_(None))
    ).one()


def _say(row: Criterion, said: Terms, by: Actor) -> None:
    _refuse_over(row.wave)
    said = replace(said, title=clean(said.title), left_out=said.left_out.strip())
    if problems := _problems(row.kind, said):
        raise BadInput(next(iter(problems.values())), problems)
    before = db.session.scalar(
        select(CriterionTerms).where(CriterionTerms.criterion_id == row.id, CriterionTerms.superseded_at.is_(None))
    )
    was, new = _told(_said(before) if before else Terms()), _told(said)
    if before is not None and was == new:
        return
    at = clock.now()
    if before is not None:
        before.superseded_at = at
        db.session.flush()
    db.session.add(
        CriterionTerms(
            criterion_id=row.id,
            title=said.title,
            owner=said.owner,
            need=said.need,
            people_for_one=said.people_for_one,
            left_out=said.left_out,
            said_at=at,
            said_by_id=by.account_id,
        )
    )
    title = said.title or row.kind.word
    changes = {name: (was[name], value) for name, value in new.items() if was[name] != value}
    audit.record(Verb.SET_CRITERION, row, by=by, **{"criterion": (None, title), **changes})
    db.session.flush()
    _tell_judge(row, said, before, by)


def _tell_judge(row: Criterion, said: Terms, before: CriterionTerms | None, by: Actor) -> None:
    """Write to who is to judge an own criterion from now on, unless they named themself or knew it before."""
    owner, wave = said.owner, row.wave
    if owner is None or row.kind is not CriterionKind.OWN or said.left_out or not wave.status.is_ahead:
        return
    account = account_of_person(owner.id)
    knows = before is not None and before.owner == owner and not before.left_out
    if not knows and (account is None or account.id != by.account_id):
        due = day_in_letter(decide_by(wave.go_live_on))
        write(NAMED, wave, [owner], f"/waves/{wave.id}/readiness/own-{row.id}", due=due)


def _said(row: CriterionTerms) -> Terms:
    return Terms(row.title, row.owner, row.need, row.left_out, row.people_for_one)


def _told(said: Terms) -> dict[str, Any]:
    return {
        "title": said.title or None,
        "owner": said.owner.name if said.owner else None,
        "needed": f"{said.need} %" if said.need is not None else None,
        "people for one": said.people_for_one,
        "not needed because": said.left_out or None,
    }


def _problems(kind: CriterionKind, said: Terms) -> dict[str, str]:
    problems = {}
    if kind is CriterionKind.OWN and not 0 < len(said.title) <= LONGEST_TITLE:
        problems["title"] = f"Write what has to be true, in at most {LONGEST_TITLE} characters."
    if kind is CriterionKind.OWN and said.owner is None:
        problems["owner"] = "Name who judges it."
    if said.owner is not None and said.owner.has_left:
        problems["owner"] = f"{said.owner.name} has left. Choose somebody who is here."
    if wrong := need_problem(kind, said.need):
        problems["need"] = wrong
    if wrong := rate_problem(kind, said.people_for_one):
        problems["people_for_one"] = wrong
    if len(said.left_out) > LONGEST_TEXT:
        problems["left_out"] = _too_long(said.left_out)
    return problems


def _too_long(text: str) -> str:
    return f"Shorten this to {LONGEST_TEXT:,} characters; it has {len(text):,}." if len(text) > LONGEST_TEXT else ""


def _refuse_over(wave: Wave) -> None:
    if not wave.status.is_open:
        raise RuleBroken(f"{wave.title} is {wave.status.word.lower()}. What was asked of it stays as it is.")
