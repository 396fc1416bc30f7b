"""Mail to a programme: its private address, the inbox, and assigning a mail or throwing it away."""

from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.db import count_of
from engagement.pages.frame import guard
from engagement.pages.frame.formats import reader_zone, today
from engagement.pages.parts.lists import TALL_PER_PAGE, Asked
from engagement.pages.parts.saving import Drawn, done, drawn, held, saving
from engagement.pages.stakeholders import blueprint
from engagement.pages.stakeholders.forms import own_reference
from engagement.pages.stakeholders.interaction_forms import LogForm
from engagement.pages.stakeholders.interactions import named, say_what_comes_next
from engagement.programmes.scopes import programme_for
from engagement.stakeholders.inbox.actions import make_mailbox, said_of, settle_mail
from engagement.stakeholders.inbox.queries import mailbox_of, stakeholders_with, waiting_mail
from engagement.stakeholders.inbox.rules.forwarded import named_in
from engagement.stakeholders.inbox.rules.tokens import address_with
from engagement.stakeholders.inbox.scopes import mail_to_assign
from engagement.stakeholders.interactions.actions import log_interaction
from engagement.stakeholders.interactions.queries.naming import written_as
from engagement.stakeholders.scopes import stakeholders_within


@blueprint.get("/stakeholders/inbox/<int:programme_id>")
def inbox(programme_id: int) -> Drawn:
    """Show a programme's private address and the mail that waits."""
    programme = programme_for(rights.planning(guard.reader()), programme_id)
    mail_in, box = guard.settings().mail_in, mailbox_of(programme_id)
    waiting = waiting_mail(programme_id)
    rows, page = Asked().shown(waiting, TALL_PER_PAGE)
    return drawn(
        "stakeholders/inbox.html",
        LogForm(formdata=None),
        programme=programme,
        address=address_with(box.mail_token, mail_in) if box and mail_in else "",
        box=box,
        takes_mail=bool(mail_in),
        rows=rows,
        page=page,
        total=count_of(waiting),
    )


@blueprint.post("/stakeholders/inbox/<int:programme_id>/address")
def renew_address(programme_id: int) -> BaseResponse:
    """Give a programme a private address; a former one takes no more mail."""
    programme = programme_for(rights.planning(guard.reader()), programme_id)
    make_mailbox(programme, by=guard.reader().actor)
    more = "Keep it among those who plan: whoever knows it can write to the inbox."
    return done("stakeholders.inbox", "The address is ready.", more, programme_id=programme_id)


@blueprint.route("/stakeholders/inbox/mail/<int:mail_in_id>", methods=["GET", "POST"])
def assign_mail(mail_in_id: int) -> Drawn | BaseResponse:
    """Say whom a mail is about; its words then stand in an interaction that the reader logs."""
    reader = guard.reader()
    planning = rights.planning(reader)
    mail = held(mail_to_assign(planning, mail_in_id))
    among = stakeholders_within(planning)
    said = said_of(mail, mail.attachments, mail.original_on, reader_zone().key)
    named_there = stakeholders_with([mail.sender, *named_in(mail.text)], mail.programme_id, planning)
    given = {
        "parties": written_as(list(named_there), among),
        "happened_on": said.happened_on,
        "began_at": said.began_at.astimezone(reader_zone()).time() if said.began_at else None,
        "channel": said.channel.value,
        "notes": said.notes,
        "topics": said.topics,
        "next_owner": own_reference(reader),
    }
    form = LogForm(data=given)
    if form.validate_on_submit():
        with saving(form) as saved:
            parties = named(form, among)
            row = log_interaction(parties, form.said(), on=today(), by=reader.actor)
            say_what_comes_next(form, parties, row)
            settle_mail(mail, row, by=reader.actor)
        if saved:
            return saved.to(
                "stakeholders.interaction", "It is kept.", "The mail is out of the inbox.", interaction_id=row.id
            )
    return drawn("stakeholders/assigning.html", form, mail=mail)


@blueprint.post("/stakeholders/inbox/mail/<int:mail_in_id>/discarding")
def discard_mail(mail_in_id: int) -> BaseResponse:
    """Throw a mail away: its words go for good."""
    mail = held(mail_to_assign(rights.planning(guard.reader()), mail_in_id))
    settle_mail(mail, None, by=guard.reader().actor)
    return done("stakeholders.inbox", "The mail is thrown away.", programme_id=mail.programme_id)
