"""The two states that journeys begin from: nothing but two change managers, and a small programme four weeks before go-live."""

from dataclasses import replace
from datetime import date, timedelta

from factories import PASSWORD, TESTER, make_account, make_department, make_people, make_person, make_wave
from flask import Flask

from engagement import clock
from engagement.accounts.actions import account_for_person, set_password
from engagement.accounts.models import Account
from engagement.accounts.posts.actions import name_lead, name_sponsor
from engagement.accounts.rules import Role
from engagement.adoption.actions.uploads import Brought, take_file
from engagement.adoption.actions.writing import PersonUse
from engagement.audiences.actions import save_audience
from engagement.communications.actions.approving import ask_approval
from engagement.communications.actions.calendar import make_communication
from engagement.communications.actions.planning import schedule_briefing
from engagement.communications.actions.writing import write_occurrence
from engagement.communications.models import Details
from engagement.communications.rules import CommunicationKind
from engagement.consultations.actions.bodies import make_body, name_member
from engagement.consultations.actions.consulting import ask_question, hand_over, open_consultation
from engagement.consultations.rules import Asked, BodyDetails, BodyKind, Document
from engagement.db import db
from engagement.people.actions import mark_as_left, name_department_manager
from engagement.people.models import Department, Person
from engagement.people.rules import TrainingRole
from engagement.programmes.actions import make_programme, make_workflow, name_holder
from engagement.programmes.models import Programme, Workflow
from engagement.programmes.oversight.actions import OverseerDetails, name_overseer
from engagement.programmes.rules import OwnershipPart, PortfolioClass
from engagement.programmes.scope.rules import StatementTexts
from engagement.resistance.actions import log_concern
from engagement.resistance.models import About
from engagement.resistance.rules import Severity, Source
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.actions.notes import write_note
from engagement.stakeholders.champions.actions import appoint_champion
from engagement.stakeholders.commitments.actions.promising import make_promise
from engagement.stakeholders.health.actions import judge_health
from engagement.stakeholders.inbox.models import MailIn
from engagement.stakeholders.interactions.actions import correct_interaction, log_interaction
from engagement.stakeholders.interactions.rules import Channel, Said, Sentiment
from engagement.stakeholders.leadership.actions import StepDetails, plan_step
from engagement.stakeholders.leadership.rules import StepKind
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.rules import StakeholderGroup
from engagement.training.actions.assigning import settle_assignments
from engagement.training.actions.library import settle_library
from engagement.value.actions.metrics import make_metric, say_baseline
from engagement.value.actions.readings import Read, add_reading
from engagement.value.rules import BaselineSaid, Better, MetricDetails, MetricKind, ReadingRhythm
from engagement.waves.actions import place_people, plan_wave
from engagement.waves.impacts.actions import assess_impact, publish_impact
from engagement.waves.impacts.rules import Aspect, AspectSaid, Assessed, ImpactSide
from engagement.waves.inclusion.actions import answer_point, write_occasion
from engagement.waves.inclusion.rules import OccasionKind, OccasionSaid, Outcome
from engagement.waves.models import Wave, WaveDetails
from engagement.waves.queries import members
from engagement.waves.rules import WaveStatus

MANAGER, APPROVER, ADMINISTRATOR = "ines@example.com", "joan@example.com", "ada@example.com"
SPONSOR, EMPLOYEE, TEAM_LEAD = "margaret@example.com", "tomasz@example.com", "dana@example.com"
SUMMARY = "New claims arrive sorted, with a suggestion."
STATEMENT = {
    "system_does": "Reads each new claim\nSorts it",
    "people_do": "Every decision on cover\nEvery talk with a customer",
    "who_decides": "You do, up to 5,000.",
    "signs_of_error": "The photos show something else",
    "then_do": "Press Send back and say why.",
    "about_the_job": "No post is removed.",
}
BODY = """Dear {{ first_name }},

from **{{ go_live }}**, new claims reach {{ department }} already sorted. You still decide every one.

{{ my_change_link }}

{{ sender_name }}
"""


def furnish_nothing(_app: Flask) -> None:
    """One change manager, and nothing else."""
    _planner(MANAGER, "Ines Okafor")


def furnish_bare(_app: Flask) -> None:
    """Two change managers and the library of courses; nobody in the directory."""
    ines = _planner(MANAGER, "Ines Okafor")
    _planner(APPROVER, "Joan Hartley")
    settle_library(by=ines.actor)


