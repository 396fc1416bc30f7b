"""Programmes, workflows and waves, with champions."""

from flask import Blueprint

blueprint = Blueprint("waves", __name__)

from engagement.pages.waves import champions, members, milestones, moves, programmes, steps, waves, workflows
