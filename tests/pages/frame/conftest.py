"""A manager who meets texts that want to run."""

import pytest
from factories import (
    TESTER,
    make_change_manager,
    make_department,
    make_person,
    make_programme,
    make_statement,
    make_unknown_concern,
    make_wave,
    make_workflow,
)
from flask import Flask
from pages.frame.poison import EVIL

from engagement.accounts.models import Account
from engagement.communications.actions.planning import schedule_briefing
from engagement.communications.models import TextVersion
from engagement.db import db
from engagement.planning.blackouts.actions import make_blackout
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.actions.notes import write_note
from engagement.stakeholders.champions.actions import appoint_champion
from engagement.stakeholders.rules import StakeholderGroup
from engagement.waves.milestones.actions import MilestoneDetails, add_milestone
from engagement.waves.milestones.rules import MilestoneKind
from tests.communications.calendar_rows import AT_TWO, make_audience, make_line


@pytest.fixture
def manager(app: Flask) -> Account:
    return make_change_manager()


@pytest.fixture
def poisoned(app: Flask, manager: Account) -> dict[str, int]:
    """Every text that somebody can write holds a script, a broken attribute and a template."""
    department = make_department(f"Dept {EVIL}".replace("/", "|"))
    person = make_person(f"Eve {EVIL}", "eve@example.com", department, job_title=EVIL)
    department.manager = person
    programme = make_programme(f"Programme {EVIL}", sponsor=person)
    programme.purpose = EVIL
    workflow = make_workflow(programme, f"Workflow {EVIL}")
    workflow.summary = EVIL
    texts = (
        "system_does",
        "people_do",
        "who_decides",
        "signs_of_error",
        "then_do",
        "about_the_job",
        "question",
        "why",
        "changed",
    )
    statement = make_statement(workflow, **dict.fromkeys(texts, EVIL), answers=f"{EVIL}\nYes", right_answer=2)
    wave = make_wave(
        programme, name=f"Wave {EVIL}", departments=(department,), workflows=(workflow,), members=[person], lead=person
    )
    wave.aim = EVIL
    audience = make_audience(f"Audience {EVIL}")
    audience.note = EVIL
    line = make_line(programme, audience=audience, owner=manager, name=f"Line {EVIL}", subject=EVIL, outline=EVIL)
    message = schedule_briefing(line, AT_TWO, by=TESTER)
    message.subject, message.body, message.reason = EVIL, EVIL, EVIL
    version = TextVersion(occurrence_id=message.id, number=1, subject=EVIL, body=EVIL)
    db.session.add(version)
    concern = make_unknown_concern(EVIL, on=AT_TWO.date(), wave=wave)
    row = add_stakeholder(
        f"Council {EVIL}", StakeholderGroup.OTHERS, places=[wave], role=EVIL, owner=person, by=manager.actor
    )
    note = write_note(row, EVIL, by=manager.actor)
    milestone = add_milestone(
        wave, MilestoneDetails(MilestoneKind.OWN, EVIL[:100], AT_TWO.date()), country="GB-ENG", by=TESTER
    )
    make_blackout(programme, AT_TWO.date(), AT_TWO.date(), EVIL, by=TESTER)
    champion = appoint_champion(wave, person, from_on=AT_TWO.date(), by=manager.actor)
    db.session.commit()
    return {
        "stakeholder_id": row.id,
        "note_id": note.id,
        "champion_id": champion.id,
        "department_id": department.id,
        "person_id": person.id,
        "programme_id": programme.id,
        "workflow_id": workflow.id,
        "statement_id": statement.id,
        "readers": "everybody",
        "wave_id": wave.id,
        "milestone_id": milestone.id,
        "audience_id": audience.id,
        "communication_id": line.id,
        "occurrence_id": message.id,
        "version_id": version.id,
        "concern_id": concern.id,
        "kind": "csv",
        "role": "user",
    }
