"""A file as the answer to a request: always to keep, never to be shown on our pages."""

from urllib.parse import quote

from litestar.response import Stream

from cohort.http.pages import Asked
from cohort.storage import Storage, open_storage
from cohort.study.files.models import EvidenceFile


def storage_of(asked: Asked) -> Storage:
    return open_storage(asked.app.state.settings)


async def answered(asked: Asked, file: EvidenceFile, *, name: str | None = None) -> Stream:
    """Under its own name, or under one that says nothing."""
    parts = await storage_of(asked).get(file.key)
    return Stream(
        parts,
        media_type="application/octet-stream",
        headers={
            "content-disposition": disposition(name or file.name),
            "content-length": str(file.size),
            # Beside the policy of all answers; a browser keeps to both.
            "content-security-policy": "sandbox; default-src 'none'",
        },
    )


def disposition(name: str) -> str:
    """For all browsers in ASCII, for those since 2011 as it is (RFC 6266)."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
