"""`cohort match`: two spreadsheets, or a matrix, become pairs with reasons; no server is there."""

import csv
import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from cohort.cli import cli
from cohort.matching.pairing import find_pairs
from cohort.matching.pool import Pool
from cohort.matching.profiles import Mentor, Researcher
from cohort.matching.solver import Problem, solve
from cohort.matching.taxonomy import Taxonomy

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
RESEARCHERS = "Name,Domains\nAda,Machine translation\nBo,Robotics\n"
MENTORS = "Name,Domains\nMia,Robotics\nNils,Machine translation\n"


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Desk:
    """A folder with two sheets, and the command."""

    folder: Path

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def match(self, *arguments: object, out: str = "PAIRS.csv") -> Ran:
        ran = CliRunner().invoke(cli, ["match", *map(str, arguments), "--out", out])
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
        return Ran(ran.exit_code, ran.stdout, ran.stderr)

    def sheets(self, researchers: str | bytes, mentors: str | bytes, *options: object) -> Ran:
        self.put("R.csv", researchers)
        self.put("M.csv", mentors)
        return self.match("R.csv", "M.csv", *options)

    def pairs(self, name: str = "PAIRS.csv") -> list[dict[str, str]]:
        with (self.folder / name).open(newline="") as file:
            return list(csv.DictReader(file))

    @property
    def files(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    for name in ("COHORT_DATABASE_URL", "COHORT_REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    return Desk(tmp_path)


def test_it_runs_in_an_empty_environment_with_warnings_as_errors(desk: Desk) -> None:
    desk.put("R.csv", RESEARCHERS)
    desk.put("M.csv", MENTORS)
    program = [sys.executable, "-W", "error", "-m", "cohort", "match"]
    ran = subprocess.run(
        [*program, "R.csv", "M.csv", "--out", "PAIRS.csv", "--report", "report.html"],
        env={"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (0, b""), ran.stderr
    assert desk.files == {"R.csv", "M.csv", "PAIRS.csv", "report.html"}


def test_names_and_domains_are_enough(desk: Desk) -> None:
    ran = desk.sheets(RESEARCHERS, MENTORS)

    assert ran.status == 0, ran.err
    assert {(one["researcher"], one["mentor"]) for one in desk.pairs()} == {
        ("Ada", "Nils"),
        ("Bo", "Mia"),
    }
    assert desk.pairs()[0]["reason"].startswith("Nils works on machine translation, as you do")
    assert ran.out == ""
    assert re.search(
        r"^pairs 2, unmatched 0, total [\d.]+, bound [\d.]+, gap 0, seconds [\d.]+$",
        ran.err,
        re.MULTILINE,
    )
    assert "M.csv has no column Capacity: each mentor has one place." in ran.err
    assert "No column Languages in R.csv and M.csv: pairs need no language in common." in ran.err
    assert "\r" not in ran.err


def test_a_sheet_with_names_alone_is_paired_too(desk: Desk) -> None:
    ran = desk.sheets("Name\nAda\n", "Name\nMia\n")
    assert (ran.status, len(desk.pairs())) == (0, 1)


def test_those_without_a_mentor_get_a_reason_and_a_next_step(desk: Desk) -> None:
    ran = desk.sheets(RESEARCHERS, "Name\nMia\n", "--unmatched", "left.csv")
    (left,) = desk.pairs("left.csv")
    again = desk.sheets(RESEARCHERS, "Name\nMia\n")

    assert (ran.status, ran.out) == (0, "")
    assert left["researcher"] in {"Ada", "Bo"}
    assert "went to others" in left["reason"]
    assert left["next step"].startswith("The organiser can ask")
    assert again.out.startswith(f"Without a mentor (1):\n  {left['researcher']}: ")
    assert again.out.endswith(f"{left['reason']} {left['next step']}\n")


def test_the_same_command_writes_the_same_bytes(desk: Desk) -> None:
    options = ["--report", "report.html", "--week", "2026-11-25"]
    desk.sheets(RESEARCHERS, MENTORS, *options)
    first = [(desk.folder / name).read_bytes() for name in ("PAIRS.csv", "report.html")]
    desk.sheets(RESEARCHERS, MENTORS, *options)
    assert [(desk.folder / name).read_bytes() for name in ("PAIRS.csv", "report.html")] == first
    assert b"Mon 23 Nov 2026" in first[1]


def test_a_sheet_saved_by_excel_is_answered_in_kind(desk: Desk) -> None:
    excel = [
        sheet.replace(",", ";").replace("\n", "\r\n").encode("utf-8-sig")
        for sheet in (RESEARCHERS.replace("Ada", "Zoë"), MENTORS)
    ]
    ran = desk.sheets(*excel)
    assert ran.status == 0, ran.err
    written = (desk.folder / "PAIRS.csv").read_bytes()
    assert written.startswith(b"\xef\xbb\xbfresearcher;mentor;score;reason\r\nZo\xc3\xab;Nils;")


def test_a_name_that_looks_like_a_formula_stays_a_name(desk: Desk) -> None:
    ran = desk.sheets('Name\n"=cmd|calc"\n', 'Name\n"+1 Mia"\n', "--report", "r.html")
    assert ran.status == 0
    assert desk.pairs()[0]["researcher"] == "'=cmd|calc"
    assert desk.pairs()[0]["mentor"] == "'+1 Mia"


def test_every_fault_is_said_with_its_row_and_column_and_nothing_is_written(desk: Desk) -> None:
    ran = desk.sheets(
        "Name,Time zone,Stage,Wishes\nAda,Europe/Berlim,,\n,,phd,\nBo,,wizard,Mya\nBo,,,\n",
        "Name,Max mentees,Availability,Domains\n"
        "Mia,three,Mon 9-5pm,machine translatoin\nMya X,1,,\n",
        "--report",
        "report.html",
    )
    assert ran.status == 2
    for said in (
        "8 places need another look; nothing was written.",
        'R.csv, row 2, column "Time zone": “Europe/Berlim” is no time zone that we know.',
        "R.csv, row 3: nobody is named.",
        'R.csv, row 4, column "Stage": “wizard” is not one of: phd, postdoc, researcher.',
        "R.csv, row 5: “Bo” stands in row 4 already.",
        'R.csv, row 4, column "Wishes": “Mya” is nobody in M.csv. Did you mean “Mya X”?',
        'M.csv, row 2, column "Max mentees": “three” is not a whole number',
        'M.csv, row 2, column "Availability": “9-5pm”: write am or pm',
        'M.csv, row 2, column "Domains": “machine translatoin” is no domain',
        "Did you mean “Machine translation”?",
    ):
        assert said in ran.err, ran.err
    assert "Traceback" not in ran.err
    assert desk.files == {"R.csv", "M.csv"}


def test_of_many_faults_twenty_are_shown(desk: Desk) -> None:
    ran = desk.sheets("Name,Stage\n" + "".join(f"R{i},x\n" for i in range(50)), MENTORS)
    assert ran.err.count('column "Stage"') == 20
    assert "and 30 more like these." in ran.err


@pytest.mark.parametrize(
    ("researchers", "said"),
    [
        (b"", "R.csv is empty"),
        (b"PK\x03\x04", "R.csv is a workbook"),
        (b"Shoe size\n43\n", "R.csv has no column that says who somebody is"),
        (b"Name,Full name\nA,B\n", "“Name” (A) and “Full name” (B) both mean Name"),
    ],
)
def test_a_file_that_is_no_list_of_people_is_refused(
    desk: Desk, researchers: bytes, said: str
) -> None:
    ran = desk.sheets(researchers, MENTORS)
    assert (ran.status, desk.files) == (2, {"R.csv", "M.csv"})
    assert said in ran.err


def test_no_people_are_no_pairs_and_no_error(desk: Desk) -> None:
    assert desk.sheets("Name\n", MENTORS).status == 0
    ran = desk.sheets(RESEARCHERS, "Name\n", "--report", "r.html")
    assert ran.status == 0
    assert "Ada: There is no mentor in this round yet." in ran.out
    assert desk.pairs() == []


def test_unknown_columns_and_strangers_are_said_once_and_ignored(desk: Desk) -> None:
    ran = desk.sheets("Name,Shoe size,Wishes\nAda,43,Mia; Somebody Else\n", "Name\nMia\n")
    assert ran.status == 0
    assert ran.err.count("“Shoe size”") == 1
    assert "1 of the people named under “Wishes” are not in M.csv, and ignored" in ran.err
    assert "is someone you asked for" in desk.pairs()[0]["reason"]


def test_twins_are_told_apart_and_nobody_mentors_herself(desk: Desk) -> None:
    ran = desk.sheets("Name,E-mail\nAda,a@x.org\nAda,b@x.org\n", "Name,Mail\nAda Q,B@x.org\n")
    assert ran.status == 0
    assert desk.pairs()[0]["researcher"] == "Ada (a@x.org)"


def test_rules_weigh_and_require(desk: Desk) -> None:
    desk.put("rules.toml", "least_score = 0.9\n[weights]\ndomain = 1\nwishes = 0\n")
    strict = desk.sheets(RESEARCHERS, MENTORS, "--rules", "rules.toml")
    assert strict.status == 0
    assert "pairs 0, unmatched 2" in strict.err
    desk.put("rules.toml", "[requirements]\ncommon_language = true\n")
    missing = desk.sheets(RESEARCHERS, MENTORS, "--rules", "rules.toml")
    assert missing.status == 2
    assert "R.csv has no column Languages, but the rules ask for common_language" in missing.err


def test_a_present_mentor_stays_when_that_is_wanted(desk: Desk) -> None:
    desk.put("rules.toml", "stickiness = 5\n")
    researchers = "Name,Domains,Current mentor\nAda,Machine translation,Mia\nBo,Robotics,Nils\n"
    desk.sheets(researchers, MENTORS)
    moved = {one["researcher"]: one["mentor"] for one in desk.pairs()}
    desk.sheets(researchers, MENTORS, "--rules", "rules.toml")
    kept = {one["researcher"]: one["mentor"] for one in desk.pairs()}
    assert moved == {"Ada": "Nils", "Bo": "Mia"}
    assert kept == {"Ada": "Mia", "Bo": "Nils"}


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("weights = 3", "weights must be a table"),
        ("[weights]\ndomains = 3", "“domains” is not one of [weights]"),
        ("[weights]\ndomain = -1", "domain is -1; it must be a number from 0"),
        ("[weights]\ndomain = nan", "domain is nan"),
        ("least_score = 2", "least_score is 2; it must be a number from 0 to 1"),
        ("[requirements]\ncommon_language = 1", "it must be true or false"),
        ("[requirements]\nmin_shared_hours = 200", "it must be from 0 to 168"),
        ("[[", "not valid TOML"),
    ],
)
def test_rules_that_are_none_are_refused(desk: Desk, rules: str, said: str) -> None:
    desk.put("rules.toml", rules)
    ran = desk.sheets(RESEARCHERS, MENTORS, "--rules", "rules.toml")
    assert (ran.status, "PAIRS.csv" in desk.files) == (2, False)
    assert "rules.toml: " in ran.err
    assert said in ran.err


def test_an_own_taxonomy_replaces_the_words(desk: Desk) -> None:
    desk.put("t.toml", '[[domain]]\nslug = "botany"\ntitle = "Botany"\n')
    ran = desk.sheets("Name,Area\nA,Botany\n", "Name,Area\nB,botany\n", "--taxonomy", "t.toml")
    assert ran.status == 0
    assert "works on botany, as you do" in desk.pairs()[0]["reason"]
    desk.put("t.toml", "nonsense")
    broken = desk.sheets("Name\nA\n", "Name\nB\n", "--taxonomy", "t.toml")
    assert (broken.status, "t.toml: " in broken.err) == (2, True)


@pytest.mark.parametrize("out", ["R.csv", "./M.csv", "missing/PAIRS.csv"])
def test_no_input_is_overwritten_and_no_folder_invented(desk: Desk, out: str) -> None:
    desk.put("R.csv", RESEARCHERS)
    desk.put("M.csv", MENTORS)
    ran = desk.match("R.csv", "M.csv", out=out)
    assert ran.status == 2
    assert "Traceback" not in ran.err
    assert (desk.folder / "R.csv").read_text() == RESEARCHERS
    assert desk.files == {"R.csv", "M.csv"}


def test_if_one_result_cannot_be_written_none_is(desk: Desk) -> None:
    ran = desk.sheets(RESEARCHERS, MENTORS, "--report", "missing/report.html")
    assert (ran.status, desk.files) == (2, {"R.csv", "M.csv"})


def test_the_report_stands_alone_and_escapes_what_people_wrote(desk: Desk) -> None:
    ran = desk.sheets(
        "Name,Domains\n<script>Ada,Robotics\nBo,\n", "Name,Domains\nMia & Co,Robotics\n",
        "--report", "report.html",
    )  # fmt: skip
    assert ran.status == 0, ran.err
    report = (desk.folder / "report.html").read_text()
    assert "&lt;script&gt;Ada" in report
    assert "Mia &amp; Co" in report
    assert "<script" not in report
    assert re.findall(r"(?:src|href|url)\s*[=(]", report) == []
    assert "light-dark(" in report
    assert "&gt;" not in report.partition("</style>")[0]
    for said in ("No other assignment can be better", "went to others", "One more place", "0.2"):
        assert said in report


def test_a_matrix_is_paired_as_the_solver_pairs_it(desk: Desk) -> None:
    scores = np.random.default_rng(5).normal(size=(40, 12))
    capacity = np.full(12, 3)
    np.save(desk.folder / "S.npy", scores)
    np.save(desk.folder / "C.npy", capacity)
    ran = desk.match("--scores", "S.npy", "--capacity", "C.npy", "--floor", "0.1")

    solution = solve(Problem(scores=scores, capacity=capacity, floor=0.1))
    found = [(int(p["researcher"]), int(p["mentor"]), float(p["score"])) for p in desk.pairs()]
    assert found == [(i, j, scores[i, j]) for i, j in solution.pairs.tolist()]
    assert f"total {solution.total:.12g}, bound {solution.bound:.12g}, gap 0" in ran.err


def test_a_matrix_too_large_to_hold_gets_the_same_total(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = np.random.default_rng(6).random((90, 30)).astype(np.float32)
    np.save(desk.folder / "S.npy", scores)
    np.save(desk.folder / "C.npy", np.full(30, 2))
    arguments = ("--scores", "S.npy", "--capacity", "C.npy", "--floor", "0.2")
    held = desk.match(*arguments).err.partition(", bound")[0]
    monkeypatch.setattr("cohort.matrix.MOST_HELD", 0)
    stored = desk.match(*arguments)

    assert stored.err.startswith(held[:-2])
    assert "gap 0" in stored.err
    total = sum(float(pair["score"]) for pair in desk.pairs())
    assert total == pytest.approx(float(held.rpartition(" ")[2]))
    scores[7, 3] = np.inf
    np.save(desk.folder / "S.npy", scores)
    assert "S.npy: scores[7, 3] is inf" in desk.match(*arguments).err


@pytest.mark.parametrize(
    ("scores", "capacity", "said"),
    [
        (np.zeros((2, 3)), np.ones(2), "S.npy has 3 columns"),
        (np.zeros(3), np.ones(3), "S.npy has 1 dimension(s)"),
        (np.zeros((2, 2)), np.array([1, -1]), "C.npy: capacity[1] is -1"),
        (np.zeros((2, 2)), np.array([1, 0.5]), "C.npy: capacity[1] is 0.5"),
        (np.array([[0.0, np.nan]]), np.ones(2), "S.npy: scores[0, 1] is nan"),
        (np.array([["a", "b"]]), np.ones(2), "it must hold real numbers"),
        (np.zeros((2, 2), dtype=complex), np.ones(2), "it must hold real numbers"),
        (np.array([[None, 1]], dtype=object), np.ones(2), "S.npy is not an array"),
    ],
)
def test_a_matrix_that_is_none_is_refused(
    desk: Desk, scores: np.ndarray[Any, Any], capacity: np.ndarray[Any, Any], said: str
) -> None:
    np.save(desk.folder / "S.npy", scores)
    np.save(desk.folder / "C.npy", capacity)
    ran = desk.match("--scores", "S.npy", "--capacity", "C.npy")
    assert (ran.status, desk.files) == (2, {"S.npy", "C.npy"})
    assert said in ran.err, ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give two spreadsheets"),
        (["R.csv"], "give two spreadsheets"),
        (["R.csv", "M.csv", "--floor", "1"], "--floor goes with --scores"),
        (["--scores", "R.csv"], "give both"),
        (["--scores", "R.csv", "--capacity", "M.csv"], "R.csv is not an array"),
        (["R.csv", "M.csv", "--scores", "R.csv"], "a spreadsheet does not go with --scores"),
        (["R.csv", "gone.csv"], "does not exist"),
        (["R.csv", "M.csv", "--week", "soon"], "does not match the format"),
    ],
)
def test_a_command_that_says_too_little_or_too_much_is_refused(
    desk: Desk, arguments: Sequence[str], said: str
) -> None:
    desk.put("R.csv", RESEARCHERS)
    desk.put("M.csv", MENTORS)
    ran = desk.match(*arguments)
    assert (ran.status, desk.files) == (2, {"R.csv", "M.csv"})
    assert said in ran.err


def test_the_examples_of_the_docs_work(desk: Desk) -> None:
    files = [EXAMPLES / name for name in ("researchers.csv", "mentors.csv")]
    ran = desk.match(*files, "--rules", EXAMPLES / "rules.toml", "--week", "2026-11-23")
    assert ran.status == 0, ran.err
    assert ran.err.startswith("pairs 2, unmatched 1")


def test_the_demo_people_get_the_pairs_that_the_platform_gives_them(desk: Desk) -> None:
    seed = tomllib.loads((ROOT / "seed" / "people.toml").read_text())
    mentors = [one for one in seed["mentor"] if one["state"] == "approved"]
    researchers = seed["researcher"]
    terms = tomllib.loads((ROOT / "seed" / "taxonomy.toml").read_text())
    known = {one["email"] for one in [*researchers, *mentors]}

    def kept(one: dict[str, Any], kind: type[Researcher | Mentor]) -> dict[str, Any]:
        facts = {key: one[key] for key in one if key in kind.__dataclass_fields__}
        return {"id": one["email"], **facts, "wishes": [w for w in one["wishes"] if w in known]}

    online = find_pairs(
        Pool(
            week=date(2026, 11, 23),
            researchers=[
                Researcher(**kept(one, Researcher), gaps={"monitoring": 2.5, "serving": 1.0})
                for one in researchers
            ],
            mentors=[Mentor(**kept(one, Mentor)) for one in mentors],
            places=[one["capacity"] for one in mentors],
            taxonomy=Taxonomy({one["slug"]: one.get("parent") for one in terms["domain"]}),
        )
    )
    for one in researchers:
        one["gaps"] = "monitoring: 2.5; serving"
    _export(desk.folder / "R.csv", researchers)
    _export(desk.folder / "M.csv", mentors)
    ran = desk.match("R.csv", "M.csv", "--week", "2026-11-23")

    assert ran.status == 0, ran.err
    name_of = {one["email"]: one["name"] for one in [*researchers, *mentors]}
    assert {(p["researcher"], p["mentor"], float(p["score"])) for p in desk.pairs()} == {
        (name_of[pair.researcher], name_of[pair.mentor], pair.score) for pair in online.pairs
    }
    assert f"total {online.total:.12g}" in ran.err


def _export(path: Path, people: list[dict[str, Any]]) -> None:
    """As somebody would who copies profiles into a spreadsheet."""

    def cell(value: Any) -> str:
        if not isinstance(value, list):
            return str(value)
        spans = [
            f"{one['day'][:3]} {one['start']}-{one['end']}" if isinstance(one, dict) else one
            for one in value
        ]
        return "; ".join(spans)

    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, people[0])
        writer.writeheader()
        writer.writerows({key: cell(value) for key, value in one.items()} for one in people)
