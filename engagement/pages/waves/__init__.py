"""Programmes, workflows and waves, with champions."""

from flask import Blueprint

blueprint = Blueprint("waves", __name__)

from engagement.pages.waves import (
    champions,
    fallback,
    lessons,
    members,
    milestones,
    moves,
    order,
    portfolio,
    programmes,
    steps,
    timeline,
    waves,
    workflows,
)
