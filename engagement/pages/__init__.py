"""The HTML door: a hall for each domain, with one blueprint, behind one guard. Halls share `parts`; `frame` surrounds every page."""

from flask import Flask

from engagement.pages import (
    admin,
    adoption,
    audiences,
    calendar,
    concerns,
    consultations,
    intake,
    me,
    notices,
    people,
    readiness,
    reports,
    sign_in,
    stakeholders,
    today,
    training,
    value,
    waves,
)
from engagement.pages.concerns import saying
from engagement.pages.frame import (
    addresses,
    body_limits,
    error_pages,
    formats,
    guard,
    headers,
    kept_forms,
    kept_numbers,
    operation,
    shell,
    templates,
)

HALLS = (
    sign_in,
    today,
    me,
    concerns,
    waves,
    readiness,
    value,
    adoption,
    consultations,
    notices,
    stakeholders,
    people,
    intake,
    audiences,
    calendar,
    training,
    reports,
    admin,
)


def register(app: Flask) -> None:
    """Add every page to the application, with the guard in front of them and the frame around them."""
    for part in (
        templates,
        headers,
        addresses,
        guard,
        body_limits,
        formats,
        kept_numbers,
        shell,
        kept_forms,
        error_pages,
    ):
        part.register(app)
    for blueprint in (*(hall.blueprint for hall in HALLS), operation.blueprint):
        app.register_blueprint(blueprint)
    unknown = {e: view for e, view in app.view_functions.items() if hasattr(view, "keeps_unknown")}
    app.extensions["unknown_paths"] = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint in unknown}
    without_token = [view for view in app.view_functions.values() if hasattr(view, "no_token_because")]
    for view in (*unknown.values(), *without_token):
        app.extensions["csrf"].exempt(view)
    saying.register(app)
    operation.count_requests(app)
