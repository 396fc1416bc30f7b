"""What a reader sees when something is refused or goes wrong: what happened, what is safe, where to go."""

from collections.abc import Sequence

import structlog
from flask import (
    Flask,
    Response,
    after_this_request,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_wtf.csrf import CSRFError
from markupsafe import escape
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as BaseResponse

from engagement.db import db
from engagement.errors import (
    AsksSignIn,
    BadInput,
    BeyondReach,
    EngagementError,
    NotAllowed,
    NotFound,
    RuleBroken,
    SignedOut,
    TooMany,
)
from engagement.pages.frame import guard, kept_forms
from engagement.pages.frame.role_offer import RoleOffer, offer_of
from engagement.pages.frame.shell import notify

#: Each kind of refusal has one status, wherever it comes from.
STATUS: dict[type[EngagementError], int] = {NotAllowed: 403, NotFound: 404, RuleBroken: 422, BadInput: 422}
HEADINGS = {
    400: "This can’t be used as it is",
    403: "This page is for others",
    404: "Nothing is here",
    422: "This can’t be done like this",
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
    """Turn errors of the rooms and of HTTP into pages with a status code."""
    app.register_error_handler(EngagementError, _refused)
    app.register_error_handler(BeyondReach, _beyond_reach)
    app.register_error_handler(AsksSignIn, _sign_in_asked)
    app.register_error_handler(SignedOut, _signed_out)
    app.register_error_handler(TooMany, _tried_too_often)
    app.register_error_handler(CSRFError, _form_too_old)
    app.register_error_handler(SecurityError, _other_host)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OverflowError, _beyond_the_database)
    app.register_error_handler(DataError, _beyond_the_database)
    app.register_error_handler(Exception, _unexpected)


def _page(
    status: int,
    heading: str,
    sentence: str,
    way_on: Sequence[tuple[str, str]] = (("To the start", "/"),),
    typed: Sequence[tuple[str, str]] = (),
    again: Sequence[tuple[str, str]] = (),
    offer: RoleOffer | None = None,
) -> tuple[str, int]:
    """Return a page that says what happened, with what was `typed`, and the fields to send `again`."""
    try:
        parts = {"way_on": way_on, "typed": typed, "again": again, "offer": offer}
        return render_template("errors/page.html", heading=heading, sentence=sentence, **parts), status
    except Exception:
        # The usual page needs the database and a trusted host; these words need neither.
        db.session.rollback()
        plain = f"<!doctype html><html lang=en><title>{escape(heading)}</title><h1>{escape(heading)}</h1><p>{escape(sentence)}</p>"
        return plain, status


def _refused(error: EngagementError, offer: RoleOffer | None = None) -> tuple[str, int]:
    db.session.rollback()
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
    # A form that is drawn again keeps what was typed by itself; after any other refusal it is shown here.
    typed = (
        kept_forms.typed_words(kept_forms.typed_fields()) if request.method == "POST" and not guard.is_unknown() else []
    )
    heading = "This page needs another role" if offer and offer.roles else HEADINGS[status]
    sentence = offer.sentence if offer else error.sentence
    return _page(status, heading, sentence, (("Back to the page", guard.came_from()),), typed, offer=offer)


def _beyond_reach(error: BeyondReach) -> tuple[str, int]:
    """Ask a reader to sign in if their link in a message opens less than their rights; refuse everybody else."""
    reader = guard.reader_or_none()
    if reader and reader.has_more:
        return _sign_in_asked(AsksSignIn(guard.MORE_THAN_A_LINK))
    db.session.rollback()
    return _refused(error, offer_of(reader, "It", error.roles) if reader and error.roles else None)


def _signed_out(_error: SignedOut) -> BaseResponse:
    db.session.rollback()
    kept = kept_forms.keep_what_was_typed()
    if kept is None:
        notify("You were signed out meanwhile.", "Nothing was changed. Sign in and press the button again.", "warn")
    else:
        notify("You were signed out meanwhile.", "What you typed is kept. Sign in, and you see it again.", "warn")
    return redirect(url_for("sign_in.sign_in", next=kept or guard.known_path(guard.came_from())))


def _sign_in_asked(error: AsksSignIn) -> tuple[str, int]:
    db.session.rollback()
    kept = kept_forms.keep_what_was_typed() if request.method == "POST" else None
    way_on = [("Sign in", url_for("sign_in.sign_in", next=kept or guard.here())), ("To my own pages", "/")]
    return _page(403, "One more step", error.sentence, way_on)


def _tried_too_often(error: TooMany) -> Response:
    db.session.rollback()
    answer = make_response(_page(429, "Not so fast", error.sentence))
    answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _form_too_old(_error: CSRFError) -> tuple[str, int] | BaseResponse:
    db.session.rollback()
    if guard.is_from_another_site():
        after_this_request(_begin_no_session)
    reader = guard.reader_or_none()
    opened_by = None if guard.is_unknown() else kept_forms.opened_by()
    if opened_by is not None and reader is None:
        return _signed_out(SignedOut("The session ended."))
    if reader is not None and opened_by == reader.account_id:
        sentence = "Nothing was changed yet. What you typed is still here; look it over and send it."
        fields = kept_forms.typed_fields()
        return _page(400, "This form was open for long", sentence, (), kept_forms.typed_words(fields), fields)
    sentence = (
        "This form was open too long, or was not opened here. Nothing was changed. Open it again and send it once more."
    )
    return _page(400, "This form is out of date", sentence)


def _begin_no_session(response: Response) -> Response:
    """Change no cookies: a form of another site brings none, and a new one would sign the reader out."""
    session.clear()
    session.modified = False
    return response


def _beyond_the_database(_error: Exception) -> tuple[str, int]:
    """Answer a number, day or text that no database can hold; only a made-up address or form has one."""
    db.session.rollback()
    return _page(400, HEADINGS[400], HTTP_SENTENCES[400])


def _other_host(error: SecurityError) -> tuple[str, int] | HTTPException:
    """Refuse a host name that is none of ours, and tell the log, because a proxy that passes on another one shuts everybody out."""
    if not guard.is_unknown():
        log.warning(
            "host name refused",
            host=request.environ.get("HTTP_HOST", "")[:100],
            mend="name it in ENGAGEMENT_BASE_URL or ENGAGEMENT_TRUSTED_HOSTS, or let the proxy pass on the right one",
        )
    return _http_error(error)


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
        # This is not logged either, because a log line has a time.
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
