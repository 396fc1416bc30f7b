"""The application for gunicorn (`wsgi:app`) and for the plain `flask` command."""

import sys

from engagement.app import create_app
from engagement.errors import BadInput

try:
    app = create_app()
except BadInput as error:
    print(error.sentence, file=sys.stderr)
    raise SystemExit(2) from None
