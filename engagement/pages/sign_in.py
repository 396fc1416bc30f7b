"""Signing in by password or by a one-time link, signing out, the first administrator, and the appearance of pages."""

import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, redirect, render_template, request, session, url_for
from flask_login import login_user
from werkzeug.wrappers import Response as BaseResponse
from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from engagement import audit, clock
from engagement.accounts import actions, links, queries
from engagement.accounts.models import Account
from engagement.accounts.rules import LinkPurpose, Role
from engagement.accounts.sign_ins.actions import remember_sign_in
from engagement.content.markdown import to_html
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.mail import actions as mail
from engagement.mail.layout import html_layout
from engagement.mail.rules import MailingKind
from engagement.pages import guard
from engagement.pages.forms import Form, stripped
from engagement.pages.shell import THEMES, notify
from engagement.people.models import Person

blueprint = Blueprint("sign_in", __name__)
REMEMBERED_APPEARANCE = timedelta(days=365)
LINK_TEXT = (
    "Somebody asked to sign in to Engagement with this address. If it was you, press the button on the page that this "
    "link opens. It works once, for 30 minutes.\n\n{{ sign_in_link }}\n\nIf it was not you, do nothing; nobody gets in "
    "without this message."
)


class PasswordForm(Form):
    """Address and password."""

    email = EmailField(
        "Your work e-mail address",
        filters=[stripped],
        validators=[InputRequired("Write your address."), Length(max=254)],
    )
    password = PasswordField("Your password", validators=[InputRequired("Write your password."), Length(max=1000)])
    next = HiddenField()


class LinkForm(Form):
    """The address to which a one-time link is sent."""

    email = EmailField(
        "Your work e-mail address",
        id="link-email",
        filters=[stripped],
        validators=[InputRequired("Write your address."), Length(max=254)],
    )
    next = HiddenField(id="link-next")


class SetupForm(Form):
    """Who becomes the first administrator."""

    name = StringField("Your name", filters=[stripped], validators=[InputRequired("Write your name."), Length(max=400)])
    email = EmailField(
        "Your work e-mail address",
        filters=[stripped],
        validators=[InputRequired("Write your address."), Length(max=254)],
    )
    password = PasswordField(
        "A password",
        description="At least 12 characters. A few words in a row work well.",
        validators=[InputRequired("Write a password."), Length(max=1000)],
    )


class NewPasswordForm(Form):
    """A new password, with the present one where there is one."""

    present = PasswordField("Your present password", validators=[Length(max=1000)])
    password = PasswordField(
        "The new password",
        description="At least 12 characters. A few words in a row work well.",
        validators=[InputRequired("Write a new password."), Length(max=1000)],
    )


def _place() -> str:
    return request.remote_addr or "unknown"


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])


def _begin_session(account: Account) -> None:
    """Start a fresh session, so that nothing of one from before can be used, and remember the sign-in."""
    session.clear()
    session.permanent = True
    login_user(guard.SignedIn(account.id, account.session_version))
    remember_sign_in(account, on=clock.today(guard.settings().timezone))


@blueprint.route("/login", methods=["GET", "POST"])
@guard.open_to_all("this is where signing in happens")
def sign_in() -> str | BaseResponse:
    """Sign in by password; the form for a link stands beside it."""
    form = PasswordForm(next=request.args.get("next", ""))
    if request.method == "GET" and guard.is_signed_in():
        return redirect("/")
    if form.validate_on_submit():
        try:
            account = actions.sign_in_with_password(
                form.email.data, form.password.data, place=_place(), secret=_secret()
            )
        except BadInput as error:
            db.session.commit()
            form.take(error)
        else:
            _begin_session(account)
            db.session.commit()
            return redirect(guard.safe_path(form.next.data))
    link_form = LinkForm(formdata=None, email=form.email.data, next=form.next.data)
    return render_template("sign_in/sign_in.html", form=form, link_form=link_form)


@blueprint.post("/login/link")
@guard.open_to_all("asks for a sign-in link")
def ask_link() -> str | BaseResponse:
    """Send a one-time link; the answer is the same for known and unknown addresses."""
    form = LinkForm()
    if not form.validate_on_submit():
        return render_template(
            "sign_in/sign_in.html", form=PasswordForm(formdata=None, next=form.next.data), link_form=form
        )
    try:
        actions.refuse_link_when_asked_too_often(form.email.data, _place(), _secret())
    except BadInput as error:
        db.session.commit()
        form.take(error)
        return render_template(
            "sign_in/sign_in.html", form=PasswordForm(formdata=None, next=form.next.data), link_form=form
        )
    _queue_link(form.email.data, guard.safe_path(form.next.data))
    db.session.commit()
    return redirect(url_for("sign_in.link_asked"), code=303)


def _queue_link(email: str, leads_to: str) -> None:
    account = queries.account_by_email(email)
    person = queries.active_person_by_email(email) if account is None else None
    if (account is None or not account.is_active) and person is None:
        return
    token = links.sign_in_token(
        _secret(),
        origin="asked",
        nonce=secrets.token_hex(8),
        leads_to=leads_to,
        account_id=account.id if account else None,
        person_id=person.id if person else None,
    )
    url = guard.settings().base_url + url_for("sign_in.open_link", token=token)
    why = "You get this because somebody asked for a sign-in link for your address."
    body = to_html(LINK_TEXT.replace("{{ sign_in_link }}", "[Sign in to Engagement](https://link.invalid)"))
    html = html_layout("Your link to sign in", "Engagement", body, why, "It works once, for 30 minutes.")
    mailing = mail.build_mailing(
        MailingKind.SIGN_IN,
        "Your link to sign in",
        f"{LINK_TEXT}\n\n{why}",
        html.replace("https://link.invalid", "{{ sign_in_link }}"),
    )
    known = account or person
    assert known is not None
    person_id = account.person_id if account else person.id if person else None
    mail.queue_for_address(mailing, email.lower(), known.name, {"sign_in_link": url}, person_id=person_id)


