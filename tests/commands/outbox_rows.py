"""Messages in the database of a shell, made through the rooms' own actions, for processes to deliver."""

from collections import Counter
from datetime import timedelta

from commands.shell import Shell
from communications.calendar_rows import make_approved, make_approver, make_line
from mail.outbox import add_people, queue_to_many
from sqlalchemy import delete, select

from engagement import clock
from engagement.app import create_app
from engagement.audit import COMMAND_LINE
from engagement.db import db
from engagement.mail.actions.deciding import decide_all_unknown
from engagement.mail.models import Delivery, Mailing
from engagement.settings import Settings


def queue_message(shell: Shell, number: int) -> None:
    """Put a message for so many people into the outbox."""
    with _inside(shell).app_context():
        queue_to_many(number)
        db.engine.dispose()


def approve_message(shell: Shell, number: int) -> None:
    """Approve a message to so many people whose time has just come."""
    with _inside(shell).app_context():
        add_people(number)
        now = clock.now()
        with clock.standing_at(now - timedelta(minutes=2)):
            make_approved(make_line(), now - timedelta(minutes=1), approver=make_approver())
        # What its approver was told is none of the deliveries that are counted.
        db.session.execute(delete(Delivery))
        db.session.execute(delete(Mailing))
        db.session.commit()
        db.engine.dispose()


def _inside(shell: Shell):
    return create_app(
        Settings(
            _env_file=None,
            database_url=shell.database_url,
            instance_path=str(shell.folder / "instance"),
            secret_key="x" * 40,
        )
    )


def everybody_once(number: int) -> Counter[str]:
    """What a mail server has received when each of so many people got one copy."""
    return Counter({f"person{n}@example.com": 1 for n in range(number)})


def states(shell: Shell) -> dict[str, int]:
    """How many deliveries there are in each state."""
    return {
        str(state): int(str(number))
        for state, number in shell.rows("SELECT state, count(*) FROM delivery GROUP BY state")
    }


def send_uncertain_again(shell: Shell) -> int:
    """Decide that every message whose outcome is not certain is sent once more."""
    with _inside(shell).app_context():
        number = sum(
            decide_all_unknown(mailing, True, by=COMMAND_LINE) for mailing in db.session.scalars(select(Mailing))
        )
        db.session.commit()
        db.engine.dispose()
    return number
