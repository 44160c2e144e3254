"""Files that come with a request, read part by part: what is too much is refused on the way."""

import hashlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile

from litestar.datastructures import FormMultiDict
from multipart import MultipartError, MultipartSegment, ParserLimitReached, PushMultipartParser

from cohort.errors import Invalid, Malformed, TooLarge
from cohort.http.forms import Sent, sent_by
from cohort.http.pages import Asked

HELD = 64 * 1024
"""Bytes of a file that are held in memory; what is longer waits on the disk, without a name."""
MOST_PARTS = 100
CUT_OFF = (
    "The form did not arrive whole, or the name of a file in it is longer than 4,000 characters. "
    "Send it again."
)


@dataclass(slots=True)
class Upload:
    """A file that came, with the name that its sender says."""

    name: str
    file: "SpooledTemporaryFile[bytes]" = field(
        default_factory=lambda: SpooledTemporaryFile(HELD)  # noqa: SIM115  (closed with the request)
    )
    size: int = 0
    _digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def add(self, part: bytes | bytearray, *, largest: int) -> None:
        self.size += len(part)
        if self.size > largest:
            raise TooLarge(
                f"A file has at most {largest // 1024 // 1024} MB. Make it smaller, or put it "
                "elsewhere and hand in a link to it."
            )
        self._digest.update(part)
        self.file.write(part)


@dataclass(frozen=True, slots=True)
class FormWithFiles:
    sent: Sent
    uploads: Sequence[Upload] = ()
    problem: Invalid | None = None
    """Why not all files were read, for the form to show beside what was typed."""


async def raw_upload(asked: Asked, name: str, *, largest: int) -> Upload:
    """The body as it is, as one file; it is closed when the request ends."""
    upload = Upload(name)
    _closes(asked).callback(upload.file.close)
    async for part in asked.stream():
        upload.add(part, largest=largest)
    return upload


def _closes(asked: Asked) -> ExitStack:
    closes: ExitStack = asked.scope["state"]["closes"]
    return closes


async def form_with_files(
    asked: Asked, *, largest: int, most: int, longest_text: int
) -> FormWithFiles:
    """The fields of a form, and its files; of a form that cannot carry any, none.

    The files are closed when the request ends.
    """
    kind, options = asked.content_type
    if kind != "multipart/form-data":
        return FormWithFiles(await sent_by(asked))
    reader = _Reader(_closes(asked), largest=largest, most=most, longest_text=longest_text)
    try:
        await reader.read(asked.stream(), options.get("boundary", ""))
    except (MultipartError, UnicodeDecodeError, ParserLimitReached, ValueError, LookupError) as e:
        raise Malformed(CUT_OFF) from e
    return FormWithFiles(Sent(FormMultiDict(reader.texts)), reader.uploads, reader.problem)


@dataclass(slots=True)
class _Reader:
    closes: ExitStack
    largest: int
    most: int
    longest_text: int
    texts: list[tuple[str, str]] = field(default_factory=list)
    uploads: list[Upload] = field(default_factory=list)
    problem: Invalid | None = None
    _length: int = 0

    async def read(self, stream: AsyncGenerator[bytes], boundary: str) -> None:
        part: MultipartSegment | None = None
        text = bytearray()
        upload: Upload | None = None
        with PushMultipartParser(boundary, max_segment_count=MOST_PARTS) as parser:
            async for chunk in stream:
                if parser.closed:
                    break
                for found in parser.parse(chunk):
                    if isinstance(found, MultipartSegment):
                        part, text = found, bytearray()
                        upload = self._begun(found)
                    elif not found:
                        if part is not None and part.filename is None:
                            self.texts.append((part.name, text.decode(part.charset or "utf-8")))
                        part = upload = None
                    elif upload is not None:
                        upload = self._goes_on(upload, found)
                    elif part is not None and part.filename is None:
                        self._count(len(found))
                        text += found

    def _begun(self, part: MultipartSegment) -> Upload | None:
        """A browser sends a field of files that was left empty as a file without a name."""
        if not part.filename:
            return None
        if len(self.uploads) == self.most:
            sentence = f"At most {self.most} files at once. Choose fewer."
            self.problem = self.problem or Invalid.at("files", sentence)
            return None
        upload = Upload(part.filename)
        self.closes.callback(upload.file.close)
        self.uploads.append(upload)
        return upload

    def _goes_on(self, upload: Upload, part: bytes | bytearray) -> Upload | None:
        """Of a file that is too large, nothing more is kept; the rest of the form is still read."""
        try:
            upload.add(part, largest=self.largest)
        except TooLarge as refusal:
            self.problem = self.problem or Invalid.at("files", refusal.sentence)
            return None
        return upload

    def _count(self, length: int) -> None:
        self._length += length
        if self._length > self.longest_text:
            raise TooLarge(f"Write at most {self.longest_text // 1024} kB.")
