"""What a reader sees when something is refused or goes wrong: what happened, what is safe, where to go."""

from collections.abc import Sequence

import structlog
from flask import Flask, Response, g, make_response, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from markupsafe import escape
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException

from engagement.db import db
from engagement.errors import AsksSignIn, BadInput, EngagementError, NotAllowed, NotFound, RuleBroken, TooMany
from engagement.pages.frame import guard

STATUS: dict[type[EngagementError], int] = {NotAllowed: 403, NotFound: 404, RuleBroken: 409, BadInput: 400}
HEADINGS = {
    400: "This can’t be used as it is",
    403: "This page is for others",
    404: "Nothing is here",
    409: "This can’t be done now",
}
HTTP_SENTENCES = {
    400: "The request could not be understood. Nothing was changed. Go back and try once more.",
    404: "There is nothing at this address. It may have been moved or removed.",
    405: "This address can’t be used in this way. Nothing was changed.",
    413: "This is larger than the service takes. Nothing was changed. Send a smaller file or a shorter text.",
    429: "There were too many requests. Wait a few minutes, then try again.",
}
log = structlog.get_logger("engagement.error")


def register(app: Flask) -> None:
    """Translate errors of the rooms and of HTTP into pages with a status code."""
    app.register_error_handler(EngagementError, _refused)
    app.register_error_handler(AsksSignIn, _sign_in_asked)
    app.register_error_handler(TooMany, _tried_too_often)
    app.register_error_handler(CSRFError, _form_too_old)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OverflowError, _beyond_the_database)
    app.register_error_handler(DataError, _beyond_the_database)
    app.register_error_handler(Exception, _unexpected)


def _page(
    status: int, heading: str, sentence: str, way_on: Sequence[tuple[str, str]] = (("To the start", "/"),)
) -> tuple[str, int]:
    try:
        return render_template("errors/page.html", heading=heading, sentence=sentence, way_on=way_on), status
    except Exception:
        # The frame itself needs a database and a host that is trusted; these words need neither.
        db.session.rollback()
        plain = f"<!doctype html><html lang=en><title>{escape(heading)}</title><h1>{escape(heading)}</h1><p>{escape(sentence)}</p>"
        return plain, status


def _refused(error: EngagementError) -> tuple[str, int]:
    db.session.rollback()
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
    return _page(status, HEADINGS[status], error.sentence)


def _sign_in_asked(error: AsksSignIn) -> tuple[str, int]:
    db.session.rollback()
    way_on = [("Sign in", url_for("sign_in.sign_in", next=guard.here())), ("To my own pages", "/")]
    return _page(403, "One more step", error.sentence, way_on)


def _tried_too_often(error: TooMany) -> Response:
    db.session.rollback()
    answer = make_response(_page(429, "Not so fast", error.sentence))
    answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _form_too_old(_error: CSRFError) -> tuple[str, int]:
    db.session.rollback()
    sentence = (
        "This form was open too long, or was not opened here. Nothing was changed. Open it again and send it once more."
    )
    return _page(400, "This form is out of date", sentence)


def _beyond_the_database(_error: Exception) -> tuple[str, int]:
    """Answer a number, day or text that no database holds; only a made-up address or form has one."""
    db.session.rollback()
    return _page(400, HEADINGS[400], HTTP_SENTENCES[400])


def _http_error(error: HTTPException) -> tuple[str, int] | HTTPException:
    db.session.rollback()
    status = error.code or 500
    if status < 400:
        return error
    sentence = HTTP_SENTENCES.get(status, "The service could not do this. Nothing was changed.")
    return _page(status, HEADINGS.get(status, "This did not work"), sentence)


def _unexpected(error: Exception) -> tuple[str, int]:
    db.session.rollback()
    if guard.is_unknown():
        # Nothing is logged, not even this: the line would have a time.
        return _page(
            500, "This did not work", "Something went wrong on our side. Nothing was stored. Please try once more."
        )
    where = request.url_rule.rule if request.url_rule else "unknown"
    log.error("unexpected error", where=where, exc_info=error)
    sentence = (
        "Something went wrong on our side. What you saved before is safe; this last step was not done. "
        f"If it happens again, tell your administrator the number {g.get('request_id', '')}."
    )
    return _page(500, "This did not work", sentence)
