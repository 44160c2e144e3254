"""A pool as bytes, to be worked on later exactly as it was; pure."""

import json
import zlib

from pydantic import TypeAdapter

from cohort.pairing.pool import Pool

_POOL = TypeAdapter(Pool)


def pack_pool(pool: Pool) -> bytes:
    """The pool as compressed JSON, with names and all."""
    return zlib.compress(_POOL.dump_json(pool), 1)


def unpack_pool(packed: bytes) -> Pool:
    """The pool in the bytes of `pack_pool`, to the last bit of every number."""
    return _POOL.validate_python(json.loads(zlib.decompress(packed)))
