"""How often notices can be filed: anybody can write to that form, and each notice is read by people."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from django.http import HttpRequest

TRIES = "60/h/ip"
"""So often a form can be sent, right or wrong: what it says of listings is not for trying out numbers."""

FILED_FROM_ONE = "20/h/ip,60/d/ip"
FILED_FROM_NETWORK = "60/h/key"
"""Of a network: those who change their address within it."""

FILED_WITH_ADDRESS = "40/d/key"
"""With one e-mail address, to which each notice sends a receipt: nobody's mailbox is filled by strangers."""

NETWORK_BITS = {4: 24, 6: 48}
APP = "catalog.notices"


def may_try(request: HttpRequest) -> bool:
    """Count that a form was sent, and tell whether it is looked at."""
    return _count(request, "tried", TRIES)


def may_file(request: HttpRequest, email: str) -> bool:
    """Count that a notice is filed, and tell whether it is taken."""
    return (
        _count(request, "filed", FILED_FROM_ONE)
        and _count(request, "filed-network", FILED_FROM_NETWORK, _network_of(request))
        and _count(request, "filed-address", FILED_WITH_ADDRESS, email.strip().lower())
    )


def _count(request: HttpRequest, action: str, rates: str, key: str | None = None) -> bool:
    return ratelimit.consume(request, app=APP, action=action, config={action: rates}, key=key) is not None


def _network_of(request: HttpRequest) -> str:
    address = ip_address(get_adapter().get_client_ip(request))
    return str(ip_network(f"{address}/{NETWORK_BITS[address.version]}", strict=False))
