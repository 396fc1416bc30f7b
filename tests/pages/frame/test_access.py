"""Who is let in where: every address of the service against every kind of reader, on their own side and on a foreign one."""

import csv
import re
from io import BytesIO, StringIO

import markup
import pytest
from factories import TESTER, make_account, make_person, make_programme, make_unknown_concern, make_wave, signed_in
from flask import Flask
from pages.frame.two_of_everything import World
from python_calamine import CalamineWorkbook
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from engagement import clock
from engagement.accounts.models import Account, Grant
from engagement.accounts.queries import reader_of
from engagement.accounts.rules import Role
from engagement.accounts.scopes import rights
from engagement.communications.models import Communication
from engagement.communications.scopes import in_charge, is_in_charge, may_read, readable
from engagement.db import db
from tests.communications.calendar_rows import make_audience, make_line, make_writer

pytestmark = pytest.mark.usefixtures("frozen")
FILES = {"static", "bootstrap.static"}
EVERYBODY = "AMPWLHDTRSUErwsuvd"
ANYBODY = EVERYBODY + "-"
#: Who is let in, by the letters of `two_of_everything.READERS`, "-" for somebody who is not signed in: first on their own
#: side, then on the foreign one; one entry where an address names no side.
MATRIX: dict[str, tuple[str, ...]] = {
    # Signing in, and what a machine reads.
    "GET today.index": (EVERYBODY,),
    "POST today.skip_setup": ("AM",),
    "POST today.take_up_setup": ("AM",),
    "POST today.send_test_mail": ("A",),
    "POST admin.take_role": ("A",),
    "GET sign_in.sign_in": (ANYBODY,),
    "POST sign_in.sign_in": (ANYBODY,),
    "POST sign_in.ask_link": (ANYBODY,),
    "GET sign_in.link_asked": (ANYBODY,),
    "GET sign_in.open_link": (ANYBODY,),
    "POST sign_in.open_link": (ANYBODY,),
    "GET sign_in.setup": (ANYBODY,),
    "POST sign_in.setup": (ANYBODY,),
    "GET sign_in.password": (EVERYBODY,),
    "GET sign_in.kept": ("E", "R"),
    "POST sign_in.remove_kept": ("E", "R"),
    "POST sign_in.send_kept": ("E", "R"),
    "POST sign_in.password": (EVERYBODY,),
    "POST sign_in.sign_out": (ANYBODY,),
    "POST sign_in.appearance": (ANYBODY,),
    "GET operation.healthz": (ANYBODY,),
    "GET operation.readyz": (ANYBODY,),
    "GET operation.metrics": (ANYBODY,),
    # For a relay with the secret of the settings, and for nobody where none is set.
    "POST calendar.take_reported": ("",),
    "GET admin.mailbox": (ANYBODY,),
    "GET admin.mailbox_message": (ANYBODY, ANYBODY),
    "GET admin.mailbox_html": (ANYBODY, ANYBODY),
    # What belongs to the reader alone.
    "GET me.index": (EVERYBODY,),
    "GET me.training": (EVERYBODY,),
    "GET me.messages": (EVERYBODY,),
    "GET me.timezone": (EVERYBODY,),
    "POST me.timezone": (EVERYBODY,),
    "GET me.module": ("LHTSE", ""),
    "POST me.answers": ("LHTSE", ""),
    "POST me.completion": ("LHTSE", ""),
    "POST me.decide_own": ("E", ""),
    "POST me.take_back_own": ("E", ""),
    "GET me.attempt": ("E", ""),
    "GET me.message": ("E", ""),
    "GET me.own_copy": ("E", ""),
    "POST me.confirm": ("E", ""),
    "GET me.change": ("E", ""),
    "POST me.confirm_change": ("E", ""),
    "GET me.team": ("T",),
    # Of the readers only the own person is a champion.
    "GET me.champion": ("E",),
    "GET concerns.new": (ANYBODY,),
    "POST concerns.new": (ANYBODY,),
    "GET concerns.receipt": (ANYBODY,),
    "POST concerns.receipt": (ANYBODY,),
    "GET concerns.mine": (EVERYBODY,),
    "POST concerns.reply": ("E", "R"),
    # The resistance log: those who answer, and nobody else.
    "GET concerns.index": ("MPWL",),
    "GET concerns.log": ("MPWL",),
    "POST concerns.decide_flood": ("M",),
    "POST concerns.log": ("MPWL",),
    "GET concerns.concern": ("MPWL", "M"),
    "POST concerns.acknowledge": ("MPWL", "M"),
    "POST concerns.take_over": ("MPWL", "M"),
    "POST concerns.answer": ("MPWL", "M"),
    "POST concerns.change_source": ("MPWL", "M"),
    "POST concerns.change_severity": ("MPWL", "M"),
    "POST concerns.close": ("MPWL", "M"),
    "POST concerns.reopen": ("MPWL", "M"),
    # Programmes, workflows, waves.
    "GET waves.index": ("AMPWLRSUrwsuv",),
    "GET waves.order": ("MP", "M"),
    "GET waves.lessons": ("MPWL", "M"),
    "POST waves.lessons": ("MPWL", "M"),
    "GET waves.impacts": ("AMPWLRSUrwsuv", "AMRU"),
    "GET waves.impacts_file": ("AMPWLRSUrwsuv", "AMRU"),
    "GET waves.impact": ("AMPWLRSUrwsuv", "AMRU"),
    "GET waves.assess_as_leaders": ("MPWL", "M"),
    "POST waves.assess_as_leaders": ("MPWL", "M"),
    "GET waves.assess_as_people": ("MPWL", "M"),
    "POST waves.assess_as_people": ("MPWL", "M"),
    "POST waves.publish_impact": ("MPWL", "M"),
    "POST waves.withdraw_impact": ("MPWL", "M"),
    "POST waves.choose_audiences": ("MP", "M"),
    "GET waves.timeline": ("AMPWLRSUrwsuv",),
    "GET waves.new_programme": ("M",),
    "POST waves.new_programme": ("M",),
    "GET waves.programme": ("AMPWLRSUrwsuv", "AMRU"),
    "GET waves.edit_programme": ("MP", "M"),
    "POST waves.edit_programme": ("MP", "M"),
    "GET waves.new_workflow": ("MP", "M"),
    "POST waves.new_workflow": ("MP", "M"),
    "GET waves.workflow": ("AMPWLRSUrwsuv", "AMRU"),
    "GET waves.edit_workflow": ("MP", "M"),
    "POST waves.edit_workflow": ("MP", "M"),
    "GET waves.portfolio": ("AMPWLRSUrwsuv", "AMRU"),
    "GET waves.portfolio_file": ("AMPWLRSUrwsuv", "AMRU"),
    "GET waves.oversight": ("AMPWLRSUrwsuv", "AMRU"),
    "POST waves.oversight": ("MPSs", "M"),
    "GET waves.change_overseer": ("MPSs", "M"),
    "POST waves.change_overseer": ("MPSs", "M"),
    "POST waves.release_overseer": ("MPSs", "M"),
    "GET waves.statements": ("AMPWLRSUrwsuv", "AMRU"),
    "GET waves.statement": ("AMPWLRSUrwsuv", "AMRU"),
    "GET waves.statement_people": ("AMPWLRUrwuv", "AMRU"),
    "GET waves.statement_people_file": ("AMPWLRUrwuv", "AMRU"),
    "GET waves.draft": ("MP", "M"),
    "POST waves.draft": ("MP", "M"),
    "POST waves.discard_draft": ("MP", "M"),
    "GET waves.versions": ("AMPWLRSUrwsuv", "AMRU"),
    "POST waves.versions": ("MP", "M"),
    "GET waves.ownership": ("MPSs", "M"),
    "POST waves.ownership": ("MPSs", "M"),
    "GET waves.new": ("MP", "M"),
    "POST waves.new": ("MP", "M"),
    "GET waves.wave": ("AMPWLRSUrwsuv", "AMRU"),
    "GET waves.edit": ("MPWL", "M"),
    "POST waves.edit": ("MPWL", "M"),
    "GET waves.change_status": ("MPWL", "M"),
    "POST waves.change_status": ("MPWL", "M"),
    "GET waves.fallback": ("MPWL", "M"),
    "POST waves.fallback": ("MPWL", "M"),
    "POST waves.prepare": ("MPWL", "M"),
    "GET waves.take_back": ("MPWL", "M"),
    "POST waves.take_back": ("MPWL", "M"),
    "GET waves.move": ("MPWL", "M"),
    "POST waves.move": ("MPWL", "M"),
    "GET waves.milestones": ("MPWL", "M"),
    "GET waves.new_milestone": ("MPWL", "M"),
    "POST waves.new_milestone": ("MPWL", "M"),
    "GET waves.milestone": ("MPWL", "M"),
    "POST waves.milestone": ("MPWL", "M"),
    "POST waves.remove_milestone": ("MPWL", "M"),
    "GET waves.copy": ("MP", "M"),
    "POST waves.copy": ("MP", "M"),
    "POST waves.undo_move": ("MPWL", "M"),
    # Blackouts of a programme are kept by who plans all of it, those of everybody by who plans everything.
    "GET waves.blackouts": ("MPWL",),
    "POST waves.blackouts": ("MP",),
    "POST waves.remove_blackout": ("MP", "M"),
    "GET waves.members": ("AMPWLRUrwuv", "AMRU"),
    "POST waves.members": ("MPWL", "M"),
    # Champions stand on the wave; who plans it appoints them.
    "GET waves.champions": ("AMPWLRUrwuv", "AMRU"),
    "POST waves.appoint_champion": ("MPWL", "M"),
    "POST waves.release_champion": ("MPWL", "M"),
    # Stakeholders: those who plan keep their maps, sponsors and auditors read them, nobody below sees one.
    "GET stakeholders.index": ("AMPWLSUsuv",),
    "GET stakeholders.export": ("AMPWLSUsuv",),
    "GET stakeholders.gaps": ("AMPWLSUsuv",),
    "GET stakeholders.map_page": ("AMPWLSUsuv",),
    "GET stakeholders.map_export": ("AMPWLSUsuv",),
    "GET stakeholders.map_picture": ("AMPWLSUsuv",),
    "GET stakeholders.new": ("MPWL",),
    "POST stakeholders.new": ("MPWL",),
    "GET stakeholders.duplicates": ("MPWL",),
    "GET stakeholders.merge": ("MPWL", "M"),
    "POST stakeholders.merge": ("MPWL", "M"),
    "POST stakeholders.tell_apart": ("MPWL", "M"),
    "GET stakeholders.take_file": ("MPWL",),
    "POST stakeholders.take_file": ("MPWL",),
    "GET stakeholders.preview": ("M", ""),
    "POST stakeholders.apply_file": ("M", ""),
    "POST stakeholders.drop_file": ("M", ""),
    "GET stakeholders.stakeholder": ("AMPWLSUsuv", "AMU"),
    "GET stakeholders.edit": ("MPWL", "M"),
    "POST stakeholders.edit": ("MPWL", "M"),
    "GET stakeholders.standing": ("MPWL", "M"),
    # Notices: who sees the workflow; names who were not told for who sees the wave's people, all that was confirmed for readers of deliveries.
    "GET notices.notices": ("AMPWLRSUrwsuv", "AMRU"),
    "GET notices.effect": ("MP", "M"),
    "POST notices.effect": ("MP", "M"),
    "POST notices.end_effect": ("MP", "M"),
    "GET notices.write": ("MP", "M"),
    "POST notices.write": ("MP", "M"),
    "POST notices.publish": ("MP", "M"),
    "GET notices.missing": ("AMPWLRUrwuv", "AMRU"),
    "GET notices.proof_file": ("AMU", "AMU"),
    # Consultations: who sees the wave, and whoever speaks for the body; on the own side that is the employee.
    "GET consultations.index": ("AMPWLRSUErwsuv",),
    "GET consultations.consultation": ("AMPWLRSUErwsuv", "AMRU"),
    "GET consultations.document": ("AMPWLRSUErwsuv", "AMRU"),
    "GET consultations.new": ("MPWL", "M"),
    "POST consultations.new": ("MPWL", "M"),
    "GET consultations.edit": ("MPWL", "M"),
    "POST consultations.edit": ("MPWL", "M"),
    "GET consultations.hand_over": ("MPWL", "M"),
    "POST consultations.hand_over": ("MPWL", "M"),
    "POST consultations.ask": ("MPWLE", "M"),
    "GET consultations.answer": ("MPWL", "M"),
    "POST consultations.answer": ("MPWL", "M"),
    "POST consultations.say_position": ("MPWLE", "M"),
    "GET consultations.bodies": ("MP", "M"),
    "GET consultations.new_body": ("MP", "M"),
    "POST consultations.new_body": ("MP", "M"),
    "GET consultations.edit_body": ("MP", "M"),
    "POST consultations.edit_body": ("MP", "M"),
    "GET consultations.name_member": ("MP", "M"),
    "POST consultations.name_member": ("MP", "M"),
    "POST consultations.end_member": ("MP", "M"),
    # Value: who sees the workflow, and whoever reads a metric.
    "GET value.workflow": ("AMPWLRSUrwsuv", "AMRU"),
    "GET value.readings_file": ("AMPWLRSUrwsuv", "AMRU"),
    "GET value.new_metric": ("MP", "M"),
    "POST value.new_metric": ("MP", "M"),
    "GET value.metric": ("AMPWLRSUErwsuv", "AMRU"),
    "GET value.edit_metric": ("MP", "M"),
    "POST value.edit_metric": ("MP", "M"),
    "POST value.end_metric": ("MP", "M"),
    "GET value.baseline": ("MP", "M"),
    "POST value.baseline": ("MP", "M"),
    "POST value.add_reading": ("MPE", "M"),
    "GET value.correct_reading": ("MPE", "M"),
    "POST value.correct_reading": ("MPE", "M"),
    "POST value.take_back_reading": ("MPE", "M"),
    "GET value.take_file": ("MPWL",),
    "POST value.take_file": ("MPWL",),
    "GET value.preview": ("M", ""),
    "POST value.apply_file": ("M", ""),
    "POST value.drop_file": ("M", ""),
    "POST stakeholders.standing": ("MPWL", "M"),
    "POST stakeholders.remove": ("MPWL", "M"),
    "POST stakeholders.put_back": ("MPWL", "M"),
    "GET stakeholders.champions": ("AMPWLRSUrwsuv",),
    "GET stakeholders.champions_file": ("AMPWLRSUrwsuv",),
    "GET stakeholders.network": ("AMPWLSUsuv",),
    "GET stakeholders.network_file": ("AMPWLSUsuv",),
    "GET stakeholders.relations": ("AMPWLSUsuv", "AMU"),
    "POST stakeholders.say_relation": ("MPWL", "M"),
    "POST stakeholders.end_relation": ("MPWL", "M"),
    "GET stakeholders.chain": ("AMPWLSUsuv",),
    "GET stakeholders.leadership": ("AMPWLSUsuv",),
    "GET stakeholders.leadership_file": ("AMPWLSUsuv",),
    "GET stakeholders.new_step": ("MPWL",),
    "POST stakeholders.new_step": ("MPWL",),
    "GET stakeholders.step": ("AMPWLSUsuv", "AMU"),
    "GET stakeholders.edit_step": ("MPWL", "M"),
    "POST stakeholders.edit_step": ("MPWL", "M"),
    # The sponsor whose step it is says what became of it.
    "POST stakeholders.finish_step": ("MPWLS", "M"),
    "POST stakeholders.follow_milestone": ("MPWL", "M"),
    "POST stakeholders.take_back_step": ("MPWLS", "M"),
    "POST stakeholders.leave_out_step": ("MPWL", "M"),
    "POST stakeholders.write_note": ("MPWL", "M"),
    "POST stakeholders.withdraw_note": ("MPWL", "M"),
    # What was said: read by who keeps a map of anybody who took part, and administrators.
    "GET stakeholders.log_interaction": ("MPWL",),
    "POST stakeholders.log_interaction": ("MPWL",),
    "GET stakeholders.interactions": ("AMPWL", "AM"),
    "GET stakeholders.interaction": ("AMPWL", "AM"),
    "GET stakeholders.correct_interaction": ("MPWL", "M"),
    "POST stakeholders.correct_interaction": ("MPWL", "M"),
    "POST stakeholders.withdraw_interaction": ("MPWL", "M"),
    "GET stakeholders.rhythms": ("MP", "M"),
    "POST stakeholders.rhythms": ("MP", "M"),
    "GET stakeholders.rhythm": ("MPWL", "M"),
    "POST stakeholders.rhythm": ("MPWL", "M"),
    "GET stakeholders.health": ("MPWL", "M"),
    "POST stakeholders.health": ("MPWL", "M"),
    # Mail to a programme: who plans all of it.
    "GET stakeholders.inbox": ("MP", "M"),
    "POST stakeholders.renew_address": ("MP", "M"),
    "GET stakeholders.assign_mail": ("MP", "M"),
    "POST stakeholders.assign_mail": ("MP", "M"),
    "POST stakeholders.discard_mail": ("MP", "M"),
    # Promises: as above, and whoever has to keep one.
    "GET stakeholders.promises": ("AMPWLE",),
    "GET stakeholders.promises_file": ("AMPWLE",),
    "GET stakeholders.make_promise": ("MPWL", "M"),
    "POST stakeholders.make_promise": ("MPWL", "M"),
    "GET stakeholders.promise": ("AMPWLE", "AM"),
    "POST stakeholders.move_promise": ("MPWLE", "M"),
    "POST stakeholders.close_promise": ("MPWLE", "M"),
    # Communication.
    "GET calendar.index": ("AMPWLRUrwuv",),
    "GET calendar.new": ("MPWL",),
    "POST calendar.new": ("MPWL",),
    "GET calendar.standard": ("MP", "M"),
    "POST calendar.standard": ("MP", "M"),
    "GET calendar.communication": ("AMPWLRUrwuv", "AMRU"),
    "GET calendar.edit": ("MP", "M"),
    "POST calendar.edit": ("MP", "M"),
    "POST calendar.end": ("MP", "M"),
    "GET calendar.brief_wave": ("MPWL", "M"),
    "POST calendar.brief_wave": ("MPWL", "M"),
    "GET calendar.chain": ("MPWL", "M"),
    "POST calendar.chain": ("MPWL", "M"),
    "POST calendar.drop_from_milestone": ("MP", "M"),
    "POST calendar.take_up_communication": ("MP", "M"),
    "POST calendar.date_message": ("MP", "M"),
    "GET calendar.occurrence": ("AMPWLRUrwuv", "AMRU"),
    "POST calendar.occurrence": ("MP", "M"),
    "POST calendar.ask_approval": ("MP", "M"),
    "POST calendar.approve": ("MP", "M"),
    "POST calendar.withdraw_approval": ("MP", "M"),
    "POST calendar.send_back": ("MP", "M"),
    "POST calendar.take_up": ("MP", "M"),
    "GET calendar.versions": ("AMPWLRUrwuv", "AMRU"),
    "GET calendar.version": ("AMPWLRUrwuv", "AMRU"),
    "POST calendar.bring_back": ("MP", "M"),
    "POST calendar.send_test_copy": ("MP", "M"),
    "POST calendar.move": ("MP", "M"),
    "POST calendar.skip": ("MP", "M"),
    "POST calendar.decide": ("MP", "M"),
    "POST calendar.resume": ("MP", "M"),
    "POST calendar.release": ("MP", "M"),
    "POST calendar.stop": ("MP", "M"),
    "POST calendar.remove_translation": ("MP", "M"),
    "GET calendar.unconfirmed": ("AMU", "AMU"),
    "GET calendar.unconfirmed_file": ("AMU", "AMU"),
    "GET calendar.deliveries": ("AMU",),
    # What came back: read with the log; who keeps the people lets an address get mail again.
    "GET calendar.stopped": ("AMU",),
    "GET calendar.bounces": ("AMU",),
    "GET calendar.bounce": ("AMU", "AMU"),
    "GET calendar.lift_stop": ("AM", "AM"),
    "POST calendar.lift_stop": ("AM", "AM"),
    "POST calendar.send_again": ("AM", "AM"),
    "POST calendar.leave_delivery": ("AM", "AM"),
    "POST calendar.leave_all": ("AM", "AM"),
    "POST calendar.send_all_again": ("AM", "AM"),
    # Audiences belong to no programme: who plans chooses among them, change managers of everything make them.
    "GET audiences.index": ("AMPWLRU",),
    "GET audiences.audience": ("AMPWLRU", "AMPWLRU"),
    "GET audiences.new": ("M",),
    "POST audiences.new": ("M",),
    "GET audiences.edit": ("M", "M"),
    "POST audiences.edit": ("M", "M"),
    "POST audiences.archive": ("M", "M"),
    # People and departments.
    "GET people.index": ("AMPWLHDRUrwuvd",),
    "GET people.export": ("AMPWLHDRUrwuvd",),
    "GET people.without_role": ("AMPWLHDRUrwuvd",),
    "GET people.suggestions": ("AMPWLHDRUrwuvd",),
    "GET people.person": ("AMPWLHDRUrwuvd", "AMRU"),
    "POST people.roles": ("AM", "AM"),
    "GET people.new": ("AM",),
    "POST people.new": ("AM",),
    "GET people.values": ("AM", "AM"),
    "POST people.values": ("AM", "AM"),
    "POST people.giving_back": ("AM", "AM"),
    "GET people.several_roles": ("AM",),
    "POST people.several_roles": ("AM",),
    "POST people.delivery": ("AM", "AM"),
    "POST people.leaving": ("AM", "AM"),
    "POST people.returning": ("AM", "AM"),
    "GET people.departments": ("AMPWLHDRUrwuvd",),
    "GET people.department": ("AMPWLHDRUrwuvd", "AMPWLRUrwuv"),
    "POST people.rename": ("AM", "AM"),
    "POST people.name_manager": ("AM", "AM"),
    "POST people.merge": ("AM", "AM"),
    "GET people.role_rules": ("AMPWLRU",),
    "POST people.make_role_rule": ("M",),
    "POST people.withdraw_role_rule": ("M", "M"),
    "GET intake.index": ("AM",),
    "GET intake.sample": ("AM",),
    "POST intake.index": ("AM",),
    "GET intake.runs": ("AM",),
    "GET intake.run": ("AM", "AM"),
    "POST intake.apply": ("AM", "AM"),
    "POST intake.leave_out": ("AM", "AM"),
    "POST intake.discard": ("AM", "AM"),
    "POST intake.undo": ("AM", "AM"),
    "GET intake.columns": ("M", "A"),
    "POST intake.columns": ("M", "A"),
    # Training: modules for all who plan, names only of people whom the reader may see.
    "GET training.index": ("AMPWLRUrwuv",),
    "GET training.curriculum": ("AMPWLRUrwuv",),
    "GET training.module": ("AMPWLRUrwuv",),
    "GET training.editing": ("MR",),
    "POST training.editing": ("MR",),
    "GET training.new_module": ("MR",),
    "POST training.new_module": ("MR",),
    "GET training.new_question": ("MR",),
    "POST training.new_question": ("MR",),
    "GET training.question": ("MR",),
    "POST training.question": ("MR",),
    "POST training.remove_question": ("MR",),
    "GET training.arrange": ("MR",),
    "POST training.arrange": ("MR",),
    "POST training.take_library_over": ("MR",),
    "POST training.record_completion": ("MPWRrw",),
    "GET training.wave": ("AMPWLRUrwuv", "AMRU"),
    "GET training.wave_file": ("AMPWLRUrwuv", "AMRU"),
    "GET training.learners": ("AMPWLHDRUrwuvd", "AMRU"),
    "GET training.learners_file": ("AMPWLHDRUrwuvd", "AMRU"),
    "GET training.due_day": ("MPWLRrw", "MR"),
    "POST training.due_day": ("MPWLRrw", "MR"),
    # Old training of people who moved: who trains for their wave or their department decides.
    "GET training.leftovers": ("AMPWLHDRUrw",),
    "GET training.leftovers_file": ("AMPWLHDRUrw",),
    "POST training.decide_leftovers": ("MPWLHDRrw",),
    "POST training.decide_leftover": ("MPWLHDRrw", "MR"),
    "POST training.take_back_decision": ("MPWLHDRrw", "MR"),
    # Reports.
    "GET reports.index": ("MPSUsu",),
    "GET reports.programme": ("MPSUsu", "MU"),
    "GET reports.programme_file": ("MPSUsu", "MU"),
    # Administration and privacy.
    "GET admin.index": ("AMU",),
    "GET admin.jobs": ("AMU",),
    "POST admin.run_job": ("A",),
    "POST admin.everything": ("A",),
    "POST admin.try_again": ("AMP", "AM"),
    "GET admin.audit_log": ("AUuvd",),
    "GET admin.audit_export": ("AUuvd",),
    "GET admin.sign_ins": ("A",),
    "GET admin.give_role": ("A",),
    "POST admin.give_role": ("A",),
    "GET admin.waiting_sign_ins": ("A",),
    "POST admin.confirm_address": ("A", "A"),
    "POST admin.confirm_addresses": ("A",),
    "POST admin.rename_sign_in": ("A", "A"),
    "POST admin.withdraw_role": ("A", "A"),
    "POST admin.deactivate": ("A", "A"),
    "POST admin.reactivate": ("A", "A"),
    "GET people.leavers": ("AM",),
    "GET people.data": ("A", "A"),
    "GET me.data": ("LHTSE",),
    "GET people.erase": ("A", "A"),
    "POST people.erase": ("A", "A"),
    "POST stakeholders.erase": ("A", "A"),
    "GET admin.retention": ("A",),
    "POST admin.retention": ("A",),
}
#: Addresses that name their side in the query instead of the path, and the form field that a step can't do without.
ASKED = {"calendar.standard": "programme_id"}
SENT = {"concerns.take_over": ("owner", "manager_id")}
#: Parts of an address that are the same on both sides.
SIDELESS = {"kind", "step", "role", "slug", "token", "filename", "name", "question_id", "field"}


