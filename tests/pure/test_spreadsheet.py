"""What spreadsheet programs save is read, whatever the separator, the encoding and the titles."""

import codecs
import time

import pytest

from cohort.pairing.scores.availability import DAYS
from cohort.profiles.languages import LANGUAGES
from cohort.sheets import cells
from cohort.sheets.cells import BadCell, TermList
from cohort.sheets.columns import (
    ELSEWHERE,
    MENTORS,
    RESEARCHERS,
    column_of,
    letters,
)
from cohort.sheets.csv_file import without_formula, write_sheet
from cohort.sheets.hours import read_hours
from cohort.sheets.meaning import find_columns
from cohort.sheets.spelling import nearest
from cohort.sheets.spreadsheet import read_sheets
from cohort.sheets.tables import BadSheet, Dialect, Sheet

DOMAINS = TermList(
    "domain", {"machine-translation": "Machine translation", "ci-cd": "CI/CD", "nlp": "Words, all"}
)
PEOPLE = "Name,Capacity\nZoë,2\n"


def read(raw: bytes) -> Sheet:
    def is_known(title: str) -> bool:
        return column_of(title, MENTORS) is not None

    (sheet,) = read_sheets("M.csv", raw, is_known=is_known)
    return sheet


def rows(raw: bytes) -> list[list[str]]:
    return [list(cells) for _, cells in read(raw).rows]


@pytest.mark.parametrize(
    "raw",
    [
        PEOPLE.encode(),
        PEOPLE.encode("utf-8-sig"),
        PEOPLE.replace(",", ";").replace("\n", "\r\n").encode("utf-8-sig"),
        codecs.BOM_UTF16_LE + PEOPLE.replace(",", "\t").replace("\n", "\r\n").encode("utf-16-le"),
        codecs.BOM_UTF16_BE + PEOPLE.encode("utf-16-be"),
        PEOPLE.replace(",", "\t").encode(),
        PEOPLE.replace("\n", "\r").encode(),
        b"sep=;\r\n" + PEOPLE.replace(",", ";").encode(),
        b'"Name","Capacity"\n"Zo\xc3\xab","2"\n,\n\n',
        PEOPLE.encode("cp1252"),
    ],
    ids=["plain", "bom", "excel", "utf-16", "utf-16-be", "tabs", "cr", "sep", "quoted", "cp1252"],
)
def test_the_same_table_is_read_from_whatever_was_saved(raw: bytes) -> None:
    assert list(read(raw).titles) == ["Name", "Capacity"]
    assert rows(raw) == [["Zoë", "2"]]


def test_an_accent_is_the_same_however_it_was_saved() -> None:
    assert rows("Name,Capacity\nZoe\u0308,2\n".encode()) == [["Zo\u00eb", "2"]]


def test_guessing_the_encoding_is_said() -> None:
    assert read(PEOPLE.encode()).notes == ()
    assert "row" not in read(PEOPLE.encode("cp1252")).notes[0]
    assert "M.csv is not UTF-8 (line 2)" in read(PEOPLE.encode("cp1252")).notes[0]


def test_a_quoted_cell_may_hold_lines_quotes_and_separators() -> None:
    assert rows(b'Name;Capacity\r\n"A ""B"", C\r\nD; E";1\r\n') == [['A "B", C\r\nD; E', "1"]]


