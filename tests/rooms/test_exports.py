"""Olga's cohort as a workbook: it goes into an empty cohort, and comes out the same."""

import csv
import io
import zipfile
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Enrolment
from cohort.guides.models import Guide
from cohort.matching.models import Override, OverrideKind
from cohort.mentors.models import Mentor
from cohort.people.models import Act, Person
from cohort.profiles.languages import LANGUAGES
from cohort.questions import answering
from cohort.questions.models import AnswerOf
from cohort.sheets.cells import TermList, read_languages
from cohort.sheets.workbook import read_tabs
from tests.conftest import MONDAY, Cast, Someone
from tests.rooms.import_world import Bring
from tests.rooms.question_world import ask
from tests.world import a_cohort, enrolled, mentored, mentoring

ASKED: list[dict[str, Any]] = [
    {"name": "Tool", "kind": "choice", "choices": ["C", "C++", "=R; no, S"]},
    {"name": "Tools", "kind": "choices", "choices": ["C", "C++", "R, or S", "S"]},
    {"name": "Years", "kind": "number", "least": -5},
    {"name": "Pace", "kind": "scale", "least": 1, "most": 5},
    {"name": "Remote", "kind": "yes_no"},
    {"name": "Hopes", "kind": "text"},
    {"name": "Tongue", "kind": "text"},
]
for place, one in enumerate(ASKED):
    # Such as a column that we know, in brackets or as it stands; and one that says nothing.
    one["asks_mentors"] = ["Languages (of programs)", "Languages", "?", "Goal 1", "Goal 2"][
        place % 5
    ]
    one["asks_researchers"] = f"Name {place}?"
HERS: dict[str, Any] = {
    "Tool": "=R; no, S",
    "Tools": ["C++", "R, or S"],
    "Years": 2.125,
    "Pace": 4.0,
    "Remote": False,
    "Hopes": "-1\nand more",
    "Tongue": "4",
}
THEIRS: dict[str, Any] = {"Tool": "C", "Tools": ["R, or S"], "Years": 1234567.0, "Remote": True}
ROUND_TRIP = ("Researchers", "Mentors", "Past pairs")


@pytest.fixture
async def full(
    db: AsyncSession, cohort: Cohort, enter: Cast, bring: Bring, olga: Someone
) -> Cohort:
    """With awkward words, a veto, a mentorship that has ended, and answers of every kind."""
    await ask(olga, cohort, *ASKED)
    ada, ben, grace = [(await enter(name)).person for name in ("Ada", "Ben", "Grace")]
    ada = await enrolled(
        db,
        cohort,
        ada,
        now=MONDAY,
        about="=HYPERLINK(1)\nand more",
        organisations=["Acme, Inc."],
        advisers=["@Kay", "Lee, Mo"],
        weekly_hours=[{"day": "sunday", "start": "22:15", "end": "24:00"}],
    )
    ben = await enrolled(db, cohort, ben, now=MONDAY, domains=["nlp", "speech"], languages=["nb"])
    mentor = await mentoring(db, cohort, grace, now=MONDAY, motivation="-1+1", contexts=[])
    one = {"cohort_id": cohort.id, "mentor_id": mentor.id, "made_at": MONDAY}
    by = (await db.scalars(select(Person.id).where(Person.email == "olga@example.org"))).one()
    db.add(
        Override(**one, enrolment_id=ben.id, kind=OverrideKind.VETO, reason="Cousins.", made_by=by)
    )
    answered = {(ada.person_id, AnswerOf.RESEARCHER): HERS, (grace.id, AnswerOf.MENTOR): THEIRS}
    each = [(*who, name, one) for who, told in answered.items() for name, one in told.items()]
    await answering.keep_each(db, cohort.id, each, now=MONDAY)
    mentorship = await mentored(db, ada, mentor, now=MONDAY)
    mentorship.ended_at, mentorship.end_reason = MONDAY, "A new job."
    await db.commit()
    file = "Name,E-mail,Domains,Goal\n=cmd,zoe@example.org,Folk music,ml-engineer\n"
    assert (await bring(file, dry_run=False)).status_code == 200
    return cohort


async def exported(olga: Someone, cohort: Cohort, kind: str) -> bytes:
    answer = await olga.post(f"/api/v1/cohorts/{cohort.id}/exports", json={"format": kind})
    assert answer.status_code == 200, answer.text
    assert f"{cohort.slug}." in answer.headers["content-disposition"]
    content: bytes = answer.content
    return content


