"""What is done on maps of stakeholders, and where its entry belongs."""

from typing import Any

from factories import TESTER, make_person
from flows.deeds.place import AT, DAY, OF_WAVE, PEOPLE_OF_DEPARTMENT, Deed, Place

from engagement.db import db
from engagement.privacy.actions.outsiders import erase_outsider
from engagement.stakeholders.actions.contacts import say_contact
from engagement.stakeholders.actions.mapping import add_stakeholder, remove_stakeholder
from engagement.stakeholders.actions.notes import write_note
from engagement.stakeholders.champions.actions import appoint_champion
from engagement.stakeholders.commitments.actions.promising import close_promise, make_promise, move_promise
from engagement.stakeholders.commitments.rules import Outcome
from engagement.stakeholders.health.actions import judge_health
from engagement.stakeholders.inbox.actions import make_mailbox, settle_mail
from engagement.stakeholders.inbox.models import MailIn
from engagement.stakeholders.interactions.actions import log_interaction, withdraw_interaction
from engagement.stakeholders.interactions.rules import Channel, Said
from engagement.stakeholders.leadership.actions import StepDetails, finish_step, leave_out_step, plan_step
from engagement.stakeholders.leadership.models import StepLine
from engagement.stakeholders.leadership.queries import lines_of
from engagement.stakeholders.leadership.rules import StepKind
from engagement.stakeholders.relations.actions import end_relation, say_relation
from engagement.stakeholders.relations.models import StakeholderRelation
from engagement.stakeholders.relations.rules import RelationKind
from engagement.stakeholders.rhythm.actions import say_own_rhythm, say_rhythms
from engagement.stakeholders.rhythm.rules import Every
from engagement.stakeholders.rules import Contact, StakeholderGroup
from engagement.stakeholders.standings.actions import forget_labels, say_standing
from engagement.stakeholders.standings.rules import Level, Quadrant, Standing
from engagement.verbs import Verb


def stakeholder(at: Place, whom: Any = "The council") -> Any:
    return add_stakeholder(whom, StakeholderGroup.END_USERS, places=[at.wave], by=TESTER)


def forget(at: Place) -> None:
    """Say a level of a person while they lead the wave, and forget it when they no longer do."""
    row, at.wave.lead = stakeholder(at, at.person), at.person
    say_standing(row, Standing(level_now=Level.NEUTRAL), on=DAY, by=TESTER)
    at.wave.lead = None
    db.session.flush()
    forget_labels(row.id, DAY)


def talk(at: Place) -> Any:
    return log_interaction([stakeholder(at)], Said(Channel.CALL, DAY, "Quiet"), on=DAY, by=TESTER)


def promise(at: Place) -> Any:
    return make_promise(stakeholder(at), "Send it", at.person, DAY, on=DAY, by=TESTER)


def relate(at: Place) -> StakeholderRelation:
    return say_relation(stakeholder(at), stakeholder(at, "Brokers"), RelationKind.INFLUENCES, on=DAY, by=TESTER)


def step(at: Place) -> StepLine:
    """Plan a step of the person, who sponsors the wave."""
    at.wave.sponsor = at.person
    said = StepDetails(StepKind.SESSION, "The first minutes", "", DAY)
    return lines_of(plan_step(at.wave, at.person, said, on=DAY, by=TESTER).id)[0]


def mail(at: Place) -> MailIn:
    row = MailIn(programme_id=at.programme.id, message_id="<1@example.com>", received_at=AT)
    db.session.add(row)
    db.session.flush()
    return row


DONE: list[Deed] = [
    (Verb.ADDED_STAKEHOLDER, stakeholder, OF_WAVE),
    (Verb.ADDED_STAKEHOLDER, lambda at: stakeholder(at, at.person), OF_WAVE | {"person"}),
    (Verb.ADDED_STAKEHOLDER, lambda at: stakeholder(at, at.department), OF_WAVE | {"department"}),
    (Verb.WROTE_NOTE, lambda at: write_note(stakeholder(at), "Quiet", by=TESTER), OF_WAVE),
    (Verb.LOGGED_INTERACTION, talk, OF_WAVE),
    (Verb.WITHDREW_INTERACTION, lambda at: withdraw_interaction(talk(at), by=TESTER), OF_WAVE),
    (Verb.MADE_PROMISE, promise, OF_WAVE),
    (Verb.MADE_MAIL_ADDRESS, lambda at: make_mailbox(at.programme, by=TESTER), {"programme"}),
    (Verb.DISCARDED_MAIL, lambda at: settle_mail(mail(at), None, by=TESTER), {"programme"}),
    (Verb.SAID_RHYTHM, lambda at: say_own_rhythm(stakeholder(at), Every.WEEK, by=TESTER), OF_WAVE),
    (
        Verb.SAID_RHYTHM,
        lambda at: say_rhythms(at.programme, {Quadrant.KEEP_AN_EYE: Every.WEEK}, by=TESTER),
        {"programme"},
    ),
    (Verb.JUDGED_HEALTH, lambda at: judge_health(stakeholder(at), 50, "Quiet", on=DAY, by=TESTER), OF_WAVE),
    (Verb.MOVED_PROMISE, lambda at: move_promise(promise(at), DAY, make_person(), "Ill", on=DAY, by=TESTER), OF_WAVE),
    (Verb.CLOSED_PROMISE, lambda at: close_promise(promise(at), Outcome.KEPT, "Sent.", by=TESTER), OF_WAVE),
    (Verb.REMOVED_STAKEHOLDER, lambda at: remove_stakeholder(stakeholder(at), by=TESTER), OF_WAVE),
    (Verb.SAID_STANDING, lambda at: say_standing(stakeholder(at), Standing(50), on=DAY, by=TESTER), OF_WAVE),
    (Verb.SAID_CONTACT, lambda at: say_contact(stakeholder(at), Contact(email="a@example.com"), by=TESTER), OF_WAVE),
    (Verb.FORGOT_LABELS, forget, OF_WAVE | {"person"}),
    (Verb.ERASED_STAKEHOLDER, lambda at: erase_outsider(stakeholder(at), by=TESTER), OF_WAVE),
    (
        Verb.APPOINTED_CHAMPION,
        lambda at: appoint_champion(at.wave, at.person, from_on=DAY, by=TESTER),
        OF_WAVE | PEOPLE_OF_DEPARTMENT,
    ),
    (Verb.SAID_RELATION, relate, OF_WAVE),
    (Verb.ENDED_RELATION, lambda at: end_relation(relate(at), by=TESTER), OF_WAVE),
    (Verb.PLANNED_STEP, step, OF_WAVE | PEOPLE_OF_DEPARTMENT),
    (Verb.FINISHED_STEP, lambda at: finish_step(step(at), by=TESTER), OF_WAVE | PEOPLE_OF_DEPARTMENT),
    (Verb.LEFT_OUT_STEP, lambda at: leave_out_step(step(at), "Ill", by=TESTER), OF_WAVE | PEOPLE_OF_DEPARTMENT),
]
