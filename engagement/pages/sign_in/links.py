"""One-time links: sending and opening them, and the session that one begins."""

from flask import current_app, redirect, render_template, request, session
from flask_login import login_user
from werkzeug.wrappers import Response as BaseResponse
from wtforms import EmailField, HiddenField
from wtforms.validators import InputRequired, Length

from engagement import clock
from engagement.accounts import actions, queries
from engagement.accounts.attempts.actions import remember_place
from engagement.accounts.attempts.rules import Limits
from engagement.accounts.links import rules as links
from engagement.accounts.links.rules import SIGNS_IN
from engagement.accounts.models import Account
from engagement.accounts.rules import LinkPurpose
from engagement.accounts.sign_ins.actions import remember_sign_in
from engagement.addresses import kept_form
from engagement.content.markdown import to_html
from engagement.db import db
from engagement.errors import NotAllowed, RuleBroken
from engagement.mail.actions.building import build_mailing
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.letters.rules.layout import Around, html_layout
from engagement.mail.rules import Letter, MailingKind
from engagement.pages.frame import guard
from engagement.pages.parts.forms import Form, stripped
from engagement.pages.sign_in import blueprint
from engagement.people.models import Person

LINK_TEXT = (
    "Somebody asked to sign in to Engagement with this address. If it was you, press the button on the page that this "
    "link opens. It works once, for 30 minutes.\n\n{{ sign_in_link }}\n\nIf it was not you, do nothing; nobody gets in "
    "without this message."
)


class LinkForm(Form):
    """The address to which a one-time link is sent."""

    email = EmailField(
        "Your work e-mail address",
        id="link-email",
        filters=[stripped],
        validators=[InputRequired("Write your address."), Length(max=254)],
    )
    next = HiddenField(id="link-next", validators=[Length(max=guard.LONGEST_PATH)])


def secret() -> str:
    """Return the key that signs links."""
    return str(current_app.config["SECRET_KEY"])


def place() -> str:
    """Return the network address that the request comes from."""
    return request.remote_addr or "unknown"


def limits() -> Limits:
    """Return how many attempts to sign in are too many here."""
    return Limits(guard.settings().attempts_per_address, guard.settings().attempts_per_place)


DEMONSTRATION_REFUSED = (
    "This is an account of the demonstration, and this service is in production: such accounts are refused. Ask an "
    "administrator for a sign-in of your own."
)


def begin_session(account: Account, *, is_limited: bool = False) -> None:
    """Start a fresh session, so that nothing of an earlier one can be used, and remember the sign-in.

    A limited session opens only an employee's own pages.
    """
    if account.is_demonstration and guard.settings().is_production:
        raise NotAllowed(DEMONSTRATION_REFUSED)
    session.clear()
    session.permanent = True
    login_user(guard.SignedIn(account.id, account.session_version, is_limited=is_limited))
    today = clock.today(guard.settings().timezone)
    remember_sign_in(account, on=today)
    if account.password_hash and not is_limited:
        remember_place(account.email, place(), secret(), on=today)


def queue_link(whose: Account | Person, email: str, leads_to: str) -> None:
    """Queue a message with a link for an address; the link itself is made when the message goes out."""
    why = "You get this because somebody asked for a sign-in link for your address."
    body = to_html(LINK_TEXT.replace("{{ sign_in_link }}", "[Sign in to Engagement](https://link.invalid)"))
    html = html_layout("Your link to sign in", "Engagement", body, "It works once, for 30 minutes.", Around(why))
    mailing = build_mailing(
        MailingKind.SIGN_IN,
        Letter(
            "Your link to sign in", f"{LINK_TEXT}\n\n{why}", html.replace("https://link.invalid", "{{ sign_in_link }}")
        ),
    )
    account_id, person_id = (whose.id, whose.person_id) if isinstance(whose, Account) else (None, whose.id)
    values = {"sign_in_link": leads_to, SIGNS_IN: account_id}
    queue_for_address(mailing, kept_form(email), whose.name, values, person_id=person_id)


@blueprint.route("/login/link/<token>", methods=["GET", "POST"])
@guard.open_to_all("one-time links sign their reader in")
def open_link(token: str) -> str | BaseResponse | tuple[str, int]:
    """Show whom a link signs in. Only the button uses the link, because mail scanners open every link."""
    link = links.read_token(secret(), token, LinkPurpose.SIGN_IN, clock.now())
    if link is not None and guard.is_signed_in() and _is_mine(link) and not _opens_more(link):
        return redirect(guard.safe_path(link.leads_to))
    if link is None or queries.is_used_link(link.fingerprint):
        return _link_over(guard.safe_path(link.leads_to) if link else "")
    if request.method != "POST":
        return render_template("sign_in/open_link.html", form=Form(), name=_name_of(link))
    try:
        account = actions.use_link(link)
    except RuleBroken as refusal:
        db.session.rollback()
        return _link_over("", str(refusal))
    begin_session(account, is_limited=link.is_limited)
    db.session.commit()
    return redirect(guard.safe_path(link.leads_to))


def _link_over(leads_to: str, refusal: str = "") -> tuple[str, int]:
    link_form = LinkForm(formdata=None, next=leads_to)
    return render_template("sign_in/link_over.html", link_form=link_form, refusal=refusal), 410


def _opens_more(link: links.OneTimeLink) -> bool:
    """Return whether a link opens more than the present session; a link that opens less takes nothing away."""
    return guard.is_limited() and not link.is_limited


def _is_mine(link: links.OneTimeLink) -> bool:
    account = guard.account()
    return account.id == link.account_id or (link.person_id is not None and account.person_id == link.person_id)


def _name_of(link: links.OneTimeLink) -> str:
    known: Account | Person | None = (
        db.session.get(Account, link.account_id) if link.account_id else db.session.get(Person, link.person_id)
    )
    return known.name if known else "somebody"
