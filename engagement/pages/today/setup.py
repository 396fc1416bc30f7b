"""First setup on the start page: what is left to do, where, and leaving a step out."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.attention.setup import actions, queries
from engagement.attention.setup.queries import StepState
from engagement.attention.setup.rules import SetupStep
from engagement.content.markdown import to_html
from engagement.db import db
from engagement.errors import NotFound
from engagement.mail.actions.building import build_mailing
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.letters.rules.layout import Around, html_layout
from engagement.mail.queries import newest_test_mail
from engagement.mail.rules import Letter, MailingKind
from engagement.pages.frame import guard
from engagement.pages.parts.saving import done
from engagement.pages.today import blueprint
from engagement.programmes import queries as programmes
from engagement.programmes.models import Programme, Workflow
from engagement.waves import queries as waves
from engagement.waves.models import Wave
from engagement.words import number_word

TEST_SUBJECT = "Mail from Engagement works"
TEST_TEXT = (
    "This mail was asked for on the start page. That you read it shows that mail leaves the service and arrives."
)
NEEDS_PLANNING = "For this you need the role of a change manager."
NEEDS_ADMINISTRATION = "An administrator does this."


@dataclass(frozen=True)
class SetupLine:
    """A step on the page: `url` is where it is done ("" if the reader may not), `note` how far it is.

    `tests_mail`: the step is done by a test mail from here.
    """

    state: StepState
    url: str
    note: str
    tests_mail: bool = False


@dataclass(frozen=True)
class _Begun:
    """The first programme and wave that exist already; the next steps build on them."""

    programme: Programme | None
    wave: Wave | None


def _begun() -> _Begun:
    programme = next((p for p in programmes.programmes() if p.closed_at is None), None)
    return _Begun(programme, next(iter(waves.open_waves()), None))


@dataclass(frozen=True)
class Setup:
    """First setup on the page; `next` is the first step that is left."""

    lede: str
    lines: Sequence[SetupLine]
    next: SetupStep | None


def setup_shown(reader: Reader) -> Setup | None:
    """Return first setup for those who do it; None for others, and once it is done."""
    plans, administers = rights.planning(reader).everything, rights.administering(reader).everything
    if not plans and not administers:
        return None
    states = queries.setup_states()
    left = [state for state in states if not state.is_settled]
    if not left:
        return None
    number = number_word(len(left)).capitalize()
    lede = f"{number} of {number_word(len(states))} steps {'is' if len(left) == 1 else 'are'} left. Each ticks itself once it is done."
    begun = _begun()
    lines = [_line(state, begun, plans=plans, administers=administers) for state in states]
    return Setup(lede, lines, left[0].step)


def _line(state: StepState, begun: _Begun, *, plans: bool, administers: bool) -> SetupLine:
    if state.step is SetupStep.MAIL:
        return SetupLine(state, "", _test_mail_words() if administers else NEEDS_ADMINISTRATION, tests_mail=administers)
    if state.step is SetupStep.COLLEAGUE:
        return SetupLine(
            state, url_for("admin.give_role") if administers else "", "" if administers else NEEDS_ADMINISTRATION
        )
    if state.step is not SetupStep.PEOPLE and not plans:
        return SetupLine(state, "", NEEDS_PLANNING)
    return SetupLine(state, "" if state.is_settled else _where(state.step, begun), "")


def _test_mail_words() -> str:
    """Say what became of the last test mail, "" before there was one."""
    tried = newest_test_mail()
    if tried is None:
        return ""
    reason = f": {tried.reason}" if tried.reason else ""
    return f"The last test mail: {tried.state.word.lower()}{reason}."


def _where(step: SetupStep, begun: _Begun) -> str:
    """Return the address where a step is done, given what exists already."""
    if step is SetupStep.PEOPLE:
        return url_for("intake.index")
    if step is SetupStep.TRAINING:
        return url_for("training.index")
    if step is SetupStep.PROGRAMME or begun.programme is None:
        return url_for("waves.new_programme")
    if step is SetupStep.WORKFLOW:
        workflow = _unowned(begun.programme)
        if workflow is not None:
            return url_for("waves.ownership", workflow_id=workflow.id)
        return url_for("waves.new_workflow", programme_id=begun.programme.id)
    if begun.wave is None:
        return url_for("waves.new", programme_id=begun.programme.id)
    if step is SetupStep.WAVE:
        return url_for("waves.edit", wave_id=begun.wave.id)
    return url_for("calendar.brief_wave", wave_id=begun.wave.id)


def _unowned(programme: Programme) -> Workflow | None:
    return next((gap.workflow for gap in programmes.ownership_gaps([programme.id])), None)


def _asked(word: str) -> SetupStep:
    if word not in list(SetupStep):
        raise NotFound("There is no such step of first setup.")
    planning, administering = rights.planning(guard.reader()), rights.administering(guard.reader())
    guard.allow(planning.everything or administering.everything, planning)
    return SetupStep(word)


@blueprint.post("/setup-steps/<step>/skipping")
def skip_setup(step: str) -> BaseResponse:
    """Leave a step of first setup out."""
    asked = _asked(step)
    actions.skip_setup(asked, by=guard.reader().actor)
    return done(
        "today.index",
        f"Left out: {asked.word[0].lower()}{asked.word[1:]}.",
        "You can take it up again while first setup is on this page.",
    )


@blueprint.post("/setup-steps/<step>/taking-up")
def take_up_setup(step: str) -> BaseResponse:
    """Take up a step that was left out."""
    actions.take_up_setup(_asked(step), by=guard.reader().actor)
    return done("today.index", "It is on the list again.")


@blueprint.post("/setup-steps/test-mail")
def send_test_mail() -> BaseResponse:
    """Send a mail to the reader's own address, to prove that mail leaves the service."""
    guard.allow_all(rights.administering(guard.reader()))
    account = guard.account()
    why = "You get this because you asked for a test mail."
    html = html_layout(TEST_SUBJECT, "Engagement", to_html(TEST_TEXT), TEST_TEXT, Around(why))
    mailing = build_mailing(MailingKind.TEST_COPY, Letter(TEST_SUBJECT, f"{TEST_TEXT}\n\n{why}", html))
    queue_for_address(mailing, account.email, account.name, {}, account.person_id)
    db.session.flush()
    return done(
        "today.index",
        f"A test mail is on its way to {account.email}.",
        "Load this page again in a moment: the step ticks itself once a mail server took it.",
    )
