"""Trying rules out in a browser, before they are used."""

from litestar import Response, Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import service as cohorts
from cohort.errors import Invalid
from cohort.http.pages import Asked
from cohort.matching.previews import service as previewing
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.questions import service as questions
from cohort.rules import own
from cohort.rules import pages as rules_pages
from cohort.rules import service as rules


@post("/cohorts/{slug:str}/rules/preview", guards=[signed_in])
async def preview_rules_on_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str]:
    cohort = await cohorts.get_by_slug(db, actor, slug)
    standing = await rules.read(db, actor, cohort.id, now=clock())
    asked = own.rows(await questions.put_to_both(db, cohort.id))
    form = await rules_pages.read(request, standing, asked)
    if form.value is None:
        return rules_pages.show(request, cohort, asked, form)
    try:
        tried = await previewing.preview(db, actor, cohort.id, form.value, now=clock())
    except previewing.CannotPreview as refusal:
        return rules_pages.show(request, cohort, asked, form.refused(refusal))
    except Invalid as refusal:
        form = rules_pages.refused(form, refusal, asked)
        return rules_pages.show(request, cohort, asked, form)
    return rules_pages.show(request, cohort, asked, form, tried)


router = Router("", route_handlers=[preview_rules_on_page], include_in_schema=False)
