"""Whether people use what went live: figures of programmes and waves, numbers that come in, and secrets for posting them."""

from flask import Blueprint

blueprint = Blueprint("adoption", __name__)

from engagement.pages.adoption import importing, numbers, posting, programme, wave
