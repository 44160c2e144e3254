"""Other systems are told what happens in Olga's cohort: a real receiver, on a real socket."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from litestar import Litestar
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from standardwebhooks import Webhook as Signer

from cohort.app import create_app
from cohort.jobs.event_log import FAN_OUT
from cohort.jobs.outbox import Job, JobState
from cohort.people.models import Act
from cohort.webhooks import policy, sending
from cohort.webhooks.models import Webhook, WebhookDelivery
from tests.conftest import Platform
from tests.rooms.mentorship_world import Spring

RunJobs = Callable[[], Awaitable[None]]


@dataclass
class Receiver:
    """Someone else's server: it keeps what it is sent, and answers what it is told to."""

    port: int = 0
    answers: list[str] = field(default_factory=list)
    seen: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:]
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head) if k}
        body = await reader.readexactly(int(headers["content-length"]))
        self.seen.append((headers, body))
        status = self.answers.pop(0) if self.answers else "200 OK"
        if status != "silence":
            answer = f"HTTP/1.1 {status}\r\ncontent-length: 0\r\nlocation: /there\r\n\r\n"
            writer.write(answer.encode())
        writer.close()

    def types(self) -> list[str]:
        return [json.loads(body)["type"] for _, body in self.seen]


@pytest.fixture
async def receiver() -> AsyncGenerator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiver


@pytest.fixture(scope="module")
async def inside(_platform: Platform) -> AsyncGenerator[Litestar]:
    """An installation that may tell addresses inside its own network."""
    settings = _platform.settings.model_copy(update={"webhooks_may_be_private": True})
    app = create_app(settings, clock=_platform.clock)
    async with app.lifespan():
        yield app