def ask(world: World, letter: str, rule: Rule, method: str = "GET", side: str = "own", query: str = "") -> TestResponse:
    """Ask for an address as one reader; an error of the service fails the test."""
    values = world.values[side]
    _, path = rule.build({name: values[name] for name in rule.arguments}) or ("", "")
    asked, sent = ASKED.get(rule.endpoint), SENT.get(rule.endpoint)
    data = None if method == "GET" else {sent[0]: values[sent[1]]} if sent else {}
    client = world.app.test_client(use_cookies=False)
    answer = client.open(
        path + (f"?{asked}={values[asked]}" if asked else query),
        method=method,
        headers={"Cookie": f"engagement={world.cookies[letter]}"} if letter in world.cookies else {},
        data=data,
    )
    assert answer.status_code < 500 or rule.endpoint == "operation.readyz", f"{method} {path} as {letter}"
    return answer


def is_let_in(answer: TestResponse, endpoint: str) -> bool:
    to_sign_in = answer.status_code == 302 and answer.location.startswith("/login") and endpoint != "sign_in.sign_out"
    return answer.status_code not in (403, 404) and not to_sign_in


def rules_of(app: Flask, method: str) -> list[Rule]:
    return [r for r in app.url_map.iter_rules() if r.endpoint not in FILES and method in (r.methods or ())]