def test_rows_have_the_numbers_that_the_program_shows() -> None:
    sheet = read(b'\nName,Capacity\n\n"two\nlines",1\nlast,\n')
    assert [number for number, _ in sheet.rows] == [4, 5]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "M.csv is empty"),
        (b"\r\n \r\n", "M.csv is empty"),
        (b"PK\x03\x04rest", "M.csv is damaged or has a password"),
        (b"\xd0\xcf\x11\xe0rest", "is a workbook of an old kind"),
        (b"Name\na\0b\n", "line 2: a NUL character"),
        (codecs.BOM_UTF16_LE + b"N", "damaged"),
        (b"Name\n\x81\n", "line 2: this is neither UTF-8 nor Windows-1252"),
        (b'Name,Capacity\nA,1\n"B,2\nC,3\n', "row 3: a quotation mark is not closed"),
        (b",,\n,\n", "M.csv is empty"),
        (b"Name\nA\n" + 200_000 * b"b", "row 3: a quotation mark is not closed"),
        (b"Name\nA\n" + 200_000 * b"b", "or a cell is longer than 131,072 characters"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(raw: bytes, said: str) -> None:
    with pytest.raises(BadSheet) as refused:
        read(raw)
    assert said in str(refused.value)


def test_every_row_with_too_many_cells_is_a_fault() -> None:
    sheet = read(b"Name,Capacity\nA,1,oops\nB,2,\nC,1,,x\n")
    assert [fault.partition(". ")[0] for fault in sheet.faults] == [
        "M.csv, row 2: it has 3 cells, but there are 2 titles",
        "M.csv, row 4: it has 4 cells, but there are 2 titles",
    ]


def test_the_titles_are_found_below_a_heading() -> None:
    sheet = read(b"Mentors 2026;;\r\n;;\r\nName;Capacity;Note\r\nMia;2;\r\n")
    assert (list(sheet.titles), sheet.rows[0][0]) == (["Name", "Capacity", "Note"], 4)
    assert sheet.notes == ("M.csv: the titles were found in row 3; above it is no person.",)


def test_where_no_title_is_known_the_separator_is_the_one_that_gives_the_most_cells() -> None:
    assert list(read(b"Shoe;Hat\n43;57, 58\n").titles) == ["Shoe", "Hat"]


def test_an_answer_is_written_as_the_question_was() -> None:
    excel = PEOPLE.replace(",", ";").replace("\n", "\r\n").encode("utf-8-sig")
    assert read(excel).dialect == Dialect(separator=";", marked=True, newline="\r\n")
    assert write_sheet(["Name", "Capacity"], [["Zoë", "2"]], read(excel).dialect) == excel


SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
BLANKS = ("", " ", "\N{NO-BREAK SPACE}", "\t", "\r", "\n", " \t")


@pytest.mark.parametrize("cell", [f"{blank}{sign}1+1" for sign in SIGNS for blank in BLANKS])
def test_no_cell_of_text_is_run_as_a_formula(cell: str) -> None:
    assert without_formula(cell) == f"'{cell}"
    written = write_sheet([cell, "b"], [[cell, -0.5]], Dialect())
    assert written.decode().count(f"'{cell}") == 2
    assert b",-0.5\n" in written


@pytest.mark.parametrize(
    "cell",
    ["-3", "-0.5", "+1.000,50", "+49 30 901820", "Jean-Luc", "a=b", "'=1", "", -2, -0.5, None],
)
def test_numbers_and_words_are_written_as_they_are(cell: object) -> None:
    assert without_formula(cell) == cell


@pytest.mark.parametrize(
    "cell", ["-1-2", "+49-30-901820", "-1)", "+cmd", "--1", "-", "-1\n=1", "\t1", "\r1"]
)
def test_what_would_be_worked_out_is_no_number(cell: str) -> None:
    assert without_formula(cell) == f"'{cell}"


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("E-mail", "email"),
        ("Mail", "email"),
        ("EMAIL ADDRESS", "email"),
        ("full name", "name"),
        ("Research area(s)", "domains"),
        ("Domains", "domains"),
        ("Goal", "role_goals"),
        ("Target role", "role_goals"),
        ("goal 2", "role_goals"),
        ("Availability (your time)", "weekly_hours"),
        ("weekly_hours", "weekly_hours"),
        ("Time-zone", "time_zone"),
        ("Organization", "organisations"),
        ("Verfügbarkeit", "weekly_hours"),
        ("Prénom", "given"),
        ("Mentors wanted", "mentors_wanted"),
    ],
)
def test_a_title_is_understood_in_many_spellings(title: str, field: str) -> None:
    column = column_of(title, RESEARCHERS)
    assert column is not None
    assert column.field == field


def test_no_title_means_two_facts() -> None:
    for known in (RESEARCHERS, MENTORS):
        for column in known:
            for title in (column.title, *column.also, *ELSEWHERE.get(column.field, ())):
                assert column_of(title, known) is column, title


