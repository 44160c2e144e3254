"""What may be handed in as a file is told by its content; what lies or would burst is refused."""

import io
import zipfile

import pytest

from cohort.errors import Invalid
from cohort.study.files import archives
from cohort.study.files.downloads import disposition
from cohort.study.files.kinds import FileKind, check, cleaned

PDF = b"%PDF-1.7\n..."
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
NOTEBOOK = b'{"cells": [{"source": "1"}], "nbformat": 4, "metadata": {}}'


def zipped(entries: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", how) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return made.getvalue()


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        check(name, io.BytesIO(content))
    assert [one.field for one in refused.value.errors] == ["files"]
    return refused.value.sentence


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("thesis.PDF", PDF, FileKind.PDF),
        ("plot.png", PNG, FileKind.PNG),
        ("photo.jpeg", b"\xff\xd8\xff\xe0....", FileKind.JPEG),
        ("notes.md", "Größe: 3 µm\n".encode(), FileKind.TEXT),
        ("rows.csv", b"a,b\r\n1,2\r\n", FileKind.TEXT),
        ("monitor.ipynb", NOTEBOOK, FileKind.NOTEBOOK),
        ("code.zip", zipped({"src/main.py": b"print()", "a.zip": b"PK\x03\x04"}), FileKind.ZIP),
    ],
)
def test_what_is_what_it_says_is_taken(name: str, content: bytes, kind: FileKind) -> None:
    file = io.BytesIO(content)
    assert check(name, file).kind is kind
    assert file.read() == content  # from its beginning, for whoever keeps it


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("report.pdf", PNG, ["a PDF", "a PNG picture"]),
        ("plot.png", b"<svg onload=alert(1)>", ["a PNG picture", "text"]),
        ("notes.txt", b"MZ\x90\0", ["text", "a program for Windows"]),
        ("notes.txt", b"caf\xe9", ["text", "no text in UTF-8"]),
        ("rows.csv", zipped({"a": b""}), ["text", "a ZIP archive"]),
        ("code.zip", PDF, ["a ZIP archive", "a PDF"]),
        ("monitor.ipynb", b"[" * 50_000, ["a notebook", "other text"]),
        ("monitor.ipynb", b'{"cells": 1, "nbformat": 4}', ["a notebook", "other text"]),
        ("page.html", b"<script>", [".pdf", ".ipynb"]),
        ("empty.txt", b"", ["empty"]),
    ],
)
def test_what_lies_about_its_kind_is_told_both(name: str, content: bytes, words: list[str]) -> None:
    sentence = refusal(name, content)
    assert name in sentence
    assert [one for one in words if one not in sentence] == []


def test_names_are_cleaned_or_refused() -> None:
    assert cleaned("C:\\Users\\ada\\notes.md") == "notes.md"
    assert cleaned("../../etc/passwd.txt") == "passwd.txt"
    assert cleaned("cv\u202efdp.\x00md\r\n") == "cvfdp.md"
    assert "10,004 characters" in refusal("x" * 10_000 + ".pdf", PDF)
    for nothing in ("", "..", "/", "\u200b"):
        assert "has no name" in refusal(nothing, PDF)
    header = disposition('Ergebnis "ü"; x.pdf')
    assert header.isascii()
    assert header.count('"') == 2


def test_archives_that_would_burst_are_refused_before_and_while_they_are_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archives, "MOST_INFLATED", 1_000_000)
    bomb = zipped({"zeros": bytes(1_000_001)})
    assert "unpack to more than" in refusal("bomb.zip", bomb)
    # It says that it has 1,000 bytes, in the list and before the entry, and has a million.
    honest = (1_000_001).to_bytes(4, "little")
    liar = bomb.replace(honest, (1_000).to_bytes(4, "little"))
    assert liar != bomb
    assert "cannot be taken" in refusal("liar.zip", liar)
    assert "1,000 entries" in refusal("many.zip", zipped({str(n): b"" for n in range(1_001)}))
    long = zipped({"x" * 60_000 + str(n): b"" for n in range(9)})
    assert "1,000 entries" in refusal("long.zip", long)
    assert "damaged" in refusal("cut.zip", zipped({"a": b"abc" * 1000})[:-30])
    for path in ("../a", "/a", "a/../../b", "c:\\a"):
        assert "leave the folder" in refusal("slip.zip", zipped({path: b""}))
    odd = zipped({"a": b"a" * 100}, zipfile.ZIP_LZMA)
    assert "unusual way" in refusal("odd.zip", odd)
