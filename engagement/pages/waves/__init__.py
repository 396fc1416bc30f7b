"""Programmes, workflows and waves, with champions."""

from flask import Blueprint

blueprint = Blueprint("waves", __name__)

from engagement.pages.waves import (
    blackouts,
    champions,
    copies,
    fallback,
    impacts,
    inclusion,
    lessons,
    members,
    milestones,
    moves,
    occasions,
    order,
    oversight,
    portfolio,
    programmes,
    statements,
    steps,
    timeline,
    waves,
    workflows,
)
