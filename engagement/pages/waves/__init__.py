"""Programmes, workflows and waves, with champions."""

from flask import Blueprint

blueprint = Blueprint("waves", __name__)

from engagement.pages.waves import (
    champions,
    fallback,
    members,
    milestones,
    moves,
    portfolio,
    programmes,
    steps,
    waves,
    workflows,
)
