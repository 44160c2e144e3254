"""A season, played through the verbs: what must hold in every week, and what it tells."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from cohort.cli import cli
from cohort.pairing.rules import Rules
from cohort.season import invariants
from cohort.season.behaviour import Behaviour, declines
from cohort.season.dice import Dice
from cohort.season.measures import Measures
from cohort.season.playing import play
from cohort.season.policies import BY_NAME, POLICIES
from cohort.season.report import interval_of, table
from cohort.season.stage import SeasonPlan, at_day, season_worker
from tests.conftest import Platform

pytestmark = pytest.mark.anyio
WEEKLY = BY_NAME["weekly"]
SMALL = SeasonPlan(BY_NAME["introduce"], seed=5, weeks=3, researchers=6, mentors=4)


@pytest.mark.timeout(400)
async def test_a_season_of_the_default_size_keeps_every_promise(platform: Platform) -> None:
    plan = SeasonPlan(WEEKLY)
    async with season_worker(platform.settings) as worker:
        season = await play(plan, worker)
    assert len(season.weeks) == 30
    assert season.measures.placed > 0.5
    assert season.measures.mentored_time > 0.4
    assert season.weeks[-1].mentored > plan.researchers / 3
    assert season.weeks[-1].seated < plan.researchers, "In thirty weeks somebody leaves."


BROKEN = {
    "UPDATE mentors SET taken = taken - 1 WHERE taken > 0": "A mentor's count of people is wrong.",
    "UPDATE enrolments SET state = 'withdrawn'": "Someone who has left still has a mentor.",
    "UPDATE mentors SET state = 'left'": "A mentor who left still has somebody, or is proposed.",
    "UPDATE mentors SET paused_at = '2027-01-01'": "A mentor who pauses was proposed to somebody.",
    "UPDATE introductions SET mentor_answer = 'rather_not', closed_at = '2027-01-01'": (
        "Two who would rather not were proposed to each other."
    ),
    "UPDATE jobs SET state = 'dead'": "Work was left undone, or failed.",
    'INSERT INTO mailbox SELECT gen_random_uuid(), "to", subject, text, html, sent_at '
    "FROM mailbox": "A mail was sent twice.",
}

LEFT_OUT = (
    "UPDATE mentorships SET ended_at = began_at",
    "UPDATE proposals SET state = 'lapsed'",
    "DELETE FROM pairs",
    "DELETE FROM unmatched",
)


async def _every_broken_promise_is_found(platform: Platform) -> None:
    """Each is broken in a transaction that is rolled back, behind the verbs' backs."""
    for statement, sentence in BROKEN.items():
        async with platform.sessions() as db:
            await db.execute(text(statement))
            found = await invariants.broken(db, now=at_day(SMALL.weeks * 7 - 1))
        assert sentence in found, statement
    async with platform.sessions() as db:
        assert await invariants.broken(db, now=at_day(SMALL.weeks * 7 - 1)) == []
        assert not await invariants.somebody_is_forgotten(db)
        for statement in LEFT_OUT:
            await db.execute(text(statement))
        assert await invariants.somebody_is_forgotten(db)


async def test_the_same_seed_plays_the_same_season(platform: Platform) -> None:
    async with season_worker(platform.settings) as worker:
        first, second = [await play(SMALL, worker) for _ in range(2)]
    assert first == second
    await _every_broken_promise_is_found(platform)


def test_the_command_compares_policies() -> None:
    size = ["--weeks", "2", "--researchers", "3", "--mentors", "2", "--seeds", "1"]
    two = ["--policy", "weekly", "--policy", "monthly"]
    result = CliRunner().invoke(cli, ["simulate", *size, *two])
    assert result.exit_code == 0, result.output
    assert "seed 1, monthly (publish every fourth week)" in result.output
    assert "2 weeks, 3 researchers, 2 mentors; seeds 1 to 1" in result.output
    assert "against weekly" in result.output


def test_a_policy_that_is_not_known_is_refused_with_the_list() -> None:
    result = CliRunner().invoke(cli, ["simulate", "--policy", "daily"])
    assert result.exit_code == 2
    assert "There is no policy “daily”." in result.output
    assert "publish every fourth week" in result.output


def test_the_docs_name_every_policy() -> None:
    text = (Path(__file__).parents[2] / "docs" / "simulating.md").read_text()
    listed = re.findall(r"^\| (\w+) \|", text.partition("## The policies")[2], re.MULTILINE)
    assert [one.name for one in POLICIES] == listed[1 : len(POLICIES) + 1]


def test_each_policy_differs_from_the_first_and_stickiness_has_earlier_pairs_to_keep() -> None:
    """Pairs of an earlier round are kept to only where that round was never published."""
    rules = {one.name: Rules.model_validate(one.rules) for one in POLICIES}
    played = [(rules[one.name], one.publish_every, one.introduces) for one in POLICIES]
    assert all(played.count(one) == 1 for one in played)
    sticky = [one for one in POLICIES if rules[one.name].aim.stickiness > 0]
    assert [one.name for one in sticky] == ["sticky"]
    assert all(one.publish_every > 1 for one in sticky)


def test_chance_does_not_depend_on_the_order_of_asking() -> None:
    dice = Dice(1)
    there = [dice.share("a", 1), dice.share("b", 2)]
    assert [dice.share("b", 2), dice.share("a", 1)] == there[::-1]
    assert Dice(2).share("a", 1) != there[0]
    days = [dice.day(3, 5, number) for number in range(300)]
    assert set(days) == {3, 4, 5}
    assert abs(sum(dice.normal(number) for number in range(2000)) / 2000) < 0.1


def test_a_better_pair_is_declined_less_often() -> None:
    behaviour = Behaviour()
    likely = [declines(behaviour, liking / 10) for liking in range(-2, 13)]
    assert likely == sorted(likely, reverse=True)
    assert likely[-1] == pytest.approx(behaviour.declines_at_best)


def test_an_interval_is_students() -> None:
    """Of 1, 2, 3: 2 ± 4.303 / √3, the quantile from any printed table."""
    found = interval_of([1.0, 2.0, 3.0])
    assert found.mean == 2.0
    assert found.half == pytest.approx(4.302653 / 3**0.5, abs=1e-6)
    assert interval_of([4.0]).half is None
    with pytest.raises(ValueError, match="at least one"):
        interval_of([])


def test_differences_are_taken_seed_by_seed() -> None:
    base = Measures(10.0, 0.5, 0.5, 0.5, 0.0, 0.1, 0.1, 5.0)
    first = [base, replace(base, waited_days=20.0)]
    second = [replace(base, waited_days=12.0), replace(base, waited_days=22.0)]
    lines = list(table({"weekly": first, "monthly": second}))
    assert lines[1].split()[-3:] == ["17.0", "±", "63.5"]
    assert lines[2].split() == ["against", "weekly", "+2.0", "±", "0.0"]