def has_sides(rule: Rule) -> bool:
    return bool(set(rule.arguments) - SIDELESS) or rule.endpoint in ASKED


#: Pages that show what belongs to no programme, and why whoever plans reads all of it.
SHARED = {
    "audiences.index": "an audience is chosen for a communication of any programme",
    "audiences.audience": "as above",
    "people.role_rules": "a rule gives a role to an audience",
    "people.department": "a wave is made of departments, so who plans one knows the tree",
    "people.departments": "as above",
    "people.index": "as above: departments to narrow by",
    "people.without_role": "as above",
    "waves.edit": "as above: departments to choose",
    "waves.new": "as above",
    "waves.members": "audiences to choose from",
    "waves.order": "departments to bring into an order",
    "concerns.log": "as above: the department that a conversation was in",
    "calendar.new": "audiences to choose from",
    "calendar.edit": "as above",
    "calendar.standard": "as above",
    "stakeholders.new": "as above: departments to choose",
    "admin.mailbox": "the mailbox of a machine in development",
}
SHARED_WORDS = {"The foreign audience", "The foreign department", "Owner foreign"}


#: Further views of an address, which a query opens.
VIEWS = {
    "calendar.index": "?view=list",
    "calendar.occurrence": "?as=foreign@example.com",
    "audiences.audience": "?person=foreign@example.com",
}


