"""How ready a wave is: its criteria, and what each one rests on."""

from flask import Blueprint

blueprint = Blueprint("readiness", __name__)

from engagement.pages.readiness import criteria, wave
