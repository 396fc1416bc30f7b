"""Files that wait for their sender, and saved column choices for files of the same layout."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, select

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db, rows_changed
from engagement.errors import BadInput
from engagement.intake.models import KeptUpload, SavedMapping
from engagement.intake.reading.rules.fields import Field
from engagement.intake.rules import UPLOAD_KEPT, UploadKind
from engagement.letters import clean
from engagement.verbs import Verb


def save_mapping(name: str, columns: Mapping[str, str], *, by: Actor) -> SavedMapping:
    """Save columns (field → header) under a name, replacing an older mapping of it. Raises BadInput for a bad name."""
    name = clean(name)
    if not name or len(name) > 100:
        raise BadInput("Give the mapping a name.", {"name": "Give it a name of at most 100 characters."})
    unknown = set(columns) - {field.value for field in Field}
    if unknown:
        raise BadInput(f"There is no field {sorted(unknown)[0]}.")
    mapping = db.session.scalar(select(SavedMapping).where(SavedMapping.name == name))
    if mapping is None:
        mapping = SavedMapping(name=name, columns={}, saved_by="", saved_at=clock.now())
        db.session.add(mapping)
    old = dict(mapping.columns)
    mapping.columns, mapping.saved_by, mapping.saved_at = dict(columns), by.name[:401], clock.now()
    audit.record(Verb.SAVED_COLUMN_MAPPING, mapping, by=by, columns=(old or None, dict(columns)))
    return mapping


def keep_upload(filename: str, content: bytes, *, account_id: int, kind: UploadKind = UploadKind.PEOPLE) -> KeptUpload:
    """Keep a file until its sender comes back to it, replacing any other file of this account and kind."""
    drop_uploads(account_id, kind)
    upload = KeptUpload(account_id=account_id, kind=kind, filename=filename[:255], content=content, kept_at=clock.now())
    db.session.add(upload)
    db.session.flush()
    return upload


def drop_uploads(account_id: int, kind: UploadKind = UploadKind.PEOPLE) -> None:
    """Delete the files of a kind that wait for this account."""
    rows_changed(delete(KeptUpload).where(KeptUpload.account_id == account_id, KeptUpload.kind == kind))


def drop_file(file: KeptUpload) -> None:
    """Delete what was kept of a file, because its sender has applied or dropped it."""
    db.session.delete(file)
    db.session.flush()


def drop_old_uploads(now: datetime) -> int:
    """Delete the files to which nobody came back within a day before `now` (UTC); return how many."""
    return rows_changed(delete(KeptUpload).where(KeptUpload.kept_at < now - UPLOAD_KEPT))


def hash_of(data: bytes | Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    if isinstance(data, bytes):
        return hashlib.sha256(data).hexdigest()
    with data.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
