"""The plan, its items and the queue in a browser that has no JavaScript."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Enrolment, EnrolmentState
from cohort.mentorships.models import Mentorship, Proposal, ProposalState
from cohort.study.models import Review, Submission
from tests.rooms.study_cast import AGAIN, EVIDENCE, PASSED, Cast, make_due, the_cast
from tests.world import a_cohort, a_guide, enrolled


@pytest.fixture
async def cast(db: AsyncSession, enter: Any, clock: Any) -> Cast:
    return await the_cast(db, enter, now=clock())


def plan_at(cast: Cast) -> str:
    return f"/plan/{cast.enrolment.id}"


def item_at(cast: Cast) -> str:
    return f"/plan/{cast.enrolment.id}/{cast.first}"


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


async def test_ada_sees_what_is_next_her_dates_and_her_mentor(cast: Cast) -> None:
    shown = await cast.ada.get(plan_at(cast))

    text = words(shown.text)
    assert shown.status_code == 200
    assert "Your plan" in text
    assert "Milestones passed 0 of 3" in text
    assert "End To End" in text
    assert "Sun 26 Apr 2026" in text
    assert "Max Example" in text
    assert "mailto:max@example.org" in shown.text


async def test_a_milestone_leads_to_its_section_of_the_guide(cast: Cast) -> None:
    listed = (await cast.ada.get("/api/v1/guides")).json()["items"][0]
    shown = (await cast.ada.get(f"{plan_at(cast)}/{cast.first}")).text
    address = re.search(r'href="(/guides/[^"#]+)#([^"]+)">Read “', shown)

    assert address is not None
    assert address[1] == f"/guides/{listed['slug']}"
    assert f'id="{address[2]}"' in (await cast.ada.get(address[1])).text


async def test_who_lives_elsewhere_sees_both_clocks(cast: Cast, db: AsyncSession) -> None:
    (await db.get_one(Enrolment, cast.enrolment.id)).time_zone = "Asia/Kolkata"
    await db.commit()

    text = words((await cast.ada.get(plan_at(cast))).text)

    assert "Sun 26 Apr 2026, 23:59 Berlin, UTC+2" in text
    assert "On your clock: Mon 27 Apr 2026, 03:29 Kolkata, UTC+5:30" in text


async def test_a_state_is_said_in_words(cast: Cast, db: AsyncSession, clock: Any) -> None:
    await make_due(db, cast.first, now=clock())
    overdue = words((await cast.ada.get(plan_at(cast))).text)
    await cast.hand_in()
    waiting = words((await cast.ada.get(plan_at(cast))).text)

    assert "Overdue" in overdue
    assert "Overdue" not in waiting
    assert "Waiting for review" in waiting


async def test_without_a_mentor_she_reads_what_will_happen(
    cast: Cast, db: AsyncSession, clock: Any
) -> None:
    (await db.scalars(select(Mentorship))).one().ended_at = clock()
    await db.commit()

    text = words((await cast.ada.get(plan_at(cast))).text)

    assert "You have no mentor yet. The cohort is matched every Monday" in text
    assert "max@example.org" not in text


async def proposed(cast: Cast, db: AsyncSession, now: Any) -> None:
    """Her mentorship has ended, and Max is proposed to her again."""
    (await db.scalars(select(Mentorship))).one().ended_at = now
    proposal = (await db.scalars(select(Proposal))).one()
    proposal.state, proposal.expires_at = ProposalState.OPEN, now + timedelta(days=7)
    await db.commit()


async def test_a_proposal_says_why_and_is_answered_from_the_plan(
    cast: Cast, db: AsyncSession, clock: Any
) -> None:
    await proposed(cast, db, clock())
    shown = (await cast.ada.get(plan_at(cast))).text
    accept = re.search(r'action="(/proposals/[^"]+/accept[^"]*)"', shown)

    assert accept
    assert "You both like pipelines." in words(shown)
    assert "max@example.org" not in shown
    answered = await cast.ada.post(accept[1])
    card = re.search(r'id="(proposal-[^"]+)"', shown)
    assert card
    here = f"{plan_at(cast)}#{card[1]}"
    assert (answered.status_code, answered.headers["location"]) == (303, here)
    assert "has not answered yet" in words((await cast.ada.get(plan_at(cast))).text)


async def test_an_organiser_reads_a_proposal_but_does_not_answer_it(
    cast: Cast, db: AsyncSession, clock: Any
) -> None:
    await proposed(cast, db, clock())

    shown = (await cast.olga.get(plan_at(cast))).text

    assert "Max Example is proposed" in words(shown)
    assert "/accept" not in shown


async def test_a_plan_without_milestones_says_so(
    cast: Cast, db: AsyncSession, enter: Any, clock: Any
) -> None:
    bea = await enter("Bea")
    guide = await a_guide(db, now=clock(), slug="other")
    cohort = await a_cohort(db, guide, now=clock(), slug="other")
    enrolment = await enrolled(db, cohort, bea.person, now=clock())
    await db.commit()

    shown = await bea.get(f"/plan/{enrolment.id}")

    assert "No milestones yet" in words(shown.text)


async def test_strangers_find_nothing(cast: Cast, anyone: Any) -> None:
    await cast.hand_in()
    for address in (plan_at(cast), item_at(cast)):
        assert (await cast.sam.get(address)).status_code == 404
        assert (await anyone.get(address)).headers["location"].startswith("/login?next=/plan/")
    other = f"/plan/{uuid4()}/{cast.first}"
    assert (await cast.ada.get(other)).status_code == 404


async def test_ada_hands_in_and_max_asks_for_another_look(cast: Cast, db: AsyncSession) -> None:
    form = {"text": "It **runs**.", "links": "https://example.org/a\r\nhttps://example.org/b"}
    sent = await cast.ada.post(item_at(cast), data=form)
    assert (sent.status_code, sent.headers["location"]) == (303, item_at(cast))
    submission = (await db.scalars(select(Submission))).one()
    queue = await cast.max.get("/review")
    assert f"{item_at(cast)}#versions" in queue.text

    judged = await cast.max.post(f"/review/{submission.id}", data=AGAIN)

    assert (judged.status_code, judged.headers["location"]) == (303, "/review")
    shown = (await cast.ada.get(item_at(cast))).text
    assert submission.links == ["https://example.org/a", "https://example.org/b"]
    assert "<strong>runs</strong>" in shown
    assert "Max Example asks for another look" in words(shown)
    assert AGAIN["comment"] in words(shown)
    assert "Hand in another version" in words(shown)


async def test_nothing_typed_is_lost_when_evidence_is_refused(cast: Cast, db: AsyncSession) -> None:
    form = {"text": "I wrote all this", "links": "www.example.org"}

    answer = await cast.ada.post(item_at(cast), data=form)

    assert answer.status_code == 422
    assert "I wrote all this</textarea>" in answer.text
    assert "www.example.org</textarea>" in answer.text
    assert 'id="field-links-error"' in answer.text
    assert 'href="#field-links"' in answer.text
    assert (await db.scalars(select(Submission))).all() == []


async def test_nothing_typed_is_lost_when_the_milestone_was_passed_meanwhile(cast: Cast) -> None:
    handed_in = (await cast.hand_in()).json()["id"]
    await cast.max.post(f"/api/v1/submissions/{handed_in}/review", json=PASSED)

    answer = await cast.ada.post(item_at(cast), data={"text": "More words", "links": ""})

    assert answer.status_code == 409
    assert "nothing more is needed" in words(answer.text)
    assert "More words" in answer.text


async def test_a_second_reviewer_is_told_and_keeps_her_words(cast: Cast, db: AsyncSession) -> None:
    handed_in = (await cast.hand_in()).json()["id"]
    await cast.max.post(f"/review/{handed_in}", data=PASSED)

    late = await cast.olga.post(f"/review/{handed_in}", data=AGAIN)

    assert late.status_code == 409
    assert "This version has its review" in words(late.text)
    assert AGAIN["comment"] in late.text
    assert (await db.scalars(select(Review.verdict))).all() == ["passed"]


async def test_a_review_that_was_overtaken_is_offered_for_the_new_version(cast: Cast) -> None:
    first = (await cast.hand_in()).json()["id"]
    second = (await cast.hand_in({"text": "Better."})).json()["id"]

    late = await cast.max.post(f"/review/{first}", data=AGAIN)

    assert late.status_code == 409
    assert f'action="/review/{second}"' in late.text
    assert f"{AGAIN['comment']}</textarea>" in late.text


async def test_another_look_without_a_reason_is_mended_at_the_field(cast: Cast) -> None:
    handed_in = (await cast.hand_in()).json()["id"]

    answer = await cast.max.post(f"/review/{handed_in}", data={"verdict": "again", "comment": ""})

    assert answer.status_code == 422
    assert 'id="field-comment-error"' in answer.text
    assert re.search(r'value="again" checked', answer.text)


async def test_forms_are_shown_to_those_who_may_use_them(cast: Cast, db: AsyncSession) -> None:
    await cast.hand_in()
    hand_in, judge = f'action="{item_at(cast)}"', 'action="/review/'
    ada, max_ = [(await one.get(item_at(cast))).text for one in (cast.ada, cast.max)]
    (await db.get_one(Enrolment, cast.enrolment.id)).state = EnrolmentState.WITHDRAWN
    await db.commit()
    closed = [(await one.get(item_at(cast))).text for one in (cast.ada, cast.olga)]

    assert (hand_in in ada, judge in ada) == (True, False)
    assert (hand_in in max_, judge in max_) == (False, True)
    assert not any(hand_in in html or judge in html for html in closed)


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "![beacon](https://evil.example/pixel.png)",
    "<svg/onload=alert(1)>",
    '[a](https://example.org "onmouseover=alert(1)")',
    "<style>body{display:none}</style>",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_what_others_wrote_can_do_no_harm(cast: Cast, text: str) -> None:
    handed_in = (await cast.hand_in({"text": text})).json()["id"]
    review = {"verdict": "again", "comment": text}
    await cast.max.post(f"/api/v1/submissions/{handed_in}/review", json=review)

    shown = (await cast.olga.get(item_at(cast))).text

    written = shown[shown.index('id="versions"') : shown.index("</main>")]
    tags = re.findall(r"<(\w+)([^>]*)>", written)
    assert not {name for name, _ in tags} & {"script", "img", "style", "iframe", "object"}
    for name, attributes in tags:
        assert not re.search(r"\son\w+\s*=", re.sub(r'"[^"]*"', '""', attributes)), name
        assert not re.search(r'href="\s*(javascript|data):', attributes, re.IGNORECASE)


async def test_the_queue_of_someone_who_reviews_nothing_is_kind(cast: Cast) -> None:
    assert "Nothing awaits your review" in words((await cast.sam.get("/review")).text)


async def test_long_evidence_goes_through_the_form_in_every_script(cast: Cast) -> None:
    sent = await cast.ada.post(item_at(cast), data=EVIDENCE | {"text": "界" * 20_000})

    assert sent.status_code == 303
