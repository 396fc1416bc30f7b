"""The reader’s own data as a file."""

from flask import Response

from engagement.pages.frame import guard
from engagement.pages.me import blueprint
from engagement.pages.parts.files import json_response
from engagement.privacy.queries.data_file import data_of


@blueprint.get("/me/data.json")
def data() -> Response:
    """Send what is kept about the reader and what they wrote or did, concerns with their name included."""
    guard.ask_for_fresh_sign_in("To get the file of everything that is kept about you")
    person = guard.found(guard.person_or_none())
    return json_response(data_of(person, with_concerns=True), f"person-{person.id}.json")
