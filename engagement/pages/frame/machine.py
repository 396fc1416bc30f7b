"""Whether a request really comes from the machine itself, and who may read the figures."""

import hmac
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import request

from engagement.pages.frame import guard

#: Headers, and beginnings of headers, that browsers, collectors and programs on the machine itself send. Any other was added on
#: the way by a proxy. A proxy on this machine that adds nothing looks like the machine itself.
SENT_HERE = frozenset(
    "accept authorization cache-control connection cookie dnt expect host keep-alive origin pragma priority purpose range referer"
    " rtt downlink ect save-data te transfer-encoding upgrade-insecure-requests user-agent x-csrftoken x-requested-with"
    " x-prometheus-scrape-timeout-seconds".split()
)
BEGIN_SO = ("accept-", "content-", "if-", "sec-")


def is_this_machine() -> bool:
    """Return whether a browser or program on this machine asks, without a proxy between: peer and host are loopback."""
    names = {name.lower() for name in request.headers.keys()}  # noqa: SIM118
    if not all(name in SENT_HERE or name.startswith(BEGIN_SO) for name in names):
        return False
    # ProxyFix replaces the peer by what a header claims, and keeps the real one.
    found = request.environ.get("werkzeug.proxy_fix.orig", request.environ)
    return _is_loopback(found.get("REMOTE_ADDR") or "") and _is_loopback(urlsplit(f"//{request.host}").hostname or "")


def _is_loopback(address: str) -> bool:
    if address == "localhost":
        return True
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return (getattr(ip, "ipv4_mapped", None) or ip).is_loopback


def may_read_metrics() -> bool:
    """Return whether figures may be read: with the token of the settings, or from the machine itself."""
    token = guard.settings().metrics_token
    sent = bearer()
    if token and sent is not None:
        return hmac.compare_digest(sent.encode(), token.encode())
    return is_this_machine()


def bearer() -> str | None:
    """Return the token that a request brings as Bearer, None without one; werkzeug would take one with "=" in it for parameters."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None
