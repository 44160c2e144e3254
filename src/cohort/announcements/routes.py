"""Announcements over the API, for organisers."""

from collections.abc import Mapping
from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.announcements import service
from cohort.announcements.models import Announcement, CopyState
from cohort.announcements.schemas import (
    AnnouncementOut,
    AnnouncementPreviewOut,
    AnnouncementSend,
    RecipientOut,
)
from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.paging import PageOut, Slice
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person

NAMED = 200
"""People that an answer names; it counts them all."""


@get("/cohorts/{cohort_id:uuid}/announcements", guards=[signed_in], responses=may_refuse(NotFound))
async def list_announcements(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    cohort_id: FromPath[UUID],
) -> PageOut[AnnouncementOut]:
    """What was announced in a cohort, the newest first, and to how many; for its organisers."""
    found = await service.list_of(db, actor, cohort_id, part)
    counts = await service.counts_of(db, found.items)
    items = [announcement_out(one, counts[one.id]) for one in found.items]
    return PageOut[AnnouncementOut](items=items, next=found.next)


@get("/announcements/{announcement_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_announcement(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    announcement_id: FromPath[UUID],
) -> AnnouncementOut:
    """An announcement, and what became of it; for the organisers of its cohort."""
    one = await service.get(db, actor, announcement_id)
    return announcement_out(one, (await service.counts_of(db, [one]))[one.id])


@post(
    "/cohorts/{cohort_id:uuid}/announcements",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, service.EssentialUsedUp),
)
async def send_announcement(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[AnnouncementSend],
) -> AnnouncementPreviewOut:
    """Write to everyone of a cohort, or to a part of it, by mail.

    Each gets it as she chose for announcements: at once, in her digest, or not at all. With
    `dry_run`, it says who would get it.
    """
    if data.dry_run:
        its_id, reached = None, await service.reach(db, actor, cohort_id, data, now=clock())
    else:
        its_id, reached = await service.send(db, actor, cohort_id, data, now=clock())
    return AnnouncementPreviewOut(
        dry_run=data.dry_run,
        id=its_id,
        recipients=len(reached.people),
        at_once=reached.at_once,
        in_digest=reached.in_digest,
        off=reached.off,
        people=[RecipientOut.model_validate(one) for one in reached.people[:NAMED]],
    )


def announcement_out(one: Announcement, counts: Mapping[CopyState, int]) -> AnnouncementOut:
    return AnnouncementOut(
        id=one.id,
        audience=one.audience,
        circle_id=one.circle_id,
        subject=one.subject,
        text=one.text,
        is_essential=one.is_essential,
        sender=one.sender.name,
        sent_at=one.sent_at,
        counts=dict(counts),
    )


router = Router(
    "",
    route_handlers=[list_announcements, read_announcement, send_announcement],
    tags=["announcements"],
    opt={"room": "announcements"},
)