def test_two_columns_for_one_fact_are_a_fault_and_for_a_list_are_not() -> None:
    titles = ["Mail", "E-mail", "Goal 1", "Goal 2", "Shoe size"]
    sheet = Sheet("M.csv", titles, [(2, ["a", "b", "c", "d", "43"])])
    found = find_columns(sheet, RESEARCHERS, {}, {})
    assert found.places["role_goals"] == [2, 3]
    assert found.unread == [4]
    assert found.faults == [
        "the columns “Mail” (A) and “E-mail” (B) both mean E-mail. Rename or remove one of them."
    ]


@pytest.mark.parametrize(
    ("cell", "slugs"),
    [
        ("machine-translation; CI/CD", ["machine-translation", "ci-cd"]),
        ("Machine Translation,ci cd", ["machine-translation", "ci-cd"]),
        ("CI/CD|Words, all\nci-cd", ["ci-cd", "nlp"]),
        ("ci-cd, Words, all, machine translation", ["ci-cd", "nlp", "machine-translation"]),
        (" ; ", []),
    ],
)
def test_words_are_slugs_or_titles_even_with_a_comma(cell: str, slugs: list[str]) -> None:
    assert DOMAINS.read_all(cell) == slugs


def test_a_slip_of_the_pen_is_answered_with_what_was_meant() -> None:
    with pytest.raises(BadCell, match=r"Did you mean “Machine translation”\?"):
        DOMAINS.read_all("machin tranlation")
    with pytest.raises(BadCell, match="such as “Machine translation” or “CI/CD”"):
        DOMAINS.read_all("botany")


@pytest.mark.parametrize(
    ("cell", "entries"),
    [
        ("Mon 18:00-20:00; Thu 07-09", "monday 18:00 20:00, thursday 07:00 09:00"),
        ("monday 18:00–20:00", "monday 18:00 20:00"),
        ("Mon 18:00−20:00; Tue 7‑8", "monday 18:00 20:00, tuesday 07:00 08:00"),
        ("Mon \u00a0 18-19 \n\n Tue 7-8", "monday 18:00 19:00, tuesday 07:00 08:00"),
        ("TUES 9 to 10.30, 14h15-15h", "tuesday 09:00 10:30, tuesday 14:15 15:00"),
        ("Mon, Wed 18-19", "monday 18:00 19:00, wednesday 18:00 19:00"),
        ("Sat-Mon: 8-9", "saturday 08:00 09:00, sunday 08:00 09:00, monday 08:00 09:00"),
        ("Fri 22-1", "friday 22:00 24:00, saturday 00:00 01:00"),
        ("Sun 22-24", "sunday 22:00 24:00"),
        ("Wednesdays 12pm-1:30pm", "wednesday 12:00 13:30"),
        (
            "Mon 18-20 Tue 7-8\nSat 9-10",
            "monday 18:00 20:00, tuesday 07:00 08:00, saturday 09:00 10:00",
        ),
        ("weekends 10-11", "saturday 10:00 11:00, sunday 10:00 11:00"),
        ("Mon and Wed evenings", "monday 18:00 21:00, wednesday 18:00 21:00"),
        (
            "weekend mornings; Tue 7-8",
            "saturday 08:00 12:00, sunday 08:00 12:00, tuesday 07:00 08:00",
        ),
        ("Thu in the afternoon", "thursday 13:00 17:00"),
        ("Evenings", ", ".join(f"{day} 18:00 21:00" for day in DAYS)),
    ],
)
def test_weekly_hours_are_read_as_people_write_them(cell: str, entries: str) -> None:
    read = [f"{one['day']} {one['start']} {one['end']}" for one in read_hours(cell)]
    assert ", ".join(read) == entries


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("late evenings", "“late evenings” cannot be read"),
        ("Mon 18-20; maybe", "“maybe” cannot be read"),
        ("Mon 18:10-20", "quarters of an hour"),
        ("Mon 18-25", "a day ends at 24:00"),
        ("Mon 9-9", "ends when it begins"),
        ("Mon 24:00-02:00", "begins when monday ends"),
        ("Mon 9-5pm", "am or pm at both times"),
        ("Mon 13pm-2pm", "an hour is from 1 to 12"),
        ("Mon 9-100", "cannot be read"),
    ],
)
def test_hours_that_cannot_be_meant_are_refused(cell: str, why: str) -> None:
    with pytest.raises(BadCell, match=why):
        read_hours(cell)


