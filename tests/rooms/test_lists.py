"""Lists that a dashboard draws: the same words for search, filters and orders everywhere.

One world for all: nobody here changes it.
"""

import base64
import json
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.db import unit_of_work
from cohort.matching.models import Pair, Round, Run, RunState
from cohort.mentors.models import Mentor, MentorState
from cohort.people import logins
from cohort.people.models import Person
from cohort.rules import service as rules
from cohort.study import service as study
from cohort.study.models import ItemState, PlanItem, Submission
from tests.conftest import MONDAY, Platform, emptied
from tests.world import a_cohort, a_guide, enrolled, mentored, mentoring, proposed

LATER = MONDAY + timedelta(days=90)
"""When the list is read: some milestones are past their date."""
RESEARCHERS = ["Ada", "Ben", "ada", "Çelik", "100%_Dora", "Eva"]
MENTORS = ["Grace", "Hugo", "Ida", "Jo"]


@dataclass
class World:
    cohort_id: str
    run_id: str
    enrolments: dict[str, str]
    mentors: dict[str, str]
    olga: AsyncClient
    ada: AsyncClient
    stranger: AsyncClient

    async def names(self, path: str, **params: Any) -> list[str]:
        """First names in the order of the list, read two at a time."""
        found: list[str] = []
        params = {"limit": 2, **params}
        while True:
            answer = await self.olga.get(self.address(path), params=params)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            found += [_name(item) for item in page["items"]]
            if page["next"] is None:
                return found
            params["cursor"] = page["next"]

    def address(self, path: str) -> str:
        return f"/api/v1/{path}".format(cohort=self.cohort_id, run=self.run_id)


def _name(item: dict[str, Any]) -> str:
    who = item.get("person") or item.get("researcher") or item
    whole: str = who if isinstance(who, str) else who["name"]
    return whole.removesuffix(" Example")


@pytest.fixture(scope="module")
async def world(_platform: Platform) -> AsyncGenerator[World]:
    platform = await emptied(_platform)
    clients: list[AsyncClient] = []

    async with unit_of_work(platform.sessions) as db:

        async def person(name: str) -> Person:
            address = f"{uuid4().hex}@example.org"
            one = Person(
                id=uuid4(),
                email=address,
                name=f"{name} Example",
                verified_at=MONDAY,
                is_admin=False,
                created_at=MONDAY,
            )
            db.add(one)
            await db.flush()
            return one

        def signed_in(one: Person) -> AsyncClient:
            entry = logins.open_login(db, one, now=LATER, days=14)
            clients.append(platform.client(entry.token))
            return clients[-1]

        olga, stranger = await person("Olga"), await person("Sam")
        cohort = await a_cohort(db, await a_guide(db, now=MONDAY), olga, now=MONDAY)
        people = {name: await person(name) for name in RESEARCHERS + MENTORS}
        studying, mentors = await _join(db, cohort, people)
        await _study(db, studying)
        run = await _match(db, cohort, studying, mentors)
        world = World(
            str(cohort.id),
            str(run.id),
            {name: str(one.id) for name, one in studying.items()},
            {name: str(one.id) for name, one in mentors.items()},
            signed_in(olga),
            signed_in(people["Ada"]),
            signed_in(stranger),
        )
    platform.clock.now = LATER
    yield world
    for client in clients:
        await client.aclose()
    await emptied(platform)


async def _join(
    db: AsyncSession, cohort: Cohort, people: dict[str, Person]
) -> tuple[dict[str, Enrolment], dict[str, Mentor]]:
    studying = {}
    for minutes, name in enumerate(RESEARCHERS):
        at = MONDAY + timedelta(minutes=minutes)
        studying[name] = await enrolled(db, cohort, people[name], now=at)
    studying["Eva"].state = EnrolmentState.WITHDRAWN
    changes: dict[str, dict[str, Any]] = {
        "Grace": {"capacity": 3, "taken": 1, "domains": ["machine-translation"]},
        "Hugo": {"capacity": 1, "taken": 1, "domains": ["robotics"]},
        "Ida": {"capacity": 2, "paused_at": MONDAY},
        "Jo": {"state": MentorState.PENDING, "domains": ["vision"]},
    }
    mentors = {}
    for minutes, name in enumerate(MENTORS):
        at = MONDAY + timedelta(minutes=minutes)
        mentors[name] = await mentoring(db, cohort, people[name], now=at, **changes[name])
    return studying, mentors


