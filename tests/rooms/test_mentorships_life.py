"""Every life that a proposal may have: what the rules allow happens, and nothing else does.

Hypothesis tells the stories: four researchers and two mentors of few places are proposed to each
other, accept, decline, wait, pause, change their minds about places, end and leave, in any order,
over HTTP, and others meddle. Who said yes is remembered here, and not read from the rows.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
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
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.db import unit_of_work
from cohort.matching.models import Pair, Round, RoundState, Run, RunState
from cohort.matching.publishing import propose_pairs
from cohort.mentors.models import Mentor
from cohort.mentorships import jobs, service
from cohort.mentorships.models import Mentorship, Proposal, ProposalState, Side
from cohort.people import logins
from cohort.people import service as people
from cohort.people.models import Login, Person
from cohort.rules import service as rules
from tests.conftest import Platform, emptied
from tests.world import a_cohort, a_guide, enrolled, mentoring

T = TypeVar("T")

RESEARCHERS = ("Ada", "Ben", "Cleo", "Dora")
MENTORS = {"Grace": 1, "Robin": 2}
WHO = st.sampled_from(RESEARCHERS)
WHOM = st.sampled_from(list(MENTORS))
SIDE = st.sampled_from(list(Side))
ANSWERS = st.sampled_from(["acceptance", "refusal"])


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
        self.yes: set[tuple[UUID, Side]] = set()
        self.no: dict[UUID, UUID] = {}
        self.were_full: set[UUID] = set()
        self.rounds = 0
        self.ended: set[UUID] = set()

    @initialize()
    def everybody_arrives(self) -> None:
        anyio.from_thread.run(self._arrive)

    async def _arrive(self) -> None:
        now = (await emptied(self.platform)).clock()
        async with unit_of_work(self.platform.sessions) as db:
            olga = await self._enter(db, "Olga")
            cohort = await a_cohort(db, await a_guide(db, now=now), olga, now=now)
            self.cohort_id = cohort.id
            for name, places in MENTORS.items():
                person = await self._enter(db, name)
                mentor = await mentoring(db, cohort, person, now=now, capacity=places)
                self.mentors[name] = mentor.id
            for name in RESEARCHERS:
                person = await self._enter(db, name)
                self.enrolments[name] = (await enrolled(db, cohort, person, now=now)).id
        self.names = {its_id: name for name, its_id in (self.enrolments | self.mentors).items()}

    async def _enter(self, db: AsyncSession, name: str) -> Person:
        now = self.platform.clock()
        address = f"{name.lower()}@example.org"
        person = await people.open_account(db, address, f"{name} Example", now=now)
        assert person is not None
        person.verified_at = now
        login = logins.open_login(db, person, now=now, days=9_999)
        self.clients[name] = self.platform.client(login.token)
        return person

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

    @rule(target=proposals, who=WHO, whom=WHOM)
    def publish(self, who: str, whom: str) -> Any:
        """A pair of a round: its proposal, or the reason why there is none any more."""
        enrolment_id, mentor_id = self.enrolments[who], self.mentors[whom]
        before = self.all_of(Proposal)
        mentor = self.row(Mentor, mentor_id)
        is_open = [one for one in before if one.state is ProposalState.OPEN]
        awaited = [one for one in is_open if one.mentor_id == mentor_id]
        two = (enrolment_id, mentor_id)
        declined = {(one.enrolment_id, one.mentor_id) for one in before if one.id in self.no}
        is_fine = (
            self.row(Enrolment, enrolment_id).state is EnrolmentState.ACTIVE
            and mentor.paused_at is None
            and mentor.taken + len(awaited) < mentor.capacity
            and not self.has_mentor(enrolment_id)
            and enrolment_id not in {one.enrolment_id for one in is_open}
            and two not in declined
        )
        self.rounds += 1
        pair = self.look(lambda db: self._published(db, *two))
        assert (pair.skipped is None) == (pair.proposal_id is not None) == is_fine
        return multiple() if pair.proposal_id is None else pair.proposal_id

    async def _published(self, db: AsyncSession, enrolment_id: UUID, mentor_id: UUID) -> Pair:
        now = self.platform.clock()
        opened = Round(
            cohort_id=self.cohort_id,
            period=str(self.rounds),
            week=now.date(),
            state=RoundState.PUBLISHED,
            opened_at=now,
        )
        version = await rules.standing(db, self.cohort_id, now=now)
        db.add(opened)
        await db.flush()
        run = Run(round_id=opened.id, number=1, rules=version, state=RunState.SOLVED, queued_at=now)
        db.add(run)
        await db.flush()
        two = {"enrolment_id": enrolment_id, "mentor_id": mentor_id}
        pair = Pair(run_id=run.id, score=0.7, factors=[], reason="Both read.", pinned=False, **two)
        db.add(pair)
        await db.flush()
        await propose_pairs(db, opened, run, now=now)
        return pair

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
        if answer.status_code == 200:
            self.yes.add((proposal_id, side))
        if expected == (200, "accepted") and proposal.state is ProposalState.OPEN:
            assert not self.waiting_in_vain(proposal.mentor_id)

    @rule(proposal_id=proposals)
    def agree(self, proposal_id: UUID) -> None:
        """Both say yes: by chance alone, few stories would come to a mentorship."""
        for side in (*Side, Side.RESEARCHER):
            self.accept(proposal_id, side)
        mentor = self.row(Mentor, self.row(Proposal, proposal_id).mentor_id)
        if mentor.taken:
            self.offer_places(self.names[mentor.id], mentor.taken - 1)

    def waiting_in_vain(self, mentor_id: UUID) -> bool:
        """Somebody has an open proposal to a mentor who has no place left."""
        mentor = self.row(Mentor, mentor_id)
        is_open = [one for one in self.all_of(Proposal) if one.state is ProposalState.OPEN]
        is_full = mentor.taken >= mentor.capacity
        return is_full and mentor_id in {one.mentor_id for one in is_open}

    @rule(proposal_id=proposals, leaves_first=st.booleans())
    def agree_and_leave(self, proposal_id: UUID, *, leaves_first: bool) -> None:
        """The place is free again once the jobs are done; few stories would leave a mentor."""
        who = self.names[self.row(Proposal, proposal_id).enrolment_id]
        if who in RESEARCHERS[2:]:
            steps = [lambda: self.agree(proposal_id), lambda: self.withdraw(who)]
            for step in reversed(steps) if leaves_first else steps:
                step()
            self.work()

    @rule(proposal_id=proposals, why=st.sampled_from(["no place", "has run out"]))
    def agree_too_late(self, proposal_id: UUID, why: str) -> None:
        """Before any job has closed it: by chance alone, a job would mostly come first."""
        proposal = self.row(Proposal, proposal_id)
        whom = self.names[proposal.mentor_id]
        if why == "no place":
            self.offer_places(whom, self.row(Mentor, proposal.mentor_id).taken)
        else:
            self.wait(7)
        self.agree(proposal_id)
        self.let_lapse()

    def answer_to_a_yes(self, proposal: Proposal, side: Side) -> tuple[int, str]:
        mentor = self.row(Mentor, proposal.mentor_id)
        if proposal.state is ProposalState.ACCEPTED:
            return 200, "accepted"
        if proposal.state is not ProposalState.OPEN or self.has_run_out(proposal):
            return 409, "proposal_closed"
        if self.row(Enrolment, proposal.enrolment_id).state is not EnrolmentState.ACTIVE:
            return 409, "not_enrolled"
        if any((proposal.id, other) not in self.yes for other in Side if other is not side):
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
            self.no[proposal_id] = self.person(who)
            self.publish(self.names[proposal.enrolment_id], self.names[proposal.mentor_id])
            for other in Side:
                self.decline(proposal_id, other)
        else:
            is_said_before = self.no.get(proposal_id) == self.person(who)
            assert answer.status_code == (200 if is_said_before else 409)

    @rule(proposal_id=proposals, answer=ANSWERS, who=st.sampled_from([*RESEARCHERS, *MENTORS]))
    def meddle(self, proposal_id: UUID, answer: str, who: str) -> None:
        """Olga sees it and may not answer; to everybody else it is not there."""
        proposal = self.row(Proposal, proposal_id)
        the_two = {self.answerer(proposal, side) for side in Side}
        for meddler, status in (("Olga", 403), (who, 404)):
            if meddler not in the_two:
                path = f"/proposals/{proposal_id}/{answer}"
                body = {"json": {"note": "No."}} if answer == "refusal" else {}
                assert self.ask(meddler, "POST", path, **body).status_code == status

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
            freed = 1 if mentorship.ended_at is None else 0
            for reason in ("A new job.", "Said again."):
                sent = {"reason": reason}
                answer = self.ask(who, "POST", f"/mentorships/{mentorship.id}/end", json=sent)
                assert answer.status_code == 200
                assert self.row(Mentor, mentorship.mentor_id).taken == before - freed
                assert self.row(Mentorship, mentorship.id).end_reason != "Said again."

    @rule(proposal_id=proposals, side=SIDE)
    def agree_and_end(self, proposal_id: UUID, side: Side) -> None:
        self.agree(proposal_id)
        self.end(proposal_id, side)

    @rule(target=proposals, whom=WHOM)
    def ask_all_and_agree_with_one(self, whom: str) -> Any:
        """The others wait on while there are places, and no longer."""
        made = [self.propose(who, whom) for who in RESEARCHERS]
        asked = [one for one in made if isinstance(one, UUID)]
        if asked:
            self.agree(asked[0])
        return multiple(*asked)

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
        assert allowed or answer.json()["code"] == "capacity_below_taken"
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
        """A login ends in these days; everyone has signed in again."""
        self.platform.clock.turn(days=days)
        now = self.platform.clock()
        again = update(Login).values(began_at=now, expires_at=now + timedelta(days=7))
        self.look(lambda db: db.execute(again))

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
    def the_rows_are_what_was_done(self) -> None:
        rows = self.look(Rows.read)
        rows.are_sound()
        self.nothing_moves_back(rows)
        self.what_was_said_is_what_is_kept(rows)

    def nothing_moves_back(self, rows: "Rows") -> None:
        full = {one.id for one in rows.mentors if one.taken >= one.capacity}
        gone = {one.id for one in rows.enrolments if one.state is EnrolmentState.WITHDRAWN}
        for one in rows.proposals:
            if self.seen.get(one.id, ProposalState.OPEN) is not ProposalState.OPEN:
                assert one.state is self.seen[one.id]
            elif one.state is ProposalState.LAPSED:
                is_in_vain = one.enrolment_id in gone or one.mentor_id in full | self.were_full
                assert is_in_vain or self.has_run_out(one)
        ended = {one.id for one in rows.mentorships if one.ended_at is not None}
        assert self.ended <= ended
        self.seen = {one.id: one.state for one in rows.proposals}
        self.were_full, self.ended = full, ended

    def what_was_said_is_what_is_kept(self, rows: "Rows") -> None:
        for one in rows.proposals:
            at = {
                Side.RESEARCHER: one.researcher_accepted_at,
                Side.MENTOR: one.mentor_accepted_at,
            }
            said = {side for side in Side if (one.id, side) in self.yes}
            assert {side for side in Side if at[side]} == said
            assert one.state is not ProposalState.ACCEPTED or said == set(Side)
            assert one.declined_by == self.no.get(one.id)
            assert (one.state is ProposalState.DECLINED) == (one.id in self.no)
            assert (one.closed_at is None) == (one.state is ProposalState.OPEN)


@dataclass
class Rows:
    """All that there is after a step, read at once."""

    cohorts: Sequence[Cohort]
    enrolments: Sequence[Enrolment]
    mentors: Sequence[Mentor]
    proposals: Sequence[Proposal]
    mentorships: Sequence[Mentorship]

    @classmethod
    async def read(cls, db: AsyncSession) -> "Rows":
        kinds = (Cohort, Enrolment, Mentor, Proposal, Mentorship)
        return cls(*[(await db.scalars(select(kind))).all() for kind in kinds])

    def are_sound(self) -> None:
        active = [one for one in self.mentorships if one.ended_at is None]
        given = [one.mentor_id for one in active]
        for mentor in self.mentors:
            assert given.count(mentor.id) == mentor.taken <= mentor.capacity
        is_open = [one for one in self.proposals if one.state is ProposalState.OPEN]
        for each in (active, is_open):
            who = [one.enrolment_id for one in each]
            assert len(who) == len(set(who)), "Nobody has two mentors, or two open proposals."
        accepted = [one.id for one in self.proposals if one.state is ProposalState.ACCEPTED]
        assert sorted(one.proposal_id for one in self.mentorships) == sorted(accepted)
        seated = [one for one in self.enrolments if one.state is EnrolmentState.ACTIVE]
        assert sum(one.taken for one in self.cohorts) == len(seated)


async def live(platform: Platform, *, lives: int, steps: int, same: bool = False) -> None:
    """The same stories each time, or others."""
    await anyio.to_thread.run_sync(
        lambda: run_state_machine_as_test(
            lambda: ProposalLife(platform),
            settings=settings(
                max_examples=lives,
                stateful_step_count=steps,
                deadline=None,
                derandomize=same,
                suppress_health_check=list(HealthCheck),
            ),
        )
    )


@pytest.mark.timeout(300)
async def test_a_proposal_has_only_lives_that_the_rules_allow(platform: Platform) -> None:
    await live(platform, lives=12, steps=25, same=True)


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_a_proposal_has_only_lives_that_the_rules_allow_in_any_order(
    platform: Platform,
) -> None:
    await live(platform, lives=400, steps=60)
