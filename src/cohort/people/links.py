"""Links that prove an address: mailed, spent once, and only the newest of a kind works."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import Refusal
from cohort.people.models import LinkPurpose, MailedLink
from cohort.people.tokens import hash_token, new_token

LINK_LIVES = timedelta(hours=24)
"""Of a token that somebody is handed at once; mailed links live as long as the settings say."""


ASKED_AT = {
    LinkPurpose.JOIN: "/join",
    LinkPurpose.PASSWORD: "/forgotten",
    LinkPurpose.SIGN_IN: "/login/link",
}
"""Where a new link of a kind is asked for, with an address."""


class LinkSpent(Refusal):
    """Used, too old, replaced by a newer one, or made up: nobody is told which.

    Its page asks for a new one at `asked_at`, where that is known.
    """

    status = 409
    code = "link_spent"
    title = "This link does not work any more"
    template = "people/link_spent.html"

    def __init__(self, asked_at: str = "") -> None:
        super().__init__("The link was used, or is too old. Ask for a new one at “Sign in”.")
        self.asked_at = asked_at


async def new_link(
    db: AsyncSession,
    email: str,
    purpose: LinkPurpose,
    *,
    now: datetime,
    lives: timedelta = LINK_LIVES,
) -> str:
    """The token of a new link. There is one row for an address and a purpose, so that of links
    made at the same moment only the last one works."""
    token = new_token()
    made = {"token_hash": hash_token(token), "expires_at": now + lives}
    await db.execute(
        insert(MailedLink)
        .values(email=email, purpose=purpose, **made)
        .on_conflict_do_update(index_elements=["email", "purpose"], set_=made)
    )
    return token


async def require_link(
    db: AsyncSession, token: str, purpose: LinkPurpose, *, now: datetime
) -> None:
    """Refuse a link that would not work, and spend none: mail scanners open links before people."""
    works = select(MailedLink.email).where(*_works(token, purpose, now))
    if await db.scalar(works) is None:
        raise LinkSpent(ASKED_AT[purpose])


async def use_link(db: AsyncSession, token: str, purpose: LinkPurpose, *, now: datetime) -> str:
    """Spend a link, and tell whose address it proves; of two clicks only one wins."""
    email = await db.scalar(
        delete(MailedLink)
        .where(*_works(token, purpose, now))
        .returning(MailedLink.email)
        .execution_options(synchronize_session=False)
    )
    if email is None:
        raise LinkSpent(ASKED_AT[purpose])
    return email


def _works(token: str, purpose: LinkPurpose, now: datetime) -> tuple[ColumnElement[bool], ...]:
    is_it = (MailedLink.token_hash == hash_token(token), MailedLink.purpose == purpose)
    return *is_it, MailedLink.expires_at > now


async def forget_links(db: AsyncSession, email: str) -> None:
    """None that was mailed before works any more."""
    await db.execute(delete(MailedLink).where(MailedLink.email == email))
