"""Consultations: the bodies of a programme, what they are asked of a wave, and what they say."""

from flask import Blueprint

blueprint = Blueprint("consultations", __name__)

from engagement.pages.consultations import asking, bodies, consultation