async def _study(db: AsyncSession, studying: dict[str, Enrolment]) -> None:
    """Ada passed all, Ben one; ada handed one in, the others nothing."""
    for one in studying.values():
        await study.lay_out(db, one.id, now=MONDAY)
    items: dict[str, list[PlanItem]] = {}
    for name, one in studying.items():
        of_plan = select(PlanItem).where(PlanItem.enrolment_id == one.id)
        items[name] = list(await db.scalars(of_plan.order_by(PlanItem.position)))
    for name, passed, waiting in [("Ada", 3, 0), ("Ben", 1, 0), ("ada", 0, 1)]:
        for place, item in enumerate(items[name][: passed + waiting]):
            item.state = ItemState.PASSED if place < passed else ItemState.SUBMITTED
            for version in (1, 2):
                at = MONDAY + timedelta(days=10 * place + version, minutes=len(name))
                db.add(
                    Submission(
                        plan_item_id=item.id, version=version, text="-", links=[], submitted_at=at
                    )
                )
    await db.flush()


async def _match(
    db: AsyncSession, cohort: Cohort, studying: dict[str, Enrolment], mentors: dict[str, Mentor]
) -> Run:
    """Ada has a mentor, Ben had one; ada is asked, and a run found three pairs."""
    await mentored(db, studying["Ada"], mentors["Grace"], now=MONDAY)
    over = await mentored(db, studying["Ben"], mentors["Hugo"], now=MONDAY + timedelta(days=1))
    over.ended_at = MONDAY + timedelta(days=2)
    await proposed(db, studying["ada"], mentors["Grace"], now=LATER - timedelta(days=5))
    await proposed(db, studying["Ben"], mentors["Ida"], now=LATER - timedelta(days=1))
    round_ = Round(cohort_id=cohort.id, period="2026-W10", week=MONDAY.date(), opened_at=MONDAY)
    db.add(round_)
    await db.flush()
    standing = await rules.standing(db, cohort.id, now=MONDAY)
    run = Run(round_id=round_.id, number=1, rules=standing, state=RunState.SOLVED, queued_at=MONDAY)
    db.add(run)
    await db.flush()
    found = [
        ("Ada", "Grace", 0.9, "strong"),
        ("Ben", "Hugo", 0.2, "weak"),
        ("ada", "Ida", 0.5, "fair"),
    ]
    db.add_all(
        Pair(
            run_id=run.id,
            enrolment_id=studying[one].id,
            mentor_id=mentors[other].id,
            score=score,
            fit=fit,
            factors=[],
            reason="-",
            pinned=False,
        )
        for one, other, score, fit in found
    )
    await db.flush()
    return run


ENROLMENTS, MENTORS_OF = "cohorts/{cohort}/enrolments", "cohorts/{cohort}/mentors"
PAIRS, SUBMISSIONS = "runs/{run}/pairs", "cohorts/{cohort}/submissions"
PROPOSALS, MENTORSHIPS = "cohorts/{cohort}/proposals", "cohorts/{cohort}/mentorships"
ALL = (ENROLMENTS, MENTORS_OF, PAIRS, SUBMISSIONS, PROPOSALS, MENTORSHIPS)


