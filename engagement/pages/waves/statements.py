"""Pages of a workflow's scope statements: every version, writing the next one, and who has confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, render_template, request
from werkzeug.wrappers import Response as BaseResponse
from wtforms import TextAreaField

from engagement.accounts.scopes import rights
from engagement.db import count_of, db
from engagement.pages.frame import guard
from engagement.pages.parts.files import list_file
from engagement.pages.parts.forms import EditForm, Form, stripped
from engagement.pages.parts.lists import Asked
from engagement.pages.parts.question import QuestionFields
from engagement.pages.parts.saving import Drawn, done, drawn, held, saving
from engagement.pages.waves import blueprint
from engagement.programmes.models import Workflow
from engagement.programmes.scope import actions, queries
from engagement.programmes.scope.models import ScopeStatement
from engagement.programmes.scope.rules import FIELDS, StatementFor, StatementTexts
from engagement.programmes.scope.scopes import statement_for
from engagement.programmes.scopes import reaches_programme, workflow_for
from engagement.training.scope_answers.queries import Confirmed, confirmed_by_wave, readers_of
from engagement.waves.scopes import people_within, reaches_wave

ONE_A_LINE = "One point a line."
#: The field that is no text.
RIGHT = "right_answer"
READERS = "any(everybody, user, builder, support, leader)"
HEADER = ("name", "department", "confirmed_at")


class StatementFields(Form):
    """What a statement says: the five questions, and what to do after an error."""

    system_does = TextAreaField("The system does", description=ONE_A_LINE, filters=[stripped])
    people_do = TextAreaField("People still do", description=ONE_A_LINE, filters=[stripped])
    who_decides = TextAreaField(
        "Who decides exceptions", description="Name the role and the limit.", filters=[stripped]
    )
    signs_of_error = TextAreaField(
        "How to tell it is wrong", description="What somebody would notice. One sign a line.", filters=[stripped]
    )
    then_do = TextAreaField("What to do then", description="One or two sentences.", filters=[stripped])
    about_the_job = TextAreaField(
        "What it means for people’s jobs", description="Be exact: vagueness worries people.", filters=[stripped]
    )

    def said(self) -> StatementTexts:
        """Return what was typed."""
        texts: dict[str, Any] = {name: self[name].data or "" for name in FIELDS if name in self and name != RIGHT}
        return StatementTexts(**texts, right_answer=self._right())

    def _right(self) -> int | None:
        """Return the number of the right answer, if this form asks for it and it was chosen."""
        number = self[RIGHT].data if RIGHT in self else ""
        return int(number) if number else None


class StatementForm(StatementFields, QuestionFields, EditForm):
    """What a statement says, its question, and what is new in it."""

    changed = TextAreaField(
        "What is new in this version?",
        description="Whoever confirmed the version before reads this first.",
        filters=[stripped],
    )


@dataclass(frozen=True)
class ForRole:
    """The statements for one role: the one that holds, the draft, and every published version.

    `confirmed` counts by wave, each with whether its group is too small for this reader.
    """

    role: StatementFor
    current: ScopeStatement | None
    draft: ScopeStatement | None
    versions: Sequence[ScopeStatement]
    confirmed: Sequence[tuple[Confirmed, bool]]


@blueprint.get("/workflows/<int:workflow_id>/statements")
def statements(workflow_id: int) -> str:
    """Show the statements of a workflow for each role, and how many have confirmed them."""
    reader = guard.reader()
    row = workflow_for(rights.overseeing(reader), workflow_id)
    every = queries.statements_of(row)
    published = _published(every)
    confirmed = confirmed_by_wave(published)
    return render_template(
        "waves/statements.html",
        workflow=row,
        roles=[
            ForRole(
                role,
                published.get(role),
                next((each for each in every if each.role is role and each.is_draft), None),
                [each for each in every if each.role is role and not each.is_draft],
                [(each, _is_hidden(each)) for each in confirmed if each.statement.role is role],
            )
            for role in StatementFor
        ],
        floor=guard.settings().anonymity_floor,
        sees_people=_sees_people(row),
        may_plan=reaches_programme(rights.planning(reader), row.programme),
    )


def _is_hidden(found: Confirmed) -> bool:
    """Return whether a group is so small that its figures would tell of single people whom the reader may not see."""
    is_small = found.asked < guard.settings().anonymity_floor
    return is_small and not reaches_wave(rights.reading(guard.reader()), found.wave)


def _published(every: Sequence[ScopeStatement]) -> dict[StatementFor, ScopeStatement]:
    """Return the newest published version for each role; `every` has the newest first."""
    found: dict[StatementFor, ScopeStatement] = {}
    for each in every:
        if not each.is_draft:
            found.setdefault(each.role, each)
    return found


def _sees_people(workflow: Workflow) -> bool:
    """Return whether the reader sees the people of the workflow's waves by name."""
    return reaches_programme(rights.reading(guard.reader()), workflow.programme)


