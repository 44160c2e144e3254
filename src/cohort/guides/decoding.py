"""From the bytes of an uploaded guide to clean text."""

MAX_BYTES = 20_000_000
MAX_LINES = 400_000


class GuideUnreadable(ValueError):
    """A guide that cannot be read: where, what is wrong, and what to do, in one sentence."""

    def __init__(self, sentence: str, *, line: int | None = None) -> None:
        super().__init__(f"Line {line}: {sentence}" if line else sentence)
        self.line = line


def decode(raw: bytes) -> str:
    r"""Return the text with "\n" as its only line end. It is UTF-8; a byte order mark may stand."""
    if len(raw) > MAX_BYTES:
        raise GuideUnreadable(
            f"The file is {len(raw) / 1e6:.1f} MB; a guide may have at most "
            f"{MAX_BYTES // 1_000_000} MB. Split it, or move its pictures out."
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise GuideUnreadable(
            "here the text is not UTF-8. Save the file as UTF-8 (a byte order mark may stand).",
            line=raw.count(b"\n", 0, error.start) + 1,
        ) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise GuideUnreadable("The file is empty: write at least one heading, such as '# Title'.")
    if "\0" in text:
        raise GuideUnreadable(
            "here is a NUL character, which no text has. Is this a Markdown file, saved as UTF-8?",
            line=text.count("\n", 0, text.index("\0")) + 1,
        )
    if text.count("\n") > MAX_LINES:
        raise GuideUnreadable(
            f"The file has {text.count(chr(10)):,} lines; a guide may have at most "
            f"{MAX_LINES:,}. Split it into several guides."
        )
    return text