@pytest.mark.parametrize(
    ("path", "params", "expected"),
    [
        (ENROLMENTS, {}, RESEARCHERS),
        (ENROLMENTS, {"sort": "-created_at"}, RESEARCHERS[::-1]),
        (ENROLMENTS, {"q": "ADA"}, ["Ada", "ada"]),
        (ENROLMENTS, {"q": "%_d"}, ["100%_Dora"]),
        (ENROLMENTS, {"q": "çel"}, ["Çelik"]),
        (ENROLMENTS, {"q": "@example.org"}, []),
        (ENROLMENTS, {"state": "withdrawn"}, ["Eva"]),
        (ENROLMENTS, {"matching": "matched"}, ["Ada"]),
        (ENROLMENTS, {"matching": "proposed"}, ["Ben", "ada"]),
        (ENROLMENTS, {"matching": "waiting", "state": "active"}, ["Çelik", "100%_Dora"]),
        (ENROLMENTS, {"late": "false"}, ["Ada", "Eva"]),
        (ENROLMENTS, {"late": "true", "state": "active"}, ["Ben", "ada", "Çelik", "100%_Dora"]),
        (ENROLMENTS, {"sort": "-progress", "state": "active", "limit": 1, "late": "true"}, None),
        (MENTORS_OF, {}, MENTORS),
        (MENTORS_OF, {"sort": "-name"}, MENTORS[::-1]),
        (MENTORS_OF, {"free": "true", "paused": "false", "state": "approved"}, ["Grace"]),
        (MENTORS_OF, {"free": "false"}, ["Hugo"]),
        (MENTORS_OF, {"paused": "true"}, ["Ida"]),
        (MENTORS_OF, {"domain": "nlp"}, ["Grace", "Ida"]),
        (MENTORS_OF, {"domain": "machine-translation"}, ["Grace"]),
        (MENTORS_OF, {"q": "o", "domain": "vision"}, ["Jo"]),
        (PAIRS, {"sort": "-score"}, ["Ada", "ada", "Ben"]),
        (PAIRS, {"sort": "score"}, ["Ben", "ada", "Ada"]),
        (PAIRS, {"sort": "mentor"}, ["Ada", "Ben", "ada"]),
        (PAIRS, {"fit": "weak"}, ["Ben"]),
        (PAIRS, {"q": "ida"}, ["ada"]),
        (SUBMISSIONS, {"state": "submitted"}, ["ada"]),
        (SUBMISSIONS, {"sort": "researcher"}, ["Ada", "Ada", "Ada", "ada", "Ben"]),
        (SUBMISSIONS, {"milestone": "mock-exam"}, ["Ada"]),
        (PROPOSALS, {"state": "open"}, ["ada", "Ben"]),
        (PROPOSALS, {"state": "open", "sort": "expires_at", "q": "ida"}, ["Ben"]),
        (PROPOSALS, {"state": "open", "expires_before": "2026-06-03T09:00:00Z"}, ["ada"]),
        (PROPOSALS, {"sort": "-created_at", "state": "accepted"}, ["Ben", "Ada"]),
        (MENTORSHIPS, {"state": "active"}, ["Ada"]),
        (MENTORSHIPS, {"state": "ended", "q": "hugo"}, ["Ben"]),
        (MENTORSHIPS, {"sort": "-began_at"}, ["Ben", "Ada"]),
    ],
)
async def test_a_list_has_whom_it_was_asked_for_in_the_order_it_was_asked_for(
    world: World, path: str, params: dict[str, Any], expected: list[str] | None
) -> None:
    names = await world.names(path, **params)
    if expected is None:
        expected = ["Ben", "ada", "Çelik", "100%_Dora"]
        names, expected = names[:1] + sorted(names[1:]), expected[:1] + sorted(expected[1:])
    if path == SUBMISSIONS and "sort" in params:
        names = [name if name != "ada" else "Ada" for name in names]  # the same name for an order
        expected = ["Ada", "Ada", "Ada", "Ada", "Ben"]
    assert names == expected


@pytest.mark.parametrize(
    "sort", ["name", "-name", "progress", "-progress", "-late", "handed_in_at"]
)
async def test_everybody_is_on_exactly_one_page_in_every_order(world: World, sort: str) -> None:
    names = await world.names(ENROLMENTS, sort=sort)
    assert sorted(names) == sorted(RESEARCHERS)


async def test_the_same_cursor_goes_on_in_its_own_order_only(world: World) -> None:
    address = world.address(ENROLMENTS)
    first = await world.olga.get(address, params={"limit": 2, "sort": "name"})
    cursor = first.json()["next"]
    refused = await world.olga.get(address, params={"cursor": cursor, "sort": "-name"})
    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {
            "field": "cursor",
            "message": "This cursor is of another order. Begin again without it, or keep `sort`.",
        }
    ]


@pytest.mark.parametrize(
    ("path", "params", "field"),
    [
        (ENROLMENTS, {"sort": "email"}, "sort"),
        (ENROLMENTS, {"matching": "lonely"}, "matching"),
        (ENROLMENTS, {"late": "perhaps"}, "late"),
        (ENROLMENTS, {"include": "secrets"}, "include"),
        (ENROLMENTS, {"q": "x" * 101}, "q"),
        (MENTORS_OF, {"domain": "astrology"}, "domain"),
        (MENTORS_OF, {"domain": "\0"}, "domain"),
        (PAIRS, {"fit": "perfect"}, "fit"),
        (PAIRS, {"mentor_id": "grace"}, "mentor_id"),
        (PROPOSALS, {"expires_before": "tomorrow"}, "expires_before"),
        (PROPOSALS, {"expires_before": "2026-06-03T09:00:00"}, "expires_before"),
        (MENTORSHIPS, {"state": "resting"}, "state"),
        (SUBMISSIONS, {"milestone": "\0"}, "milestone"),
        (MENTORSHIPS, {"state": ["null", "null"]}, "state"),
        (PROPOSALS, {"state": "NULL"}, "state"),
        (ENROLMENTS, {"late": "null"}, "late"),
    ],
)
async def test_what_is_wrong_with_a_filter_is_said_at_its_name(
    world: World, path: str, params: dict[str, Any], field: str
) -> None:
    answer = await world.olga.get(world.address(path), params=params)
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["field"] == field
    assert error["message"].endswith((".", "`"))