def words_in(answer: TestResponse) -> set[str]:
    """Return which things of either side a page names."""
    text = answer.data.decode("utf-8", "replace")
    return set(re.findall(r"The (?:own|foreign) \w+|Foreign Person|Owner foreign", text))


def asked(world: World, letter: str, rule: Rule, method: str = "GET") -> tuple[tuple[bool, ...], TestResponse]:
    """Return whether an address lets a reader in, on both sides where it has them, and its answer on the own one.

    Who has no business on the own side has less on the foreign one: there it is asked by who is let in on the own side
    or should be on the foreign one, and by an employee, the head of a department and somebody who is not signed in.
    """
    own = ask(world, letter, rule, method)
    is_in = is_let_in(own, rule.endpoint)
    if not has_sides(rule):
        return (is_in,), own
    if not is_in and letter not in MATRIX[f"{method} {rule.endpoint}"][1] + "EH-":
        return (False, False), own
    return (is_in, is_let_in(ask(world, letter, rule, method, "foreign"), rule.endpoint)), own


def expected_of(letter: str, method: str) -> dict[str, tuple[bool, ...]]:
    """Return what the table says of one reader."""
    return {key: tuple(letter in side for side in let) for key, let in MATRIX.items() if key.startswith(method)}


@pytest.mark.parametrize("letter", list(ANYBODY))
def test_every_page_lets_in_whom_the_table_says_and_tells_them_no_more(app: Flask, world: World, letter: str):
    """Each page is asked for once: for who is let in, and for what it names."""
    let_in: dict[str, tuple[bool, ...]] = {}
    told: dict[str, set[str]] = {}
    for rule in rules_of(app, "GET"):
        let_in[f"GET {rule.endpoint}"], own = asked(world, letter, rule)
        told[rule.endpoint] = words_in(own)
        if rule.endpoint in VIEWS:
            told[rule.endpoint] |= words_in(ask(world, letter, rule, query=VIEWS[rule.endpoint]))
    assert let_in == expected_of(letter, "GET")
    if letter in "PLHSErwsuvd":
        planner_may = SHARED_WORDS if letter in "PLrwuv" else set()
        foreign = {place: {word for word in words if "oreign" in word} for place, words in told.items()}
        more = {place: words - (planner_may if place in SHARED else set()) for place, words in foreign.items()}
        assert {place: words for place, words in more.items() if words} == {}
    if letter in "AHSUrwsuvd":
        # What people said is read by nobody who does not answer.
        assert {place for place, words in told.items() if "The own concern" in words} == set()
    # Private notes are read by who keeps the map.
    noted = {place for place, words in told.items() if "The own note" in words}
    assert noted - {"people.data"} == ({"stakeholders.stakeholder"} if letter in "AMPWL" else set())
    promised = {place for place, words in told.items() if "The own promise" in words} - {"people.data", "me.data"}
    on_lists = {"stakeholders.promise", "stakeholders.promises", "stakeholders.promises_file"}
    with_talks = {"stakeholders.interaction", "stakeholders.stakeholder"}
    own = on_lists | {"me.index"} if letter == "E" else set()
    assert promised == (on_lists | with_talks if letter in "AMPWL" else own)
    talked = {place for place, words in told.items() if "The own talk" in words} - {"people.data"}
    of_talks = {"interaction", "interactions", "stakeholder"} | ({"correct_interaction"} if letter in "MPWL" else set())
    assert talked == ({f"stakeholders.{place}" for place in of_talks} if letter in "AMPWL" else set())


