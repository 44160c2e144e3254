"""Which mails you get, and when, over the API."""

from litestar import Router, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.http.problems import may_refuse
from cohort.notices import service
from cohort.notices.schemas import MailSettingsIn, MailSettingsOut
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get("/me/mail_settings", guards=[signed_in], responses=may_refuse())
async def read_mail_settings(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person]
) -> MailSettingsOut:
    """Every kind of mail, how it comes to you, your quiet hours and the hour of your digests."""
    return await service.read(db, actor)


@put("/me/mail_settings", guards=[signed_in], responses=may_refuse())
async def choose_mails(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    data: JSONBody[MailSettingsIn],
) -> MailSettingsOut:
    """Choose which mails you get, and when; what is left out is as for whoever chose nothing.

    Mails about your account, and about what you did yourself, never wait.
    """
    await service.choose(db, actor, data, now=clock())
    return await service.read(db, actor)


router = Router(
    "",
    route_handlers=[read_mail_settings, choose_mails],
    tags=["mails"],
    opt={"room": "mails"},
)
