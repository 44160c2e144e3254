"""A platform as large as one may become, written by PostgreSQL itself.

One cohort of 2,000 researchers with 52 milestones each, 700 mentors and a solved run; other
cohorts beside it, until there are as many plan items in all as asked for.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

RESEARCHERS, MENTORS, MILESTONES, PAIRS = 2_000, 700, 52, 1_480
IN_ANOTHER = 1_750
"""Researchers in each of the other cohorts."""
TOKEN = "the-token-of-an-organiser"  # noqa: S105
NOW = datetime(2026, 4, 20, 9, tzinfo=UTC)
"""Seven weeks after the first day, so that half of each plan is due."""


def id_of(kind: str, number: int) -> str:
    return str(hashlib.md5(f"{kind}{number}".encode(), usedforsecurity=False).hexdigest())


FILL = """
-- Foreign keys are checked once at the end rather than a million times on the way.
CREATE TEMP TABLE keys ON COMMIT DROP AS
    SELECT conrelid::regclass AS its_table, conname, pg_get_constraintdef(oid) AS said
    FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace;
DO $$ DECLARE k record; BEGIN FOR k IN SELECT * FROM keys LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', k.its_table, k.conname);
END LOOP; END $$;
CREATE FUNCTION id_of(kind text, number bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS
    $$ SELECT md5(kind || number)::uuid $$;

INSERT INTO people (id, email, name, verified_at, is_admin, created_at)
SELECT id_of('person', n), 'person' || n || '@example.org', 'Person ' || n, $now, false, $now
FROM generate_series(0, $people) n;
INSERT INTO logins
    (id, person_id, token_hash, began_at, confirmed_at, used_at, device, expires_at)
VALUES (id_of('login', 0), id_of('person', 0), decode('$hash', 'hex'), now(), now(), now(), '',
    '$later');

INSERT INTO guides (id, slug, title, description, author, tags, imported_at)
VALUES (id_of('guide', 0), 'pmle', 'From research to production', '', '', '{}', $now);
INSERT INTO sections (id, guide_id, slug, title, level, position, body)
SELECT id_of('section', n), id_of('guide', 0), 'section-' || n, 'Section ' || n, 2, n, ''
FROM generate_series(1, ($milestones + 3) / 4) n;
INSERT INTO milestones
    (id, guide_id, section_id, slug, title, task, evidence, hours, skills, requires, position)
SELECT id_of('milestone', n), id_of('guide', 0), id_of('section', 1 + (n - 1) / 4),
    'milestone-' || n, 'Milestone ' || n, repeat('Build it and say why. ', 5),
    'A link to what you built.', 4, ARRAY['skill-' || n % 9],
    CASE WHEN n % 4 = 1 THEN '{}' ELSE ARRAY['milestone-' || n - 1] END, n
FROM generate_series(1, $milestones) n;
INSERT INTO terms (kind, slug, title, description, position)
SELECT kind, kind || '-' || n, initcap(kind) || ' ' || n, '', n
FROM unnest(ARRAY['domain', 'role', 'context', 'skill']) kind, generate_series(0, 19) n;

INSERT INTO cohorts (id, guide_id, slug, name, description, starts_on, ends_on, time_zone, seats,
    taken, state, matching_day, matching_time, running_since, created_at, version)
SELECT id_of('cohort', n), id_of('guide', 0), 'cohort-' || n, 'Cohort ' || n, '', '$first_day',
    '$last_day', 'Europe/Berlin', 5000, 2000, 'running', 0, '06:00', $now, $now, 1
FROM generate_series(0, $others) n;
INSERT INTO organisers (cohort_id, person_id, since)
SELECT id_of('cohort', n), id_of('person', 0), $now FROM generate_series(0, $others) n;

INSERT INTO enrolments (id, cohort_id, person_id, state, about, stage, domains, role_goals,
    contexts, languages, time_zone, weekly_hours, organisations, advisers, created_at, version)
SELECT id_of('enrolment', n),
    id_of('cohort', CASE WHEN n <= $researchers THEN 0
                    ELSE 1 + (n - $researchers - 1) / $in_another END),
    id_of('person', n), 'active', repeat('I work on translation for small languages. ', 3),
    'phd', ARRAY['domain-' || n % 20, 'domain-' || n % 7],
    ARRAY['role-' || n % 20, 'role-' || n % 3], ARRAY['context-' || n % 5], '{en,de}',
    'Europe/Berlin',
    '[{"day": "tuesday", "start": "17:00", "end": "20:00"},
      {"day": "friday", "start": "09:00", "end": "12:00"}]',
    ARRAY['University ' || n % 100], ARRAY['Professor ' || n],
    timestamptz '$start' + n * interval '1 minute', 1
FROM generate_series(1, $enrolments) n;

CREATE TEMP VIEW work AS SELECT *, timestamptz '$start' + k * interval '2 days'
        + (n * 7 + k * 13) % 97 * interval '1 hour' AS handed_in_at
    FROM (SELECT *, k <= n % 20 AS is_passed, k <= n % 20 + 1 AS is_handed_in
        FROM generate_series(1, $enrolments) n, generate_series(1, $milestones) k) each;
INSERT INTO plan_items (id, enrolment_id, milestone_id, position, due_at, state, passed_at,
    handed_in_at, judged_at, versions)
