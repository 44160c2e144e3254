"""A message to a person, and the two ways it leaves us."""

import re
import uuid
from collections.abc import Mapping
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
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped

from cohort.db import Base, Id, Instant
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
    text: str


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


class MailboxMessage(Base):
    """In development, with no mail server, mail is kept here for the mailbox page."""

    __tablename__ = "mailbox"

    id: Mapped[Id]
    to: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    sent_at: Mapped[Instant]


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
    """Render the trio; however often a job sends its mail, the Message-ID stays the same.

    chooses      whether its reader has an account, where she chooses which mails she gets.
    unsubscribe  the address that ends mails of this kind, where they can be ended (RFC 8058).
    """
    foot = {"chooses": chooses, "unsubscribe": unsubscribe}
    context = {**message.context, **foot, "public_url": settings.public_url}

    def part(name: str) -> str:
        return pages.get_template(f"emails/{message.template}/{name}").render(context).strip()

    host = parseaddr(settings.mail_from)[1].rpartition("@")[2]
    mail = EmailMessage(POLICY)
    mail["From"] = settings.mail_from
    mail["To"] = _header(message.to)
    mail["Subject"] = _header(part("subject.txt"))
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{job_id}@{host}>"
    mail["Auto-Submitted"] = "auto-generated"
    if unsubscribe:
        mail["List-Unsubscribe"] = f"<{unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(part("body.txt") + "\n")
    mail.add_alternative(part("body.html"), subtype="html")
    if message.calendar is not None:
        method = {"method": message.calendar.method}
        mail.add_alternative(message.calendar.text, subtype="calendar", params=method)
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


def store(db: AsyncSession, mail: EmailMessage, *, now: datetime) -> None:
    """For the mailbox page."""
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    db.add(
        MailboxMessage(
            to=mail["To"],
            subject=mail["Subject"],
            text=text.get_content() if text else "",
            html=html.get_content() if html else "",
            sent_at=now,
        )
    )


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
