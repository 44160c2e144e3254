"""Whether a workbook (XLSX or ODS) may be opened: how much it unpacks to; pure.

A few kilobytes can say that a million rows of sixteen thousand cells are alike, or that every cell
repeats one long text. The reader would set all of that up in memory, so it is counted before. What
was counted is packed again, and the reader sees nothing else: what two readers of one damaged
archive understand differently cannot hide from the count.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat

MOST_BYTES = 256 * 1024 * 1024
MOST_MEMBERS = 10_000
MOST_CELLS = 4_000_000
MOST_CHARACTERS = 100_000_000
REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")


class BadWorkbook(ValueError):
    """Why it is not opened, in a sentence that follows the name of the file."""


def checked(raw: bytes) -> bytes:
    """The workbook again, as an archive of what was counted. Raises BadWorkbook."""
    packed = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as given, zipfile.ZipFile(packed, "w") as kept:
            _copy(given, kept)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError) as error:
        raise BadWorkbook(
            "is damaged or has a password. Open it, save it without a password, and give that file."
        ) from error
    return packed.getvalue()


def _copy(given: zipfile.ZipFile, kept: zipfile.ZipFile) -> None:
    members = {member.filename: member for member in given.infolist()}
    if len(members) > MOST_MEMBERS:
        raise BadWorkbook(f"holds more than {MOST_MEMBERS:,} files.")
    left, contents = MOST_BYTES, {}
    for name, member in members.items():
        with given.open(member) as file:
            content = file.read(left + 1)
        left -= len(content)
        if left < 0:
            raise BadWorkbook(
                f"unpacks to more than {MOST_BYTES // 2**20} MB. Remove pictures and sheets that "
                "are not needed, or save it as CSV (UTF-8)."
            )
        contents[name] = content
    counted = _Counted()
    # A text that many cells share is counted for each of them, so these come first.
    for name in sorted(contents, key=lambda name: "sharedstrings" not in name.lower()):
        if _Counter(counted).counts(contents[name]) or name == "mimetype":
            kept.writestr(name, contents[name])


@dataclass
class _Counted:
    """Of all sheets together; shared: how long each text is that cells of XLSX share."""

    cells: int = 0
    characters: int = 0
    shared: list[int] = field(default_factory=list)


@dataclass
class _Counter:
    """Reads one file of the archive. Cells are counted as a rectangle: the reader fills gaps."""

    whole: _Counted
    row: int = 0
    column: int = 0
    rows: int = 0
    """The last row in which anything stands; `columns` likewise."""
    columns: int = 0
    repeats: tuple[int, int] = (1, 1)
    """ODS: how often this row, and this cell, are there."""
    shares: bool = False
    text: list[str] = field(default_factory=list)

    def counts(self, content: bytes) -> bool:
        """Whether this is XML; all of it is counted then."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self.text.append
        parser.StartDoctypeDeclHandler = _refuse_entities
        try:
            parser.Parse(content, True)  # noqa: FBT003
        except expat.ExpatError:
            return False
        return True

    def _start(self, name: str, given: dict[str, str]) -> None:
        act = _STARTS.get(name.rpartition(":")[2])
        if act is not None:
            act(self, {key.rpartition(":")[2]: value for key, value in given.items()})

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if local == "si":
            self.whole.shared.append(sum(map(len, self.text)))
            self.text.clear()
        elif local == "c":
            self._use_cell(xlsx=True)
        elif local in {"table-cell", "covered-table-cell"}:
            self._use_cell(xlsx=False)
        elif local in {"sheetData", "table"}:
            self.whole.cells += self.rows * self.columns
            self.row = self.column = self.rows = self.columns = 0

    def _use_cell(self, *, xlsx: bool) -> None:
        text = "".join(self.text).strip()
        self.text.clear()
        if not text:
            return
        self.rows, self.columns = max(self.rows, self.row), max(self.columns, self.column)
        length = len(text)
        if xlsx and self.shares and text.isdecimal() and len(text) < 8:
            place = int(text)
            length = self.whole.shared[place] if place < len(self.whole.shared) else 0
        down, across = self.repeats
        self.whole.characters += length * down * across
        self._refuse_too_much()

    def _refuse_too_much(self) -> None:
        if self.whole.cells + self.rows * self.columns > MOST_CELLS:
            raise BadWorkbook(
                f"reaches to row {self.rows:,} and column {self.columns:,}, and there is room for "
                f"{MOST_CELLS:,} cells. Delete the rows and columns that are not needed."
            )
        if self.whole.characters > MOST_CHARACTERS:
            raise BadWorkbook(f"has more than {MOST_CHARACTERS:,} characters of text.")


def _row_of_xlsx(one: _Counter, given: dict[str, str]) -> None:
    number = given.get("r", "")
    one.row = int(number[:9]) if number.isdecimal() else one.row + 1
    one.column = 0


def _cell_of_xlsx(one: _Counter, given: dict[str, str]) -> None:
    one.text.clear()
    one.shares = given.get("t") == "s"
    place = REFERENCE.fullmatch(given.get("r", ""))
    one.column += 1
    if place:
        one.row, one.column = int(place[2]), _column(place[1])


def _row_of_ods(one: _Counter, given: dict[str, str]) -> None:
    down = _repeated(given, "number-rows-repeated")
    one.row += down
    one.column, one.repeats = 0, (down, 1)


def _cell_of_ods(one: _Counter, given: dict[str, str]) -> None:
    one.text.clear()
    across = _repeated(given, "number-columns-repeated")
    one.column += across
    one.repeats = (one.repeats[0], across)
    one.text.extend(given[name] for name in _VALUES if name in given)


_VALUES = ("value", "string-value", "date-value", "time-value", "boolean-value")
_STARTS: dict[str, Callable[[_Counter, dict[str, str]], None]] = {
    "row": _row_of_xlsx,
    "c": _cell_of_xlsx,
    "table-row": _row_of_ods,
    "table-cell": _cell_of_ods,
    "covered-table-cell": _cell_of_ods,
}


def _repeated(given: dict[str, str], name: str) -> int:
    number = given.get(name, "1")
    return int(number[:9]) if number.isdecimal() else 1


def _column(letters: str) -> int:
    place = 0
    for letter in letters.upper():
        place = 26 * place + ord(letter) - ord("A") + 1
    return place


def _refuse_entities(*_: object) -> None:
    raise BadWorkbook("defines entities, which no spreadsheet program writes. Save it again.")
