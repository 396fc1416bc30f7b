"""Reads for privacy: which rules of retention are kept."""

from sqlalchemy import select

from engagement.db import db
from engagement.privacy.models import RetentionRule
from engagement.privacy.rules.records import RecordKind


def retention_rules() -> dict[RecordKind, RetentionRule]:
    """Return the rules that are set, by kind."""
    return {rule.kind: rule for rule in db.session.scalars(select(RetentionRule))}
