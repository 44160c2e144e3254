"""From the bytes of an uploaded guide to clean text."""

import codecs

MAX_BYTES = 20_000_000
MAX_LINES = 400_000


class GuideUnreadable(ValueError):
    """A guide that cannot be read: where, what is wrong, and what to do, in one sentence."""

    def __init__(self, sentence: str, *, line: int | None = None) -> None:
        super().__init__(f"Line {line}: {sentence}" if line else sentence)
        self.line = line


def decode(raw: bytes) -> tuple[str, tuple[str, ...]]:
    r"""Return the text with "\n" as its only line end, and notes on what had to be guessed.

    The encoding is what the byte order mark says; without one UTF-8, then Windows-1252.
    """
    if len(raw) > MAX_BYTES:
        raise GuideUnreadable(
            f"The file is {len(raw) / 1e6:.1f} MB; a guide may have at most "
            f"{MAX_BYTES // 1_000_000} MB. Split it, or move its pictures out."
        )
    text, notes = _decoded(raw)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise GuideUnreadable("The file is empty: write at least one heading, such as '# Title'.")
    if "\0" in text:
        raise GuideUnreadable(
            "here is a NUL character, which no text has. Is this a Markdown file, saved as UTF-8?",
            line=_line_of(text, text.index("\0")),
        )
    if text.count("\n") > MAX_LINES:
        raise GuideUnreadable(
            f"The file has {text.count(chr(10)):,} lines; a guide may have at most "
            f"{MAX_LINES:,}. Split it into several guides."
        )
    return text, notes


def _decoded(raw: bytes) -> tuple[str, tuple[str, ...]]:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return raw.decode("utf-16"), ()
        except UnicodeDecodeError as error:
            raise GuideUnreadable(
                "The file begins like UTF-16 but is damaged: save it again as UTF-8."
            ) from error
    raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        return raw.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
    if _has_lone_surrogate(raw):
        raise GuideUnreadable(
            "here is half a character (a lone surrogate): delete it and save as UTF-8.", line=line
        )
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError as error:
        raise GuideUnreadable(
            "here the text is neither UTF-8 nor Windows-1252: save the file as UTF-8.", line=line
        ) from error
    note = f"Line {line} is not UTF-8, so the file was read as Windows-1252: check its accents."
    return text, (note,)


def _has_lone_surrogate(raw: bytes) -> bool:
    """Whether the bytes would be UTF-8 if halves of surrogate pairs were characters."""
    try:
        raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _line_of(text: str, index: int) -> int:
    return text.count("\n", 0, index) + 1
