"""What a cohort of seven weeks has besides its plans, written by PostgreSQL itself.

On the platform of `api_data`, with 60 milestones for each of its 2,000 researchers: applications,
quizzes and their answers, live sessions, mentorships with meetings and check-ins, absences,
circles, announcements, reviews by others, and what people said that they know.
"""

from datetime import datetime

import api_data

MILESTONES = 60
RESEARCHER_TOKEN = "the-token-of-a-researcher"  # noqa: S105
"""Of person 12, who is in enrolment 12, circle 2 and mentorship 12."""

MORE = """
INSERT INTO logins
    (id, person_id, token_hash, began_at, confirmed_at, used_at, device, expires_at)
VALUES (id_of('login', 12), id_of('person', 12), sha256('$researcher'), now(), now(), now(), '',
    now() + interval '100 years');
UPDATE milestones SET kind = 'exam_booking' WHERE position = 59;
UPDATE milestones SET kind = 'exam_result' WHERE position = 60;
UPDATE milestones SET is_optional = true WHERE position % 12 = 0 AND position < 59;
UPDATE enrolments SET created_at = timestamptz '$start' + interval '20 days'
    WHERE cohort_id = id_of('cohort', 0) AND right(id::text, 1) = '7';
INSERT INTO applications (id, cohort_id, person_id, state, profile, decided_at, decided_by,
    decision_note, created_at, version)
SELECT id_of('application', n), id_of('cohort', 0), id_of('person', n), 'accepted', '{}',
    timestamptz '$start' - n % 20 * interval '1 day', id_of('person', 0), '',
    timestamptz '$start' - (20 + n % 30) * interval '1 day', 1
FROM generate_series(1, $researchers) n WHERE n % 10 > 0;

-- Somebody sent back: a second version waits, or is passed.
UPDATE plan_items i SET versions = 2
FROM enrolments e WHERE e.id = i.enrolment_id AND e.cohort_id = id_of('cohort', 0)
    AND i.handed_in_at IS NOT NULL AND right(i.id::text, 1) = '3';
INSERT INTO submissions (id, plan_item_id, version, text, links, submitted_at)
SELECT gen_random_uuid(), id, 2, 'Better now.', '{}', handed_in_at + interval '30 hours'
FROM plan_items WHERE versions = 2;

INSERT INTO quiz_exams (id, guide_id, name, year, source, questions, pass_mark, sections,
    imported_at)
SELECT id_of('exam', 0), id_of('guide', 0), 'Engineer', 2026, 'https://example.org/exam', 60, 0.7,
    jsonb_agg(jsonb_build_object('slug', 'part-' || n, 'title', 'Part ' || n,
        'weight', CASE WHEN n <= 4 THEN 17 ELSE 16 END, 'skills', '[]'::jsonb) ORDER BY n), $now
FROM generate_series(1, 6) n;
INSERT INTO quiz_questions (id, guide_id, section_id, slug, version, exam_section, kind, text,
    choices, lefts, "right", unit, explanation, position)
SELECT id_of('question', n), id_of('guide', 0), id_of('section', 1 + n % 13), 'question-' || n, 1,
    'part-' || 1 + n % 6, 'single', repeat('What would you do? ', 8), '{A,B,C,D}', '{}', '[1]', '',
    'Because it is so.', n
FROM generate_series(1, 200) n;
INSERT INTO quizzes (id, guide_id, slug, kind, title, about, question_ids, position)
SELECT id_of('quiz', q), id_of('guide', 0), 'quiz-' || q, 'practice', 'Quiz ' || q, '',
    array_agg(id_of('question', q * 20 + n) ORDER BY n), q
FROM generate_series(0, 9) q, generate_series(1, 20) n GROUP BY q;
INSERT INTO quiz_tries (id, enrolment_id, quiz_id, question_ids, began_at, handed_in_at, score,
    "right")
SELECT id_of('try', n * 10 + q), id_of('enrolment', n), id_of('quiz', q), question_ids,
    timestamptz '$start' + (q * 4 + n % 4) * interval '1 day',
    timestamptz '$start' + (q * 4 + n % 4) * interval '1 day' + interval '20 minutes',
    0.25 + n % 7 * 0.1, 5 + n % 7 * 2
FROM generate_series(1, $researchers) n
JOIN generate_series(0, 9) q ON q <= n % 11 JOIN quizzes ON quizzes.id = id_of('quiz', q);
INSERT INTO quiz_answers (try_id, question_id, given, mark, is_first, answered_at)
SELECT t.id, its_id, jsonb_build_object('chosen', jsonb_build_array(1 + (place > t."right")::int)),
    (place <= t."right")::int, true, t.began_at
FROM quiz_tries t, unnest(t.question_ids) WITH ORDINALITY AS asked (its_id, place);
INSERT INTO quiz_section_results (try_id, exam_section, answered, "right")
SELECT try_id, exam_section, count(*), count(*) FILTER (WHERE mark = 1)
FROM quiz_answers JOIN quiz_questions q ON q.id = question_id GROUP BY 1, 2;

INSERT INTO sessions (id, cohort_id, repeats, slot_at, title, about, host, state, starts_at,
    minutes, capacity, taken, link, recording_link, notes_link, code, note, sequence, planned_by,
    created_at, changed_at, version)
SELECT id_of('session', n), id_of('cohort', 0), '', its_at, 'Session ' || n, 'About it.', 'Host',
    'planned', its_at, 60, 0, 700, '', '', '', 'code' || n, '', 0, id_of('person', 0), $now, $now, 1
FROM (SELECT n, timestamptz '$start' + n * interval '3 days' its_at
    FROM generate_series(1, 24) n) _;
INSERT INTO session_places (id, session_id, person_id, state, asked_at, attended_at, attended_by)
SELECT id_of('place', s * 10000 + n), id_of('session', s), id_of('person', n), 'coming',
    timestamptz '$start',
    CASE WHEN s <= 16 AND n % 4 > 0 THEN timestamptz '$start' + s * interval '3 days' END,
    CASE WHEN s <= 16 AND n % 4 > 0 THEN 'code' END
FROM generate_series(1, 24) s, generate_series(1, $researchers) n WHERE (n + s) % 3 = 0;

INSERT INTO proposals (id, cohort_id, enrolment_id, mentor_id, state, score, reason, factors, note,
    created_at, expires_at, closed_at, researcher_accepted_at, mentor_accepted_at)
SELECT id_of('proposal', n), id_of('cohort', 0), id_of('enrolment', n),
    id_of('mentor', 1 + n % $mentors), 'accepted', 0.7, 'You both work on translation.', '[]', '',
    timestamptz '$start', timestamptz '$start' + interval '7 days',
    timestamptz '$start' + interval '3 days', timestamptz '$start' + interval '2 days',
    timestamptz '$start' + interval '3 days'
FROM generate_series(1, $pairs) n;
INSERT INTO mentorships (id, cohort_id, proposal_id, enrolment_id, mentor_id, began_at, end_reason)
SELECT id_of('mentorship', n), id_of('cohort', 0), id_of('proposal', n), id_of('enrolment', n),
    id_of('mentor', 1 + n % $mentors), timestamptz '$start' + interval '3 days', ''
FROM generate_series(1, $pairs) n;
UPDATE mentors SET taken = its.taken FROM (SELECT mentor_id, count(*) taken FROM mentorships
    GROUP BY 1) its WHERE its.mentor_id = mentors.id;
INSERT INTO meetings (id, mentorship_id, state, starts_at, minutes, topic, place, proposed_by, note,
    sequence, created_at, changed_at, version)
SELECT id_of('meeting', n * 10 + k), id_of('mentorship', n),
    CASE WHEN k < 4 THEN 'held' ELSE 'agreed' END, timestamptz '$start' + k * interval '13 days',
    30, '', '', id_of('person', n), '', 0, timestamptz '$start', timestamptz '$start', 1
FROM generate_series(1, $pairs) n, generate_series(1, 4) k WHERE (n + k) % 5 > 0;
INSERT INTO check_ins (id, mentorship_id, side, due_on, asked_at, answered_at, closed_at, met,
    going, needs_help, words)
SELECT id_of('check-in-' || side, n), id_of('mentorship', n), side,
    (timestamptz '$start' + interval '33 days')::date, timestamptz '$start' + interval '33 days',
    timestamptz '$start' + interval '34 days', timestamptz '$start' + interval '34 days', true,
    CASE WHEN n % 9 = 0 THEN 'badly' ELSE 'well' END, n % 40 = 0, ''
FROM generate_series(1, $pairs) n, unnest('{researcher,mentor}'::text[]) side;

INSERT INTO absences (id, enrolment_id, first_day, last_day, reason, created_at)
SELECT id_of('absence', n), id_of('enrolment', n * 9), date '$first_day' + 14 + n % 14,
    date '$first_day' + 24 + n % 14, '', timestamptz '$start'
FROM generate_series(1, 200) n;
INSERT INTO study_paces (enrolment_id, hours, changed_at)
SELECT id_of('enrolment', n), 5 + n % 10, timestamptz '$start'
FROM generate_series(1, $researchers) n WHERE n % 3 = 0;
INSERT INTO assessment_statements (id, guide_id, slug, text, side, milestones, skippable, position)
SELECT id_of('statement', n), id_of('guide', 0), 'statement-' || n, 'I can do it.',
    (ARRAY['research', 'production'])[1 + n % 2],
    ARRAY['milestone-' || n], '{}', n FROM generate_series(1, 40) n;
INSERT INTO assessment_answers (enrolment_id, statement_id, level, answered_at)
SELECT id_of('enrolment', n), id_of('statement', s),
    (ARRAY['new', 'seen', 'done', 'routine'])[1 + (n * s) % 4], timestamptz '$start'
FROM generate_series(1, $researchers) n, generate_series(1, 40) s;
INSERT INTO circles (id, cohort_id, number, minutes, link, notes, sequence, created_at, changed_at,
    version)
SELECT id_of('circle', n), id_of('cohort', 0), n, 60, '', '', 0, timestamptz '$start',
    timestamptz '$start', 1
FROM generate_series(0, 399) n;
INSERT INTO circle_members (id, circle_id, enrolment_id, joined_at)
SELECT id_of('member', n), id_of('circle', n / 5), id_of('enrolment', n), timestamptz '$start'
FROM generate_series(1, $researchers - 1) n;
INSERT INTO announcements (id, cohort_id, audience, subject, text, is_essential, sent_by, sent_at)
SELECT id_of('announcement', n), id_of('cohort', 0), 'everyone', 'News ' || n, 'Words.', false,
    id_of('person', 0), timestamptz '$start' + n * interval '5 days' FROM generate_series(1, 8) n;
INSERT INTO announcement_copies (id, announcement_id, person_id, state, told_at)
SELECT gen_random_uuid(), id_of('announcement', a), id_of('person', n), 'sent',
    timestamptz '$start' + a * interval '5 days'
FROM generate_series(1, 8) a, generate_series(1, $researchers) n;
INSERT INTO peer_review_rules (id, cohort_id, milestone, is_on, reviews_each, days, most_at_once,
    anonymous, with_mentors, with_staff, peers_pass, version)
VALUES (id_of('peer rules', 0), id_of('cohort', 0), '', true, 2, 5, 3, true, false, false, false,
    1);
INSERT INTO review_allocations (id, cohort_id, made_at, works, reviewers, wanted, given, total,
    bound, most, least, proved)
SELECT id_of('allocation', n), id_of('cohort', 0), timestamptz '$start' + n * interval '1 day', 200,
    200, 400, 400, 300, 300, 3, 1, true FROM generate_series(1, 40) n;
INSERT INTO review_tasks (id, cohort_id, submission_id, reviewer_id, role, ask, state, anonymous,
    fit, allocated_at, due_at, ended_at)
SELECT id_of('task', n * 100 + k), id_of('cohort', 0), id_of('submission', n * 100 + k),
    id_of('person', 1 + (n + 17) % $researchers), 'peer', 'first', CASE WHEN k <= n % 20
    THEN 'done' ELSE 'open' END, true, 0.5, timestamptz '$start' + k * interval '2 days',
    timestamptz '$start' + (k * 2 + 5) * interval '1 day',
    CASE WHEN k <= n % 20 THEN timestamptz '$start' + (k * 2 + 3) * interval '1 day' END
FROM generate_series(1, $researchers) n, generate_series(1, 21) k
WHERE k <= n % 20 + 1 AND k % 3 = 0;
INSERT INTO peer_reviews (id, task_id, verdict, comment, rubric, levels, reviewed_at)
SELECT id_of('peer review', n), review_tasks.id, 'passed', 'Good.', '[]', '[]', ended_at
FROM (SELECT *, row_number() OVER () n FROM review_tasks) review_tasks WHERE state = 'done';
INSERT INTO extensions (id, plan_item_id, state, until, reason, asked_at, due_before, answer)
SELECT id_of('extension', n), id_of('item', n * 100 + n % 20 + 2), 'asked',
    date '$first_day' + 60, 'I was ill.', $now, timestamptz '$start', ''
FROM generate_series(1, 300) n;
"""


async def fill(url: str, plan_items: int, *, now: datetime) -> None:
    more = MORE.replace("$researcher'", f"{RESEARCHER_TOKEN}'")
    await api_data.fill(url, plan_items, milestones=MILESTONES, now=now, more=more)
