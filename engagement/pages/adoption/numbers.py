"""The page of where the numbers of a programme come from: what came in, taking it back, and secrets for posting."""

from flask import Response, make_response
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.adoption.actions.doors import end_door, make_door
from engagement.adoption.actions.uploads import take_back
from engagement.adoption.models import UsageDoor, UsageUpload
from engagement.adoption.queries.uploads import doors_of, uploads_of
from engagement.adoption.rules.vocabulary import FOLDED_AFTER_DAYS
from engagement.adoption.scopes import door_for, upload_for
from engagement.errors import RuleBroken
from engagement.pages.adoption import blueprint
from engagement.pages.adoption.forms import DoorForm
from engagement.pages.frame import guard
from engagement.pages.frame.shell import notify
from engagement.pages.parts.saving import Drawn, done, drawn, saving
from engagement.programmes.models import Programme
from engagement.programmes.queries import workflows_of
from engagement.programmes.scopes import programme_for

MOST_UPLOADS = 100


@blueprint.route("/programmes/<int:programme_id>/usage", methods=["GET", "POST"])
def numbers(programme_id: int) -> Drawn | Response:
    """Show where the numbers of a programme come from, or make a secret for posting more."""
    programme = programme_for(rights.planning(guard.reader()), programme_id)
    form = DoorForm()
    if form.validate_on_submit():
        secret = ""
        with saving(form) as saved:
            _, secret = make_door(programme, form.name.data, by=guard.reader().actor)
        if saved:
            # Shown once, on the page itself: a notice would lie in a cookie until the next page.
            page, _ = _page(programme, DoorForm(formdata=None), secret)
            return guard.seen_by_nobody_else(make_response(page))
    return _page(programme, form)


def _page(programme: Programme, form: DoorForm, secret: str = "") -> Drawn:
    return drawn(
        "adoption/numbers.html",
        form,
        programme=programme,
        uploads=uploads_of(programme.id, MOST_UPLOADS),
        most=MOST_UPLOADS,
        doors=doors_of(programme.id),
        secret=secret,
        base_url=guard.settings().base_url.rstrip("/"),
        workflow=next((each.name for each in workflows_of([programme.id])), "Claims triage"),
        folded_after=FOLDED_AFTER_DAYS,
    )


def _upload(upload_id: int) -> UsageUpload:
    return upload_for(rights.planning(guard.reader()), upload_id)


@blueprint.post("/usage/<int:usage_upload_id>/withdrawal")
def withdraw(usage_upload_id: int) -> BaseResponse:
    """Take back numbers that came in."""
    upload = _upload(usage_upload_id)
    programme_id = upload.programme_id
    try:
        take_back(upload, by=guard.reader().actor)
    except RuleBroken as refused:
        notify("It was not taken back.", refused.sentence, "warn")
        return done("adoption.numbers", programme_id=programme_id)
    says, more = "The numbers are taken back.", "What they had replaced holds again, and the figures are counted anew."
    return done("adoption.numbers", says, more, programme_id=programme_id)


def _door(door_id: int) -> UsageDoor:
    return door_for(rights.planning(guard.reader()), door_id)


@blueprint.post("/usage-doors/<int:usage_door_id>/ending")
def end(usage_door_id: int) -> BaseResponse:
    """End a secret for posting."""
    door = _door(usage_door_id)
    end_door(door, by=guard.reader().actor)
    says, more = f"{door.name} can post no more numbers.", "What it posted stays."
    return done("adoption.numbers", says, more, programme_id=door.programme_id)
