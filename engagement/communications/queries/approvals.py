"""Who approved a message, whether the approval still covers what readers act on, and who may approve."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from engagement.accounts.models import Account
from engagement.accounts.queries import accounts_holding, reader_of
from engagement.accounts.rules import Role
from engagement.accounts.scopes import rights
from engagement.audit import Actor
from engagement.communications import scopes
from engagement.communications.models import Approval, Communication, Occurrence
from engagement.communications.queries.writers import barred_from_approving
from engagement.communications.rules import OccurrenceStatus
from engagement.communications.texts.queries.merge_values import constants_by_role, constants_for
from engagement.communications.texts.queries.translations import translations_of
from engagement.communications.texts.queries.value_texts import value_constant
from engagement.communications.texts.rules.merge_fields import CONSTANT, FIELDS, OF_SCOPE, fields_in
from engagement.db import db
from engagement.people.rules import TrainingRole
from engagement.reach import Reach
from engagement.words import day_words, moment_words

#: Names of the facts that readers act on, besides the merge fields of the text.
INSTANT, RULE, GO_LIVE = "sends_at", "audience_rule", "go_live"


def standing_approval(occurrence: Occurrence) -> Approval | None:
    """Return the valid approval of the text as it is now, None when there is none or it was withdrawn."""
    return db.session.scalar(
        select(Approval)
        .where(
            Approval.occurrence_id == occurrence.id,
            Approval.text_version == occurrence.text_version,
            Approval.withdrawn_at.is_(None),
        )
        .options(joinedload(Approval.approved_by))
        .order_by(Approval.id.desc())
        .limit(1)
    )


def approvals_of(occurrence: Occurrence) -> list[Approval]:
    """Return every approval that a message was given, newest first."""
    return list(
        db.session.scalars(
            select(Approval)
            .where(Approval.occurrence_id == occurrence.id)
            .options(joinedload(Approval.approved_by))
            .order_by(Approval.id.desc())
        )
    )


def may_approve(planning: Reach, occurrence: Occurrence) -> bool:
    """Return whether `planning` may approve this message as written now; writers and requesters never may."""
    return bool(approvable(planning, [occurrence]))


def approvable(planning: Reach, occurrences: Sequence[Occurrence]) -> list[Occurrence]:
    """Return the messages that `may_approve` allows, in two queries for any number of messages, in none for none."""
    if not occurrences:
        return []
    barred = barred_from_approving(occurrences)
    return [row for row in occurrences if scopes.may_approve(planning, row.communication, barred[row.id])]


def may_still_approve(account: Account, occurrence: Occurrence) -> bool:
    """Return whether an account can sign in and may approve this message today."""
    return account.is_active and may_approve(rights.planning(reader_of(account, "UTC")), occurrence)


def approver_behind(actor: Actor) -> Account | None:
    """Return the account of the person who wants to approve; the service itself has none."""
    return db.session.get(Account, actor.account_id) if actor.account_id is not None else None


def approver_words(occurrence: Occurrence) -> str:
    """Name who can approve: the named approver unless they wrote or requested it, else who plans the programme."""
    approver = occurrence.communication.approver
    if approver is None:
        return "somebody else who plans this programme"
    is_barred = approver.id in barred_from_approving([occurrence])[occurrence.id]
    return f"an approver other than {approver.name}, who wrote it or asked for it," if is_barred else approver.name


def possible_approvers(occurrence: Occurrence) -> list[Account]:
    """Return the accounts that can approve a message as written now, by name."""
    approver = occurrence.communication.approver
    asked = [approver] if approver is not None else accounts_holding(Role.CHANGE_MANAGER)
    return [account for account in asked if may_still_approve(account, occurrence)]


def acted_on(occurrence: Occurrence) -> dict[str, str]:
    """Return the facts that readers act on now, by name: sending time, audience, go-live, and merge values."""
    texts = [occurrence.subject, occurrence.body]
    texts += [part for row in translations_of(occurrence) for part in (row.subject, row.body)]
    names = {name for name in fields_in(*texts) if name in CONSTANT} - {GO_LIVE}
    # What is kept for a roll-back is approved for whenever that is.
    days = set() if occurrence.is_kept else {INSTANT, GO_LIVE}
    return _values(occurrence, {RULE, *days, *names, *_for_each_role(dict.fromkeys(names, ""))})


def _values(occurrence: Occurrence, names: Collection[str]) -> dict[str, str]:
    """Return the facts that `names` asks for."""
    line = occurrence.communication
    rule = json.dumps(line.audience.rule, sort_keys=True, ensure_ascii=False)
    found = {INSTANT: occurrence.sends_at.isoformat(), RULE: sha256(rule.encode()).hexdigest()}
    if line.wave is not None:
        found[GO_LIVE] = line.wave.go_live_on.isoformat()
    if any(name in CONSTANT for name in names):
        found = constants_for(occurrence, [] if {"workflow", *OF_SCOPE}.isdisjoint(names) else None) | found
    found |= value_constant(line, names)
    if any(":" in name for name in names):
        found |= constants_by_role(occurrence)
    return {name: value for name, value in found.items() if name in names}


def lapsed_because(occurrence: Occurrence, approval: Approval) -> str:
    """Say which facts that readers act on differ from what was approved; "" when none does."""
    # What was approved before texts differed by role was approved for all of them.
    was = _for_each_role(approval.acted_on or {}) | (approval.acted_on or {})
    now = _values(occurrence, was)
    changed = [(name, value, now.get(name, "")) for name, value in was.items() if value != now.get(name)]
    # A role without a statement of its own reads what is for all, which is told once.
    told = {(name, *values) for name, *values in changed}
    try:
        return " ".join(
            _difference_words(occurrence, name, *values)
            for name, *values in changed
            if ":" not in name or (name.partition(":")[0], *values) not in told
        )
    except ValueError:
        return "What was approved can’t be read any more."


def _for_each_role(facts: Mapping[str, str]) -> dict[str, str]:
    """Return what scope statements say of these facts, for each training role alone, as in "people_do:leader"."""
    return {f"{name}:{role}": said for name, said in facts.items() if name in OF_SCOPE for role in TrainingRole}


def _difference_words(occurrence: Occurrence, name: str, was: str, now: str) -> str:
    line = occurrence.communication
    if name == INSTANT:
        when = moment_words(datetime.fromisoformat(was), line.timezone)
        return f"It was approved for {when}, and goes out {occurrence.when} now."
    if name == RULE:
        return f"The audience “{line.audience.name}” asks for other people than when it was approved."
    if name == GO_LIVE:
        days = [day_words(date.fromisoformat(day), with_year=True) if day else "on no day" for day in (was, now)]
        return f"The go-live was {days[0]} when it was approved, and is {days[1]} now."
    field, _, role = name.partition(":")
    meaning = FIELDS[field].meaning + (f" ({role})" if role else "")
    return f"{meaning[:1].upper()}{meaning[1:]} was “{was}” when it was approved, and is “{now or 'nothing'}” now."


def approved_messages() -> Select[Occurrence]:
    """Return the statement for the messages that wait, approved, for their time."""
    return select(Occurrence).where(Occurrence.status == OccurrenceStatus.APPROVED).order_by(Occurrence.id)


def is_overtaken(occurrence_id: int) -> bool:
    """Return whether a message has an approval that no longer covers what readers would act on, in two or three queries."""
    line = joinedload(Occurrence.communication)
    parts = (Communication.audience, Communication.wave, Communication.programme, Communication.owner)
    occurrence = db.session.get_one(Occurrence, occurrence_id, options=[line.joinedload(part) for part in parts])
    approval = standing_approval(occurrence)
    return approval is not None and bool(lapsed_because(occurrence, approval))