@blueprint.route(f"/workflows/<int:workflow_id>/statements/<{READERS}:readers>/draft", methods=["GET", "POST"])
def draft(workflow_id: int, readers: str) -> Drawn | BaseResponse:
    """Write the next version of a statement, and publish it."""
    row, role, by = _to_plan(workflow_id), StatementFor(readers), guard.reader().actor
    standing, before = queries.draft_of(row, role), queries.newest_published(row, role)
    form = StatementForm(data=_begun(row, standing, before).__dict__)
    publishes = _is_to_publish()
    if before is None:
        del form.changed
    if form.validate_on_submit():
        with saving(form) as saved:
            written = actions.write_statement(row, form.said(), role, by=by)
            if publishes:
                actions.publish_statement(written, by=by)
        if saved:
            says = f"Version {written.number} for {role.phrase} is {'published' if publishes else 'kept as a draft'}."
            more = "Its readers are asked to confirm it." if publishes else "Nobody else reads it until you publish it."
            return saved.to("waves.statements", says, more, workflow_id=row.id)
    return drawn(
        "waves/edit_statement.html", form, workflow=row, role=role, draft=standing, before=before, readers=readers
    )


def _is_to_publish() -> bool:
    return request.form.get("step") == "publish"


def _begun(workflow: Workflow, standing: ScopeStatement | None, before: ScopeStatement | None) -> StatementTexts:
    """Return what the form begins with: the draft, the version that holds, or for a role what holds for all roles."""
    if standing is not None:
        return standing.said
    common = before or queries.newest_published(workflow, StatementFor.EVERYBODY)
    return replace(common.said, changed="") if common is not None else StatementTexts()


def _to_plan(workflow_id: int) -> Workflow:
    return held(workflow_for(rights.planning(guard.reader()), workflow_id))


@blueprint.post(f"/workflows/<int:workflow_id>/statements/<{READERS}:readers>/draft/discarding")
def discard_draft(workflow_id: int, readers: str) -> BaseResponse:
    """Throw a draft away."""
    row = _to_plan(workflow_id)
    actions.discard_draft(guard.found(queries.draft_of(row, StatementFor(readers))), by=guard.reader().actor)
    return done("waves.statements", "The draft is thrown away.", workflow_id=workflow_id)


@blueprint.get("/statements/<int:statement_id>")
def statement(statement_id: int) -> str:
    """Show one version as its readers see it, with its question and the right answer."""
    reader = guard.reader()
    row = statement_for(rights.overseeing(reader), rights.planning(reader), statement_id)
    return render_template(
        "waves/statement.html",
        statement=row,
        workflow=row.workflow,
        is_current=queries.newest_published(row.workflow, row.role) is row,
        sees_people=_sees_people(row.workflow),
    )


@blueprint.get("/statements/<int:statement_id>/people")
def statement_people(statement_id: int) -> str:
    """List who is asked to confirm a statement, and who has; never what they answered."""
    row, asked = _statement_with_people(statement_id), Asked()
    listed = _listed(row, asked)
    page = asked.page(count_of(listed))
    rows = db.session.execute(listed.limit(page.size).offset(page.offset)).all()
    return render_template(
        "waves/statement_people.html",
        statement=row,
        workflow=row.workflow,
        rows=rows,
        page=page,
        asked=asked,
        files=asked.files("waves.statement_people_file", statement_id=row.id),
    )


@blueprint.get("/statements/<int:statement_id>/people.<any(csv, xlsx):kind>")
def statement_people_file(statement_id: int, kind: str) -> Response:
    """Send the list as a file, with the filters of the page."""
    row = _statement_with_people(statement_id)
    rows = db.session.execute(_listed(row, Asked())).all()
    cells = [(person.name, person.department.path if person.department else "", at) for person, at in rows]
    return list_file(kind, HEADER, cells, f"statement-{row.id}", "Confirmed")


def _statement_with_people(statement_id: int) -> ScopeStatement:
    reading = rights.reading(guard.reader())
    return statement_for(reading, rights.planning(guard.reader()), statement_id)


def _listed(row: ScopeStatement, asked: Asked) -> Any:
    chosen = asked.one_of("confirmed", "Confirmed", (("yes", "Has confirmed"), ("no", "Has not yet")), "Everybody")
    published = _published(queries.statements_of(row.workflow))
    seen = people_within(rights.reading(guard.reader()))
    return readers_of(row, published, has_confirmed={"yes": True, "no": False}.get(chosen)).where(seen)
