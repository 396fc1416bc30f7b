"""Short ways to mail that comes back: a delivery that was sent, and what servers wrote about it, as they do."""

from pathlib import Path

from mail.outbox import add_people, make_mailing, queue
from sqlalchemy import select, update

from engagement.db import db
from engagement.mail.bounces.actions.taking import Marks, Taken, take_mail
from engagement.mail.bounces.rules.return_path import instant_mark
from engagement.mail.models import Delivery
from engagement.mail.rules import DeliveryState

FOLDER = Path(__file__).parent / "returned"
NAMES = sorted(path.stem for path in FOLDER.glob("*.eml"))
MARKS = Marks("bounces+*@example.com", "a secret of the tests")
#: The Message-ID in the texts of the folder, which stands for that of a delivery.
NAMED = b"41.19d8b3c7a00"


def written(name: str, delivery: Delivery | None = None, among: str = "ada@example.net") -> bytes:
    """What a server wrote, about a delivery if there is one."""
    raw = (FOLDER / f"{name}.eml").read_bytes()
    if delivery is None:
        return raw
    about = f"{delivery.id}.{instant_mark(delivery.queued_at)}".encode()
    return raw.replace(NAMED, about).replace(among.encode(), delivery.address.encode())


def sent(number: int = 1) -> list[Delivery]:
    """Deliveries to so many people, each sent."""
    add_people(number)
    queue(make_mailing())
    db.session.execute(update(Delivery).values(state=DeliveryState.SENT))
    db.session.commit()
    return list(db.session.scalars(select(Delivery).order_by(Delivery.id)))


def take(name: str, delivery: Delivery | None = None, **details: str) -> Taken:
    """Take in what a server wrote, as from the mailbox."""
    taken = take_mail(written(name, delivery), MARKS, **details)
    db.session.commit()
    return taken


def came_back(name: str, delivery: Delivery, day: int) -> Taken:
    """Take it in as another mail than on other days."""
    taken = take_mail(written(name, delivery) + f"\n{day}\n".encode(), MARKS)
    db.session.commit()
    return taken
