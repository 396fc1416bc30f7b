"""The reader's own days of use, and who sees what of them."""

from flask import render_template

from engagement.adoption.queries.own import own_use
from engagement.adoption.rules.vocabulary import FOLDED_AFTER_DAYS
from engagement.pages.frame import guard
from engagement.pages.me import blueprint


@blueprint.get("/me/usage")
def usage() -> str:
    """Show the reader's own use of each workflow, which nobody else sees."""
    person_id = guard.reader().person_id
    return render_template(
        "me/usage.html",
        uses=own_use(person_id) if person_id else [],
        floor=guard.settings().anonymity_floor,
        kept_days=FOLDED_AFTER_DAYS,
    )