SELECT id_of('item', n * 100::bigint + k), id_of('enrolment', n), id_of('milestone', k), k,
    timestamptz '$start' + k * interval '2 days',
    CASE WHEN is_passed THEN 'passed' WHEN is_handed_in THEN 'submitted' ELSE 'open' END,
    CASE WHEN is_passed THEN handed_in_at + (n + k) % 60 * interval '1 hour' END,
    CASE WHEN is_handed_in THEN handed_in_at END,
    CASE WHEN is_passed THEN handed_in_at + (n + k) % 60 * interval '1 hour' END,
    is_handed_in::int
FROM work
ORDER BY n, k; -- a plan is laid out at once, so its rows lie side by side
INSERT INTO submissions (id, plan_item_id, version, text, links, submitted_at)
SELECT id_of('submission', n * 100::bigint + k), id_of('item', n * 100::bigint + k), 1,
    repeat('The monitor runs hourly; the threshold is argued in the notebook. ', 4),
    '{https://example.org/notebook}', handed_in_at
FROM work WHERE is_handed_in;
INSERT INTO reviews (id, submission_id, reviewer_id, verdict, comment, reviewed_at)
SELECT id_of('review', n * 100::bigint + k), id_of('submission', n * 100::bigint + k),
    id_of('person', 0), 'passed', 'Well argued.', handed_in_at + (n + k) % 60 * interval '1 hour'
FROM work WHERE is_passed;
DROP VIEW work;

INSERT INTO mentors (id, cohort_id, person_id, state, capacity, taken, motivation, came_from,
    domains, roles, contexts, skills, languages, time_zone, weekly_hours, organisations,
    consented_at, decision_note, created_at, version)
SELECT id_of('mentor', n), id_of('cohort', 0), id_of('person', $enrolments + n), 'approved', 3, 0,
    repeat('I was there once. ', 10), 'phd', ARRAY['domain-' || n % 20], ARRAY['role-' || n % 20],
    '{context-1}', ARRAY['skill-' || n % 20], '{en}', 'Europe/Berlin',
    '[{"day": "tuesday", "start": "17:00", "end": "20:00"}]', ARRAY['Company ' || n], $now, '',
    $now, 1
FROM generate_series(1, $mentors) n;
INSERT INTO rules (id, cohort_id, version, weights, requirements, aim, created_at)
VALUES (id_of('rules', 0), id_of('cohort', 0), 1, '{}', '{}',
    '{"objective": "total", "cover": false, "stickiness": 0}', $now);
INSERT INTO rounds (id, cohort_id, period, week, state, opened_at)
VALUES (id_of('round', 0), id_of('cohort', 0), '2026-W17', '2026-04-20', 'open', $now);
INSERT INTO runs (id, round_id, number, rules_id, state, queued_at, finished_at, researchers,
    mentors, places, total, bound, gap, stopped, seconds)
VALUES (id_of('run', 0), id_of('round', 0), 1, id_of('rules', 0), 'solved', $now, $now,
    $researchers, $mentors, 2100, 900, 900, 0, false, 2);
INSERT INTO pairs (id, run_id, enrolment_id, mentor_id, score, factors, reason, pinned, loss,
    fewer_placed)
SELECT id_of('pair', n), id_of('run', 0), id_of('enrolment', n),
    id_of('mentor', 1 + n % $mentors), 0.5 + n / 4096.0,
    (SELECT jsonb_agg(jsonb_build_object('name', f, 'title', initcap(f), 'score', 0.5,
        'weight', 0.125)) FROM unnest('{domain,role,skills,availability,language,path}'::text[]) f),
    repeat('You both work on machine translation. ', 4), false, 0.25, 0
FROM generate_series(1, $pairs) n;
INSERT INTO unmatched (id, run_id, enrolment_id, code, reason, detail)
SELECT id_of('unmatched', n), id_of('run', 0), id_of('enrolment', n), 'no_room',
    'Every mentor who fits has no room.', '{}'
FROM generate_series($pairs + 1, $researchers) n;
-- $more
DO $$ DECLARE k record; BEGIN FOR k IN SELECT * FROM keys LOOP
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', k.its_table, k.conname, k.said);
END LOOP; END $$;
DROP FUNCTION id_of;
"""


def written(statements: str, given: dict[str, object]) -> str:
    for name in sorted(given, key=len, reverse=True):
        statements = statements.replace(f"${name}", str(given[name]))
    return statements


async def fill(
    url: str,
    plan_items: int,
    *,
    milestones: int = MILESTONES,
    now: datetime = NOW,
    more: str = "",
) -> None:
    """`more` are statements for what else there is, with the same words."""
    enrolments = max(RESEARCHERS, -(-plan_items // milestones))
    others = -(-(enrolments - RESEARCHERS) // IN_ANOTHER)
    start = now - timedelta(weeks=7)
    given: dict[str, object] = {
        "people": enrolments + MENTORS,
        "hash": hashlib.sha256(TOKEN.encode()).hexdigest(),
        "later": (now + timedelta(days=36_500)).isoformat(),
        "now": f"timestamptz '{now.isoformat()}'",
        "start": start.isoformat(),
        "first_day": start.date(),
        "last_day": start.date() + timedelta(days=2 * milestones + 7),
        "milestones": milestones,
        "researchers": RESEARCHERS,
        "in_another": IN_ANOTHER,
        "enrolments": enrolments,
        "mentors": MENTORS,
        "others": others,
        "pairs": PAIRS,
    }
    connection: Any = await asyncpg.connect(url)
    await connection.execute(written(FILL.replace("-- $more", more), given))
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
