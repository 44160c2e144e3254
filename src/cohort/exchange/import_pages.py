"""Importing people in a browser: a file or what was pasted, a look at it, and then the import."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, Router, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import enrolments
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.errors import Invalid
from cohort.exchange import asking, export, service
from cohort.exchange.downloads import download
from cohort.exchange.own_answers import AskedHere, asked_here
from cohort.exchange.planning import ImportPlan, PlannedRow
from cohort.exchange.schemas import LONGEST_BODY, MOST_BYTES, ExportIn, ImportIn, Outcome
from cohort.guides import service as guides
from cohort.http.formats import day, local_day
from cohort.http.forms import Form, Sent, checked, read_form, sent_by
from cohort.http.pages import Asked, page, see
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.profiles.choices import Options
from cohort.sheets.mapping_file import (
    SIDE,
    TABLES,
    BadMapping,
    MappedColumn,
    read_mapping,
    write_mapping,
)

ROWS_SHOWN = 200
"""Of each outcome; the counts tell how many there are."""
TERM = "term."
LOOK_AGAIN = "You said anew what columns mean. Look at the rows again, then import."
IN_ORDER: tuple[Outcome, ...] = (
    "refused",
    "new",
    "changed",
    "applied",
    "said_no",
    "not_here",
    "left_before",
    "there_already",
    "same",
)


@dataclass(frozen=True, slots=True)
class ImportView:
    """The form; and what would become of each row, when there is a file to look at."""

    cohort: Cohort
    plan: ImportPlan | None = None
    rows: Mapping[Outcome, Sequence[PlannedRow]] | None = None
    fields: Mapping[str, Options] | None = None
    titles: Mapping[tuple[str, str], str] | None = None
    most_megabytes: int = MOST_BYTES // 1024 // 1024
    most_mails: tuple[int, int, int] = (
        asking.MOST_IN_A_DAY,
        asking.MOST_TO_ONE,
        asking.MOST_TO_ADDRESS,
    )
    """In a day; to one person; to one address in a day, of all cohorts."""


@get("/cohorts/{slug:str}/import", guards=[signed_in])
async def import_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    slug: FromPath[str],
) -> Response[str]:
    cohort = await cohorts.get_by_slug(db, actor, slug)
    await cohorts.require_organiser(db, actor, cohort.id)
    return page(request, "exchange/import.html", ImportView(cohort), form=Form({"holds": "both"}))


@post("/cohorts/{slug:str}/import", guards=[signed_in], request_max_body_size=LONGEST_BODY)
async def import_from_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str] | Redirect:
    """Look at a file; or, with `act` import, bring in those who were looked at."""
    cohort = await cohorts.get_by_slug(db, actor, slug)
    await cohorts.require_organiser(db, actor, cohort.id)
    sent = await sent_by(request)
    typed = await _typed(sent, await asked_here(db, cohort.id))
    form = checked(ImportIn, typed)
    value = form.value
    if value is None:
        if not typed["content"]:
            form = form.refused(Invalid.at("content", "Choose a file, or paste rows."))
        return page(request, "exchange/import.html", ImportView(cohort), form=form)
    importing = "import" in sent.texts("act")
    if importing and typed["mapping"] != "".join(sent.texts("mapping")):
        form = form.refused(Invalid(LOOK_AGAIN), status=200)
    elif importing:
        try:
            return await _import(db, actor, cohort, value, now=clock())
        except (Invalid, enrolments.CohortFull, enrolments.NotJoinable) as refusal:
            form = form.refused(refusal)
    return await _look(request, db, actor, cohort, form, value, now=clock())


@post("/cohorts/{slug:str}/export", guards=[signed_in], status_code=200)
async def export_from_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[bytes]:
    cohort = await cohorts.get_by_slug(db, actor, slug)
    form = await read_form(request, ExportIn)
    wanted = form.value or ExportIn()
    _, file = await export.export(db, actor, cohort.id, wanted.format, now=clock())
    return download(cohort.slug, wanted.format, file)


async def _typed(sent: Sent, asked: AskedHere) -> dict[str, Any]:
    """The file, or what was pasted, or what a page that was looked at carries with it."""
    file = sent.fields.get("file")
    typed = {name: text for name in ("file_name", "content", "holds") for text in sent.texts(name)}
    if isinstance(file, UploadFile) and file.filename:
        typed["file_name"], raw = file.filename[-200:], await file.read()
        typed["content"] = b64encode(raw).decode()
    elif pasted := "".join(sent.texts("pasted")):
        typed["file_name"] = "Pasted rows"
        typed["content"] = b64encode(pasted.encode()).decode()
    if not typed.get("content"):
        typed |= {"file_name": "", "content": ""}
    said = _mapping_said(sent, asked) if "content" in sent.fields else ""
    terms = {
        name.removeprefix(TERM): sent.fields.getall(name)[-1]
        for name in sent.fields
        if name.startswith(TERM)
    }
    return typed | {"mapping": said, "terms": terms, "agreed": "yes" in sent.texts("agreed")}


def _mapping_said(sent: Sent, asked: AskedHere) -> str:
    """The mapping that the page was made from, with what was chosen for each column."""
    before = "".join(sent.texts("mapping"))
    try:
        said = read_mapping(before, asked.names())
    except BadMapping:
        return before  # refused with its reason, where it is read again
    chosen = {
        name: [
            MappedColumn(title, field if field == SIDE else _choice(sent, name, place, field))
            for place, (title, field) in enumerate(lines.items())
        ]
        for name, lines in said.items()
    }
    same = all(
        one.field == said[name][one.title] for name, columns in chosen.items() for one in columns
    )
    return before if same else write_mapping(chosen)


def _choice(sent: Sent, table: str, place: int, before: str) -> str:
    """A select of which nothing was sent changes nothing."""
    values = sent.fields.getall(f"{table}.{place}", [before])
    return str(values[-1])


async def _import(
    db: AsyncSession, actor: Person, cohort: Cohort, form: ImportIn, *, now: datetime
) -> Redirect:
    carried_out = form.model_copy(update={"dry_run": False})
    plan = await service.import_people(db, actor, cohort.id, carried_out, now=now)
    new, changed = plan.counts["new"], plan.counts["changed"]
    last = f" The last of them goes out on {_day(plan, cohort)}." if plan.last_mail_at else ""
    saying = (
        f"{new:,} imported, {changed:,} changed. Everybody who is new gets a mail, to confirm or "
        f"to say no.{last}"
        if new or changed
        else "Everybody was here already: nothing has changed."
    )
    return see(f"/cohorts/{cohort.slug}", saying=saying)


def _day(plan: ImportPlan, cohort: Cohort) -> str:
    at = plan.last_mail_at
    return day(local_day(at, cohort.time_zone)) if at else ""


async def _look(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    cohort: Cohort,
    form: Form[ImportIn],
    asked: ImportIn,
    *,
    now: datetime,
) -> Response[str]:
    try:
        plan = await service.import_people(db, actor, cohort.id, asked, now=now)
    except Invalid as refusal:
        again: Form[ImportIn] = Form({"holds": asked.holds})
        again = again.refused(refusal)
        return page(request, "exchange/import.html", ImportView(cohort), form=again)
    rows = {
        outcome: [row for row in plan.rows if row.outcome == outcome][:ROWS_SHOWN]
        for outcome in IN_ORDER
        if plan.counts[outcome]
    }
    fields = {
        name: [
            {"value": one.field, "label": one.title}
            for one in (*columns, *plan.found.answering[name])
        ]
        for name, columns in TABLES.items()
    }
    form = Form({**form.typed, "mapping": plan.found.mapping}, form.value, form.errors, form.status)
    view = ImportView(cohort, plan, rows, fields, await guides.titles(db))
    return page(request, "exchange/look.html", view, form=form)


router = Router(
    "", route_handlers=[import_page, import_from_page, export_from_page], include_in_schema=False
)