@pytest.mark.parametrize("letter", list(ANYBODY))
def test_every_step_lets_in_exactly_whom_the_table_says(app: Flask, world: World, letter: str):
    let_in = {f"POST {rule.endpoint}": asked(world, letter, rule, "POST")[0] for rule in rules_of(app, "POST")}
    assert let_in == expected_of(letter, "POST")


#: Who sees which part of a person's page: those who see the same on the pages of the other halls.
PARTS_OF_A_PERSON = {
    "training": "AMPWLHDRUrwuvd",
    "messages": "AMU",
    "champion": "AMPWLRUrwuv",
    "stakeholder": "AMPWLUuv",
    "concerns": "MPWL",
}


def test_the_page_of_a_person_shows_of_other_halls_what_the_reader_sees_there(app: Flask, world: World):
    (rule,) = app.url_map.iter_rules("people.person")
    pages = {one: ask(world, one, rule).get_data(as_text=True) for one in EVERYBODY}
    shown = {part: "".join(one for one in EVERYBODY if f'id="{part}"' in pages[one]) for part in PARTS_OF_A_PERSON}
    assert shown == PARTS_OF_A_PERSON


@pytest.mark.parametrize("letter", list("Ss"))
def test_a_sponsor_reads_waves_and_workflows_without_their_people(app: Flask, world: World, letter: str):
    """But for the stakeholder map, which sponsors read anyhow."""
    told = {}
    for endpoint in ("waves.index", "waves.programme", "waves.wave", "waves.workflow", "waves.ownership"):
        (rule,) = [r for r in app.url_map.iter_rules(endpoint) if "GET" in (r.methods or ())]
        page = ask(world, letter, rule).get_data(as_text=True)
        page = re.sub(r'<section[^>]* id="stakeholders".*?</section>', "", page, flags=re.DOTALL)
        told[endpoint] = sorted(word for word in ("Reader E", "The own note", "The own concern") if word in page)
    assert told == {endpoint: [] for endpoint in told}


