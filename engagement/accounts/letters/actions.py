"""Letters about somebody's own sign-in; names and addresses are passed as values, so that none becomes markup."""

from collections.abc import Iterable

from engagement.accounts.letters.queries import is_real
from engagement.accounts.models import Account
from engagement.content.markdown import to_html
from engagement.mail.actions.building import build_mailing
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.letters.rules.layout import Around, html_layout
from engagement.mail.models import Mailing
from engagement.mail.rules import Letter, MailingKind

KEPT = (
    "Your sign-in to Engagement stays as it is",
    "{{ name }}, the directory has {{ new }} as your work address now. Because your sign-in has a password, a role or a post, you "
    "go on signing in with the address that this message came to, until an administrator confirms the new one.\n\nIf you did not "
    "expect another address, tell an administrator now.",
)
WAITS = (
    "This address waits to be confirmed",
    "The directory of {{ name }} has this address now. Signing in to Engagement with it begins when an administrator has confirmed "
    "it; until then it opens nothing.\n\nIf this does not concern you, tell whoever runs Engagement in your organisation.",
)
CONFIRMED = (
    "You sign in with this address from now on",
    "An administrator has confirmed that {{ name }} signs in to Engagement with this address. Every session was ended; sign in "
    "again, with a link to this address, or with your password if you have a role.\n\nIf this does not concern you, tell whoever runs Engagement in your organisation.",
)
ENDED = (
    "This address no longer signs in to Engagement",
    "An administrator has confirmed that {{ name }} signs in to Engagement with {{ new }} from now on. Every session was ended.\n\n"
    "If you did not expect this, tell an administrator now.",
)
FOLLOWED = (
    "You sign in with this address from now on",
    "The directory has this address for {{ name }} now, so this is the one to sign in to Engagement with. Every session was ended; "
    "sign in again, with a link to this address.\n\nIf this does not concern you, tell whoever runs Engagement in your organisation.",
)
LEFT_BEHIND = (
    "This address no longer signs in to Engagement",
    "The directory has {{ new }} for {{ name }} now, so that is the address to sign in to Engagement with. Every session was ended."
    "\n\nIf you did not expect this, tell an administrator now.",
)
WHY = "You get this because the address of a sign-in to Engagement changes."


def tell_of_kept_address(accounts: Iterable[tuple[Account, str]]) -> None:
    """Tell both addresses of each account that the directory's one (second) waits for an administrator."""
    pairs = list(accounts)
    _send(KEPT, [(account, account.email, new) for account, new in pairs])
    _send(WAITS, [(account, new, new) for account, new in pairs])


def tell_of_followed_address(accounts: Iterable[tuple[Account, str]]) -> None:
    """Tell both addresses of each account (the former one second) that it now uses the directory's."""
    pairs = list(accounts)
    _send(LEFT_BEHIND, [(account, former, account.email) for account, former in pairs])
    _send(FOLLOWED, [(account, account.email, account.email) for account, _ in pairs])


def tell_of_confirmed_address(accounts: Iterable[tuple[Account, str]]) -> None:
    """Tell both addresses of each account (the former one second) that it now uses the new one."""
    pairs = list(accounts)
    _send(ENDED, [(account, former, account.email) for account, former in pairs])
    _send(CONFIRMED, [(account, account.email, account.email) for account, _ in pairs])


def _send(letter: tuple[str, str], to: list[tuple[Account, str, str]]) -> None:
    usable = [(account, address, new) for account, address, new in to if is_real(address)]
    if not usable:
        return
    mailing = _mailing(*letter)
    for account, address, new in usable:
        values = {"name": account.name, "new": new}
        queue_for_address(mailing, address, account.name, values, person_id=account.person_id)


def _mailing(subject: str, text: str) -> Mailing:
    html = html_layout(subject, "Engagement", to_html(text), subject, Around(WHY))
    return build_mailing(MailingKind.SIGN_IN, Letter(subject, f"{text}\n\n{WHY}", html))
