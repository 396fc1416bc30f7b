"""Reports that are sent: the reader's own, those of a programme with the form, and the end, also in one click from the mail."""

from flask import current_app, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.actions import account_for_person
from engagement.accounts.models import Account
from engagement.accounts.queries import reader_of
from engagement.accounts.scopes import rights
from engagement.db import db
from engagement.pages.frame import guard
from engagement.pages.parts.saving import Drawn, done, drawn, saving
from engagement.pages.reports import blueprint
from engagement.pages.reports.forms import SubscriptionForm
from engagement.people.models import Person
from engagement.programmes.queries import programmes
from engagement.programmes.scopes import programmes_within, reaches_programme
from engagement.reports.queries.reading import report_for
from engagement.reports.subscriptions import queries
from engagement.reports.subscriptions.actions.subscribing import end_subscription, subscribe
from engagement.reports.subscriptions.models import ReportSubscription
from engagement.reports.subscriptions.rules.endings import subscription_behind
from engagement.reports.subscriptions.scopes import subscription_for
from engagement.words import zone_words


@blueprint.get("/reports/subscriptions")
def subscriptions() -> str:
    """List the reports that are sent to the reader, and those that they could have sent."""
    reader = guard.reader()
    reporting = rights.reporting(reader)
    sent = queries.subscriptions_of(reader.named_id)
    if not sent:
        guard.allow_places(reporting)
    mine = {each.row.programme_id for each in sent}
    others = [each for each in programmes(programmes_within(reporting)) if not (each.closed_at or each.id in mine)]
    return render_template("reports/subscriptions.html", sent=sent, others=others)


@blueprint.route("/reports/programmes/<int:programme_id>/subscriptions", methods=["GET", "POST"])
def programme_subscriptions(programme_id: int) -> Drawn | BaseResponse:
    """Have a report sent to oneself; who plans the programme also to a sponsor, and sees to whom it is sent."""
    reader, form = guard.reader(), SubscriptionForm()
    programme = report_for(reader, programme_id)
    plans = reaches_programme(rights.planning(reader), programme)
    sponsors = [each for each in queries.sponsors_of(programme) if each.id != reader.person_id] if plans else []
    form.offer(sponsors, zone_words(reader.timezone))
    own = queries.lasting_subscription(programme_id, reader.account_id)
    if own is not None and request.method == "GET":
        form.show(own)
    if form.validate_on_submit():
        with saving(form) as saved:
            account, timezone = _whom(form)
            row = subscribe(programme, account, form.wish(timezone), guard.organisation().country, by=reader.actor)
        if saved:
            return _said(row)
    return drawn(
        "reports/programme_subscriptions.html",
        form,
        programme=programme,
        own=own,
        chooses=bool(sponsors),
        sent=queries.subscriptions_to(programme_id) if plans else [],
        own_id=reader.account_id,
    )


def _whom(form: SubscriptionForm) -> tuple[Account, str]:
    """Return to whom the report is to be sent, and their clock; raises RuleBroken for a sponsor without an address."""
    if form.person_id is None:
        return guard.account(), guard.reader().timezone
    account = account_for_person(db.session.get_one(Person, form.person_id))
    return account, reader_of(account, guard.settings().timezone).timezone


def _said(row: ReportSubscription) -> BaseResponse:
    whom = "you" if row.account_id == guard.reader().account_id else row.account.name
    says = f"The report is sent to {whom}: {row.wish.inside}."
    if whom == "you":
        return done("reports.subscriptions", says)
    return done("reports.programme_subscriptions", says, programme_id=row.programme_id)


@blueprint.post("/reports/subscriptions/<int:report_subscription_id>/ending")
def end(report_subscription_id: int) -> BaseResponse:
    """Send a report no more."""
    reader = guard.reader()
    row = subscription_for(rights.planning(reader), report_subscription_id)
    end_subscription(row, by=reader.actor)
    if row.account_id == reader.account_id:
        return done("reports.subscriptions", "It is not sent to you any more.")
    return done(
        "reports.programme_subscriptions",
        f"It is not sent to {row.account.name} any more.",
        programme_id=row.programme_id,
    )


@blueprint.route("/reports/endings/<token>", methods=["GET", "POST"])
@guard.open_to_all("who gets a report ends that from the mail, without signing in; the address is signed")
@guard.asks_no_token("mail programs send it by themselves (RFC 8058): the address itself is signed and does this alone")
def ending(token: str) -> str:
    """Show what would end. Only a POST ends it, because mail scanners open every link; once more does no harm."""
    key = subscription_behind(str(current_app.config["SECRET_KEY"]), token)
    row = guard.found(db.session.get(ReportSubscription, key) if key is not None else None)
    if request.method == "POST" and row.ended_at is None:
        end_subscription(row, by=row.account.actor)
        db.session.commit()
    return render_template("reports/ending.html", row=row, token=token)