def furnish_programme(app: Flask) -> None:
    """Forty people, a wave in 28 days with its training, a calendar with a message to approve, a stakeholder, a champion, two concerns."""
    furnish_bare(app)
    make_account(ADMINISTRATOR, "Ada Lindqvist", Role.ADMINISTRATOR)
    sponsor = make_person("Margaret Leclerc", SPONSOR, "Executive", (TrainingRole.LEADER,))
    dana = make_person("Dana Whitfield", TEAM_LEAD, "Operations/Claims", (TrainingRole.LEADER,))
    tomasz = make_person("Tomasz Wójcik", EMPLOYEE, "Operations/Claims", (TrainingRole.USER,), manager=dana)
    helen = make_person("Helen Adeyemi", "helen@example.com", "IT", (TrainingRole.SUPPORT,))
    make_people(36, "Operations/Claims/Property")
    _leaver_who_heads(make_department("Finance"))
    for person in (sponsor, dana, tomasz):
        set_password(account_for_person(person), PASSWORD, by=TESTER)
    wave = _wave(sponsor, dana, helen)
    _calendar(wave)
    _map(wave, dana, tomasz)
    for text, source in (("What are the twelve of us for?", Source.JOB_SECURITY), ("Who checks it?", Source.OTHER)):
        log_concern(
            text,
            About(source, wave=wave),
            by=_ines().actor,
            on=clock.today("Europe/London"),
            severity=Severity.MEDIUM,
            person=tomasz,
        )


def _planner(email: str, name: str) -> Account:
    return make_account(email, name, Role.CHANGE_MANAGER)


def _ines() -> Account:
    return db.session.query(Account).filter_by(email=MANAGER).one()


def _wave(sponsor: Person, dana: Person, helen: Person) -> Wave:
    programme = make_programme("Claims and finance", "Sorted claims, fewer letters.", by=TESTER)
    name_sponsor(programme, sponsor, by=TESTER)
    workflow = make_workflow(
        programme, "Claims triage", PortfolioClass.QUICK_WIN, StatementTexts(**STATEMENT), by=TESTER, summary=SUMMARY
    )
    for part, holder in zip(OwnershipPart, (dana, sponsor, dana, helen), strict=True):
        name_holder(workflow, part, holder, by=TESTER)
    wave = plan_wave(
        programme,
        WaveDetails("Property claims"),
        clock.now().date() + timedelta(days=28),
        by=TESTER,
        departments=[dana.department],
        workflows=[workflow],
    )
    name_lead(wave, dana, by=TESTER)
    name_sponsor(wave, sponsor, by=TESTER)
    place_people(wave)
    settle_assignments(clock.now())
    return wave


def _leaver_who_heads(department: Department) -> None:
    gone = make_person("Piet Former", "piet@example.com", department)
    name_department_manager(department, gone, by=TESTER)
    mark_as_left(gone, by=TESTER)


def _map(wave: Wave, dana: Person, tomasz: Person) -> None:
    ines = _ines().actor
    row = add_stakeholder(
        "Works council", StakeholderGroup.OTHERS, places=[wave], role="Has to agree.", owner=dana, by=ines
    )
    write_note(row, "The chair wants a call first.", by=ines)
    _talk(wave, row, dana)
    appoint_champion(wave, tomasz, from_on=clock.today("Europe/London"), by=ines)
    on, sponsor = clock.today("Europe/London"), wave.programme.sponsor
    said = StepDetails(StepKind.SESSION, "The first five minutes.", "Town hall", on + timedelta(days=20))
    assert sponsor
    plan_step(wave, sponsor, said, on=on, by=ines)


def _talk(wave: Wave, row: Stakeholder, dana: Person) -> None:
    """A talk that was corrected, a promise from it, and a mail that waits."""
    on, ines = clock.today("Europe/London"), _ines().actor
    said = Said(Channel.CALL, on, "They ask for eight weeks of notice.", "notice", Sentiment.MIXED)
    talk = log_interaction([row], said, on=on, by=ines)
    correct_interaction(talk, replace(said, notes="They ask for nine weeks of notice."), on=on, by=ines)
    make_promise(row, "Send the rota", dana, on + timedelta(days=3), on=on, interaction=talk, by=ines)
    judge_health(row, 75, "They call us first.", on=on, by=ines)
    db.session.add(
        MailIn(
            programme_id=wave.programme_id,
            message_id="<1@example.com>",
            sender="chair@council.example",
            subject="Notice",
            text="Nine weeks, please.",
            problem="Its sender doesn’t plan this programme.",
            received_at=clock.now(),
        )
    )