CURSORS = [
    ["name", "\ud800", "0" * 32],
    ["name", "a\0", "0" * 32],
    ["name", 7, "0" * 32],
    ["name", None, "0" * 32],
    ["name", "a", "x"],
    ["name"],
    7,
]


@pytest.mark.parametrize("place", CURSORS)
async def test_a_made_up_cursor_is_refused_with_a_sentence(world: World, place: Any) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(place).encode()).decode()
    answer = await world.olga.get(
        world.address(ENROLMENTS), params={"sort": "name", "cursor": cursor}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "cursor"


async def test_a_page_of_a_dashboard_takes_three_calls(world: World) -> None:
    """Figures with the latest round; people with progress and mentor; mentors with free places."""
    include = {"include": ["progress", "matching"], "state": "active", "sort": "name", "limit": 25}
    calls: list[tuple[str, dict[str, Any]]] = [
        ("cohorts/{cohort}/overview", {"include": "latest_round"}),
        (ENROLMENTS, include),
        (MENTORS_OF, {"sort": "name", "limit": 25}),
    ]
    figures, people, mentors = [
        (await world.olga.get(world.address(path), params=params)).json() for path, params in calls
    ]

    assert (figures["matched"], figures["proposed"], figures["waiting"]) == (1, 2, 2)
    assert figures["latest_round"]["run"]["id"] == world.run_id
    by_name = {_name(one): one for one in people["items"]}
    assert by_name["Ada"]["matching"] == {
        "state": "matched",
        "mentor_id": world.mentors["Grace"],
        "mentor": "Grace Example",
    }
    assert by_name["Ben"]["matching"]["mentor"] == "Ida Example"
    assert by_name["Çelik"]["matching"] == {"state": "waiting", "mentor_id": None, "mentor": None}
    assert by_name["Ben"]["progress"]["passed"] == 1
    assert by_name["Ada"]["progress"]["late"] == 0
    assert by_name["Çelik"]["progress"]["handed_in_at"] is None
    assert {one["capacity"] - one["taken"] for one in mentors["items"]} >= {2, 0}


async def test_what_was_not_asked_for_is_not_worked_out(world: World) -> None:
    [first, *_] = (await world.olga.get(world.address(ENROLMENTS))).json()["items"]
    assert (first["progress"], first["matching"]) == (None, None)
    figures = (await world.olga.get(world.address("cohorts/{cohort}/overview"))).json()
    assert figures["latest_round"] is None


async def test_a_filter_shows_nobody_more_than_before(world: World) -> None:
    """Ada finds herself, a stranger nobody; neither learns who else matches."""
    everyone = {"matching": "waiting", "include": "progress"}
    hers = await world.ada.get(world.address(ENROLMENTS), params={"include": "matching"})
    assert [_name(one) for one in hers.json()["items"]] == ["Ada"]
    for one in (world.ada, world.stranger):
        found = await one.get(world.address(ENROLMENTS), params=everyone)
        assert found.json()["items"] == []
        for path in (MENTORS_OF, PROPOSALS, MENTORSHIPS):
            assert (await one.get(world.address(path), params={"q": "a"})).status_code == 403
        assert (await one.get(world.address(PAIRS), params={"q": "a"})).status_code == 404
    evidence = await world.ada.get(world.address(SUBMISSIONS))
    assert {_name(one) for one in evidence.json()["items"]} == {"Ada"}
    nothing = await world.stranger.get(world.address(SUBMISSIONS))
    assert nothing.json()["items"] == []


@pytest.mark.parametrize("path", ALL)
async def test_a_list_takes_as_many_statements_for_many_as_for_one(
    world: World, path: str, count_statements: Callable[[], Any]
) -> None:
    statements = []
    for limit in (1, 50):
        async with count_statements() as seen:
            await world.olga.get(world.address(path), params={"limit": limit, "q": "a"})
        statements.append(len(seen))
    assert statements[0] == statements[1] <= 4