@pytest.mark.parametrize("blank", [" ", "\n", "\u00a0"])
def test_a_cell_full_of_blanks_is_answered_at_once(blank: str) -> None:
    started = time.process_time()
    for cell in (f"Mon{blank * 30_000}x", f"Mon 9{blank * 30_000}x"):
        with pytest.raises(BadCell, match="cannot be read"):
            read_hours(cell)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("cell", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("America/New York", "America/New_York"),
        ("Nairobi", "Africa/Nairobi"),
        ("UTC", "UTC"),
        ("UTC+2", "Etc/GMT-2"),
        ("GMT-05:00", "Etc/GMT+5"),
        ("UTC+0", "UTC"),
    ],
)
def test_a_time_zone_is_a_name_a_city_or_whole_hours(cell: str, zone: str) -> None:
    assert cells.read_zone(cell) == zone


@pytest.mark.parametrize("cell", ["Europe/Berlim", "UTC+5:30", "somewhere warm", "UTC+15"])
def test_another_time_zone_is_refused_with_an_example(cell: str) -> None:
    with pytest.raises(BadCell, match=r"Did you mean Europe/|such as Europe/Berlin"):
        cells.read_zone(cell)


def test_a_capacity_is_a_whole_number_as_excel_may_write_it() -> None:
    assert [cells.read_count(cell) for cell in ("0", "3", "2.0", "2,00")] == [0, 3, 2, 2]
    for wrong in ("two", "-1", "1.5", "1001", "9" * 40):
        with pytest.raises(BadCell, match="is not a whole number from 0 to 1,000"):
            cells.read_count(wrong)


def test_languages_are_codes_or_names_and_stages_have_many_names() -> None:
    words = TermList("language", {"en": "English", "de": "German"})
    assert cells.read_languages("en-GB, german / EN", words) == ["en", "de"]
    assert cells.read_stage("PhD students", ("phd", "postdoc")) == "phd"
    with pytest.raises(BadCell, match="is not one of: phd, postdoc"):
        cells.read_stage("industry", ("phd", "postdoc"))


def test_gaps_may_have_weights() -> None:
    assert cells.read_gaps("ci/cd: 2,5; Words, all", DOMAINS) == {"ci-cd": 2.5, "nlp": 1.0}
    for wrong in ("ci-cd: 0", "ci-cd: much", "ci-cd: nan", "ci-cd: inf"):
        with pytest.raises(BadCell, match="a number above 0"):
            cells.read_gaps(wrong, DOMAINS)


@pytest.mark.parametrize(("place", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ")])
def test_columns_are_lettered_as_in_a_spreadsheet(place: int, letter: str) -> None:
    assert letters(place) == letter


def test_languages_may_be_called_what_their_speakers_call_them() -> None:
    words = TermList("language", {"en": "English", "de": "German", "fr": "French"})
    assert cells.read_languages("Deutsch, anglais; fr-CA", words) == ["de", "en", "fr"]
    assert cells.read_languages("English (C1; work) and German [B2] & fr", words) == [
        "en",
        "de",
        "fr",
    ]
    with pytest.raises(BadCell, match=r"“Klingon” is no language that we know. Write en or de."):
        cells.read_languages("Klingon", TermList("language", {"en": "English"}, "Write en or de."))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Bangla", "bn"),
        ("Bengali", "bn"),
        ("mandarin", "zh"),
        ("castellano", "es"),
        ("Ucraniano", "uk"),
        ("schwedisch", "sv"),
        ("néerlandais", "nl"),
        ("norwegian bokmal", "nb"),
        ("EL", "el"),
    ],
)
def test_every_language_is_understood_in_six_languages(name: str, code: str) -> None:
    assert cells.read_languages(name, TermList("language", LANGUAGES)) == [code]


def test_a_misspelt_language_is_refused_with_the_right_name() -> None:
    with pytest.raises(BadCell, match="Did you mean “German”"):
        cells.read_languages("Germann", TermList("language", LANGUAGES))


def test_a_misspelt_name_is_found_among_many_and_another_name_is_not() -> None:
    known = [f"person{k}" for k in range(5_000)] + ["wanjirumaina"]
    assert nearest("wanjirumiana", known, likeness=0.8, limit=1) == ["wanjirumaina"]
    assert nearest("somebodyelse", known, likeness=0.8, limit=1) == []
    assert nearest("anybody", [], likeness=0.8, limit=1) == []
