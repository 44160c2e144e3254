"""Everything that the environment may change, read once and passed on."""

import os
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveInt,
    SecretStr,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

PACKAGE = Path(__file__).parent
LONGEST_SOLVE = 480
"""Of the ten minutes that a job may take; the rest is for the proof, the reasons and the advice."""


def shipped(name: str) -> Path:
    """Where a folder that ships beside the package lies: in a checkout, or inside the wheel."""
    inside = PACKAGE / "shipped" / name
    return inside if inside.exists() else PACKAGE.parents[1] / name


def _of_asyncpg(url: str) -> str:
    scheme, rest = url.split("://", 1) if "://" in url else ("", url)
    if scheme not in {"postgres", "postgresql", "postgresql+asyncpg"}:
        raise ValueError("must be a PostgreSQL address such as postgresql://user:secret@host/name")
    return f"postgresql+asyncpg://{rest}"


def _of_redis(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("must be a Redis address such as redis://host:6379/0")
    if parts.scheme != "unix" and parts.port is None:
        return parts._replace(netloc=f"{parts.netloc or 'localhost'}:6379").geturl()
    return url


def _of_mail_server(url: str) -> str:
    if urlsplit(url).scheme not in {"smtp", "smtp+starttls", "smtps"}:
        raise ValueError("must be a mail server such as smtp+starttls://user:secret@host:587")
    return url


def _of_the_web(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError("must be the address people type, such as https://cohort.example.org")
    return f"{parts.scheme}://{parts.netloc}"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _processors() -> int:
    """Those that we may use, where the system tells."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _issuer(url: str) -> str:
    parts = urlsplit(url)
    here = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1"}
    if not (here or parts.scheme == "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("must be an issuer such as https://accounts.google.com")
    return url


class OidcProvider(BaseModel):
    """A service whose accounts sign in to accounts here (OpenID Connect)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,30}$")]
    """Part of the addresses: /login/with/NAME."""
    label: Annotated[str, Field(min_length=1, max_length=40)]
    issuer: Annotated[str, AfterValidator(_issuer)]
    """As its discovery document says it, to the letter."""
    client_id: str
    client_secret: SecretStr
    scope: str = "openid email profile"


class Settings(BaseSettings):
    """One frozen record; every field is an environment variable with the prefix COHORT_."""

    model_config = SettingsConfigDict(env_prefix="COHORT_", frozen=True, hide_input_in_errors=True)

    database_url: Annotated[str, AfterValidator(_of_asyncpg)]
    redis_url: Annotated[str, AfterValidator(_of_redis)]
    public_url: Annotated[str, AfterValidator(_of_the_web)] = "http://127.0.0.1:8000"

    smtp_url: Annotated[str, AfterValidator(_of_mail_server)] | None = None
    mail_from: str = "cohort <cohort@localhost>"
    security_contact: Annotated[str, Field(pattern=r"^(mailto|https|tel):\S+$")] | None = None
    """Whom finders of a security fault should tell, such as mailto:security@example.org: what
    /.well-known/security.txt says, which is not there while this is not set."""

    files_dir: Path = Path("cohort-files")
    """Where files that people hand in are kept: a folder that every process reaches under this
    name. Of no account where a bucket is named."""
    s3_bucket: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")] | None = None
    """A bucket of S3, or of a server that speaks it, for the files instead of the folder."""
    s3_endpoint: Annotated[str, AfterValidator(_of_the_web)] | None = None
    """Of another server than Amazon's."""
    s3_region: str = "us-east-1"
    s3_key: str | None = None
    s3_secret: SecretStr | None = None
    """Without the two, those of the machine's own role."""

    development: bool = False
    """With no mail server, mail goes to a mailbox page instead of being refused."""

    trusted_proxies: str = "127.0.0.1"
    """Whose X-Forwarded-For we believe, so that tries are counted by client and not by proxy:
    addresses and networks with commas between them, or * where only a proxy can reach us."""

    webhooks_may_be_private: bool = False
    """Whether webhooks may be sent to addresses inside our own network, and without TLS."""

    longest_solve: Annotated[float, Field(gt=0, le=LONGEST_SOLVE)] = 300.0
    """Seconds after which the worker stops looking for better pairs, and keeps those it has."""

    solver_processes: PositiveInt = Field(default_factory=_processors)
    """How many matchings a worker solves at once, each in a process of its own."""
    solver_memory: PositiveInt = 4096
    """Megabytes that one solve may use; one that needs more is told as such, and nothing else
    on the machine suffers."""

    drain_seconds: Annotated[float, Field(ge=0, le=60)] = 5.0
    """After SIGTERM: how long /health/ready says no before the door closes, so that a proxy stops
    sending first. More than twice the time between a proxy's checks."""

    pool_size: PositiveInt = 20
    pool_overflow: NonNegativeInt = 0
    """Connections beyond the pool are made anew for each request that needs one."""
    anyone_opens_cohorts: bool = False
    """Whether everyone who is signed in may open a cohort of her own, or only admins and those
    whom an admin lets."""
    login_days: PositiveInt = 14
    """After which everyone signs in again, however often the login was used."""
    login_idle_days: PositiveInt = 7
    """After which a login that nobody used ends."""
    unconfirmed_days: PositiveInt = 30
    """After which whoever did not answer is forgotten: people of a spreadsheet so long after their
    link ended, and accounts of earlier versions whose address nobody proved."""
    confirmed_minutes: PositiveInt = 15
    """How long after its holder gave a password a login may change who has access to what."""
    organisers_need_two_steps: bool = False
    """Whether organisers and admins must have a second step before they can do anything."""
    oidc_providers: tuple[OidcProvider, ...] = ()
    """As JSON; docs/accounts.md has examples."""
    sign_in_link_minutes: PositiveInt = 15
    """How long a mailed link signs in."""
    confirm_link_hours: Annotated[int, Field(ge=1, le=720)] = 24
    """How long a mailed link proves an address: to open an account, to move one to a new address,
    to choose a new password."""
    log_level: Annotated[str, Field(pattern="^(DEBUG|INFO|WARNING|ERROR)$")] = "INFO"

    @property
    def secure(self) -> bool:
        """Whether people reach us over TLS, so that cookies can insist on it."""
        return self.public_url.startswith("https://")

    @property
    def unused_login_days(self) -> int:
        """How long a login lasts from one use to the next."""
        return min(self.login_days, self.login_idle_days)

    @property
    def keeps_mail(self) -> bool:
        """Whether mail stays on this machine, for the mailbox page, as there is no mail server."""
        return self.development and self.smtp_url is None

    @property
    def shows_mail(self) -> bool:
        """Whether the mailbox page is there: never where people come from elsewhere, as the mail
        that was kept holds links that sign in."""
        host = urlsplit(self.public_url).hostname or ""
        is_local = host == "localhost" or host.endswith(".localhost") or _is_loopback(host)
        return self.keeps_mail and is_local