@pytest.fixture
async def olga(
    spring: Spring, platform: Platform, inside: Litestar, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[AsyncClient]:
    monkeypatch.setattr(platform.runner, "settings", inside.state.settings)
    async with AsyncClient(
        transport=ASGITransport(inside),
        base_url="http://127.0.0.1:8000",
        headers=spring.olga.http.headers,
    ) as client:
        yield client


async def added(olga: AsyncClient, spring: Spring, url: str, **more: Any) -> dict[str, Any]:
    answer = await olga.post(hooks_of(spring), json={"url": url} | more)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def hooks_of(spring: Spring) -> str:
    return f"/api/v1/cohorts/{spring.cohort.id}/webhooks"


async def sent_to(olga: AsyncClient, hook: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await olga.get(f"/api/v1/webhooks/{hook['id']}/deliveries")
    listed: list[dict[str, Any]] = answer.json()["items"]
    return listed


async def turned_off_because(olga: AsyncClient, hook: dict[str, Any]) -> str | None:
    read = (await olga.get(f"/api/v1/webhooks/{hook['id']}")).json()
    assert read["active"] == (read["off_because"] is None)
    because: str | None = read["off_because"]
    return because


async def test_a_message_is_signed_and_says_what_happened(
    olga: AsyncClient, spring: Spring, receiver: Receiver, run_jobs: RunJobs
) -> None:
    hook = await added(olga, spring, receiver.url)
    await spring.ada.post(f"{spring.address}/acceptance")
    await run_jobs()

    ((headers, body),) = receiver.seen
    [event] = (await olga.get(f"/api/v1/cohorts/{spring.cohort.id}/events?after=1")).json()["items"]
    assert json.loads(body) == {
        "type": "proposal.answered",
        "timestamp": "2026-03-02T09:00:00+00:00",
        "data": {"cohort_id": event["cohort_id"], "number": 2, "ids": event["ids"]},
    }
    assert "Ada" not in body.decode()
    assert is_signed(hook["secret"], headers, body)
    assert not is_signed("whsec_" + "A" * 44, headers, body)
    [sent] = await sent_to(olga, hook)
    assert (sent["state"], sent["status"], sent["attempts"]) == ("delivered", 200, 1)


def is_signed(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As a receiver checks it, whose clock we set to ours."""
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    ours = Signer(secret).sign(headers["webhook-id"], at, body.decode())
    return ours in headers["webhook-signature"].split(" ")


async def test_only_the_types_that_were_chosen_are_told(
    olga: AsyncClient, spring: Spring, receiver: Receiver, run_jobs: RunJobs
) -> None:
    await added(olga, spring, receiver.url, types=["mentorship.began"])
    for one in (spring.grace, spring.ada):
        await one.post(f"{spring.address}/acceptance")
    await run_jobs()
    assert receiver.types() == ["mentorship.began"]


async def test_what_fails_is_tried_for_three_days_and_then_the_webhook_is_off(
    olga: AsyncClient, spring: Spring, receiver: Receiver, platform: Platform
) -> None:
    hook = await added(olga, spring, receiver.url)
    receiver.answers = ["500 Oops", "302 Found", "silence", *["503 Later"] * 20]
    await spring.ada.post(f"{spring.address}/acceptance")
    began = platform.clock.now
    await platform.run_jobs()
    for pause in policy.PAUSES:
        [sent] = await sent_to(olga, hook)
        assert sent["state"] == "pending"
        platform.clock.now += pause - timedelta(seconds=1)
        before = len(receiver.seen)
        await platform.run_jobs()
        assert len(receiver.seen) == before, "not before its time"
        platform.clock.turn(seconds=1)
        await platform.run_jobs()
    assert timedelta(days=3) < platform.clock.now - began < timedelta(days=3, hours=6)
    [sent] = await sent_to(olga, hook)
    assert (sent["state"], sent["attempts"], sent["status"]) == ("failed", 10, 503)
    assert len({headers["webhook-id"] for headers, _ in receiver.seen}) == 1
    assert await turned_off_because(olga, hook) == "Nothing was taken for three days."


async def test_who_says_gone_is_told_nothing_more_until_turned_on_again(
    olga: AsyncClient, spring: Spring, receiver: Receiver, run_jobs: RunJobs
) -> None:
    hook = await added(olga, spring, receiver.url)
    receiver.answers = ["410 Gone"]
    await spring.ada.post(f"{spring.address}/acceptance")
    await run_jobs()
    assert "gone" in (await turned_off_because(olga, hook) or "")
    await spring.grace.post(f"{spring.address}/acceptance")
    await run_jobs()
    assert receiver.types() == ["proposal.answered"]
    refused = await olga.post(f"/api/v1/webhooks/{hook['id']}/tests")
    assert (refused.status_code, refused.json()["code"]) == (409, "webhook_off")

    address = f"/api/v1/webhooks/{hook['id']}"
    seen = {"if-match": (await olga.get(address)).headers["etag"]}
    turned = await olga.patch(address, json={"active": True}, headers=seen)
    assert turned.status_code == 200
    await run_jobs()
    assert receiver.types()[1:] == ["proposal.answered", "mentorship.began"]
    assert await turned_off_because(olga, hook) is None


async def test_a_job_that_runs_twice_makes_one_delivery(
    olga: AsyncClient, spring: Spring, receiver: Receiver, db: AsyncSession, platform: Platform
) -> None:
    await added(olga, spring, receiver.url)
    await spring.ada.post(f"{spring.address}/acceptance")
    await platform.run_jobs()
    again = update(Job).where(Job.name.startswith("webhooks."))
    await db.execute(again.values(state=JobState.PENDING, due_at=platform.clock()))
    await db.commit()
    await platform.run_jobs()
    assert len(receiver.seen) == 1


async def test_a_message_can_be_sent_again_under_the_same_id(
    olga: AsyncClient, spring: Spring, receiver: Receiver, run_jobs: RunJobs
) -> None:
    hook = await added(olga, spring, receiver.url)
    tried = await olga.post(f"/api/v1/webhooks/{hook['id']}/tests")
    assert tried.status_code == 201
    await run_jobs()
    resend = f"/api/v1/webhook_deliveries/{tried.json()['id']}/resend"
    assert [(await olga.post(resend)).status_code for _ in range(2)] == [200, 200]
    await run_jobs()
    assert receiver.types() == ["test", "test"]
    assert len({headers["webhook-id"] for headers, _ in receiver.seen}) == 1


async def test_a_new_secret_signs_beside_the_old_one_for_a_day(
    olga: AsyncClient, spring: Spring, receiver: Receiver, platform: Platform
) -> None:
    hook = await added(olga, spring, receiver.url)
    for _ in range(2):  # a second click must not forget the one that the receiver has
        new = (await olga.post(f"/api/v1/webhooks/{hook['id']}/secret")).json()
    tests = f"/api/v1/webhooks/{hook['id']}/tests"
    await olga.post(tests)
    await platform.run_jobs()
    platform.clock.turn(days=1, seconds=1)
    await olga.post(tests)
    await platform.run_jobs()
    both, only_new = receiver.seen
    assert is_signed(hook["secret"], *both)
    assert is_signed(new["secret"], *both)
    assert not is_signed(hook["secret"], *only_new)
    assert is_signed(new["secret"], *only_new)
    assert "secret" not in (await olga.get(f"/api/v1/webhooks/{hook['id']}")).json()


INSIDE = [
    "https://127.0.0.1/hook",
    "https://10.1.2.3/hook",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/hook",
    "https://[::ffff:10.0.0.1]/hook",
    "https://[64:ff9b::7f00:1]/hook",
    "https://[2002:7f00:1::1]/hook",
    "https://[fd00::1]/hook",
    "https://localhost/hook",
    "https://db.internal/hook",
    "http://example.org/hook",
    "ftp://example.org/hook",
    "https://user:secret@example.org/hook",
    "https://example.org:99999/hook",
    "https://[/hook",
    "https://",
    "https://example.org/a b",
]


@pytest.mark.parametrize("url", INSIDE)
async def test_an_address_inside_or_of_no_sense_is_refused(spring: Spring, url: str) -> None:
    answer = await spring.olga.post(hooks_of(spring), json={"url": url})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == "url"


async def test_a_name_that_leads_inside_is_not_connected_to(receiver: Receiver) -> None:
    """`localhost` has passed no check of its name here: what it stands for is looked at."""
    outcome = await sending.post(
        f"http://localhost:{receiver.port}/hook", {}, "{}", private_too=False
    )
    assert outcome == (None, "The address lies inside a private network.")
    assert receiver.seen == []


@pytest.mark.parametrize("port", [1, 9])
async def test_who_cannot_be_reached_is_an_answer_too(port: int) -> None:
    outcome = await sending.post(f"http://127.0.0.1:{port}/", {}, "{}", private_too=True)
    assert outcome == (None, "No connection to this address.")


async def test_one_address_is_told_once_and_a_cohort_has_twenty_at_most(
    olga: AsyncClient, spring: Spring, db: AsyncSession
) -> None:
    url = "https://example.org/hook"
    both = await asyncio.gather(*(olga.post(hooks_of(spring), json={"url": url}) for _ in "12"))
    assert sorted(one.status_code for one in both) == [201, 409]
    more = [olga.post(hooks_of(spring), json={"url": f"{url}/{n}"}) for n in range(policy.AT_MOST)]
    answers = [one.status_code for one in await asyncio.gather(*more)]
    assert answers.count(201) == policy.AT_MOST - 1
    assert await db.scalar(select(func.count()).select_from(Webhook)) == policy.AT_MOST


async def test_deleting_it_deletes_what_was_sent_and_each_act_is_on_record(
    olga: AsyncClient, spring: Spring, receiver: Receiver, db: AsyncSession, run_jobs: RunJobs
) -> None:
    hook = await added(olga, spring, receiver.url)
    await olga.post(f"/api/v1/webhooks/{hook['id']}/tests")
    gone = await olga.delete(f"/api/v1/webhooks/{hook['id']}")
    assert gone.status_code == 204
    await run_jobs()
    assert receiver.seen == []
    assert await db.scalar(select(func.count()).select_from(WebhookDelivery)) == 0
    await spring.ada.post(f"{spring.address}/acceptance")
    promised = select(func.count()).where(Job.name == FAN_OUT)
    assert await db.scalar(promised) == 0, "nobody is left to be told"
    verbs = select(Act.verb).where(Act.verb.startswith("webhook")).order_by(Act.id)
    acts = list(await db.scalars(verbs))
    assert acts == ["webhook.add", "webhook.remove"]


async def test_an_unknown_type_is_named(spring: Spring) -> None:
    sent = {"url": "https://example.org/hook", "types": ["run.solved", "run.dreamt"]}
    answer = await spring.olga.post(hooks_of(spring), json=sent)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "types/1"


async def test_the_page_adds_tries_and_shows_the_secret_once(
    olga: AsyncClient, spring: Spring, receiver: Receiver, run_jobs: RunJobs
) -> None:
    page = f"/cohorts/{spring.cohort.slug}/webhooks"
    assert "No address is told yet" in (await olga.get(page)).text
    wrong = await olga.post(page, data={"url": "nowhere"})
    assert wrong.status_code == 422
    first = await olga.post(page, data={"url": receiver.url, "types": "run.solved"})
    assert "whsec_" in first.text
    assert "whsec_" not in (await olga.get(page)).text
    twice = await olga.post(page, data={"url": receiver.url})
    assert twice.status_code == 409
    [hook] = (await olga.get(hooks_of(spring))).json()
    assert hook["types"] == ["run.solved"]
    await olga.post(f"/webhooks/{hook['id']}/test")
    await run_jobs()
    assert "Taken" in (await olga.get(page)).text
    for to in ("off", "off", "on"):
        await olga.post(f"/webhooks/{hook['id']}/turn", data={"to": to})
        [turned] = (await olga.get(hooks_of(spring))).json()
        assert turned["active"] is (to == "on")
    [delivery] = await sent_to(olga, hook)
    assert (await olga.post(f"/webhook_deliveries/{delivery['id']}/resend")).status_code == 303
    assert "whsec_" in (await olga.post(f"/webhooks/{hook['id']}/secret")).text
    assert (await olga.post(f"/webhooks/{hook['id']}/delete")).status_code == 303
    assert "No address is told yet" in (await olga.get(page)).text
