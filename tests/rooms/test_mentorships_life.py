"""Every life that a proposal may have: what the rules allow happens, and nothing else does.

Hypothesis tells the stories: four researchers and two mentors of few places propose, accept,
decline, wait, pause, change their minds about places, end and leave, in any order, over HTTP.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

import anyio
import pytest
from httpx import AsyncClient, Response
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.db import unit_of_work
from cohort.mentors.models import Mentor
from cohort.mentorships import jobs, service
from cohort.mentorships.models import Mentorship, Proposal, ProposalState, Side
from cohort.people import logins
from cohort.people import service as people
from tests.conftest import Platform, emptied
from tests.world import a_cohort, a_guide, enrolled, mentoring

T = TypeVar("T")

RESEARCHERS = ("Ada", "Ben", "Cleo", "Dora")
MENTORS = {"Grace": 1, "Robin": 2}
WHO = st.sampled_from(RESEARCHERS)
WHOM = st.sampled_from(list(MENTORS))
SIDE = st.sampled_from(list(Side))
END_REASON = {"reason": "A new job."}


class ProposalLife(RuleBasedStateMachine):
    """The rules run in a thread of their own; the application runs on the loop of the test."""

    proposals: Bundle[UUID] = Bundle("proposals")

    def __init__(self, platform: Platform) -> None:
        super().__init__()
        self.platform = platform
        self.clients: dict[str, AsyncClient] = {}
        self.enrolments: dict[str, UUID] = {}
        self.mentors: dict[str, UUID] = {}
        self.names: dict[UUID, str] = {}
        self.cohort_id = UUID(int=0)
        self.seen: dict[UUID, ProposalState] = {}
        self.ended: set[UUID] = set()

    @initialize()
    def everybody_arrives(self) -> None:
        anyio.from_thread.run(self._arrive)

    async def _arrive(self) -> None:
        now = (await emptied(self.platform)).clock()
        async with unit_of_work(self.platform.sessions) as db:
            cohort = await a_cohort(db, await a_guide(db, now=now), now=now)
            self.cohort_id = cohort.id
            for name in (*RESEARCHERS, *MENTORS):
                person = await people.open_account(
                    db, f"{name.lower()}@example.org", f"{name} Example", now=now
                )
                assert person is not None
                person.verified_at = now
                login = logins.open_login(db, person, now=now, days=9_999)
                self.clients[name] = self.platform.client(login.token)
                if name in MENTORS:
                    places = MENTORS[name]
                    mentor = await mentoring(db, cohort, person, now=now, capacity=places)
                    self.mentors[name] = mentor.id
                else:
                    self.enrolments[name] = (await enrolled(db, cohort, person, now=now)).id
        self.names = {its_id: name for name, its_id in (self.enrolments | self.mentors).items()}

    def ask(self, who: str, method: str, path: str, **sent: Any) -> Response:
        async def request() -> Response:
            return await self.clients[who].request(method, f"/api/v1{path}", **sent)

        return anyio.from_thread.run(request)

    def look(self, at: Callable[[AsyncSession], Awaitable[T]]) -> T:
        async def looked() -> T:
            async with unit_of_work(self.platform.sessions) as db:
                return await at(db)

        return anyio.from_thread.run(looked)

    def row(self, model: type[T], its_id: UUID) -> T:
        return self.look(lambda db: db.get_one(model, its_id))

    def all_of(self, model: type[T]) -> Sequence[T]:
        async def rows(db: AsyncSession) -> Sequence[T]:
            return (await db.scalars(select(model))).all()

        return self.look(rows)

    def has_mentor(self, enrolment_id: UUID) -> bool:
        active = [one for one in self.all_of(Mentorship) if one.ended_at is None]
        return enrolment_id in {one.enrolment_id for one in active}

    @rule(target=proposals, who=WHO, whom=WHOM)
    def propose(self, who: str, whom: str) -> Any:
        """As publishing does it: only to who has a place, for who studies and has no mentor."""
        enrolment = self.row(Enrolment, self.enrolments[who])
        mentor = self.row(Mentor, self.mentors[whom])
        is_open = [
            one
            for one in self.all_of(Proposal)
            if (one.enrolment_id, one.state) == (enrolment.id, ProposalState.OPEN)
        ]
        if (
            enrolment.state is not EnrolmentState.ACTIVE
            or mentor.taken >= mentor.capacity
            or self.has_mentor(enrolment.id)
        ):
            return multiple()
        offer = service.Offer(
            enrolment.id,
            mentor.id,
            score=0.7,
            fit="good",
            best_score=0.8,
            possible_mentors=2,
            reason="Both read.",
            factors=[],
        )
        now = self.platform.clock()

        async def asked(db: AsyncSession) -> UUID:
            [made] = await service.propose(db, [offer], cohort_id=self.cohort_id, now=now)
            return made.id

        if is_open:
            with pytest.raises(service.AlreadyProposed):
                self.look(asked)
            return multiple()
        return self.look(asked)

    def answerer(self, proposal: Proposal, side: Side) -> str:
        whose = proposal.enrolment_id if side is Side.RESEARCHER else proposal.mentor_id
        return self.names[whose]

    @rule(proposal_id=proposals, side=SIDE)
    def accept(self, proposal_id: UUID, side: Side) -> None:
        proposal = self.row(Proposal, proposal_id)
        expected = self.answer_to_a_yes(proposal, side)
        answer = self.ask(
            self.answerer(proposal, side), "POST", f"/proposals/{proposal_id}/acceptance"
        )
        found = answer.json()
        assert (answer.status_code, found.get("code") or found["state"]) == expected

    @rule(proposal_id=proposals)
    def agree(self, proposal_id: UUID) -> None:
        """Both say yes: by chance alone, few stories would come to a mentorship."""
        for side in Side:
            self.accept(proposal_id, side)

    def answer_to_a_yes(self, proposal: Proposal, side: Side) -> tuple[int, str]:
        mentor = self.row(Mentor, proposal.mentor_id)
        if proposal.state is ProposalState.ACCEPTED:
            return 200, "accepted"
        if proposal.state is not ProposalState.OPEN or self.has_run_out(proposal):
            return 409, "proposal_closed"
        if self.row(Enrolment, proposal.enrolment_id).state is not EnrolmentState.ACTIVE:
            return 409, "not_enrolled"
        answers = {
            Side.RESEARCHER: proposal.researcher_accepted_at,
            Side.MENTOR: proposal.mentor_accepted_at,
        }
        if any(at is None for other, at in answers.items() if other is not side):
            return 200, "open"
        if mentor.taken >= mentor.capacity:
            return 409, "no_place_left"
        return 200, "accepted"

    def has_run_out(self, proposal: Proposal) -> bool:
        return proposal.expires_at <= self.platform.clock()

    @rule(proposal_id=proposals, side=SIDE)
    def decline(self, proposal_id: UUID, side: Side) -> None:
        proposal = self.row(Proposal, proposal_id)
        who = self.answerer(proposal, side)
        answer = self.ask(who, "POST", f"/proposals/{proposal_id}/refusal", json={"note": "No."})
        after = self.row(Proposal, proposal_id)
        if proposal.state is ProposalState.OPEN:
            assert (answer.status_code, after.state) == (200, ProposalState.DECLINED)
        else:
            assert after.state is proposal.state
            assert answer.status_code == (200 if proposal.declined_by == self.person(who) else 409)

    def person(self, name: str) -> UUID:
        if name in MENTORS:
            return self.row(Mentor, self.mentors[name]).person_id
        return self.row(Enrolment, self.enrolments[name]).person_id

    @rule(proposal_id=proposals, side=SIDE)
    def end(self, proposal_id: UUID, side: Side) -> None:
        found = [one for one in self.all_of(Mentorship) if one.proposal_id == proposal_id]
        for mentorship in found:
            who = self.answerer(self.row(Proposal, proposal_id), side)
            before = self.row(Mentor, mentorship.mentor_id).taken
            answer = self.ask(who, "POST", f"/mentorships/{mentorship.id}/end", json=END_REASON)
            assert answer.status_code == 200
            freed = 1 if mentorship.ended_at is None else 0
            assert self.row(Mentor, mentorship.mentor_id).taken == before - freed

    @rule(whom=WHOM, places=st.integers(0, 3))
    def offer_places(self, whom: str, places: int) -> None:
        before = self.row(Mentor, self.mentors[whom])
        answer = self.ask(
            whom,
            "PATCH",
            f"/mentors/{before.id}",
            json={"capacity": places},
            headers={"if-match": f'"{before.version}"'},
        )
        allowed = places >= before.taken
        assert answer.status_code == (200 if allowed else 409)
        assert self.row(Mentor, before.id).capacity == (places if allowed else before.capacity)

    @rule(whom=WHOM, verb=st.sampled_from(["POST", "DELETE"]))
    def pause_or_resume(self, whom: str, verb: str) -> None:
        answer = self.ask(whom, verb, f"/mentors/{self.mentors[whom]}/pause")
        assert answer.status_code == 200
        is_paused = self.row(Mentor, self.mentors[whom]).paused_at is not None
        assert is_paused == (verb == "POST")

    @rule(who=st.sampled_from(RESEARCHERS[2:]))
    def withdraw(self, who: str) -> None:
        answer = self.ask(who, "POST", f"/enrolments/{self.enrolments[who]}/withdrawal")
        assert answer.status_code == 200

    @rule(days=st.sampled_from([1, 1, 1, 7]))
    def wait(self, days: int) -> None:
        self.platform.clock.turn(days=days)

    @rule()
    def let_lapse(self) -> None:
        async def expire() -> None:
            await jobs.expire(self.platform.runner.cron)

        anyio.from_thread.run(expire)
        assert not [
            one
            for one in self.all_of(Proposal)
            if one.state is ProposalState.OPEN and self.has_run_out(one)
        ]

    @rule()
    def work(self) -> None:
        """Once every job is done, nobody waits for a place or a researcher that is gone."""
        anyio.from_thread.run(self.platform.run_jobs)
        gone = {one.id for one in self.all_of(Enrolment) if one.state is EnrolmentState.WITHDRAWN}
        full = {one.id for one in self.all_of(Mentor) if one.taken >= one.capacity}
        for proposal in self.all_of(Proposal):
            if proposal.state is ProposalState.OPEN:
                assert proposal.enrolment_id not in gone
                assert proposal.mentor_id not in full
        assert not any(self.has_mentor(one) for one in gone)

    @invariant()
    def places_are_counted_and_never_oversold(self) -> None:
        active = [one.mentor_id for one in self.all_of(Mentorship) if one.ended_at is None]
        for mentor in self.all_of(Mentor):
            assert active.count(mentor.id) == mentor.taken <= mentor.capacity

    @invariant()
    def nobody_has_two_mentors_or_two_open_proposals(self) -> None:
        active = [one.enrolment_id for one in self.all_of(Mentorship) if one.ended_at is None]
        proposals = self.all_of(Proposal)
        is_open = [one.enrolment_id for one in proposals if one.state is ProposalState.OPEN]
        assert len(active) == len(set(active))
        assert len(is_open) == len(set(is_open))

    @invariant()
    def states_only_move_forward(self) -> None:
        proposals = {one.id: one for one in self.all_of(Proposal)}
        for its_id, state in self.seen.items():
            assert state in {ProposalState.OPEN, proposals[its_id].state}
        self.seen = {its_id: one.state for its_id, one in proposals.items()}
        mentorships = self.all_of(Mentorship)
        ended = {one.id for one in mentorships if one.ended_at is not None}
        assert self.ended <= ended
        self.ended = ended
        accepted = sorted(i for i, state in self.seen.items() if state is ProposalState.ACCEPTED)
        assert sorted(one.proposal_id for one in mentorships) == accepted

    @invariant()
    def seats_are_counted(self) -> None:
        active = [one for one in self.all_of(Enrolment) if one.state is EnrolmentState.ACTIVE]
        assert sum(one.taken for one in self.all_of(Cohort)) == len(active)


async def live(platform: Platform, *, lives: int, steps: int) -> None:
    await anyio.to_thread.run_sync(
        lambda: run_state_machine_as_test(
            lambda: ProposalLife(platform),
            settings=settings(
                max_examples=lives,
                stateful_step_count=steps,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    )


@pytest.mark.timeout(300)
async def test_a_proposal_has_only_lives_that_the_rules_allow(platform: Platform) -> None:
    await live(platform, lives=20, steps=30)


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_a_proposal_has_only_lives_that_the_rules_allow_in_any_order(
    platform: Platform,
) -> None:
    await live(platform, lives=400, steps=60)
