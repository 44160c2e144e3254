"""A message to a person, and the two ways it leaves us."""

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import aiosmtplib
from jinja2 import Environment
from markupsafe import Markup
from sqlalchemy import Text, Uuid, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped

from cohort.db import NOW, Base, Id, Instant, PreparedWrite, given, new_id
from cohort.settings import Settings


class _Headers(HeaderRegistry):
    """Makes the class of a header once: the library makes one anew for each header of each mail."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, type] = {}

    def __getitem__(self, name: str) -> type:
        if name not in self._made:
            self._made[name] = super().__getitem__(name)
        return self._made[name]


POLICY = policy.default.clone(header_factory=_Headers())

_UNSAFE_IN_HEADER = re.compile(r"[\x00-\x1f\x7f]|=\?")

_LINE_ENDS = re.compile("[\x85\u2028\u2029]")
"""Python ends a line there too; names that were kept before we refused them may hold them."""


class NotSendable(Exception):
    """A header would not survive as one line of text."""


_FIRST_LETTER = re.compile(r"^((?:<p[^>]*>)?)([a-z])")


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """An entry for the reader's calendar, which replaces or removes the one it has (RFC 5546)."""

    method: str
    write: Callable[[], str]
    """Its text, which is made only where the mail is sent."""


@dataclass(frozen=True, slots=True)
class Message:
    """What to say to whom: a trio of templates, and what they need."""

    to: str
    template: str
    context: Mapping[str, Any]
    calendar: CalendarEntry | None = None
    kind: str = field(kw_only=True)
    """Which of `notices/kinds.py`: what people choose by, and whether it may wait for the day."""


class Written(NamedTuple):
    """What a message says, without its frame."""

    subject: str
    text: str
    html: Markup


class Rendered(NamedTuple):
    """What a message says to whom, with its frame."""

    to: str
    subject: str
    text: str
    html: str


class MailboxMessage(Base):
    """In development, with no mail server, mail is kept here for the mailbox page."""

    __tablename__ = "mailbox"

    id: Mapped[Id]
    to: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    sent_at: Mapped[Instant]


def rendered(
    message: Message,
    *,
    pages: Environment,
    settings: Settings,
    chooses: bool = False,
    unsubscribe: str = "",
) -> Rendered:
    """Render the trio. Raises NotSendable where a header would not survive.

    chooses      whether its reader has an account, where she chooses which mails she gets.
    unsubscribe  the address that ends mails of this kind, where they can be ended (RFC 8058).
    """
    foot = {"chooses": chooses, "unsubscribe": unsubscribe}
    context = {**message.context, **foot, "public_url": settings.public_url}

    def part(name: str) -> str:
        return pages.get_template(f"emails/{message.template}/{name}").render(context).strip()

    subject = _header(part("subject.txt"))
    return Rendered(_header(message.to), subject, part("body.txt") + "\n", part("body.html") + "\n")


def compose(
    message: Message,
    *,
    job_id: uuid.UUID,
    pages: Environment,
    settings: Settings,
    now: datetime,
    chooses: bool = False,
    unsubscribe: str = "",
) -> EmailMessage:
    """As it is sent; however often a job sends its mail, the Message-ID stays the same."""
    its = rendered(
        message, pages=pages, settings=settings, chooses=chooses, unsubscribe=unsubscribe
    )
    host = parseaddr(settings.mail_from)[1].rpartition("@")[2]
    mail = EmailMessage(POLICY)
    mail["From"] = settings.mail_from
    mail["To"] = its.to
    mail["Subject"] = its.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{job_id}@{host}>"
    mail["Auto-Submitted"] = "auto-generated"
    if unsubscribe:
        mail["List-Unsubscribe"] = f"<{unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(its.text)
    mail.add_alternative(its.html, subtype="html")
    if message.calendar is not None:
        method = {"method": message.calendar.method}
        mail.add_alternative(message.calendar.write(), subtype="calendar", params=method)
    return mail


def written(message: Message, pages: Environment, settings: Settings) -> Written:
    """The message as a part of another one: its subject, and the blocks of its two bodies."""
    context = {**message.context, "public_url": settings.public_url}

    def body(name: str) -> str:
        template = pages.get_template(f"emails/{message.template}/{name}")
        its = template.new_context({**context, "chooses": False, "unsubscribe": ""})
        for _ in template.root_render_func(its):
            pass  # so that what it imports is there
        return "".join(template.blocks["body"](its)).strip()

    subject = pages.get_template(f"emails/{message.template}/subject.txt").render(context)
    html = _FIRST_LETTER.sub(_capital, body("body.html"), count=1)
    text = _FIRST_LETTER.sub(_capital, body("body.txt"), count=1)
    return Written(subject.strip(), text, Markup(html))  # noqa: S704  (escaped where it was written)


def _capital(found: re.Match[str]) -> str:
    """A sentence that went on after a greeting begins here."""
    return found[1] + found[2].upper()


def _header(value: str) -> str:
    value = _LINE_ENDS.sub(" ", value)
    # An encoded word in a header is decoded by some Pythons into a header of its own.
    if _UNSAFE_IN_HEADER.search(value):
        raise NotSendable("A name or a title holds characters that mail does not allow.")
    return value


_KEEP = PreparedWrite(
    insert(MailboxMessage)
    .values(id=given("id", Uuid()), sent_at=NOW)
    .values({name: given(name, Text()) for name in Rendered._fields})
    .returning(MailboxMessage.id)
)


async def keep(db: AsyncSession, message: Rendered, *, now: datetime) -> None:
    """For the mailbox page; nothing of the mail's own form is made for it."""
    await _KEEP.row(db, id=new_id(), **message._asdict(), now=now)


async def send(mail: EmailMessage, smtp_url: str | None) -> None:
    """By SMTP; this may take long, so no transaction should be open meanwhile."""
    if smtp_url is None:
        raise NotSendable("No mail server is set: set COHORT_SMTP_URL.")
    server = urlsplit(smtp_url)
    await aiosmtplib.send(
        mail,
        hostname=server.hostname,
        port=server.port,
        username=unquote(server.username) if server.username else None,
        password=unquote(server.password) if server.password else None,
        use_tls=server.scheme == "smtps",
        start_tls=server.scheme == "smtp+starttls",
        timeout=20,
    )
