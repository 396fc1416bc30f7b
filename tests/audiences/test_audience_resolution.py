"""An audience in the database means what its rule means over plain values, on both engines, at the moment of asking."""

import pytest
from factories import TESTER, make_department, make_person, make_wave
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engagement import clock
from engagement.audiences import actions, queries
from engagement.audiences.conditions.queries.catalogue import FIELDS, ground_on, problems_of
from engagement.audiences.models import Audience
from engagement.audiences.rules import Rule
from engagement.db import db
from engagement.people import actions as people
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.rules import StakeholderGroup
from engagement.waves import actions as waves
from tests.audiences.small_world import GROUPS, LOCATIONS, TITLE_WORDS, TITLES, World, make_world, reached
from tests.audiences.small_world_rows import SLUGS

pytestmark = pytest.mark.usefixtures("frozen")


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


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), seed=st.integers(0, 2**20))
def test_the_database_finds_whom_the_rule_is_true_of(app, data, seed):
    """Many rules in each of a few worlds, which take longer to make; each engine draws its own."""
    on = clock.now().date()
    try:
        world, named = make_world(seed, on), []
        for number in range(24):
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

    @settings(max_examples=5, deadline=None, database=None, suppress_health_check=list(HealthCheck))
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
