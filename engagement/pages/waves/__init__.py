"""Programmes, workflows and waves, with champions."""

from flask import Blueprint

blueprint = Blueprint("waves", __name__)

from engagement.pages.waves import (
    champions,
    fallback,
    members,
    milestones,
    moves,
<<<<<<< HEAD
    programmes,
    steps,
    timeline,
=======
    portfolio,
    programmes,
    steps,
>>>>>>> main
    waves,
    workflows,
)
