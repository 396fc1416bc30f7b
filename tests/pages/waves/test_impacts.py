"""Pages of what a wave changes for a group: from nothing to what its people read."""

from datetime import date

from factories import TESTER, make_account, make_department, make_people, make_person, make_wave, signed_in

from engagement import clock
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.people.rules import TrainingRole
from engagement.resistance.actions import log_concern
from engagement.resistance.models import About
from engagement.resistance.rules import Severity, Source
from engagement.training.actions.assigning import settle_assignments
from engagement.training.rules import ItemKind
from engagement.waves.actions import choose_departments
from engagement.waves.impacts.actions import assess_impact, publish_impact
from engagement.waves.impacts.queries.standing import standing_assessment
from engagement.waves.impacts.rules import Aspect, AspectSaid, Assessed, ImpactSide
from engagement.waves.models import Membership
from engagement.waves.queries import departments_of_waves
from engagement.waves.rules import MembershipOrigin
from engagement.waves.voices.actions import count_voices
from engagement.waves.voices.models import ImpactVoice
from tests.training.courses import make_curriculum, make_module


def _page(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_from_an_empty_page_to_what_people_read(app, wave, manager):
    department = make_department()
    address = f"/waves/{wave.id}/impacts"
    employee = signed_in(app, make_account("tomasz.wjcik@example.com", "Tomasz Wójcik"))
    assert "Its leaders have not said yet what it changes for anybody." in _page(manager, address)
    group = f"{address}/{department.id}"
    assert "Nobody has judged this group yet" in _page(manager, group)
    refused = manager.post(f"{group}/leaders", data={"score_tasks": "4", "before_tasks": "Sorting by hand"})
    assert refused.status_code == 422
    assert "Say what it will be like." in refused.get_data(as_text=True)
    assert "Sorting by hand" in refused.get_data(as_text=True)
    said = {
        "score_tasks": "4",
        "before_tasks": "Sorting by hand",
        "after_tasks": "Checking what is sorted",
        "score_pay": "0",
        "score_place": "0",
    }
    assert manager.post(f"{group}/leaders", data=said).status_code == 303
    few = {"score_tasks": "1", "after_tasks": "Little", "basis": "Workshop", "voices": "3"}
    assert "With fewer, people could be recognised." in manager.post(f"{group}/people", data=few).get_data(as_text=True)
    assert manager.post(f"{group}/people", data=few | {"voices": "8"}).status_code == 303
    text = _page(manager, group)
    assert "Leaders: 4 of 15 points, most in what they do" in text
    assert "Leaders differ" in text
    assert "8 were asked together" in text
    assert "Differs" in _page(manager, address)
    assert "Checking what is sorted" in _page(manager, f"{address}.csv")
    assert "Checking what is sorted" not in _page(employee, "/me")
    assert manager.post(f"{group}/publication").status_code == 303
    own = _page(employee, "/me")
    assert "Checking what is sorted" in own
    assert "<dt>What you do</dt>" in own
    assert "Nothing changes in where and when you work or in pay and grade." in own
    assert "Little" not in own
    assert manager.post(f"{group}/withdrawal").status_code == 303
    assert "Checking what is sorted" not in _page(employee, "/me")


def test_a_stale_form_keeps_what_was_typed(app, wave, manager):
    department = make_department()
    group = f"/waves/{wave.id}/impacts/{department.id}/leaders"
    drawn = _page(manager, group)
    marks = drawn.split('name="drawn_from"')[1].split('value="')[1].split('"')[0].replace("&#34;", '"')
    first = {"score_tools": "1", "after_tools": "One more window"}
    assert manager.post(group, data=first | {"drawn_from": marks}).status_code == 303
    late = manager.post(group, data={"score_tools": "3", "after_tools": "Another system", "drawn_from": marks})
    assert late.status_code == 422
    assert "Another system" in late.get_data(as_text=True)
    assert "One more window" in late.get_data(as_text=True)
    standing = standing_assessment(wave.id, department.id, ImpactSide.LEADERS)
    assert standing is not None
    assert standing.said.total == 1


def test_the_list_asks_as_often_for_many_groups_as_for_one(app, wave, manager, statements):
    many = make_wave(wave.programme, number=4, departments=[make_department(f"Operations/Desk {n}") for n in range(5)])
    for department in [make_department(), *departments_of_waves([many.id])[many.id]]:
        of = wave if department.path == "Operations/Claims" else many
        judged = Assessed({aspect: AspectSaid(1, "", "More") for aspect in Aspect})
        assess_impact(of, department, ImpactSide.LEADERS, judged, floor=5, by=TESTER)
    db.session.commit()
    _page(manager, f"/waves/{wave.id}/impacts")
    with statements() as few:
        _page(manager, f"/waves/{wave.id}/impacts")
    with statements() as more:
        _page(manager, f"/waves/{many.id}/impacts")
    assert len(more) == len(few)


def test_what_was_typed_stays_when_the_department_left_the_wave_meanwhile(app, wave, manager):
    department = make_department()
    assert manager.get(f"/waves/{wave.id}/impacts/{department.id}/leaders").status_code == 200
    choose_departments(wave, [], by=TESTER)
    db.session.commit()
    said = {"score_tools": "3", "after_tools": "Another system"}
    late = manager.post(f"/waves/{wave.id}/impacts/{department.id}/leaders", data=said)
    assert late.status_code == 422
    assert "Choose it for the wave first." in late.get_data(as_text=True)
    assert "Another system" in late.get_data(as_text=True)


def test_training_of_few_people_is_shown_to_who_sees_them_alone(app, wave, manager):
    make_curriculum(TrainingRole.USER, (make_module("basics"), ItemKind.REQUIRED))
    settle_assignments(clock.now())
    db.session.commit()
    sponsor = signed_in(app, make_account("spo@example.com", "Spo", Role.SPONSOR, programme_id=wave.programme_id))
    address = f"/waves/{wave.id}/impacts/{make_department().id}"
    assert "none of 1 finished" in _page(manager, address)
    assert "none of 1" not in _page(sponsor, address)
    assert "is shown to those who see its people" in _page(sponsor, address)


def test_no_sentence_says_more_than_was_judged(app, wave, manager):
    first, second = make_department(), make_department("Operations/Letters")
    choose_departments(wave, [first, second], by=TESTER)
    for side, aspect in ((ImpactSide.LEADERS, Aspect.PAY), (ImpactSide.PEOPLE, Aspect.TASKS)):
        said = Assessed({aspect: AspectSaid(0)}, "Workshop", 8)
        assess_impact(wave, first, side, said, floor=5, by=TESTER)
    db.session.commit()
    page = _page(manager, f"/waves/{wave.id}/impacts")
    assert "No part of the work that was judged changes." in page
    assert "in nothing that can be compared" not in page
    judged = Assessed({Aspect.TASKS: AspectSaid(1, "", "More")})
    assess_impact(wave, first, ImpactSide.LEADERS, judged, floor=5, by=TESTER)
    db.session.commit()
    page = _page(manager, f"/waves/{wave.id}/impacts")
    assert "Operations/Claims has the most points of those judged so far." in page
    assert "in nothing that can be compared" in page


def _answer(app, wave, people, sentence=""):
    """Let each of these people say alone that their tasks change a lot, through the page."""
    for person in people:
        client = signed_in(app, make_account(person.email, person.name))
        page = _page(client, "/me")
        address = page.split('href="/me/impacts/')[1].split('"')[0]
        data = {"score_tasks": "4", "words_tasks": f"{sentence} {person.id}" if sentence else ""}
        assert client.post(f"/me/impacts/{address}", data=data).status_code == 303
    return client, f"/me/impacts/{address}"


def test_people_are_asked_without_a_name_and_counted_from_the_floor_on(app, wave, manager):
    people = make_people(6)
    for each in people:
        db.session.add(Membership(wave=wave, person=each, origin=MembershipOrigin.HAND, joined_at=clock.now()))
    db.session.commit()
    group = f"/waves/{wave.id}/impacts/{make_department().id}"
    assert manager.post(f"{group}/leaders", data={"score_tasks": "2", "after_tasks": "Checking"}).status_code == 303
    assert manager.post(f"{group}/publication").status_code == 303
    last, own = _answer(app, wave, people[:4], "We check all day")
    assert "You have answered this" in _page(last, own)
    assert last.post(own, data={"score_tasks": "1"}).status_code == 422
    assert "Nobody can find your answer again." in _page(last, "/me")
    count_voices(5)
    db.session.commit()
    assert "We check" not in _page(manager, group)
    _, address = _answer(app, wave, people[4:5], "We check all day")
    sixth = signed_in(app, make_account(people[5].email, people[5].name))
    asked = _page(sixth, address)
    assert "Said by those who lead: Checking" in asked
    # What is typed must not be kept under the account when the session ends.
    assert "drawn_for" not in asked.split("<main")[1].split("</main>")[0]
    refused = sixth.post(address, data={"words_pay": "Less"})
    assert refused.status_code == 422
    assert "because there are words about it" in refused.get_data(as_text=True)
    assert 'value="Less"' in refused.get_data(as_text=True)
    count_voices(5)
    db.session.commit()
    page = _page(manager, group)
    assert "5 said it each alone" in page
    assert page.count("We check all day") == 5
    assert "People: 4 of 5 points" in page
    assert "Leaders differ" in page
    sponsor = signed_in(app, make_account("spo@example.com", "Spo", Role.SPONSOR, programme_id=wave.programme_id))
    told = _page(sponsor, group)
    assert "5 said it each alone" in told
    assert "We check all day" not in told
    assert sponsor.post("/me/timezone", data={"timezone": "Pacific/Honolulu"}).status_code == 303
    for reader, said_on in ((manager, "2026-04-14"), (sponsor, "2026-04-13")):
        in_file = _page(reader, f"/waves/{wave.id}/impacts.csv").splitlines()[-1]
        assert ("The people, each alone" in in_file, in_file.rpartition(",")[2]) == (True, said_on)


def test_a_group_too_small_is_not_asked_and_says_so(app, wave, manager):
    employee = signed_in(app, make_account("tomasz.wjcik@example.com", "Tomasz Wójcik"))
    department = make_department()
    judged = Assessed({Aspect.TASKS: AspectSaid(1, "", "More")})
    assess_impact(wave, department, ImpactSide.LEADERS, judged, floor=5, by=TESTER)
    row = publish_impact(wave, department.id, by=TESTER)
    db.session.commit()
    assert "In so small a group nobody can be asked without a name." in _page(employee, "/me")
    assert "Your group is too small to be asked without names" in _page(employee, f"/me/impacts/{row.id}")
    assert employee.post(f"/me/impacts/{row.id}", data={"score_tasks": "1"}).status_code == 422
    assert db.session.query(ImpactVoice).count() == 0


def test_groups_by_role_stand_under_their_department_and_read_their_own(app, wave, manager):
    department = make_department()
    leader = make_person("Lea Leader", "lea@example.com", department, (TrainingRole.LEADER,))
    db.session.add(Membership(wave=wave, person=leader, origin=MembershipOrigin.HAND, joined_at=clock.now()))
    db.session.commit()
    group = f"/waves/{wave.id}/impacts/{department.id}"
    assert manager.get(f"{group}?role=builder").status_code == manager.get(f"{group}?role=x").status_code == 404
    said = {"score_tasks": "5", "after_tasks": "Leading otherwise"}
    assert manager.post(f"{group}/leaders?role=leader", data=said).status_code == 303
    assert manager.post(f"{group}/publication?role=leader").status_code == 303
    page = _page(manager, f"{group}?role=leader")
    assert "Operations/Claims, leader" in page
    assert "Leading otherwise" in page
    assert "Leading otherwise" not in _page(manager, group)
    listed = _page(manager, f"/waves/{wave.id}/impacts")
    assert "Operations/Claims, leader has the most points." in listed
    heat = listed.split('<table class="table-report stack impacts">')[1].split("</table>")[0]
    # Who has no judgement of their own role is not listed by it.
    assert heat.count("<tbody>") == 2
    assert heat.count("nobody has judged it yet") == 1
    assert heat.count("points-5") == 1
    assert "All of these together" in heat
    lea = signed_in(app, make_account("lea@example.com", "Lea Leader"))
    tomasz = signed_in(app, make_account("tomasz.wjcik@example.com", "Tomasz Wójcik"))
    assert "Leading otherwise" in _page(lea, "/me")
    assert "Leading otherwise" not in _page(tomasz, "/me")
    assert manager.post(f"{group}/withdrawal?role=leader").status_code == 303
    assert "Leading otherwise" not in _page(lea, "/me")
    sponsor = signed_in(app, make_account("spo@example.com", "Spo", Role.SPONSOR, programme_id=wave.programme_id))
    assert "Not shown: fewer than 5 people." in _page(sponsor, f"{group}?role=leader")


def test_concerns_of_a_group_are_told_to_who_reads_each_of_them_alone(app, wave, manager):
    department = make_department()
    about = About(Source.OTHER, wave=wave, department=department)
    account = make_account("log@example.com", "Log Ger")
    log_concern("Heard", about, by=account.actor, on=date(2026, 4, 10), severity=Severity.LOW)
    db.session.commit()
    sponsor = signed_in(app, make_account("spo@example.com", "Spo", Role.SPONSOR, programme_id=wave.programme_id))
    group = f"/waves/{wave.id}/impacts/{department.id}"
    assert "Said with a name, or written down for somebody" in _page(manager, group)
    told = _page(sponsor, group)
    assert "Said with a name" not in told
    assert "Counted for the whole programme alone, and from 5 people on" in told


def test_the_page_of_the_wave_says_in_one_line_how_many_groups_are_seen_alike(app, wave, manager, statements):
    department = make_department()

    def asked() -> tuple[str, int]:
        with statements() as sent:
            page = _page(manager, f"/waves/{wave.id}")
        return page, len(sent)

    before, number = asked()
    assert "see it alike" not in before
    aspects = {Aspect.PAY: AspectSaid(4, "", "Less"), Aspect.TASKS: AspectSaid(3, "", "Others")}
    for side, voices in ((ImpactSide.LEADERS, None), (ImpactSide.PEOPLE, 8)):
        assess_impact(wave, department, side, Assessed(aspects, "Workshop", voices), floor=5, by=TESTER)
    db.session.commit()
    alike, with_it = asked()
    # One for the line, and one for the criterion, which counts what was kept before the floor was raised too.
    assert with_it <= number + 2
    line = "Leaders and people see it alike in 1 of 1 group that can be compared."
    assert f'<a class="plain-link" href="/waves/{wave.id}/impacts">{line}</a>' in alike
    apart = Assessed(aspects | {Aspect.PAY: AspectSaid(1, "", "Less")}, "Workshop", 8)
    assess_impact(wave, department, ImpactSide.PEOPLE, apart, floor=5, by=TESTER)
    db.session.commit()
    page = asked()[0]
    assert "alike in 0 of 1 group that can be compared." in page
    assert "Operations/Claims, pay and grade: leaders expect 4, its people 1 of 5 points." in page
    readiness = _page(manager, f"/waves/{wave.id}/readiness")
    assert "0 of 1 group that can be compared is seen alike" in readiness
    assert "See what it changes for each group" in readiness
