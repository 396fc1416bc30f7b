"""Programmes, workflows and waves, with champions."""

from flask import Blueprint

blueprint = Blueprint("waves", __name__)

from engagement.pages.waves import (
    blackouts,
    champions,
    copies,
    fallback,
    impact,
    impacts,
    inclusion,
    lessons,
    members,
    milestones,
    moves,
    occasions,
    order,
    oversight,
    planning,
    portfolio,
    programmes,
    quiet,
    statements,
    steps,
    timeline,
    volunteers,
    wave,
    workflows,
)