def tables(book: bytes) -> dict[str, Any]:
    return {tab.name: tab.rows for tab in read_tabs(book)[0]}


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
async def test_what_is_exported_can_be_imported_and_is_the_same_again(
    full: Cohort, olga: Someone, db: AsyncSession, kind: str
) -> None:
    first = await exported(olga, full, kind)
    guide = await db.get_one(Guide, full.guide_id)
    empty = await a_cohort(db, guide, olga.person, now=MONDAY, slug="empty")
    await db.commit()
    await ask(olga, empty, *ASKED)
    told = (await Bring(empty, olga)(first, "both", file_name=f"p.{kind}", dry_run=False)).json()
    assert told["counts"]["new"] == len(told["rows"]) == 3 + 1 + 2, told
    before, after = tables(first), tables(await exported(olga, empty, kind))
    for name in ROUND_TRIP:
        assert before[name] == after[name]
    assert len(before["Mentorships"]) == 2
    assert await everything(db, Enrolment, full) == await everything(db, Enrolment, empty)
    assert await everything(db, Mentor, full) == await everything(db, Mentor, empty)
    answers = [*(await answering.of_everybody(db, empty.id)).values()]
    assert sorted(answers, key=len) == [THEIRS, HERS]
    await what_is_not_asked_any_more_is_told_and_never_read(full, empty, olga, kind)


async def what_is_not_asked_any_more_is_told_and_never_read(
    full: Cohort, empty: Cohort, olga: Someone, kind: str
) -> None:
    asked = (await olga.get(f"/api/v1/cohorts/{full.id}/questions")).json()
    [hopes] = [one for one in asked if one["name"] == "Hopes"]
    assert (await olga.delete(f"/api/v1/questions/{hopes['id']}")).status_code == 204
    book = await exported(olga, full, kind)
    titles, *rows = tables(book)["Researchers"]
    assert titles[-1] == "Not asked any more: Name 5?"
    assert [row[-1] for row in rows if row[1] == "ada@example.org"] == [HERS["Hopes"]]
    told = (await Bring(empty, olga)(book, "both", file_name=f"p.{kind}")).json()
    assert told["counts"]["same"] == len(told["rows"]), told


async def everything(
    db: AsyncSession, kind: type[Enrolment | Mentor], cohort: Cohort
) -> list[dict[str, Any]]:
    """What a profile says, of each person, by address."""
    own = {"id", "cohort_id", "person_id", "created_at", "version", "taken"}
    own |= {"consented_at", "decided_at", "decided_by"}
    found = select(kind).join(kind.person).where(kind.cohort_id == cohort.id)
    rows = (await db.scalars(found.order_by(Person.email))).all()
    kept = [one.key for one in kind.__table__.columns if one.key not in own]
    return [{name: getattr(row, name) for name in kept} for row in rows]


async def test_no_cell_of_a_csv_is_run_as_a_formula_and_it_comes_back_as_it_was(
    full: Cohort, olga: Someone, db: AsyncSession
) -> None:
    files = zipfile.ZipFile(io.BytesIO(await exported(olga, full, "csv")))
    assert set(files.namelist()) == {
        "researchers.csv",
        "mentors.csv",
        "past-pairs.csv",
        "mentorships.csv",
    }
    for name in files.namelist():
        text = files.read(name).decode("utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    again = await Bring(full, olga)(files.read("researchers.csv"))
    assert again.json()["counts"]["same"] == 1
    acts = (await db.scalars(select(Act).where(Act.verb == "cohort.export"))).all()
    assert [(act.detail["format"], act.detail["researchers"]) for act in acts] == [("csv", 3)]


async def test_nobody_else_exports_and_the_page_gives_the_same_file(
    full: Cohort, olga: Someone, enter: Cast
) -> None:
    nora = await enter("Nora")
    refused = await nora.post(f"/api/v1/cohorts/{full.id}/exports", json={})
    assert refused.status_code == 403
    page = await olga.post(f"/cohorts/{full.slug}/export", data={"format": "xlsx"})
    assert page.status_code == 200
    assert tables(page.content) == tables(await exported(olga, full, "xlsx"))


def test_the_name_of_each_language_is_understood() -> None:
    terms = TermList("language", LANGUAGES)
    assert [read_languages(name, terms) for name in LANGUAGES.values()] == [
        [code] for code in LANGUAGES
    ]
