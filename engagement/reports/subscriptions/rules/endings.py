"""The address at which a POST ends a subscription (RFC 8058): signed, and good for as long as mail is kept."""

from itsdangerous import BadSignature, URLSafeSerializer

PATH = "/reports/endings/"


def ending_address(base_url: str, secret: str, subscription_id: int) -> str:
    """Return the address."""
    return f"{base_url}{PATH}{_signer(secret).dumps(subscription_id)}"


def subscription_behind(secret: str, token: str) -> int | None:
    """Return the id of the subscription that the end of such an address names, None for a forged one."""
    try:
        found = _signer(secret).loads(token)
    except BadSignature:
        return None
    return found if isinstance(found, int) else None


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="report-ending")
