"""Changes of audiences: saving, changing and archiving; and training roles given to the members of one."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, exists, literal, or_, select

from engagement import audit, clock, letters
from engagement.audiences import queries
from engagement.audiences.conditions.queries.audience import named_in
from engagement.audiences.conditions.queries.catalogue import (
    FIELDS,
    asked_by,
    gone_from,
    ground_on,
    problems_of,
    understood,
)
from engagement.audiences.membership.queries import waves_of_audience, why_no_members
from engagement.audiences.models import Audience, RoleRule
from engagement.audiences.rules import (
    MOST_CONDITIONS_IN_ALL,
    MOST_VALUES_IN_ALL,
    NOBODY,
    Rule,
    Size,
    chain_back,
    conditions_of,
    with_named,
)
from engagement.audit import Actor
from engagement.db import db, insert_new, note_growth, rows_changed
from engagement.errors import BadInput, RuleBroken
from engagement.letters import clean
from engagement.people.models import Person, PersonRole
from engagement.people.rules import RoleOrigin, TrainingRole
from engagement.searching import folded
from engagement.verbs import Verb
from engagement.waves.models import Wave

#: The id of an audience that is not saved yet.
_NEW = 0


def save_audience(name: str, rule: Rule, note: str = "", *, by: Actor) -> Audience:
    """Save a rule as a named audience.

    Raises BadInput for a missing or taken name or an invalid rule; RuleBroken for a rule that is too large with all
    audiences it names.
    """
    name = _fit_name(name, None)
    _check_note(note)
    _check_rule(rule)
    audience = Audience(name=name, rule=rule, note=note.strip(), made_at=clock.now())
    db.session.add(audience)
    _check_references(None, rule)
    db.session.flush()
    audit.record(Verb.SAVED_AUDIENCE, audience, by=by, rule=(None, rule))
    return audience


def audience_of_wave(wave: Wave, *, by: Actor) -> Audience:
    """Return the audience of everybody in a wave; made unless one in use has exactly this rule."""
    rule: Rule = {"field": "wave", "values": [wave.id]}
    for audience in db.session.scalars(queries.audiences_in_use()):
        if audience.rule == rule:
            return audience
    name = f"People of wave {wave.number}"
    taken = db.session.scalar(select(Audience.id).where(folded(Audience.name) == letters.folded(name)))
    return save_audience(f"{name}, {wave.programme.name}"[:200] if taken else name, rule, by=by)


def change_audience(audience: Audience, name: str, rule: Rule, note: str = "", *, by: Actor) -> None:
    """Change an audience; everything that uses it follows at its next use.

    Raises BadInput as `save_audience` does; RuleBroken when the audience would name itself, directly or through others
    (the sentence names the chain), or when it gives a training role and the rule would ask about training roles.
    """
    new = {"name": _fit_name(name, audience), "note": note.strip(), "rule": rule}
    _check_note(note)
    _check_rule(rule)
    _check_references(audience, rule)
    changes = audit.changes_between(audience, new)
    if not changes:
        return
    audience.name, audience.note, audience.rule = str(new["name"]), str(new["note"]), rule
    audit.record(Verb.CHANGED_AUDIENCE, audience, by=by, **changes)
    db.session.flush()


def archive_audience(audience: Audience, *, by: Actor) -> None:
    """Take an audience out of use; its row stays for messages that were sent to it.

    Raises RuleBroken while another audience or a training role uses it. Doing it twice changes nothing.
    """
    uses = queries.uses_of(audience)
    if uses.audiences:
        raise RuleBroken(f"“{uses.audiences[0].name}” uses this audience. Take it out of that rule first.")
    if uses.role_rules:
        role = uses.role_rules[0].role.word
        raise RuleBroken(f"People have the training role {role} because they are in it. Withdraw that rule first.")
    if used_by := waves_of_audience(audience.id):
        raise RuleBroken(
            f"{used_by[0].title} has its people from this audience. Choose others on the wave’s list of people first."
        )
    if audience.archived_at is None:
        audience.archived_at = clock.now()
        audit.record(Verb.ARCHIVED_AUDIENCE, audience, by=by)


def _fit_name(name: str, audience: Audience | None) -> str:
    name = clean(name)
    if not name or len(name) > 200:
        sentence = "Write a name, at most 200 characters."
        raise BadInput(sentence, {"name": sentence})
    same = select(Audience).where(folded(Audience.name) == letters.folded(name))
    taken = db.session.scalar(same.where(Audience.id != audience.id) if audience else same)
    if taken is not None:
        archived = " It is archived." if taken.archived_at else ""
        sentence = f"There is an audience “{taken.name}” already.{archived} Choose another name."
        raise BadInput(sentence, {"name": sentence})
    return name


def _check_note(note: str) -> None:
    if len(note) > 5_000:
        raise BadInput("Shorten the note to 5,000 characters.", {"note": "Shorten this to 5,000 characters."})


def _check_rule(rule: Rule) -> None:
    problems = problems_of(rule) or [
        f"The condition on {words} names something that is not there any more. Choose again."
        for words in gone_from(rule)
    ]
    if problems:
        raise BadInput(problems[0], {"rule": " ".join(problems)})


def _check_references(audience: Audience | None, rule: Rule) -> None:
    """Check that this audience (None for a new one) may have this rule.

    Raises RuleBroken when it names an archived audience or, through others, itself; when it, or an audience that names
    it, becomes too large; and when it gives a training role and the rule asks about training roles.
    """
    named = select(Audience.name).where(Audience.id.in_(named_in(rule)), Audience.archived_at.is_not(None))
    archived = db.session.scalar(named)
    if archived:
        raise RuleBroken(f"“{archived}” is archived. Use another audience.")
    here = audience.id if audience is not None else _NEW
    rules = {**_saved_rules(), here: rule}
    references = {key: named_in(each) for key, each in rules.items()}
    chain = chain_back(here, references)
    if chain:
        names = dict(db.session.execute(select(Audience.id, Audience.name).where(Audience.id.in_(chain))).all())
        path = " uses ".join(f"“{names[key]}”" for key in chain)
        raise RuleBroken(f"This would turn in a circle: {path}. Take one of them out of the rule.")
    affected = [key for key in rules if here in with_named(key, references)]
    sizes: dict[int, Size] = {}
    for key in affected:
        conditions, values = _size(key, rules, sizes)
        if conditions > MOST_CONDITIONS_IN_ALL or values > MOST_VALUES_IN_ALL:
            raise RuleBroken(
                f"Together with the audiences that it names, a rule would have {conditions:,} conditions with {values:,} "
                f"values. Keep to {MOST_CONDITIONS_IN_ALL:,} and {MOST_VALUES_IN_ALL:,}."
            )
    given = select(RoleRule).where(RoleRule.withdrawn_at.is_(None), RoleRule.audience_id.in_(affected))
    for role_rule in db.session.scalars(given):
        _check_rests_on_no_role(role_rule.audience_id, role_rule.role, rules)
    for key in affected:
        for wave in waves_of_audience(key):
            if why := why_no_members(key, rules):
                raise RuleBroken(f"The people of this audience are in {wave.title}, but {why}")


def _saved_rules() -> dict[int, Rule]:
    # Locked where the engine can: two simultaneous changes must not form a circle together.
    rows = db.session.execute(select(Audience.id, Audience.rule).order_by(Audience.id).with_for_update())
    return {key: understood(rule) for key, rule in rows}


def _size(key: int, rules: Mapping[int, Rule], known: dict[int, Size]) -> Size:
    """Return the size of an audience with everything it names written out; each audience counts once."""
    if key not in known:
        sizes = [
            FIELDS[condition["field"]].size(condition, lambda named: _size(named, rules, known))
            for condition in conditions_of(rules.get(key, NOBODY))
        ]
        known[key] = (sum(conditions for conditions, _ in sizes), sum(values for _, values in sizes))
    return known[key]


def _check_rests_on_no_role(key: int, role: TrainingRole, rules: Mapping[int, Rule]) -> None:
    """Raise RuleBroken when an audience asks about training roles, directly or through others: it can give none."""
    named = with_named(key, {each: named_in(rule) for each, rule in rules.items()}) & rules.keys()
    asked = {name for each in named for name in asked_by(rules[each]) if FIELDS[name].rests_on_roles}
    if asked:
        raise RuleBroken(
            f"The training role {role.word} would be given by this audience, so its rule can’t ask about "
            f"{FIELDS[min(asked)].words}: whoever gets the role might then no longer be in it."
        )


def give_role_by_rule(role: TrainingRole, audience: Audience, *, by: Actor) -> RoleRule:
    """Give everybody in an audience a training role from now on; `settle_training_roles` carries it out.

    Raises RuleBroken for an archived audience, and for one whose rule asks about training roles or training. Calling it
    twice changes nothing.
    """
    if audience.archived_at is not None:
        raise RuleBroken(f"“{audience.name}” is archived. Use another audience.")
    _check_rests_on_no_role(audience.id, role, _saved_rules())
    same = select(RoleRule).where(
        RoleRule.role == role, RoleRule.audience_id == audience.id, RoleRule.withdrawn_at.is_(None)
    )
    standing = db.session.scalar(same)
    if standing is not None:
        return standing
    role_rule = RoleRule(role=role, audience=audience, made_at=clock.now())
    db.session.add(role_rule)
    db.session.flush()
    audit.record(Verb.GAVE_TRAINING_ROLE_BY_RULE, role_rule, by=by, role=(None, role), audience=(None, audience.name))
    return role_rule


def withdraw_role_rule(role_rule: RoleRule, *, by: Actor) -> None:
    """End a rule; people with the role from nothing else lose it when roles are settled. Twice changes nothing."""
    if role_rule.withdrawn_at is not None:
        return
    role_rule.withdrawn_at = clock.now()
    audit.record(Verb.WITHDREW_ROLE_RULE, role_rule, by=by)
    db.session.flush()


def settle_training_roles(
    now: datetime, only: TrainingRole | None = None, *, by: Actor = audit.CLOCK
) -> tuple[int, int]:
    """Give people the roles that rules give them (`only`: one role), and withdraw those without a rule.

    Works on all people at once; repeating it is harmless. Roles from the HR file or by hand are kept, and people who
    left keep theirs. Returns how many roles were given and withdrawn; `now` is the instant from which they are given.
    """
    # Nobody has a role by rule that never had one, and looking for them goes through everybody with the role.
    ever = set(db.session.scalars(select(RoleRule.role).distinct()))
    audiences: dict[TrainingRole, list[Rule]] = {
        role: [] for role in TrainingRole if only in (None, role) and role in ever
    }
    for role_rule in queries.role_rules():
        if role_rule.role in audiences:
            problem = queries.rule_problem(role_rule.audience)
            if problem:
                # Treated as a rule that reaches nobody, it would take the role from everybody.
                raise RuleBroken(problem)
            audiences[role_rule.role].append(role_rule.audience.rule)
    db.session.flush()
    counts = [_settle_role(role, rules, now) for role, rules in audiences.items()]
    given, taken = sum(g for g, _ in counts), sum(t for _, t in counts)
    if given or taken:
        changes = {"given": (None, given), "taken back": (None, taken)}
        all_of_them = audit.Subject("person_role", "Training roles by rule")
        audit.record(Verb.SETTLED_TRAINING_ROLES, all_of_them, by=by, **changes)
        db.session.flush()
        db.session.expire_all()
    return given, taken


def _settle_role(role: TrainingRole, rules: Iterable[Rule], now: datetime) -> tuple[int, int]:
    rules = list(rules)
    ground = ground_on(now.date())
    wanted = select(Person.id).where(or_(literal(False), *(ground.reached(rule) for rule in rules)))
    held = select(PersonRole.person_id).where(PersonRole.role == role)
    by_rule = (PersonRole.role == role, PersonRole.origin == RoleOrigin.RULE)
    # Asked of each role given by a rule, of which there may be none, rather than of everybody who is here.
    is_here = exists().where(Person.id == PersonRole.person_id, Person.left_at.is_(None))
    taken = rows_changed(delete(PersonRole).where(*by_rule, is_here, PersonRole.person_id.not_in(wanted)))
    new = wanted.where(Person.id.not_in(held)).with_only_columns(
        Person.id,
        literal(role, PersonRole.role.type),
        literal(RoleOrigin.RULE, PersonRole.origin.type),
        literal(now, PersonRole.given_at.type),
    )
    columns = ["person_id", "role", "origin", "given_at"]
    # If somebody gives the same role by hand at this moment, theirs is kept.
    insertion = insert_new(PersonRole.__table__).from_select(columns, new).on_conflict_do_nothing()
    # psycopg doesn't report how many rows an INSERT made unless asked to.
    given = rows_changed(insertion.execution_options(preserve_rowcount=True)) if rules else 0
    note_growth(PersonRole, given)
    return given, taken
