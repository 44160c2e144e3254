"""Templates as code, kept beside that of the package's modules."""

import os
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

from cohort.settings import PACKAGE

FOLDER = PACKAGE / "__pycache__" / "templates"


class CompiledTemplates(FileSystemBytecodeCache):
    """So that the first visitor of a page does not wait for its templates: each takes 10 to 70 ms.

    Where the folder may not be written to, they are compiled anew by each process, as Python does
    it with modules.
    """

    def __init__(self, folder: Path) -> None:
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
        super().__init__(str(folder), f"jinja-{version('jinja2')}-%s.cache")

    def get_source_checksum(self, source: str) -> str:
        return super().get_source_checksum(_state_of_code() + source)

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


@cache
def _state_of_code() -> str:
    """Another one after a change to any module: what a filter says of a constant is compiled in."""
    state = sha256()
    for folder, _, names in sorted(os.walk(PACKAGE)):
        for file in sorted(Path(folder, name) for name in names if name.endswith(".py")):
            its = file.stat()
            state.update(f"{file} {int(its.st_mtime)} {its.st_size}\n".encode())
    return state.hexdigest()
