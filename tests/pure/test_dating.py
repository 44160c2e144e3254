"""New dates for any plan: to come, at the end of a day, in order, and not offered twice."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from cohort.assessments.focus import Focus
from cohort.schedules.away import DueAway, due_away
from cohort.schedules.dating import NewDates, PlanFacts, PlannedWork, date_anew
from cohort.study.due_dates import Work, lay_out, span

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia")


def some_work(dice: random.Random, number: int) -> PlannedWork:
    after_exam, with_exam = dice.random() < 0.2, dice.random() < 0.1
    return PlannedWork(
        slug=f"m{number}",
        title=f"M{number}",
        hours=dice.randint(1, 20),
        requires=tuple(f"m{one}" for one in range(number) if dice.random() < 0.15),
        position=number,
        is_optional=dice.random() < 0.2,
        after_exam=after_exam or with_exam,
        with_exam=with_exam,
        is_open=dice.random() < 0.7,
        due_at=datetime(2026, 1, 1, tzinfo=UTC),
        focus=dice.choice(list(Focus)),
    )


def some_plan(dice: random.Random) -> tuple[PlanFacts, datetime]:
    """Some days before a cohort, in it or after it; some dates are not those of its calendar."""
    zone = dice.choice(ZONES)
    starts_on = date(2026, 1, 1) + timedelta(days=dice.randint(0, 300))
    ends_on = starts_on + timedelta(days=dice.choice([1, 20, 60, 112]))
    days = dice.randint(-20, (ends_on - starts_on).days + 20)
    now = datetime.combine(starts_on + timedelta(days=days), time(dice.randint(0, 23), 59), UTC)
    joined_on = span(starts_on, ends_on, ZoneInfo(zone), now - timedelta(days=30))[0]
    work = [some_work(dice, number) for number in range(dice.randint(1, 12))]
    pieces = [Work(w.slug, w.hours, w.requires, w.position, w.is_optional) for w in work]
    begun = now - timedelta(days=30)
    laid_out = lay_out(pieces, starts_on=starts_on, ends_on=ends_on, zone=zone, now=begun)
    due = {one.slug: one.due_at + timedelta(weeks=dice.choice([0, 0, 1, -1])) for one in laid_out}
    away = starts_on + timedelta(days=dice.randint(-10, 100))
    facts = PlanFacts(
        starts_on=starts_on,
        ends_on=ends_on,
        zone=zone,
        joined_on=joined_on,
        hours=dice.choice([None, 1, 5, 40]),
        exam_on=dice.choice([None, ends_on + timedelta(days=dice.randint(-30, 60))]),
        absences=((away, away + timedelta(days=dice.randint(0, 40))),),
        work=tuple(one._replace(due_at=due[one.slug]) for one in work),
    )
    return facts, now


def with_dates(facts: PlanFacts, found: NewDates) -> PlanFacts:
    new = {one.slug: one.after for one in found.moved}
    work = (one._replace(due_at=new.get(one.slug, one.due_at)) for one in facts.work)
    return replace(facts, work=tuple(work))


@pytest.mark.parametrize("seed", range(20))
def test_any_plan_gets_dates_that_it_can_keep(seed: int) -> None:
    facts, now = some_plan(random.Random(seed))
    found = date_anew(facts, now=now)
    assert all(one.after > now for one in found.moved)
    there = [one.after.astimezone(ZoneInfo(facts.zone)).time() for one in found.moved]
    assert set(there) <= {time(23, 59)}
    dated = with_dates(facts, found)
    is_open = {one.slug: one for one in dated.work if one.is_open}
    for one in is_open.values():
        assert all(is_open[s].due_at <= one.due_at for s in one.requires if s in is_open)
    assert {one.slug for one in found.moved} <= is_open.keys()
    assert date_anew(dated, now=now).moved == [], "What was taken is not offered again."
    shuffled = replace(facts, work=facts.work[::-1])
    assert date_anew(shuffled, now=now) == found


def test_who_is_in_time_keeps_her_dates_on_any_day_of_any_week() -> None:
    dice = random.Random(7)
    pieces = [some_work(dice, number)._replace(is_optional=False) for number in range(8)]
    begun = datetime(2026, 3, 2, 9, tzinfo=UTC)
    days = {"starts_on": date(2026, 3, 2), "ends_on": date(2026, 6, 21), "zone": "Europe/Berlin"}
    work = [Work(one.slug, one.hours, one.requires, one.position) for one in pieces]
    due = {one.slug: one.due_at for one in lay_out(work, **days, now=begun)}  # type: ignore[arg-type]
    for day in range(0, 110, 9):
        now = begun + timedelta(days=day)
        plan = (one._replace(due_at=due[one.slug], is_open=due[one.slug] > now) for one in pieces)
        facts = PlanFacts(
            date(2026, 3, 2),
            date(2026, 6, 21),
            "Europe/Berlin",
            date(2026, 3, 2),
            None,
            None,
            (),
            tuple(plan),
        )
        assert date_anew(facts, now=now).moved == [], now


def behind(found: NewDates, slug: str, wanted: datetime) -> timedelta:
    after = {one.slug: one.after for one in found.moved}.get(slug, wanted)
    return max(timedelta(0), after - wanted)


def test_what_is_new_to_her_is_never_later_for_it_and_what_she_knows_never_sooner() -> None:
    dice, moved, proved = random.Random(3), 0, 0
    for _ in range(40):
        facts, now = some_plan(dice)
        work = (w._replace(focus=Focus.NORMAL, is_open=True, hours=4) for w in facts.work)
        flat = replace(facts, hours=5, exam_on=None, absences=(), work=tuple(work))
        slug = dice.choice(facts.work).slug
        wanted = next(one.due_at for one in facts.work if one.slug == slug)
        late = []
        for focus in (Focus.LOW, Focus.NORMAL, Focus.HIGH):
            weighed = (w._replace(focus=focus) if w.slug == slug else w for w in flat.work)
            found = date_anew(replace(flat, work=tuple(weighed)), now=now)
            late += [behind(found, slug, wanted)] if found.is_proved else []
        assert late == sorted(late, reverse=True)
        proved += len(late) == 3
        moved += late[:1] > late[-1:]
    assert proved >= 30, "Of an answer that is not the best nothing follows."
    assert moved, "In some plans it decides."


def test_what_is_due_in_an_absence_or_just_after_is_to_be_done_before() -> None:
    holidays = [
        (date(2026, 12, 24), date(2026, 12, 31)),
        (date(2027, 1, 1), date(2027, 1, 2)),
        (date(2026, 12, 1), date(2026, 12, 8)),
    ]
    due = [
        ("Under way", date(2026, 12, 6)),
        ("In time", date(2026, 12, 20)),
        ("Away", date(2026, 12, 27)),
        ("Just back", date(2027, 1, 3)),
        ("A week later", date(2027, 1, 10)),
    ]
    eve = date(2026, 12, 23)
    assert due_away(due, holidays, date(2026, 12, 3)) == [
        DueAway("Away", date(2026, 12, 27), eve, is_back=False),
        DueAway("Just back", date(2027, 1, 3), eve, is_back=True),
    ]
    assert due_away(due, [], date(2026, 12, 3)) == []