def _calendar(wave: Wave) -> None:
    ines = _ines()
    people = save_audience("People of wave 1", {"field": "wave", "values": [wave.id]}, by=TESTER)
    line = make_communication(
        wave.programme,
        Details(
            CommunicationKind.DEPARTMENT_BRIEFING,
            "Briefings for property claims",
            people,
            ines,
            approver=db.session.query(Account).filter_by(email=APPROVER).one(),
            wave=wave,
            in_working_hours=False,  # the browser comes on any day of the week
        ),
        by=ines.actor,
    )
    message = schedule_briefing(line, clock.now().replace(second=0, microsecond=0) + timedelta(days=1), by=ines.actor)
    write_occurrence(message, "What changes from {{ go_live }}", BODY, by=ines.actor)
    ask_approval(message, by=ines.actor)
    make_communication(
        wave.programme,
        Details(CommunicationKind.PROGRAMME_UPDATE, "Programme update", people, ines, cadence="FREQ=MONTHLY;BYDAY=3TH"),
        by=ines.actor,
    )


def _furnish_use(programme: Programme, workflow: Workflow, on: date) -> None:
    """A second wave that went live six weeks ago: everybody is in it, and more than half of them use it."""
    people = db.session.query(Person).order_by(Person.id).all()
    went_live = on - timedelta(days=42)
    make_wave(
        programme,
        number=2,
        name="In use",
        workflows=(workflow,),
        members=people,
        go_live_on=went_live,
        status=WaveStatus.LIVE,
    )
    rows = [
        PersonUse(person.id, workflow.id, went_live + timedelta(days=place % 9 + 7 * week), 1 + week)
        for place, person in enumerate(people[: len(people) * 3 // 5])
        for week in range(4)
    ]
    take_file(programme, "use.csv", "", Brought(rows), by=_ines().actor)


def furnish_what_is_measured_and_asked() -> None:
    """Of the small programme: a metric with two readings, a works council that is asked, who may stop the workflow, an occasion of design."""
    on, ines = clock.today("Europe/London"), _ines().actor
    wave, dana = db.session.query(Wave).one(), db.session.query(Person).filter_by(email=TEAM_LEAD).one()
    workflow = db.session.query(Workflow).one()
    said = MetricDetails("Time to answer", "minutes", Better.LOWER, ReadingRhythm.WEEK, 10_000, on + timedelta(days=90))
    metric = make_metric(workflow, said, dana, by=ines)
    say_baseline(metric, BaselineSaid(20_000, on - timedelta(days=30), "All claims of a week"), today=on, by=ines)
    for days, value in ((14, 18_000), (7, 15_500)):
        add_reading(metric, Read(on - timedelta(days=days), value, "Whole week"), today=on, by=ines)
    tickets = MetricDetails(
        "Tickets", MetricKind.TICKETS.unit, Better.LOWER, ReadingRhythm.MONTH, kind=MetricKind.TICKETS
    )
    add_reading(make_metric(workflow, tickets, dana, by=ines), Read(on, 43_000, "The desk's list"), today=on, by=ines)
    council = make_body(wave.programme, BodyDetails("Works council", BodyKind.WORKS_COUNCIL), None, by=ines)
    name_member(council, dana, by=ines)
    asked = open_consultation(wave, council, Asked(True, "Section 4", on + timedelta(days=20)), today=on, by=ines)
    hand_over(asked, Document("The plan", "2", on, text="All of it."), today=on, by=ines)
    ask_question(asked, "Who sees the counts?", by=ines)
    name_overseer(workflow, dana, OverseerDetails("Order 14", on, "Always"), on=on, by=ines)
    _furnish_use(wave.programme, workflow, on)
    met = OccasionSaid(OccasionKind.WORKSHOP, on, "Which claims go to an expert")
    row = write_occasion(workflow, wave, met, [dana], "Photos first\nFewer clicks", today=on, by=ines)
    judged = Assessed(
        {Aspect.TASKS: AspectSaid(4, "Sorting by hand", "Checking what is sorted"), Aspect.PAY: AspectSaid(0)}
    )
    assess_impact(wave, dana.department, ImpactSide.LEADERS, judged, floor=5, by=ines)
    publish_impact(wave, dana.department.id, by=ines)
    answer_point(row.points[0], "Photos first", Outcome.CHANGED, "They open first now.", by=ines)
    db.session.commit()


def furnish_settling(number: int) -> None:
    """Let fourteen people of the first wave be left to settle with another one until its training can’t be finished in time."""
    wave = db.session.query(Wave).order_by(Wave.id).first()
    assert wave is not None
    people = list(db.session.scalars(members(wave.id).limit(14)))
    live_on = wave.go_live_on - timedelta(days=31)
    other = make_wave(
        wave.programme, number=number, name="Motor", members=people, status=WaveStatus.LIVE, go_live_on=live_on
    )
    other.stabilises_until_on = wave.go_live_on - timedelta(days=4)
    db.session.commit()
