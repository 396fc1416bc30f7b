"""The job of the timetable that reads the mailbox of bounces: each mail is kept here first, and taken out there then."""

from flask import current_app

from engagement.db import db
from engagement.mail.bounces.actions.fetching import Box, TooLong, opened
from engagement.mail.bounces.actions.leaving import remember_left
from engagement.mail.bounces.actions.taking import Marks, Taken, take_mail
from engagement.mail.bounces.queries import names_left
from engagement.scheduler.items import one_by_one
from engagement.set_aside import keys_set_aside
from engagement.settings import Settings
from engagement.words import plural

#: As what a mail is set aside.
LINE, KIND = "read-bounces", "bounce"
#: How many mails one run reads at most, so that a full mailbox keeps no clock for long.
MOST_A_RUN = 200


def read_bounces(settings: Settings) -> str:
    """Read what is new in the mailbox of bounces. What is none stays there, and is looked at once."""
    if not settings.bounce_mailbox:
        return "No mailbox is set, so none is read."
    marks = Marks(settings.return_path, str(current_app.config["SECRET_KEY"]))
    with opened(settings.bounce_mailbox) as box:
        names = box.names()
        left = names_left() & set(names)
        passed = left | keys_set_aside(LINE, KIND)
        new = [name for name in names if name not in passed]
        kept = 0
        try:
            for name in new[:MOST_A_RUN]:
                try:
                    taken = _taken(box, name, marks)
                except TooLong:
                    left.add(name)
                    break
                kept += taken is Taken.KEPT
                if taken is Taken.NO_BOUNCE:
                    left.add(name)
        finally:
            remember_left(left)
            db.session.commit()
    more = len(new) - MOST_A_RUN
    later = f" {plural(more, 'mail waits', 'mails wait')} for the next run." if more > 0 else ""
    return f"{plural(kept, 'bounce', 'bounces')} taken, {plural(len(left), 'other mail', 'other mails')} left there.{later}"


def _taken(box: Box, name: str, marks: Marks) -> Taken | None:
    """Return what became of a mail, None for one that was set aside; it stays in the mailbox until it is tried again."""
    raw = box.read(name)
    done = one_by_one(LINE, KIND, [name], lambda _name: take_mail(raw, marks))
    if not done:
        return None
    if done[0] is not Taken.NO_BOUNCE:
        box.take_out(name)
    return done[0]
