"""Reads of the built-in mailbox."""

from sqlalchemy import Select, select

from engagement.letters import search_words
from engagement.mail.mailbox.models import MailboxMessage
from engagement.searching import holds_words


def mailbox_listed(words: str = "") -> Select[MailboxMessage]:
    """Return a SELECT of what the built-in mailbox received, newest first; `words` is part of a recipient's address."""
    query = select(MailboxMessage)
    return query.where(holds_words(search_words(words), MailboxMessage.recipient)).order_by(MailboxMessage.id.desc())
