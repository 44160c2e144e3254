"""gzip for what is worth it, and never where compression could give a secret away.

How BREACH is met: docs/decisions/compression.md.
"""

from litestar.config.compression import CompressionConfig
from litestar.datastructures import Headers
from litestar.middleware.compression import CompressionMiddleware
from litestar.types import Receive, Scope, Send

from cohort.http.origin import from_another_site

WORTH_IT = 1024
"""Bytes. Below, the answer fits into one packet anyway."""

GZIP = CompressionConfig(
    backend="gzip",
    minimum_size=WORTH_IT,
    gzip_compress_level=5,
    # Small and compressed already.
    exclude=r"^/favicon\.ico$",
    # An answer with a password's link or an API key in it.
    exclude_opt_key="secret_answer",
)


class Compression(CompressionMiddleware):
    """Litestar's, for those who accept gzip and who were not sent here by another site."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers.from_scope(scope)
        at_once = scope["route_handler"].opt.get("streams", False)  # gzip would hold it back
        wanted = accepts_gzip(headers.get("accept-encoding", "")) and not at_once
        if wanted and not from_another_site(headers):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def accepts_gzip(accepted: str) -> bool:
    """Whether gzip is named, and not with a weight of zero (RFC 9110, 12.5.3)."""
    for coding in accepted.split(","):
        name, _, weight = coding.partition(";")
        if name.strip().lower() == "gzip":
            digits = weight.strip().lower().removeprefix("q=")
            return digits.strip("0.") != "" or digits == ""
    return False
