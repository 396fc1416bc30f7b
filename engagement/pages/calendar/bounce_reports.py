"""The address at which a relay reports what came back: JSON of a vendor, or the bounce itself as a mail. It needs the secret."""

import hmac
import json
from typing import Any

from flask import Response, current_app, request

from engagement.db import db
from engagement.mail.bounces.actions.taking import Marks, Taken, take_mail, take_report
from engagement.mail.bounces.rules.causes import Cause
from engagement.mail.bounces.rules.events import asks_to_subscribe, read_report
from engagement.mail.bounces.rules.reading import Returned
from engagement.pages.calendar import blueprint
from engagement.pages.frame import guard
from engagement.pages.frame.machine import bearer
from engagement.words import plural

#: The types of a body that is a mail; anything else is read as JSON, whatever its sender calls it.
MAILS = ("message/rfc822", "message/global")


@blueprint.post("/bounces")
@guard.open_to_all("a mail relay reports here, which has no account but the secret of the settings")
@guard.asks_no_token("it uses nobody’s session: each request brings the secret itself")
def take_reported() -> Response:
    """Take in what a relay reports; the same twice is once."""
    secret = guard.settings().bounce_secret
    if not secret:
        return _said("ENGAGEMENT_BOUNCE_SECRET is not set: nothing is taken here.", 404)
    if not _brings(secret):
        refusal = _said("Send the secret of ENGAGEMENT_BOUNCE_SECRET, as Bearer or as the password of Basic.", 401)
        refusal.headers["WWW-Authenticate"] = 'Basic realm="bounces"'
        return refusal
    body = request.get_data()
    if request.mimetype in MAILS:
        taken = [
            take_mail(body, Marks(guard.settings().return_path, str(current_app.config["SECRET_KEY"])), is_trusted=True)
        ]
    else:
        try:
            found = _reported(json.loads(body))
        except (ValueError, RecursionError):
            return _said("This is neither JSON nor a mail (message/rfc822).", 400)
        if found is None:
            return _said("None of its fields says what came back; the README lists the shapes that are known.", 422)
        taken = [take_report(each) for each in found]
    db.session.commit()
    return _said(f"{plural(taken.count(Taken.KEPT), 'bounce', 'bounces')} taken.", 200)


def _reported(said: Any) -> list[Returned] | None:
    url = asks_to_subscribe(said)
    if url:
        # Opened by a person: a server that opens addresses which it is sent can be sent anywhere.
        words = (
            f"Amazon SNS asks whether it may report bounces here. If you have set this up, open this address:\n\n{url}"
        )
        return [Returned(Cause.UNREADABLE, text=words)]
    return read_report(said)


def _brings(secret: str) -> bool:
    basic = request.authorization
    given = bearer() or (basic.password if basic is not None else None) or ""
    return hmac.compare_digest(given.encode(), secret.encode())


def _said(words: str, status: int) -> Response:
    return Response(f"{words}\n", status, mimetype="text/plain")
