"""An audience in the database means what its rule means over plain values, on both engines, at the moment of asking."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from factories import TESTER, make_department, make_person, make_programme, make_wave
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from training.courses import make_module

from engagement import clock
from engagement.audiences import actions, queries
from engagement.audiences.conditions.queries.catalogue import FIELDS, ground_on, problems_of
from engagement.audiences.models import Audience
from engagement.audiences.rules import Rule
from engagement.db import db
from engagement.errors import BadInput
from engagement.mail.actions.building import build_mailing
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.confirmations.actions import acknowledge
from engagement.mail.models import Delivery
from engagement.mail.rules import DeliveryState, Letter, MailingKind
from engagement.people import actions as people
from engagement.people.rules import TrainingRole
from engagement.stakeholders.actions.mapping import add_stakeholder, remove_stakeholder
from engagement.stakeholders.champions.actions import appoint_champion
from engagement.stakeholders.rules import StakeholderGroup
from engagement.training.models import Completion
from engagement.training.rules import CompletionSource
from engagement.waves import actions as waves
from engagement.waves.rules import WaveStatus
from tests.audiences.small_world import GROUPS, LOCATIONS, SLUGS, TITLE_WORDS, TITLES, World, make_world

pytestmark = pytest.mark.usefixtures("frozen")


def reached(rule, on=None) -> set[int]:
    return set(db.session.scalars(queries.people_in(rule, on or clock.now().date())))


def conditions(world: World, audiences: list[int]) -> dict[str, st.SearchStrategy[Rule]]:
    """Return conditions of every field there is."""

    def on(field: str, values: list, **more: object) -> st.SearchStrategy[Rule]:
        chosen = st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)
        return st.fixed_dictionaries({"field": st.just(field), "values": chosen, **more})

    def narrowed(condition: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
        some = lambda ids: st.lists(st.sampled_from(ids), min_size=1, max_size=2, unique=True)  # noqa: E731
        parts = st.fixed_dictionaries({}, optional={"programmes": some(world.programmes), "waves": some(world.waves)})
        return st.builds(lambda one, part: {**one, **part}, condition, parts)

    states = ["overdue", "not_started", *(f"{word}:{s}" for word in ("finished", "not_finished") for s in SLUGS)]
    found = {
        "department": on("department", world.departments, exactly=st.booleans()),
        "location": on("location", list(LOCATIONS)),
        "country": on("country", ["GB", "PL", ""]),
        "language": on("language", ["", "en", "pl"]),
        "job_title": on("job_title", [*TITLE_WORDS, *filter(None, TITLES)]),
        "training_role": on("training_role", ["user", "builder", "support", "leader"]),
        "wave": on("wave", world.waves),
        "wave_state": on("wave_state", ["planned", "ready", "live", "closed", "cancelled"]),
        "stakeholder_group": narrowed(on("stakeholder_group", [*GROUPS, "customers"])),
        "champion": narrowed(st.just({"field": "champion"})),
        "training_state": on("training_state", states),
        "confirmation": on(
            "confirmation", [f"{word}:{i}" for word in ("confirmed", "not_confirmed") for i in world.mailings]
        ),
        "person": on("person", [person.id for person in world.people]),
        "audience": on("audience", [*audiences, 999_999]),
    }
    return found | {name: st.just({"field": name}) for name in ("everybody", "manager_of_people", "has_no_role")}


def rules(world: World, audiences: list[int]) -> st.SearchStrategy[Rule]:
    def groups(inner: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
        some = st.lists(inner, min_size=1, max_size=3)
        return st.one_of(
            st.fixed_dictionaries({"all": some}),
            st.fixed_dictionaries({"any": some}),
            st.fixed_dictionaries({"not": inner}),
        )

    return st.recursive(st.one_of(*conditions(world, audiences).values()), groups, max_leaves=10)


def saved(name: str, rule: Rule) -> int:
    """Save an audience unasked, whatever it names."""
    row = Audience(name=name, rule=rule, made_at=clock.now())
    db.session.add(row)
    db.session.flush()
    return row.id


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), seed=st.integers(0, 2**20))
def test_the_database_finds_whom_the_rule_is_true_of(app, data, seed):
    on = clock.now().date()
    try:
        world, named = make_world(seed, on), []
        for number in range(12):
            if number <= len(named):  # what was read before an audience was saved doesn't know it
                ground = ground_on(on)
            rule = data.draw(rules(world, named).filter(lambda r: not problems_of(r)))
            expected = {p.id for p in world.people if ground.meets(rule, p) and not p.has_left}
            assert reached(rule) == expected, rule
            assert queries.reach(rule, on) == len(expected)
            if number < 3:
                named.append(saved(f"Audience {number}", rule))
    finally:
        db.session.rollback()


@pytest.mark.parametrize("seed", range(3))
def test_each_condition_alone_means_the_same_in_the_database_and_for_one_person(app, seed):
    on = clock.now().date()
    world = make_world(seed, on)
    named = [saved("Inner", {"field": "wave", "values": world.waves[:2]})]
    named.append(saved("Outer", {"not": {"field": "audience", "values": named}}))
    every = conditions(world, named)
    assert every.keys() == FIELDS.keys(), "a new field has its conditions here"
    ground = ground_on(on)

    @settings(max_examples=8, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def hold(data):
        for conditions_of_field in every.values():
            rule = data.draw(conditions_of_field)
            assert problems_of(rule) == []
            expected = {p.id for p in world.people if ground.meets(rule, p) and not p.has_left}
            assert reached(rule) == expected, rule
            assert reached({"not": rule}) == {p.id for p in world.people if not p.has_left} - expected, rule

    hold()


@pytest.mark.parametrize("seed", range(5))
def test_what_is_read_of_one_person_is_what_they_are(app, seed):
    world = make_world(seed, clock.now().date())
    ground = ground_on(clock.now().date())
    for person, facts in zip(world.people, world.facts, strict=True):
        assert {name: ground.facts(name, person) for name in facts} == facts


def test_five_nested_conditions_name_exactly_these(app):
    claims, finance = make_department("Operations/Claims"), make_department("Finance")
    wave = make_wave()
    wanted = make_person("Ann Wanted", department="Operations/Claims/Property", location="London")
    make_person("Bob Elsewhere", department=claims, location="Kraków")
    make_person("Cay Finance", department=finance, location="London")
    in_wave = make_person("Dee Wave", department=finance, location="Kraków")
    waves.add_member(wave, in_wave, by=TESTER)
    rule = {
        "all": [
            {"any": [
                {"all": [{"field": "department", "values": [claims.id]}, {"field": "location", "values": ["London"]}]},
                {"field": "wave", "values": [wave.id]},
            ]},
            {"field": "training_role", "values": ["user"]},
            {"not": {"field": "manager_of_people"}},
        ]
    }  # fmt: skip
    assert reached(rule) == {wanted.id, in_wave.id}


def test_a_department_takes_those_below_along_unless_told_otherwise(app):
    operations = make_department("Operations")
    other = make_department("Operations 2")
    above, below = (
        make_person("Ann Above", department=operations),
        make_person("Bob Below", department="Operations/Claims"),
    )
    make_person("Cay Other", department=other)
    assert reached({"field": "department", "values": [operations.id]}) == {above.id, below.id}
    assert reached({"field": "department", "values": [operations.id], "exactly": True}) == {above.id}


def test_a_merged_department_stands_for_its_successor(app):
    letters, mail = make_department("Letters"), make_department("Mail")
    claims = make_department("Claims")
    writer, handler = make_person("Ann Writer", department=letters), make_person("Bob Handler", department=claims)
    rule = {"field": "department", "values": [letters.id]}
    people.merge_department(letters, mail, by=TESTER)
    people.merge_department(mail, claims, by=TESTER)
    assert reached(rule) == {writer.id, handler.id}
    assert make_department("Letters") is claims


def test_nobody_who_has_left_is_reached_whatever_the_rule_says(app):
    here, gone = make_person("Ann Here"), make_person("Bob Gone")
    people.mark_as_left(gone, by=TESTER)
    db.session.flush()
    everybody = {"field": "everybody"}
    assert reached(everybody) == {here.id}
    assert reached({"not": {"field": "person", "values": [here.id]}}) == set()
    assert reached({"field": "person", "values": [gone.id]}) == set()


def test_somebody_who_comes_to_fit_is_reached_at_once(app):
    finance = make_department("Finance")
    person = make_person(department="Operations")
    audience = actions.save_audience("Finance", {"field": "department", "values": [finance.id]}, by=TESTER)
    assert reached(audience) == set()
    person.department = finance
    db.session.flush()
    assert reached(audience) == {person.id}


def test_audiences_in_rules_are_followed_and_can_be_left_out(app):
    claims = make_department("Operations/Claims")
    ann, bob = make_person("Ann Claims", department=claims), make_person("Bob Finance", department="Finance")
    in_claims = actions.save_audience("Claims", {"field": "department", "values": [claims.id]}, by=TESTER)
    wide = actions.save_audience("Wide", {"any": [{"field": "audience", "values": [in_claims.id]}]}, by=TESTER)
    assert reached({"field": "audience", "values": [wide.id]}) == {ann.id}
    assert reached({"all": [{"field": "everybody"}, {"not": {"field": "audience", "values": [wide.id]}}]}) == {bob.id}


def test_counts_of_many_audiences_take_as_many_queries_as_of_one(app, statements):
    for n in range(6):
        make_person(f"Person {n}", f"p{n}@example.com", location="London" if n % 2 else "Kraków")
    for n in range(5):
        actions.save_audience(f"Audience {n}", {"field": "location", "values": ["London"]}, by=TESTER)
    db.session.flush()
    with statements() as sent:
        lines = queries.audiences_listed(clock.now().date())
    assert [(line.audience.name, line.reach) for line in lines] == [(f"Audience {n}", 3) for n in range(5)]
    assert len(sent) == 2


def test_why_names_each_condition_with_what_the_person_has(app):
    claims = make_department("Operations/Claims")
    wave = make_wave(number=3, name="Property claims")
    person = make_person("Tomasz Wójcik", department="Operations/Claims/Property", location="Kraków")
    rule = {
        "all": [
            {"field": "department", "values": [claims.id]},
            {"any": [{"field": "wave", "values": [wave.id]}, {"field": "location", "values": ["London"]}]},
            {"not": {"field": "training_role", "values": ["builder"]}},
        ]
    }
    on = clock.now().date()
    assert [(r.depth, r.words, r.is_met, r.theirs) for r in queries.why(rule, person, on)] == [
        (0, "All of these:", False, ""),
        (1, "Work in Operations/Claims or below", True, "Works in Operations/Claims/Property."),
        (1, "At least one of these:", False, ""),
        (2, "Are in Wave 3: Property claims (Claims and finance)", False, "Is in no wave."),
        (2, "Work at London", False, "Works at Kraków."),
        (1, "Don’t have the training role Builder", True, "Has the training role User."),
    ]
    waves.add_member(wave, person, by=TESTER)
    after = queries.why(rule, person, on)
    assert after[0].is_met
    assert after[3].theirs == "Is in Wave 3: Property claims (Claims and finance)."


def test_why_answers_which_training_somebody_has_done(app, frozen):
    person = make_person("Tomasz Wójcik", roles=(TrainingRole.LEADER,))
    asked, other = make_module("worries"), make_module("reading")
    for module, when in ((other, clock.now()), (asked, datetime(2026, 3, 2, 23, 30, tzinfo=UTC))):
        row = {"source": CompletionSource.IMPORT, "completed_at": when, "recorded_by": "Ines"}
        db.session.add(Completion(person=person, module=module, module_version=1, **row))
    make_module("unread")
    db.session.flush()

    def told(*values: str, zone: str = "UTC") -> list[tuple[bool, str]]:
        rule = {"field": "training_state", "values": list(values)}
        return [(r.is_met, r.theirs) for r in queries.why(rule, person, clock.now().date(), ZoneInfo(zone))]

    worries, unread = f"“{asked.title}”", "“Unread”"
    assert told("finished:worries") == [(True, f"Has finished {worries} on 2 March 2026.")]
    assert told("finished:worries", zone="Europe/Warsaw") == [(True, f"Has finished {worries} on 3 March 2026.")]
    assert told("not_finished:worries") == [(False, f"Has finished {worries} on 2 March 2026.")]
    assert told("finished:unread") == [(False, f"Has not finished {unread}.")]
    assert told("not_finished:unread") == [(True, f"Has not finished {unread}.")]
    assert told("overdue") == [(False, "Has no training that is overdue.")]
    assert told("not_started") == [(False, "Has started what is assigned, or has nothing to do.")]
    assert told("finished:unread", "overdue", "finished:worries") == [
        (True, f"Has finished {worries} on 2 March 2026. Has not finished {unread}. Has no training that is overdue.")
    ]


def test_a_department_on_the_map_stands_for_its_people_and_those_below(app):
    wave, department = make_wave(), make_department("Operations/Claims")
    ann = make_person("Ann Below", "ann@example.com", "Operations/Claims/Property")
    bob = make_person("Bob Named", "bob@example.com", "Finance")
    make_person("Cay Above", "cay@example.com", "Operations")
    users, leaders = ({"field": "stakeholder_group", "values": [group]} for group in ("end_users", "business_leaders"))
    row = add_stakeholder(department, StakeholderGroup.END_USERS, places=[wave], by=TESTER)
    add_stakeholder(bob, StakeholderGroup.BUSINESS_LEADERS, places=[wave.programme], by=TESTER)
    assert (reached(users), reached(leaders)) == ({ann.id}, {bob.id})
    assert reached({"any": [users, leaders]}) == {ann.id, bob.id}
    remove_stakeholder(row, by=TESTER)
    assert reached(users) == set()


def test_a_groups_programme_and_its_later_waves_narrow_it(app):
    programme, other = make_programme(), make_programme("Another")
    wide, one = make_person("Ann Wide", "ann@example.com"), make_person("Bob One", "bob@example.com")
    first, foreign = make_wave(programme, number=1), make_wave(other, number=1)
    add_stakeholder(wide, StakeholderGroup.OTHERS, places=[programme], by=TESTER)
    add_stakeholder(one, StakeholderGroup.OTHERS, places=[first, foreign], by=TESTER)
    later = make_wave(programme, number=2)
    group = {"field": "stakeholder_group", "values": ["others"]}
    assert reached({**group, "programmes": [programme.id]}) == {wide.id, one.id}
    assert reached({**group, "waves": [later.id]}) == {wide.id}
    assert reached({**group, "waves": [later.id], "programmes": [other.id]}) == {wide.id, one.id}
    assert reached({**group, "programmes": [other.id]}) == {one.id}


def test_a_champion_is_reached_while_they_are_one(app):
    department = make_department("Operations/Claims")
    wave = make_wave(departments=(department,))
    person, on = make_person(), clock.now().date()
    champion = {"field": "champion", "waves": [wave.id]}
    appoint_champion(wave, person, from_on=on, until_on=on + timedelta(days=2), by=TESTER)
    found = [bool(reached(champion, on + timedelta(days=days))) for days in (-1, 0, 1, 2)]
    assert found == [False, True, True, False]
    assert reached({"field": "champion", "programmes": [wave.programme_id]}) == {person.id}
    wave.status = WaveStatus.CANCELLED
    db.session.flush()
    assert reached({"field": "champion"}) == set()


def test_an_audience_stays_one_statement_after_what_it_rests_on_was_read(app, statements):
    wave = make_wave()
    for number in range(3):
        add_stakeholder(make_department(f"D{number}"), StakeholderGroup.END_USERS, places=[wave], by=TESTER)
    group = {"field": "stakeholder_group", "values": ["end_users"], "waves": [wave.id]}
    rule = {"any": [group, {"not": {"field": "champion"}}]}
    db.session.flush()
    query = queries.people_in(rule, clock.now().date())
    with statements() as sent:
        db.session.scalars(query).all()
    assert len(sent) == 1


def test_why_says_in_which_group_somebody_stands_and_where_they_are_a_champion(app):
    department = make_department("Operations/Claims")
    wave, person = make_wave(departments=(department,)), make_person()
    rule = {
        "all": [
            {"field": "stakeholder_group", "values": ["business_leaders"]},
            {"not": {"field": "champion", "programmes": [wave.programme_id]}},
        ]
    }

    def told():
        return [(r.is_met, r.theirs) for r in queries.why(rule, person, clock.now().date())[1:]]

    assert told() == [(False, "Is no stakeholder."), (True, "Is no champion.")]
    add_stakeholder(department, StakeholderGroup.END_USERS, places=[wave], by=TESTER)
    add_stakeholder(person, StakeholderGroup.BUSINESS_LEADERS, places=[wave], by=TESTER)
    appoint_champion(wave, person, from_on=clock.now().date(), by=TESTER)
    assert told() == [
        (True, "Is a stakeholder among the business leaders and the end users."),
        (False, "Is a champion in Wave 3: Property claims (Claims and finance)."),
    ]


def test_training_is_overdue_from_the_day_after_it_was_due(app):
    world = make_world(4, clock.now().date())
    rule = {"field": "training_state", "values": ["overdue"]}
    due_on = clock.now().date()  # wave 2 goes live in 7 days with 7 days for training
    late_today = {
        person.id
        for person, facts in zip(world.people, world.facts, strict=True)
        if facts["training_state"].is_overdue and not person.has_left
    }
    assert reached(rule, due_on) == late_today
    assert reached(rule, due_on + timedelta(days=1)) > late_today


def test_who_confirmed_and_who_did_not_are_told_apart_from_those_never_asked(app):
    confirmed, silent, never = make_person("Ann Done"), make_person("Bob Silent"), make_person("Cay Never")
    mailing = build_mailing(
        MailingKind.COMMUNICATION, Letter("S", "T", "<p>T</p>"), title="Scope, 14 April 2026", asks_confirmation=True
    )
    for person in (confirmed, silent):
        queue_for_address(mailing, person.email, person.name, {}, person.id).state = DeliveryState.SENT
    db.session.flush()
    first = db.session.scalars(db.select(Delivery).where(Delivery.person_id == confirmed.id)).one()
    assert acknowledge(first, by=TESTER)
    assert not acknowledge(first, by=TESTER)
    has, has_not = ({"field": "confirmation", "values": [f"{w}:{mailing.id}"]} for w in ("confirmed", "not_confirmed"))
    assert reached(has) == {confirmed.id}
    assert reached(has_not) == {silent.id}
    assert reached({"not": has}) == {silent.id, never.id}
    on = clock.now().date()
    assert [(r.words, r.is_met, r.theirs) for r in queries.why(has_not, silent, on)] == [
        (
            "Were asked to confirm “Scope, 14 April 2026” and have not",
            True,
            "Was asked to confirm 1 message, and has confirmed 0.",
        )
    ]
    assert queries.why(has, never, on)[0].theirs == "Was not asked to confirm any message."
    audience = actions.save_audience("Reminded by hand", has_not, by=TESTER)
    assert queries.words_of(audience.rule).sentence == (
        "People who were asked to confirm “Scope, 14 April 2026” and have not."
    )


@pytest.mark.parametrize("value", ["confirmed:99", "confirmed", "confirmed:x", "asked:1", "confirmed:1 OR 1", 7])
def test_a_rule_on_confirmations_names_a_message_that_is_there(app, value):
    with pytest.raises(BadInput):
        actions.save_audience("Nonsense", {"field": "confirmation", "values": [value]}, by=TESTER)
