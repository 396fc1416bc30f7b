"""The training of those who report to the reader."""

from flask import render_template

from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.me import blueprint
from engagement.pages.me.learning_rows import learning_row
from engagement.training.queries.teams import team_training

blueprint.after_request(guard.seen_by_nobody_else)


@blueprint.get("/me/team")
def team() -> str:
    """Show the training of those who report to the reader: open, overdue, minutes left."""
    reader = guard.reader()
    guard.allow(reader.has_team)
    members = team_training(reader.person_id or 0, today())
    return render_template(
        "me/team.html",
        members=[
            (
                member,
                [learning_row(item) for item in member.open_items],
                list(map(learning_row, member.recognised_items)),
            )
            for member in members
        ],
        late=sum(bool(member.overdue_items) for member in members),
        asked=sum(member.is_asked for member in members),
        finished=sum(member.is_asked and not member.open_items for member in members),
    )
