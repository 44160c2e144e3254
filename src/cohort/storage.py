"""Where the bytes of files are kept: a folder, or a bucket of a server that speaks S3."""

import asyncio
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from typing import IO, Any, Protocol

import structlog

from cohort.errors import NotFound, Unavailable
from cohort.settings import Settings

log = structlog.get_logger()

PART = 1024 * 1024
"""Bytes that are held at once of a file on its way."""
AWAY = "The place where files are kept does not answer. Nothing was changed; try again in a moment."
WITHIN = "8s"
"""Of one call of a server that speaks S3."""
PUT_WITHIN = 10.0
"""Seconds; a request that keeps a file holds a connection to the database meanwhile."""


class Storage(Protocol):
    """Keys are made by us, never of what somebody typed. What is kept is never changed."""

    async def put(self, key: str, file: IO[bytes]) -> None:
        """Keep a file, read from its beginning; all of it or nothing."""

    async def get(self, key: str) -> AsyncIterator[bytes]:
        """Its bytes, in parts; NotFound at once where there are none."""

    async def delete(self, key: str) -> None:
        """Forget it; what is not there is forgotten already."""

    async def keys(self, prefix: str) -> list[str]:
        """What is kept below a prefix, which ends where a folder would."""


class ObjectStorage:
    """By obstore, which writes in parts and shows nothing of a file that is not whole.

    Its own threads talk to the disk and to the server, so that the event loop never waits.
    """

    def __init__(self, store: Any) -> None:
        self._store = store

    async def put(self, key: str, file: IO[bytes]) -> None:
        import obstore  # noqa: PLC0415  (whoever keeps no file does without)

        file.seek(0)
        try:
            async with asyncio.timeout(PUT_WITHIN):
                await obstore.put_async(self._store, key, file, chunk_size=5 * PART)
        except Exception as error:
            raise _refused(error) from error

    async def get(self, key: str) -> AsyncIterator[bytes]:
        import obstore  # noqa: PLC0415

        try:
            found = await obstore.get_async(self._store, key)
        except FileNotFoundError as error:
            raise NotFound("This file is not kept any more.") from error
        except Exception as error:
            raise _refused(error) from error
        return _parts(found)

    async def delete(self, key: str) -> None:
        import obstore  # noqa: PLC0415

        try:
            await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return
        except Exception as error:
            raise _refused(error) from error

    async def keys(self, prefix: str) -> list[str]:
        import obstore  # noqa: PLC0415

        try:
            listed = obstore.list(self._store, prefix, chunk_size=1000)
            return [one["path"] async for some in listed for one in some]
        except Exception as error:
            raise _refused(error) from error


async def _parts(found: Any) -> AsyncIterator[bytes]:
    async for part in found.stream(min_chunk_size=PART):
        yield bytes(part)


def _refused(error: Exception) -> Unavailable:
    """The reason goes to the log without the key and the address, which only the kind tells."""
    log.warning("files are unavailable", kind=type(error).__name__)
    return Unavailable(AWAY)


@cache
def open_storage(settings: Settings) -> Storage:
    """Of S3 where a bucket is named, else a folder of this machine, which is made at first use.

    Once for each process, as its connections to a server are kept.
    """
    from obstore.store import LocalStore, S3Store  # noqa: PLC0415

    if settings.s3_bucket is None:
        folder = Path(settings.files_dir).absolute()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _refused(error) from error
        return ObjectStorage(LocalStore(folder))
    endpoint = settings.s3_endpoint
    keys = (settings.s3_key, settings.s3_secret)
    options: dict[str, Any] = {
        "bucket": settings.s3_bucket,
        "region": settings.s3_region,
        "virtual_hosted_style_request": endpoint is None,
        "client_options": {
            "timeout": WITHIN,
            "connect_timeout": "3s",
            "allow_http": (endpoint or "").startswith("http://"),
        },
        "retry_config": {"max_retries": 2},
    }
    if endpoint is not None:
        options["endpoint"] = endpoint
    if None not in keys:
        key, secret = keys
        options |= {"access_key_id": key, "secret_access_key": secret and secret.get_secret_value()}
    return ObjectStorage(S3Store(**options))
