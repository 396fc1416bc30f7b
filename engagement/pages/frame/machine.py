"""Whether a request comes from the machine itself, by the peer that is really there, and who may read figures."""

import hmac
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import request

from engagement.pages.frame import guard

#: How headers begin, or end, that proxies add. One that adds none and runs on this machine can't be told from the machine itself.
BEGIN = ("forwarded", "via", "x-forwarded", "x-original", "x-real", "x-proxy", "x-cluster", "x-envoy", "cf-")
END = ("client-ip", "real-ip", "remote-ip", "remote-addr")


def is_this_machine() -> bool:
    """Return whether a browser or program on the machine itself asks, without a proxy between: peer and host are loopback."""
    if any(name.lower().startswith(BEGIN) or name.lower().endswith(END) for name in request.headers.keys()):  # noqa: SIM118
        return False
    # ProxyFix overwrites the peer by what a header claims, and keeps what it found.
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
    sent = request.authorization
    if token and sent is not None and sent.type == "bearer":
        return hmac.compare_digest((sent.token or "").encode(), token.encode())
    return is_this_machine()
