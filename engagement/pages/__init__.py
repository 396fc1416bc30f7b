"""The HTML door: one blueprint for each domain, behind one guard."""

from flask import Flask

from engagement.pages import (
    accounts,
    addresses,
    admin,
    audiences,
    body_limits,
    champions,
    communications,
    concerns,
    deliveries,
    error_pages,
    formats,
    guard,
    headers,
    home,
    intake,
    leftovers,
    mailbox,
    me,
    operation,
    people,
    privacy,
    programmes,
    reports,
    shell,
    sign_in,
    stakeholders,
    training,
    waves,
)

BLUEPRINTS = (
    sign_in.blueprint,
    home.blueprint,
    me.blueprint,
    concerns.blueprint,
    programmes.blueprint,
    waves.blueprint,
    champions.blueprint,
    stakeholders.blueprint,
    people.blueprint,
    intake.blueprint,
    audiences.blueprint,
    communications.blueprint,
    deliveries.blueprint,
    training.blueprint,
    leftovers.blueprint,
    reports.blueprint,
    accounts.blueprint,
    privacy.blueprint,
    admin.blueprint,
    mailbox.blueprint,
    operation.blueprint,
)


def register(app: Flask) -> None:
    """Put every page, the guard in front of them and the frame around them into the application."""
    headers.register(app)
    addresses.register(app)
    guard.register(app)
    body_limits.register(app)
    formats.register(app)
    shell.register(app)
    error_pages.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    unknown = {e: view for e, view in app.view_functions.items() if hasattr(view, "keeps_unknown")}
    app.extensions["unknown_paths"] = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint in unknown}
    for view in unknown.values():
        app.extensions["csrf"].exempt(view)
    concerns.register(app)
    operation.count_requests(app)
