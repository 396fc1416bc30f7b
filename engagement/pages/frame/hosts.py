"""The host names of the service. A request that names another one is refused."""

import flask
from flask import Flask
from werkzeug.sansio.utils import host_is_trusted

from engagement.settings import Settings

#: The names under which the machine itself asks for health and figures; addresses in pages and mail come from the setting.
OWN = ("127.0.0.1", "localhost", "::1")


class Request(flask.Request):
    """A request whose host may be an IPv6 address in brackets, which Werkzeug cuts at its first colon."""

    _trusted: list[str] | None = None

    @property
    def trusted_hosts(self) -> list[str] | None:
        """The host names that are allowed; None when the request has an allowed one that Werkzeug can't compare."""
        return None if self._has_trusted_ipv6() else self._trusted

    @trusted_hosts.setter
    def trusted_hosts(self, hosts: list[str] | None) -> None:
        self._trusted = hosts

    def _has_trusted_ipv6(self) -> bool:
        asked = self.environ.get("HTTP_HOST", "")
        # Without a list, Werkzeug checks only the characters.
        if not asked.startswith("[") or not host_is_trusted(asked):
            return False
        return asked[1:].partition("]")[0] in (self._trusted or ())


def trust_hosts(app: Flask, settings: Settings, *listening_on: str) -> None:
    """Trust the host of the settings, the further hosts, the machine's own names, and the address that the server listens on."""
    app.request_class = Request
    app.config["TRUSTED_HOSTS"] = sorted({settings.host, *settings.more_hosts, *OWN, *listening_on})