def names_on(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/people/\d+">([^<]+)</a>', page)


@pytest.mark.parametrize(
    ("letter", "names"),
    [
        ("M", ["Foreign Person", "Reader E", "Reader H", "Reader L", "Reader S", "Reader T"]),
        ("P", ["Reader E"]),
        ("W", ["Reader E"]),
        ("L", ["Reader E", "Reader L"]),
        ("H", ["Reader E", "Reader H"]),
        ("D", ["Reader E"]),
        *((letter, ["Reader E"]) for letter in "rwuvd"),
    ],
)
def test_lists_and_files_show_the_same_people(app: Flask, world: World, letter: str, names: list[str]):
    client, headers = app.test_client(use_cookies=False), {"Cookie": f"engagement={world.cookies[letter]}"}
    assert sorted(names_on(client.get("/people", headers=headers).get_data(as_text=True))) == names
    rows = list(csv.DictReader(StringIO(client.get("/people.csv", headers=headers).data.decode("utf-8-sig"))))
    assert sorted(f"{row['first_name']} {row['last_name']}" for row in rows) == names
    book = CalamineWorkbook.from_filelike(BytesIO(client.get("/people.xlsx", headers=headers).data))
    sheet = book.get_sheet_by_index(0).to_python()
    assert [[str(cell) for cell in row] for row in sheet] == [list(rows[0]), *(list(row.values()) for row in rows)]


def test_the_head_of_a_department_finds_its_training_by_name(app: Flask, world: World):
    client, headers = app.test_client(use_cookies=False), {"Cookie": f"engagement={world.cookies['H']}"}
    own = world.values["own"]
    department = client.get(f"/departments/{own['department_id']}", headers=headers).get_data(as_text=True)
    address = f"/waves/{own['wave_id']}/training/people"
    assert f'href="{address}"' in department
    page = client.get(address, headers=headers).get_data(as_text=True)
    assert re.findall(r'<th scope="row">([^<]+)</th>', page) == ["Reader E"]
    assert f'href="/waves/{own["wave_id"]}"' not in page


def test_a_concern_without_a_wave_is_for_change_managers_of_everything(app: Flask, world: World):
    make_unknown_concern("No wave", on=clock.now().date())
    db.session.execute(db.text("COMMIT"))
    db.session.remove()
    (rule,) = app.url_map.iter_rules("concerns.index")
    assert [one for one in "MPWL" if "No wave" in ask(world, one, rule).get_data(as_text=True)] == ["M"]


@pytest.mark.parametrize("letter", list("AMLHRSErwsuvd"))
def test_every_link_that_a_reader_is_offered_lets_them_in_to_sound_pages(app: Flask, world: World, letter: str):
    """Whole pages as a browser gets them, so that their HTML is looked at here as well."""
    closed, faulty = set(), set()
    client, headers = app.test_client(use_cookies=False), {"Cookie": f"engagement={world.cookies[letter]}"}
    seen, waiting = set(), ["/"]
    while waiting:
        path = waiting.pop()
        if path in seen or path.startswith(("/static", "/bootstrap")):
            continue
        seen.add(path)
        answer = client.get(path, headers=headers)
        if answer.status_code == 302:
            waiting.append(answer.location)
        elif answer.status_code != 200:
            closed.add((path, answer.status_code))
        elif answer.mimetype == "text/html":
            page = answer.get_data(as_text=True)
            faulty |= {(path, fault) for fault in markup.faults(page)}
            found = re.findall(r'href="(/[^"#?]*(?:\?programme_id=\d+)?)', page)
            waiting += [address for address in found if address not in seen]
    assert closed == set()
    assert faulty == set()


@pytest.fixture
def scoped(app: Flask) -> Account:
    return make_account("scoped@example.com", "Sam Scoped")


def given(account: Account, role: Role, **scope: int) -> Grant:
    """Return a role as it may stand in the database, for whatever scope: older ones are more than can be given now."""
    grant = Grant(account=account, role=role, granted_at=clock.now(), granted_by=TESTER.name, **scope)
    db.session.add(grant)
    db.session.flush()
    return grant


def test_conditions_answer_as_the_questions_do(app: Flask, scoped: Account):
    """The lists of communications rest on a condition, their pages on a question: both must say the same."""
    first, second = make_programme("First"), make_programme("Second")
    waves = [make_wave(first, number=1), make_wave(first, number=2), make_wave(second)]
    audience, owner = make_audience(), make_writer()
    for number, wave in enumerate([None, *waves]):
        programme = wave.programme if wave else first
        make_line(programme, wave=wave, audience=audience, owner=owner, name=f"Line {number}")
    make_line(second, audience=audience, owner=owner, name="Line 4")
    lines = list(db.session.scalars(db.select(Communication).order_by(Communication.name)))
    seen = {}
    for role in Role:
        for scope in ({"programme_id": first.id}, {"wave_id": waves[0].id}, {}):
            grant = given(scoped, role, **scope)
            reader = reader_of(scoped, "UTC")
            reading, planning = rights.reading(reader), rights.planning(reader)
            for condition, question, reach in ((readable, may_read, reading), (in_charge, is_in_charge, planning)):
                listed = set(db.session.scalars(db.select(Communication.id).where(condition(reach))))
                assert listed == {line.id for line in lines if question(reach, line)}, (role, scope)
            seen[role.value, next(iter(scope), "everywhere")] = "".join(
                str(n) for n, line in enumerate(lines) if may_read(reading, line)
            )
            grant.withdrawn_at = clock.now()
            db.session.flush()
    assert {key: value for key, value in seen.items() if value} == {
        ("administrator", "everywhere"): "01234",
        ("change_manager", "everywhere"): "01234",
        ("trainer", "everywhere"): "01234",
        ("auditor", "everywhere"): "01234",
        ("change_manager", "programme_id"): "012",
        ("trainer", "programme_id"): "012",
        ("auditor", "programme_id"): "012",
        ("change_manager", "wave_id"): "01",
        ("trainer", "wave_id"): "01",
        ("auditor", "wave_id"): "01",
    }


def test_a_sponsor_of_a_department_sees_nobody_by_name(app: Flask, scoped: Account):

    person = make_person()
    given(scoped, Role.SPONSOR, department_id=person.department_id)
    reader = reader_of(scoped, "UTC")
    assert not rights.reading(reader).holds_anything
    assert signed_in(app, scoped).get(f"/people/{person.id}").status_code == 403
