"""How a relationship stands, by formula and by judgement."""

from datetime import timedelta

import pytest
from factories import TESTER, make_change_manager, make_person
from sqlalchemy import select
from stakeholders.touch_rows import ON, add, contact, talk

from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import BadInput
from engagement.scheduler.stakeholder_jobs import forget_labels
from engagement.stakeholders.commitments.actions.promising import close_promise, make_promise
from engagement.stakeholders.commitments.rules import Outcome
from engagement.stakeholders.health.actions import judge_health
from engagement.stakeholders.health.models import HealthJudgement
from engagement.stakeholders.health.queries import health_shown, judgement_of
from engagement.stakeholders.health.rules import Part, contact_tenths, figure_of, promise_tenths, spoken_tenths
from engagement.stakeholders.interactions.rules import Sentiment
from engagement.stakeholders.standings.queries.posts import is_labelled
from engagement.stakeholders.standings.rules import NOT_LABELLED
from engagement.verbs import Verb

pytestmark = pytest.mark.usefixtures("frozen")
S = Sentiment


def health(row, on=ON):
    return health_shown(row, contact(row, on), on, labelled=is_labelled(row, on))


@pytest.mark.parametrize(
    ("late", "every", "tenths"), [(0, 14, 100), (7, 14, 75), (14, 14, 50), (28, 14, 0), (99, 14, 0), (1, 92, 99)]
)
def test_the_part_for_contact_falls_to_nothing_in_two_rhythms(late, every, tenths):
    assert contact_tenths(late, every) == tenths


def test_the_other_parts_are_shares_and_means():
    assert [promise_tenths(*each) for each in ((0, 0), (2, 3), (3, 3), (0, 1))] == [None, 67, 100, 0]
    assert spoken_tenths([]) is None
    assert spoken_tenths([S.FAVOURABLE, S.CRITICAL]) == 50
    assert spoken_tenths([S.FAVOURABLE, S.MIXED, S.CRITICAL, S.CRITICAL]) == 50


def part(tenths, weight):
    return Part("", "", tenths, weight)


def test_the_figure_is_the_weighted_mean_of_what_is_known_and_needs_two_parts():
    assert figure_of([part(100, 4), part(50, 3), part(0, 3)]) == 55
    assert figure_of([part(100, 4), part(50, 3), part(None, 3)]) == 79
    assert figure_of([part(100, 4), part(None, 3), part(None, 3)]) is None
    assert figure_of([]) is None


def test_the_figure_comes_from_what_is_logged_and_says_from_what(wave):
    row, sam = add("Brokers", wave), make_person("Sam Pryce")
    assert (health(row).figure, [each.tenths for each in health(row).parts]) == (None, [None, None, None])
    talk(row, ago=21, sentiment=S.FAVOURABLE)
    talk(row, ago=200, sentiment=S.CRITICAL)
    kept = make_promise(row, "Send it", sam, ON - timedelta(days=3), on=ON - timedelta(days=9), by=TESTER)
    make_promise(row, "Call", sam, ON - timedelta(days=1), on=ON - timedelta(days=9), by=TESTER)
    make_promise(row, "Later", sam, ON + timedelta(days=9), on=ON, by=TESTER)
    unwanted = make_promise(row, "Visit", sam, ON, on=ON, by=TESTER)
    close_promise(kept, Outcome.KEPT, "Sent.", by=TESTER)
    close_promise(unwanted, Outcome.NO_LONGER_WANTED, "They are away.", by=TESTER)
    shown = health(row)
    assert [(each.name, each.words, each.tenths) for each in shown.parts] == [
        ("Contact", "Last on 24 March, every two weeks: 7 days late.", 75),
        ("Promises", "1 of 2 kept, of those due in the last 180 days.", 50),
        ("How they spoke", "In the newest talks: in favour.", 100),
    ]
    assert shown.figure == 75


def test_how_an_employee_spoke_counts_only_while_they_hold_a_post(wave):
    ann = make_person("Ann Employee")
    row, wave.lead = add(ann, wave), ann
    db.session.flush()
    talk(row, sentiment=S.CRITICAL)
    judge_health(row, 20, "She stopped answering.", on=ON, by=TESTER)
    assert (health(row).figure, health(row).judgement.figure) == (57, 20)
    wave.lead = None
    db.session.flush()
    assert ([each.name for each in health(row).parts], health(row).judgement) == (["Contact", "Promises"], None)
    with pytest.raises(BadInput) as refused:
        judge_health(row, 20, "She stopped answering.", on=ON, by=TESTER)
    assert refused.value.problems == {"figure": NOT_LABELLED}


def test_judgements_of_people_go_with_their_last_post(app, wave):
    ann = make_person("Ann Employee")
    row, council = add(ann, wave), add("Works council", wave)
    wave.lead = ann
    db.session.flush()
    for each in (row, council):
        judge_health(each, 20, "Quiet.", on=ON, by=TESTER)
    wave.lead = None
    db.session.commit()
    assert forget_labels(app.config["SETTINGS"]) == "1 emptied."
    assert db.session.scalars(select(HealthJudgement.stakeholder_id)).all() == [council.id]
    assert forget_labels(app.config["SETTINGS"]) == "0 emptied."


@pytest.mark.parametrize(
    ("figure", "reason", "field"),
    [(None, "Quiet.", "figure"), (101, "Quiet.", "figure"), (50, " ", "reason"), (50, "x" * 1_001, "reason")],
)
def test_a_judgement_has_a_figure_and_a_reason(wave, figure, reason, field):
    with pytest.raises(BadInput) as refused:
        judge_health(add("Brokers", wave), figure, reason, on=ON, by=TESTER)
    assert list(refused.value.problems) == [field]


def test_earlier_judgements_stay_and_the_audit_has_neither_figure_nor_reason(wave):
    row, ines = add("Brokers", wave), make_change_manager().actor
    judge_health(row, 40, "Quiet.", on=ON, by=ines)
    judge_health(row, 70, "They called.", on=ON, by=ines)
    now = judgement_of(row.id)
    assert (now.figure, now.reason, now.said_by.name) == (70, "They called.", "Ines Okafor")
    assert db.session.scalars(select(HealthJudgement.figure).order_by(HealthJudgement.id)).all() == [40, 70]
    assert db.session.scalars(select(AuditEntry.changes).where(AuditEntry.verb == Verb.JUDGED_HEALTH)).all() == [{}, {}]
