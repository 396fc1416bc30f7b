"""Reads for privacy: the rules of retention."""

from sqlalchemy import select

from engagement.db import db
from engagement.privacy.models import RetentionRule
from engagement.privacy.rules.records import RecordKind


def retention_rules() -> dict[RecordKind, RetentionRule]:
    """Return the rules of retention, by kind."""
    return {rule.kind: rule for rule in db.session.scalars(select(RetentionRule))}
