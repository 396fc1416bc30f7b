"""Files that a message brings along: added before it is queued, and let go when its reader has had them for a while."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from engagement.db import db, rows_changed
from engagement.errors import BadInput
from engagement.mail.models import Delivery, EnclosedFile, Mailing
from engagement.mail.rules import ENCLOSED_KEPT_DAYS, LARGEST_ENCLOSED, DeliveryState, Enclosed
from engagement.mail.wire.rules.enclosures import check_content_id, file_name
from engagement.words import count


def enclose(mailing: Mailing, files: Sequence[Enclosed]) -> None:
    """Add files to a mailing that was just built. Raises BadInput for files that together are too large for a mail."""
    size = sum(len(each.content) for each in files)
    if size > LARGEST_ENCLOSED:
        raise BadInput(
            f"The files of this message have {count(size)} bytes together; a mail takes {count(LARGEST_ENCLOSED)}."
        )
    for each in files:
        check_content_id(each.content_id)
        db.session.add(
            EnclosedFile(
                mailing_id=mailing.id,
                name=file_name(each.name, each.media_type),
                media_type=each.media_type,
                content_id=each.content_id,
                content=each.content,
            )
        )
    db.session.flush()


def let_old_enclosures_go(now: datetime) -> int:
    """Delete the bytes of files that came with messages long enough ago; return how many files."""
    return let_enclosures_go(now - timedelta(days=ENCLOSED_KEPT_DAYS))


def let_enclosures_go(until: datetime) -> int:
    """Delete the bytes of files of all messages that were built up to an instant and wait for nobody."""
    waits = Delivery.state.not_in([state for state in DeliveryState if state.is_final])
    old = select(Mailing.id).where(Mailing.built_at <= until)
    return rows_changed(
        update(EnclosedFile)
        .where(
            EnclosedFile.content.is_not(None),
            EnclosedFile.mailing_id.in_(old),
            EnclosedFile.mailing_id.not_in(select(Delivery.mailing_id).where(waits)),
        )
        .values(content=None)
    )
