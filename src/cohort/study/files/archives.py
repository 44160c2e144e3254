"""Whether a ZIP archive is harmless to whoever opens it: bounded in every way, before and after.

What it says of itself is read first, and is bounded before anything is made of it. Then each entry
is inflated in small parts and counted, as an archive may say anything. Nothing inside is opened.
"""

import re
import zlib
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from cohort.errors import Invalid

MOST_ENTRIES = 1_000
MOST_INFLATED = 100 * 1024 * 1024
LONGEST_DIRECTORY = 512 * 1024
"""Bytes of the list of its entries, of which a thousand objects or so can be made."""
PART = 64 * 1024
_END = b"PK\x05\x06"
_END_LENGTH = 22
_LONGEST_COMMENT = 65_535
_ENCRYPTED = 0x1


def require_harmless(name: str, file: IO[bytes]) -> None:
    """Reads and inflates the whole archive; raises Invalid with what is wrong with it."""
    try:
        _require_short_directory(name, file)
        with ZipFile(file) as archive:
            entries = archive.infolist()
            _require_fit(name, entries)
            _inflate(name, archive, entries)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise _refused(name, "it is damaged or unusual. Make it again") from error


def _refused(name: str, why: str) -> Invalid:
    return Invalid.at("files", f"“{name}” cannot be taken: {why}, and choose it again.")


def _require_short_directory(name: str, file: IO[bytes]) -> None:
    """Before the library reads the list of entries whole: how long the archive says that it is."""
    file.seek(0, 2)
    start = max(0, file.tell() - _END_LENGTH - _LONGEST_COMMENT)
    file.seek(start)
    tail = file.read()
    at = len(tail) - _END_LENGTH
    if tail[at : at + 4] != _END:
        at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_LENGTH:
        raise BadZipFile
    length = int.from_bytes(tail[at + 12 : at + 16], "little")
    if tail[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        raise BadZipFile  # the longer format, which nothing of ten megabytes needs
    if length > LONGEST_DIRECTORY:
        raise _refused(name, f"it has more than {MOST_ENTRIES:,} entries. Put less into it")


def _require_fit(name: str, entries: list[ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise _refused(name, f"it has more than {MOST_ENTRIES:,} entries. Put less into it")
    if sum(one.file_size for one in entries) > MOST_INFLATED:
        raise _too_much(name)
    for one in entries:
        path = one.filename
        steps = re.split(r"[/\\]", path)
        if path.startswith(("/", "\\")) or ".." in steps or ":" in steps[0] or "\x00" in path:
            raise _refused(name, "an entry would leave the folder it is opened in. Make it again")
        if one.flag_bits & _ENCRYPTED:
            raise _refused(name, "it has a password. Make it without one")
        if one.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise _refused(name, "it is packed in an unusual way. Make it as a plain ZIP")


def _too_much(name: str) -> Invalid:
    most = MOST_INFLATED // 1024 // 1024
    return _refused(name, f"it would unpack to more than {most} MB. Put less into it")


def _inflate(name: str, archive: ZipFile, entries: list[ZipInfo]) -> None:
    total = 0
    for one in entries:
        with archive.open(one) as entry:
            while part := entry.read(PART):
                total += len(part)
                if total > MOST_INFLATED:
                    raise _too_much(name)