@blueprint.get("/login/link-asked")
@guard.open_to_all("says the same to everybody who asked for a link")
def link_asked() -> str:
    """Say that a link is on its way if the address is known."""
    return render_template("sign_in/link_asked.html")


@blueprint.route("/login/link/<token>", methods=["GET", "POST"])
@guard.open_to_all("one-time links sign their reader in")
def open_link(token: str) -> str | BaseResponse | tuple[str, int]:
    """Show whom a link signs in; only the button uses it, because mail scanners open every link."""
    link = links.read_token(_secret(), token, LinkPurpose.SIGN_IN)
    if link is not None and request.method == "GET" and guard.is_signed_in() and _is_mine(link):
        return redirect(guard.safe_path(link.leads_to))
    if link is None or queries.is_used_link(link.fingerprint):
        where = guard.safe_path(link.leads_to) if link else ""
        page = render_template("sign_in/link_over.html", link_form=LinkForm(formdata=None, next=where))
        return page, 410
    if request.method == "GET":
        return render_template("sign_in/open_link.html", form=Form(), name=_name_of(link))
    try:
        account = actions.use_link(link)
    except RuleBroken:
        db.session.rollback()
        return render_template("sign_in/link_over.html", link_form=LinkForm(formdata=None, next="")), 410
    _begin_session(account)
    db.session.commit()
    return redirect(guard.safe_path(link.leads_to))


def _is_mine(link: links.OneTimeLink) -> bool:
    account = guard.account()
    return account.id == link.account_id or (link.person_id is not None and account.person_id == link.person_id)


def _name_of(link: links.OneTimeLink) -> str:
    known: Account | Person | None = (
        db.session.get(Account, link.account_id) if link.account_id else db.session.get(Person, link.person_id)
    )
    return known.name if known else "somebody"


@blueprint.route("/me/password", methods=["GET", "POST"])
def password() -> str | BaseResponse:
    """Set or change the reader's own password; every other session of theirs ends."""
    account = guard.account()
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            if account.password_hash:
                present = form.present.data or ""
                actions.sign_in_with_password(account.address, present, place=_place(), secret=_secret())
            actions.set_password(account, form.password.data, by=account.actor)
        except BadInput as error:
            wrong = error.problems.get("password") == actions.WRONG
            form.take(BadInput(error.sentence, {"present": "That is not your present password."}) if wrong else error)
            db.session.commit()
        else:
            db.session.flush()
            _begin_session(account)
            db.session.commit()
            notify("The new password holds.", "You were signed out everywhere else.")
            return redirect(url_for("sign_in.password"), code=303)
    return render_template("sign_in/password.html", form=form, has_password=bool(account.password_hash))


@blueprint.post("/logout")
@guard.open_to_all("signing out twice is no error")
def sign_out() -> BaseResponse:
    """End every session of the reader, here and on every other device, so that a copied cookie opens nothing."""
    if guard.is_signed_in():
        actions.end_sessions(guard.account())
        db.session.commit()
    session.clear()
    return redirect(url_for("sign_in.sign_in"))


@blueprint.route("/setup/<token>", methods=["GET", "POST"])
@guard.open_to_all("makes the first administrator where nobody can sign in yet")
def setup(token: str) -> str | BaseResponse | tuple[str, int]:
    """Make the first administrator; the link stands in the log of a start without accounts and works once."""
    link = links.read_token(_secret(), token, LinkPurpose.SETUP)
    if link is None or queries.any_account_exists():
        return render_template("sign_in/setup_over.html"), 410
    form = SetupForm()
    if form.validate_on_submit():
        by = audit.Actor(None, form.name.data)
        try:
            if not actions.claim_link(link):
                return render_template("sign_in/setup_over.html"), 410
            account = actions.make_account(form.email.data, form.name.data, by=by, password=form.password.data)
            actions.grant_role(account, Role.ADMINISTRATOR, by=by)
            actions.grant_role(account, Role.CHANGE_MANAGER, by=by)
        except BadInput as error:
            db.session.rollback()
            form.take(error)
        else:
            _begin_session(account)
            db.session.commit()
            return redirect("/")
    return render_template("sign_in/setup.html", form=form)


@blueprint.post("/appearance")
@guard.open_to_all("light or dark is kept in the browser alone")
def appearance() -> BaseResponse:
    """Keep light, dark or the device's own appearance in a cookie and go back to the page."""
    theme = request.form.get("theme", "auto")
    came_from = urlsplit(request.referrer or "/")
    answer: Response = redirect(guard.safe_path(came_from.path + (f"?{came_from.query}" if came_from.query else "")))  # type: ignore[assignment]
    if theme in THEMES:
        answer.set_cookie(
            "appearance",
            theme,
            max_age=REMEMBERED_APPEARANCE,
            samesite="Lax",
            httponly=True,
            secure=guard.settings().base_url.startswith("https://"),
        )
    return answer
