"""A pool as bytes, to be worked on later exactly as it was; pure."""

import zlib
from typing import Any

import msgspec
from pydantic import BaseModel

from cohort.pairing.pool import Pool


def pack_pool(pool: Pool) -> bytes:
    """The pool as compressed JSON, with names and all."""
    return zlib.compress(msgspec.json.encode(pool, enc_hook=_as_dict), 1)


def unpack_pool(packed: bytes) -> Pool:
    """The pool in the bytes of `pack_pool`, to the last bit of every number."""
    return msgspec.json.decode(zlib.decompress(packed), type=Pool, dec_hook=_from_dict)


def _as_dict(model: BaseModel) -> dict[str, Any]:
    """Rules are models of pydantic, which msgspec does not know."""
    return model.model_dump()


def _from_dict(model: type[BaseModel], values: Any) -> BaseModel:
    return model.model_validate(values)
