"""The list of programmes whose sheet the reader may read."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.reports import blueprint
from engagement.programmes.queries import programmes
from engagement.programmes.scopes import programmes_within


@blueprint.get("/reports")
def index() -> str | BaseResponse:
    """List the programmes whose sheet the reader may read; if there is only one, lead to it."""
    reporting = rights.reporting(guard.reader())
    guard.allow_places(reporting)
    readable = programmes(programmes_within(reporting))
    if len(readable) == 1:
        return redirect(url_for("reports.programme", programme_id=readable[0].id))
    return render_template("reports/index.html", programmes=readable)
