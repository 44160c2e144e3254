"""What a file is, by its content, and whether its name says the same: no I/O but the file."""

import codecs
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import IO

import msgspec

from cohort.errors import Invalid
from cohort.study.files.archives import require_harmless

LONGEST_NAME = 200
PART = 64 * 1024
# Control characters, and marks that turn the direction of text: "cv\u202efdp.exe" reads as a PDF.
_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


class FileKind(StrEnum):
    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"
    TEXT = "text"
    NOTEBOOK = "notebook"
    ZIP = "zip"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    FileKind.PDF: "a PDF",
    FileKind.PNG: "a PNG picture",
    FileKind.JPEG: "a JPEG picture",
    FileKind.TEXT: "text",
    FileKind.NOTEBOOK: "a notebook",
    FileKind.ZIP: "a ZIP archive",
}
BY_SUFFIX = {
    ".pdf": FileKind.PDF,
    ".png": FileKind.PNG,
    ".jpg": FileKind.JPEG,
    ".jpeg": FileKind.JPEG,
    ".txt": FileKind.TEXT,
    ".md": FileKind.TEXT,
    ".csv": FileKind.TEXT,
    ".ipynb": FileKind.NOTEBOOK,
    ".zip": FileKind.ZIP,
}
TAKEN = ", ".join(BY_SUFFIX)
_SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "a ZIP archive"),
    (b"GIF8", "a GIF picture"),
    (b"MZ", "a program for Windows"),
    (b"\x7fELF", "a program for Linux"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
)


@dataclass(frozen=True, slots=True)
class FitFile:
    """A file that may be kept."""

    name: str
    kind: FileKind


class _Notebook(msgspec.Struct):
    """What makes JSON a notebook; the rest is read over, and builds nothing in memory."""

    nbformat: int
    cells: list[msgspec.Raw]


def cleaned(name: str) -> str:
    """The name alone, as it may be shown and kept; Invalid where nothing fit is left of it."""
    alone = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    alone = _HIDDEN.sub("", alone.encode(errors="ignore").decode()).strip(" .")
    if len(alone) > LONGEST_NAME:
        raise Invalid.at(
            "files",
            f"The name of a file has {len(alone):,} characters. Rename it: at most {LONGEST_NAME}.",
        )
    if not alone:
        raise Invalid.at("files", "A file has no name. Rename it, and choose it again.")
    return alone


def suffix_of(name: str) -> str:
    dot = name.rfind(".")
    return name[dot:].lower() if dot > 0 else ""


def check(name: str, file: IO[bytes]) -> FitFile:
    """Reads the whole file, so in a thread. Raises Invalid, with a sentence that names both types.

    Less than a megabyte is held at once, but of a notebook, which is read whole.
    """
    name = cleaned(name)
    said = BY_SUFFIX.get(suffix_of(name))
    if said is None:
        raise Invalid.at(
            "files", f"“{name}” is of no kind that can be handed in. Choose among {TAKEN}."
        )
    file.seek(0)
    found = _of_content(file.read(PART))
    if found == "nothing":
        raise Invalid.at("files", f"“{name}” is empty. Choose it again once it is saved.")
    if found == "text":
        found = _of_text(file)
    fits = {said.words, "text"} if said is FileKind.NOTEBOOK else {said.words}
    if found not in fits:
        raise Invalid.at(
            "files",
            f"“{name}” says that it is {said.words}, and what is in it is {found}. "
            "Save it as what it is, and choose it again.",
        )
    if said is FileKind.NOTEBOOK:
        _require_notebook(name, file)
    if said is FileKind.ZIP:
        require_harmless(name, file)
    file.seek(0)
    return FitFile(name, said)


def _of_content(head: bytes) -> str:
    if not head:
        return "nothing"
    return next((words for sign, words in _SIGNATURES if head.startswith(sign)), "text")


def _of_text(file: IO[bytes]) -> str:
    """Valid UTF-8 without control characters that no text has, or something unknown."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while part := file.read(PART):
            text = decoder.decode(part)
            if "\x00" in text or "\x08" in text:
                return "no text"
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "no text in UTF-8"
    return "text"


def _require_notebook(name: str, file: IO[bytes]) -> None:
    file.seek(0)
    try:
        msgspec.json.decode(file.read(), type=_Notebook)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Invalid.at(
            "files",
            f"“{name}” says that it is a notebook, and what is in it is other text. "
            "Save the notebook once more, and choose it again.",
        ) from error
