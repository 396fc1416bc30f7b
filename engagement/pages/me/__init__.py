"""An employee’s own pages: what changes, training, messages, scope, team, time zone, own data."""

from flask import Blueprint

from engagement.pages.frame import guard

blueprint = Blueprint("me", __name__)
blueprint.after_request(guard.seen_by_nobody_else)

from engagement.pages.me import champion, change, data, leftovers, messages, scope, team, timezone, training, usage
