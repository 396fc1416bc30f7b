"""Pages of the departments: the tree with managers and headcounts, and one department with what can be changed."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from engagement.accounts import access, training_access
from engagement.accounts.queries import scopes_grown_by_merging
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.pages.frame import guard
from engagement.pages.frame.shell import notify
from engagement.pages.parts.fields import PersonField
from engagement.pages.parts.forms import Form, stripped
from engagement.pages.people import blueprint
from engagement.people import actions, queries
from engagement.people.models import Department
from engagement.waves import queries as waves
from engagement.words import plural


class NameForm(Form):
    """Another name for a department."""

    name = StringField("New name", filters=[stripped], validators=[InputRequired("Write a name.")])


class ManagerForm(Form):
    """Who heads a department."""

    manager = PersonField("Who heads it?", description="A work address or employee number. Empty: nobody.")


class MergeForm(Form):
    """The department that takes over another one's people."""

    into = SelectField(
        "Which department takes its people?", validators=[InputRequired("Choose the department that takes its people.")]
    )


@blueprint.get("/departments")
def departments() -> str:
    """Show the tree of departments."""
    guard.allow(access.may_see_people(guard.reader()))
    reader = guard.reader()
    tree = [line for line in queries.department_tree() if access.may_see_department(reader, line.department.lineage)]
    seen = {line.department.id for line in tree}
    top = [line for line in tree if line.department.parent_id not in seen]
    return render_template(
        "people/departments.html",
        tree=tree,
        headcount=sum(line.headcount for line in top),
        unheaded=sum(line.manager is None for line in tree),
    )


@blueprint.get("/departments/<int:department_id>")
def department(department_id: int) -> str:
    """Show one department."""
    row = _department(department_id)
    return _drawn(
        row, NameForm(formdata=None, name=row.name), ManagerForm(formdata=None, manager=row.manager), MergeForm()
    )


def _may_change() -> bool:
    return access.may_change_people(guard.reader())


def _department(department_id: int, *, to_change: bool = False) -> Department:
    guard.allow(_may_change() if to_change else access.may_see_people(guard.reader()))
    row = guard.found(queries.department_page(department_id))
    guard.allow(access.may_see_department(guard.reader(), row.lineage))
    return row


def _drawn(row: Department, name_form: NameForm, manager_form: ManagerForm, merge_form: MergeForm) -> str:
    tree = queries.department_tree()
    others = [line.department for line in tree if line.department.id != row.id]
    merge_form.into.choices = [SelectChoice("", "Choose"), *(SelectChoice(str(d.id), d.path) for d in others)]
    forms = (name_form, manager_form, merge_form)
    reader = guard.reader()
    by_name = {wave.id for wave in waves.waves_visible(training_access.waves_with_visible_learners(reader))}
    successor = queries.department_page(row.merged_into_id) if row.closed_at and row.merged_into_id else None
    return render_template(
        "people/department.html",
        department=row,
        line=next((line for line in tree if line.department.id == row.id), None),
        learning=[wave for wave in waves.waves_with_members_below(row.lineage) if wave.id in by_name],
        below=[line for line in tree if line.department.parent_id == row.id],
        successor=successor,
        name_form=name_form,
        manager_form=manager_form,
        merge_form=merge_form,
        has_errors=any(form.errors for form in forms),
        may_change=_may_change() and row.closed_at is None,
    )


@blueprint.post("/departments/<int:department_id>/name")
def rename(department_id: int) -> str | BaseResponse:
    """Give a department another name."""
    row = _department(department_id, to_change=True)
    form = NameForm()
    if form.validate_on_submit():
        try:
            actions.rename_department(row, form.name.data or "", by=guard.reader().actor)
        except (BadInput, RuleBroken) as error:
            db.session.rollback()
            form.take(error if isinstance(error, BadInput) else BadInput(error.sentence))
        else:
            db.session.commit()
            notify(f"It is called {row.name} now.", "People, waves and audiences keep their place in it.")
            return _back(row)
    return _drawn(row, form, ManagerForm(formdata=None, manager=row.manager), MergeForm(formdata=None))


@blueprint.post("/departments/<int:department_id>/manager")
def name_manager(department_id: int) -> str | BaseResponse:
    """Say who heads a department."""
    row = _department(department_id, to_change=True)
    form = ManagerForm()
    if form.validate_on_submit():
        actions.name_department_manager(row, form.manager.person, by=guard.reader().actor)
        db.session.commit()
        notify(
            f"{form.manager.person.name} heads {row.path}." if form.manager.person else f"Nobody heads {row.path} now."
        )
        return _back(row)
    return _drawn(row, NameForm(formdata=None, name=row.name), form, MergeForm(formdata=None))


@blueprint.post("/departments/<int:department_id>/merging")
def merge(department_id: int) -> str | BaseResponse:
    """Move a department's people to another one and close it."""
    row = _department(department_id, to_change=True)
    form = MergeForm()
    form.into.choices = [SelectChoice(str(d.id), d.path) for d in queries.departments()]
    if form.validate_on_submit():
        into = guard.found(queries.department_page(int(form.into.data)))
        here = next((line.own_headcount for line in queries.department_tree() if line.department.id == row.id), 0)
        try:
            _refuse_growing_scopes(row, into)
            actions.merge_department(row, into, by=guard.reader().actor)
        except RuleBroken as error:
            db.session.rollback()
            form.take(BadInput(error.sentence))
        else:
            db.session.commit()
            notify(f"{row.path} is closed.", f"{plural(here, 'person works', 'people work')} in {into.path} now.")
            return _back(into)
    name_form = NameForm(formdata=None, name=row.name)
    return _drawn(row, name_form, ManagerForm(formdata=None, manager=row.manager), form)


def _refuse_growing_scopes(row: Department, into: Department) -> None:
    """Raise RuleBroken where merging would let a role reach more people and the reader is not who gives roles."""
    if access.may_administer(guard.reader()):
        return
    for grant in scopes_grown_by_merging(row.lineage, into.lineage):
        raise RuleBroken(
            f"By this {grant.account.name}, who is {grant.role.word.lower()} there, would reach the people of {row.path}. "
            "Ask an administrator, who gives roles, to merge the two."
        )


def _back(row: Department) -> BaseResponse:
    return redirect(url_for("people.department", department_id=row.id), code=303)
