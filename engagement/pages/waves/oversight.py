"""The oversight roster of a workflow: who may stop or overrule it, naming, changing and releasing them."""

from werkzeug.wrappers import Response as BaseResponse
from wtforms import DateField, StringField, TextAreaField
from wtforms.validators import Optional

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import here_today
from engagement.pages.parts.fields import REFERENCE, PersonField
from engagement.pages.parts.forms import EditForm, Form, stripped
from engagement.pages.parts.saving import Drawn, done, drawn, held, saving
from engagement.pages.waves import blueprint
from engagement.programmes.oversight import actions, queries
from engagement.programmes.oversight.actions import OverseerDetails
from engagement.programmes.oversight.models import Overseer
from engagement.programmes.oversight.rules import ENDS_SOON_DAYS
from engagement.programmes.oversight.scopes import overseer_for
from engagement.programmes.scopes import reaches_programme, workflow_for


class OverseerFields(Form):
    """On what ground somebody may stop a workflow, and when they can be reached."""

    hours = StringField(
        "When can they be reached?",
        description="Such as “Monday to Friday, 7 to 19, by phone 4711”.",
        filters=[stripped],
    )
    authority = TextAreaField(
        "Where is it written that they may?",
        description="The document and where it lies. Without it the line counts as lapsed.",
        filters=[stripped],
    )
    authority_on = DateField("Of which day is that?", validators=[Optional()])
    deputy = PersonField("Who stands in for them?", description=REFERENCE)
    certificate = StringField(
        "Which certificate do they hold for it?", description="Such as a course that they passed.", filters=[stripped]
    )
    certificate_until = DateField(
        "On which day does it run out?", description="Leave this empty if it doesn’t.", validators=[Optional()]
    )

    def said(self) -> OverseerDetails:
        """Return what was typed."""
        return OverseerDetails(
            self.authority.data or "",
            self.authority_on.data,
            self.hours.data or "",
            self.deputy.person,
            self.certificate.data or "",
            self.certificate_until.data,
        )


class NewOverseerForm(OverseerFields):
    """Somebody who may stop a workflow."""

    person = PersonField("Who may stop or overrule it?", description=REFERENCE)


class ChangeOverseerForm(OverseerFields, EditForm):
    """What is said of somebody who may stop a workflow, from now on."""


@blueprint.route("/workflows/<int:workflow_id>/oversight", methods=["GET", "POST"])
def oversight(workflow_id: int) -> Drawn | BaseResponse:
    """Show who may stop a workflow and what has lapsed; who names its holders names them too."""
    reader, on = guard.reader(), here_today()
    row = workflow_for(rights.overseeing(reader), workflow_id)
    may_name = reaches_programme(rights.naming_holders(reader), row.programme)
    form = NewOverseerForm()
    if form.is_submitted():
        guard.allow(may_name)
        held(row)
    if form.validate_on_submit():
        with saving(form) as saved:
            person = form.person.chosen("Write who may stop it.")
            actions.name_overseer(row, person, form.said(), on=on, by=reader.actor)
        if saved:
            return saved.to("waves.oversight", f"{person.name} may stop {row.name} from today on.", workflow_id=row.id)
    every = queries.overseers_of(row)
    return drawn(
        "waves/oversight.html",
        form,
        workflow=row,
        standing=[(each, queries.lapses_of(each, on), _ends_in(each)) for each in every if each.until_on is None],
        former=[each for each in every if each.until_on is not None],
        may_name=may_name,
    )


def _ends_in(row: Overseer) -> int | None:
    """Return in how many days a certificate runs out, if that is soon."""
    days = (row.certificate_until - here_today()).days if row.certificate_until else None
    return days if days is not None and 0 <= days <= ENDS_SOON_DAYS else None


def _to_name(overseer_id: int) -> Overseer:
    return overseer_for(rights.naming_holders(guard.reader()), overseer_id)


@blueprint.route("/overseers/<int:overseer_id>", methods=["GET", "POST"])
def change_overseer(overseer_id: int) -> Drawn | BaseResponse:
    """Change what is said of somebody who may stop a workflow."""
    row = held(_to_name(overseer_id))
    form = ChangeOverseerForm(obj=row)
    if form.validate_on_submit():
        with saving(form) as saved:
            actions.change_overseer(row, form.said(), on=here_today(), by=guard.reader().actor)
        if saved:
            return saved.to("waves.oversight", workflow_id=row.workflow_id)
    return drawn("waves/edit_overseer.html", form, overseer=row, workflow=row.workflow)


@blueprint.post("/overseers/<int:overseer_id>/release")
def release_overseer(overseer_id: int) -> BaseResponse:
    """Say that somebody may no longer stop a workflow."""
    row = held(_to_name(overseer_id))
    actions.release_overseer(row, on=here_today(), by=guard.reader().actor)
    return done("waves.oversight", f"{row.person.name} may no longer stop it.", workflow_id=row.workflow_id)
