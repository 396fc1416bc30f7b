"""Pages of the departments: the tree with managers and headcounts, and one department with what can be changed."""

from flask import render_template
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from engagement.accounts.merging.actions import merge_department
from engagement.accounts.merging.queries import grown_by_merging, roles_of_department
from engagement.accounts.models import Grant
from engagement.accounts.posts import actions as posts
from engagement.accounts.scopes import rights
from engagement.errors import RuleBroken
from engagement.pages.frame import guard
from engagement.pages.parts.fields import PersonField
from engagement.pages.parts.forms import EditForm, Form, stripped
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.pages.people import blueprint
from engagement.people import actions, queries
from engagement.people.models import Department
from engagement.people.scopes import department_for, reaches_department
from engagement.training.scopes import waves_with_learners_within
from engagement.waves import queries as waves
from engagement.words import plural


class NameForm(EditForm):
    """Another name for a department."""

    name = StringField("New name", filters=[stripped], validators=[InputRequired("Write a name.")])


class ManagerForm(EditForm):
    """Who heads a department."""

    manager = PersonField("Who heads it?", description="A name, work address or employee number. Empty: nobody.")


class MergeForm(Form):
    """The department that takes over another one's people."""

    into = SelectField(
        "Which department takes its people?", validators=[InputRequired("Choose the department that takes its people.")]
    )


@blueprint.get("/departments")
def departments() -> str:
    """Show the tree of departments."""
    guard.allow_anything(rights.reading(guard.reader()))
    reach = rights.seeing_departments(guard.reader())
    tree = [line for line in queries.department_tree() if reaches_department(reach, line.department)]
    seen = {line.department.id for line in tree}
    top = [line for line in tree if line.department.parent_id not in seen]
    return render_template(
        "people/departments.html",
        tree=tree,
        headcount=sum(line.headcount for line in top),
        unheaded=sum(line.manager is None for line in tree),
    )


@blueprint.get("/departments/<int:department_id>")
def department(department_id: int) -> Drawn:
    row = _department(department_id)
    return _drawn(
        row, NameForm(formdata=None, name=row.name), ManagerForm(formdata=None, manager=row.manager), MergeForm()
    )


def _may_change() -> bool:
    return rights.keeping_people(guard.reader()).everything


def _department(department_id: int, *, to_change: bool = False) -> Department:
    right = rights.keeping_people if to_change else rights.seeing_departments
    return department_for(right(guard.reader()), department_id)


def _drawn(row: Department, name_form: NameForm, manager_form: ManagerForm, merge_form: MergeForm) -> Drawn:
    tree = queries.department_tree()
    others = [line.department for line in tree if line.department.id != row.id]
    merge_form.into.choices = [SelectChoice("", "Choose"), *(SelectChoice(str(d.id), d.path) for d in others)]
    forms = (name_form, manager_form, merge_form)
    reader = guard.reader()
    by_name = {wave.id for wave in waves.waves_visible(waves_with_learners_within(rights.reading(reader)))}
    successor = queries.department_page(row.merged_into_id) if row.closed_at and row.merged_into_id else None
    return drawn(
        "people/department.html",
        *forms,
        department=row,
        line=next((line for line in tree if line.department.id == row.id), None),
        learning=[wave for wave in waves.waves_with_members_below(row.lineage) if wave.id in by_name],
        below=[line for line in tree if line.department.parent_id == row.id],
        successor=successor,
        name_form=name_form,
        manager_form=manager_form,
        merge_form=merge_form,
        roles=_whose(its_roles)
        if rights.administering(reader).everything and (its_roles := roles_of_department(row))
        else "",
        may_change=_may_change() and row.closed_at is None,
    )


@blueprint.post("/departments/<int:department_id>/name")
def rename(department_id: int) -> Drawn | BaseResponse:
    row = _department(department_id, to_change=True)
    form = NameForm(obj=held(row))
    if form.validate_on_submit():
        with saving(form) as saved:
            actions.rename_department(row, form.name.data or "", by=guard.reader().actor)
        if saved:
            more = "People, waves and audiences keep their place in it."
            return saved.to("people.department", f"It is called {row.name} now.", more, department_id=row.id)
    return _drawn(row, form, ManagerForm(formdata=None, manager=row.manager), MergeForm(formdata=None))


@blueprint.post("/departments/<int:department_id>/manager")
def name_manager(department_id: int) -> Drawn | BaseResponse:
    """Say who heads a department."""
    row = _department(department_id, to_change=True)
    form = ManagerForm(obj=held(row))
    if form.validate_on_submit():
        with saving(form) as saved:
            posts.name_head(row, form.manager.person, by=guard.reader().actor)
        if saved:
            head = form.manager.person
            says = f"{head.name} heads {row.path}." if head else f"Nobody heads {row.path} now."
            return saved.to("people.department", says, department_id=row.id)
    return _drawn(row, NameForm(formdata=None, name=row.name), form, MergeForm(formdata=None))


@blueprint.post("/departments/<int:department_id>/merging")
def merge(department_id: int) -> Drawn | BaseResponse:
    """Move a department's people to another one, and close it."""
    row = _department(department_id, to_change=True)
    form = MergeForm()
    form.into.choices = [SelectChoice(str(d.id), d.path) for d in queries.departments()]
    if form.validate_on_submit():
        into = department_for(rights.keeping_people(guard.reader()), int(form.into.data))
        here = next((line.own_headcount for line in queries.department_tree() if line.department.id == row.id), 0)
        with saving(form) as saved:
            _refuse_growing_roles(row, into)
            roles = merge_department(row, into, by=guard.reader().actor)
        if saved:
            along = f" {_whose(roles)} moved along." if roles else ""
            more = f"{plural(here, 'person works', 'people work')} in {into.path} now.{along}"
            return saved.to("people.department", f"{row.path} is closed.", more, department_id=into.id)
    name_form = NameForm(formdata=None, name=row.name)
    return _drawn(row, name_form, ManagerForm(formdata=None, manager=row.manager), form)


def _refuse_growing_roles(row: Department, into: Department) -> None:
    """Raise RuleBroken if a merge would let a role reach more people and the reader may not give roles."""
    if rights.administering(guard.reader()).everything:
        return
    for grant, reached in grown_by_merging(row, into):
        raise RuleBroken(
            f"{grant.account.name}, who is {grant.role.word.lower()} there, would then reach the people of {reached.path} too. "
            "Only administrators give such rights: ask one to merge the two."
        )


def _whose(roles: list[Grant]) -> str:
    named = ", ".join(f"{grant.account.name} ({grant.role.word.lower()})" for grant in roles)
    return f"{plural(len(roles), 'role', 'roles')} of {named}"
