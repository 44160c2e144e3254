"""One signed POST to an address that someone typed, and nowhere else.

The name is resolved here, each address is looked at, and the connection goes to the address that
was looked at: a name that answers differently a moment later (DNS rebinding) reaches nothing of
ours. Redirects are not followed, and no more than the status is read.
"""

import asyncio
import ipaddress
import ssl
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpcore
from standardwebhooks import Webhook as Signer

CONNECT_WITHIN = 5.0
ANSWER_WITHIN = 15.0

_TRANSLATED = tuple(
    ipaddress.IPv6Network(network) for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16")
)
"""NAT64 and 6to4: an IPv6 address that stands for an IPv4 address, which may be private."""


class PostResult(NamedTuple):
    """The status that was answered, or why there was no answer."""

    status: int | None = None
    error: str | None = None

    @property
    def is_delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class NotPublic(OSError):
    """The name stands for an address inside a private network."""


def is_public(address: str) -> bool:
    """Whether anyone on the internet has this address, rather than our own network.

    >>> [is_public(one) for one in ("93.184.215.14", "10.0.0.1", "::1", "64:ff9b::a00:1")]
    [True, False, False, False]
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip.teredo is not None or any(ip in network for network in _TRANSLATED):
            return False
    return ip.is_global and not ip.is_multicast


class PublicNetwork(httpcore.AsyncNetworkBackend):
    """Connects to public addresses only, and to the very address that was looked at."""

    def __init__(self, *, private_too: bool) -> None:
        self.private_too = private_too
        self.inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=1)
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        if not self.private_too and not all(map(is_public, addresses)):
            raise NotPublic
        options = list(socket_options) if socket_options is not None else None
        return await self.inner.connect_tcp(addresses[0], port, timeout, local_address, options)


@cache
def _trusted() -> ssl.SSLContext:
    """Made once: to read the certificates takes 45 ms, in which nothing else is sent."""
    return httpcore.default_ssl_context()


def signed(
    secrets: Iterable[str], message_id: str, body: str, *, now: datetime
) -> Mapping[str, str]:
    """The headers of Standard Webhooks 1.0; one signature for each secret."""
    at = datetime.fromtimestamp(int(now.timestamp()), UTC)
    signatures = [Signer(secret).sign(message_id, at, body) for secret in secrets]
    return {
        "content-type": "application/json",
        "user-agent": "cohort-webhooks",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


async def post(url: str, headers: Mapping[str, str], body: str, *, private_too: bool) -> PostResult:
    """Never raises for what the receiver or the network does."""
    timeouts = {"connect": CONNECT_WITHIN, "read": ANSWER_WITHIN, "write": ANSWER_WITHIN}
    try:
        async with (
            asyncio.timeout(CONNECT_WITHIN + ANSWER_WITHIN),
            httpcore.AsyncConnectionPool(
                ssl_context=_trusted(),
                network_backend=PublicNetwork(private_too=private_too),
            ) as connections,
            connections.stream(
                "POST",
                url,
                headers=list(headers.items()),
                content=body.encode(),
                extensions={"timeout": timeouts},
            ) as answer,
        ):
            return PostResult(status=answer.status)
    except NotPublic:
        return PostResult(error="The address lies inside a private network.")
    except (ssl.SSLError, httpcore.ConnectError, OSError):
        return PostResult(error="No connection to this address.")
    except (TimeoutError, httpcore.TimeoutException):
        return PostResult(error="No answer in time.")
    except (httpcore.NetworkError, httpcore.ProtocolError):
        return PostResult(error="The connection broke before there was an answer.")


def may_be_told(url: str, *, private_too: bool) -> str | None:
    """Why this cannot be the address of a webhook; None when it can.

    What a name stands for is looked at anew for each delivery.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "This is not an address such as https://example.org/hook."
    if parts.scheme != "https" and not (private_too and parts.scheme == "http"):
        return "The address must begin with https://."
    if not host or parts.username is not None or parts.password is not None or parts.fragment:
        return "This is not an address such as https://example.org/hook."
    try:
        public = is_public(host)
    except ValueError:  # a name
        public = "." in host and not host.endswith((".local", ".internal", ".localhost"))
    if not public and not private_too:
        return "This address lies inside a private network. Give one that anyone can reach."
    return None
