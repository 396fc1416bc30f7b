"""What came back: the bounces with their text, and the addresses that get nothing because of them, until it is lifted."""

from flask import render_template
from werkzeug.wrappers import Response as BaseResponse
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from engagement.accounts.scopes import rights
from engagement.mail.bounces import queries
from engagement.mail.bounces.actions.lifting import ASK_FOR_REASON, lift
from engagement.mail.bounces.models import LONGEST_REASON, Suppression
from engagement.mail.bounces.queries import StoppedFilters
from engagement.mail.bounces.rules.causes import HARD, SOFT, SOFT_COUNTS_FOR_DAYS, SOFT_DAYS, Cause
from engagement.mail.bounces.scopes import bounce_for, suppression_for
from engagement.mail.queries import subject_for
from engagement.pages.calendar import blueprint
from engagement.pages.frame import guard
from engagement.pages.parts.forms import Form, stripped
from engagement.pages.parts.lists import TALL_PER_PAGE, Asked
from engagement.pages.parts.saving import Drawn, drawn, held, saving

COLUMNS = {"address": Suppression.address, "since": Suppression.id}


class LiftForm(Form):
    """Why an address gets mail again."""

    reason = TextAreaField(
        "Why will mail arrive now?",
        description="Kept with your name. Such as: IT has opened the mailbox again.",
        filters=[stripped],
        validators=[
            DataRequired(ASK_FOR_REASON),
            Length(max=LONGEST_REASON, message="Keep the reason under 300 characters."),
        ],
    )


@blueprint.get("/deliveries/addresses")
def stopped() -> str:
    """Show the addresses that get nothing because mail to them came back, or those that get mail again."""
    guard.allow_all(rights.reading_operation(guard.reader()))
    asked = Asked()
    filters = StoppedFilters(
        lifted=asked.one_of("state", "State", [("lifted", "Get mail again")], "Get nothing") == "lifted",
        cause=_cause(asked, [*HARD, *SOFT]),
        words=asked.words("words", "Person or address"),
    )
    rows = asked.ordered(queries.stopped_listed(filters), COLUMNS, usual="-since", last=Suppression.id)
    found, page = asked.shown(rows, TALL_PER_PAGE)
    return render_template(
        "calendar/stopped.html",
        rows=found,
        page=page,
        asked=asked,
        lifted=filters.lifted,
        may_lift=rights.keeping_people(guard.reader()).everything,
        takes_bounces=_takes_bounces(),
        soft_days=SOFT_DAYS,
        within_days=SOFT_COUNTS_FOR_DAYS,
    )


def _cause(asked: Asked, causes: list[Cause]) -> Cause | None:
    chosen = asked.one_of("why", "Why", [(cause.value, cause.word) for cause in causes])
    return Cause(chosen) if chosen else None


def _takes_bounces() -> bool:
    settings = guard.settings()
    return bool(settings.return_path or settings.mail_in or settings.bounce_mailbox or settings.bounce_secret)


@blueprint.get("/deliveries/bounces")
def bounces() -> str:
    """Show everything that came back, the newest first."""
    guard.allow_all(rights.reading_operation(guard.reader()))
    asked = Asked()
    cause = _cause(asked, list(Cause))
    found, page = asked.shown(queries.bounces_listed(cause, asked.words("words", "Address")), TALL_PER_PAGE)
    return render_template("calendar/bounces.html", rows=found, page=page, asked=asked, takes_bounces=_takes_bounces())


@blueprint.get("/deliveries/bounces/<int:bounce_id>")
def bounce(bounce_id: int) -> str:
    """Show what a server wrote about a message, and what followed from it."""
    row = bounce_for(rights.reading_operation(guard.reader()), bounce_id)
    return render_template(
        "calendar/bounce.html",
        bounce=row,
        subject=subject_for(row.delivery) if row.delivery else "",
        stop=queries.suppression_of(row.address) if row.address else None,
        may_lift=rights.keeping_people(guard.reader()).everything,
        soft_days=SOFT_DAYS,
        within_days=SOFT_COUNTS_FOR_DAYS,
    )


@blueprint.route("/deliveries/addresses/<int:suppression_id>/lifting", methods=["GET", "POST"])
def lift_stop(suppression_id: int) -> Drawn | BaseResponse:
    """Let an address get mail again, with a reason."""
    stop = held(suppression_for(rights.keeping_people(guard.reader()), suppression_id))
    form = LiftForm()
    if form.validate_on_submit():
        address = stop.address
        with saving(form) as saved:
            lift(stop, form.reason.data or "", by=guard.reader().actor)
        if saved:
            return saved.to("calendar.stopped", f"{address} gets mail again.", "It holds from the next message.")
    return drawn("calendar/lifting.html", form, stop=stop)
