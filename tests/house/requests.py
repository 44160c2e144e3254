"""A good request for each route: what it sends, as a program and as a browser does."""

from base64 import b64encode
from typing import Any
from uuid import UUID

from tests.house.schedules import of_schedules
from tests.world import EVENINGS

PASSWORD = "correct horse battery"
NEW_PASSWORD = "nine loud badgers"

PROFILE = {
    "domains": ["nlp"],
    "languages": ["en"],
    "time_zone": "Europe/Berlin",
    "weekly_hours": EVENINGS,
    "organisations": ["Southwind"],
}
STUDYING = PROFILE | {"stage": "phd", "role_goals": ["ml-engineer"], "advisers": ["Grace"]}
MENTORING = PROFILE | {
    "roles": ["ml-engineer"],
    "skills": ["serving"],
    "came_from": "phd",
    "capacity": 2,
    "motivation": "I was there once.",
}
APPLYING = STUDYING | {"name": "Greta", "email": "greta@example.org"}
ANSWERING = STUDYING | {"name": "Ida"}
INVITING = {"invited_as": "mentor", "lines": ["Ivo <ivo@example.org>"]}
JOINING = MENTORING | {"name": "Greta", "email": "greta@example.org", "consent": True}
RULES = {
    "weights": {
        "domain": 3,
        "role": 2,
        "skills": 3,
        "availability": 1,
        "language": 0.5,
        "path": 1,
        "wishes": 2,
    },
    "requirements": {
        "conflict_of_interest": True,
        "common_language": True,
        "min_shared_hours": 1,
        "least_score": 0.2,
    },
    "aim": {"objective": "fair", "cover": True, "stickiness": 0.1},
}


RULES_FORM = {
    "version": "1",
    "personal": "2",
    **{name: str(weight) for name, weight in RULES["weights"].items()},
    "common_language": "true",
    "min_shared_hours": "1",
    "least_score": "0.2",
    "objective": "total",
    "stickiness": "0",
}
ADA = {"email": "ada@example.org", "password": PASSWORD}
ASKED = {"email": "greta@example.org"}
JOIN = {"name": "Eve", "password": PASSWORD}
COHORT = {
    "slug": "autumn-2027",
    "name": "Autumn 2027",
    "starts_on": "2027-09-01",
    "ends_on": "2027-12-20",
    "time_zone": "Europe/Berlin",
    "seats": 10,
}
CLONE = {name: COHORT[name] for name in ("slug", "name", "starts_on", "ends_on")}
EVIDENCE = {"text": "It runs.", "links": ["https://example.org/run"]}
QUESTION = {
    "name": "Framework",
    "kind": "text",
    "asks_researchers": "Which do you want?",
    "asks_mentors": "Which do you use?",
}
MEETS_AT = "2026-03-10T17:00:00+00:00"
LOCK = {"kind": "lock", "reason": "They have begun to talk."}
HOOK = {"url": "https://hooks.example.org/new"}
VERDICT = {"verdict": "passed", "comment": ""}
SPEAKING_FORM = {"domains": "nlp", "languages": "en", "time_zone": "Europe/Berlin"}
STUDYING_FORM = SPEAKING_FORM | {"stage": "phd", "role_goal_1": "ml-engineer", "version": "1"}
APPLYING_FORM = STUDYING_FORM | {"name": "Greta", "email": "greta@example.org"}
JOINING_FORM = SPEAKING_FORM | {
    "name": "Greta",
    "email": "greta@example.org",
    "roles": "ml-engineer",
    "skills": "serving",
    "came_from": "phd",
    "capacity": "2",
    "motivation": "I was there once.",
    "consent": "yes",
}


NOT_CHANGED = {"name", "email", "consent"}
PROFILE_FORM = {k: v for k, v in JOINING_FORM.items() if k not in NOT_CHANGED} | {"version": "1"}

IMPORT = {
    "file_name": "people.csv",
    "content": b64encode(b"Name,E-mail\nZoe,zoe@example.org\n").decode(),
    "holds": "researchers",
}


def in_api(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What a good request sends besides its address; nothing, where a route is not named."""
    seen = {"headers": {"If-Match": '"1"'}}
    seen_cohort = {"headers": {"If-Match": f'"{ids["version"]}"'}}
    applying = {"ids": {"mentor_id": ids["applicant_id"]}}
    summer = {"ids": {"cohort_id": ids["summer_id"]}}
    hers, invited = of_organisers(ids)
    return of_schedules() | {
        "POST /api/v1/cohorts": {"json": COHORT | {"guide_id": str(ids["guide_id"])}},
        "PATCH /api/v1/cohorts/{cohort_id}": {"json": {"seats": 40}, **seen_cohort},
        "POST /api/v1/cohorts/{cohort_id}/clones": {"json": CLONE},
        "POST /api/v1/cohorts/{cohort_id}/moves": {"json": {"to": "completed"}},
        "POST /api/v1/cohorts/{cohort_id}/organiser_invitations": {"json": ASKED},
        "DELETE /api/v1/cohorts/{cohort_id}/organisers/{person_id}": hers,
        "DELETE /api/v1/cohorts/{cohort_id}/organiser_invitations/{invitation_id}": invited,
        "POST /api/v1/organiser_invitations/acceptances": {"json": {"token": ids["to_run"]}},
        "POST /api/v1/cohorts/{cohort_id}/enrolments": {"json": STUDYING},
        "POST /api/v1/cohorts/{cohort_id}/imports": {"json": IMPORT},
        "POST /api/v1/cohorts/{cohort_id}/exports": {"json": {"format": "csv"}},
        "PATCH /api/v1/enrolments/{enrolment_id}": {"json": {"about": "New."}, **seen},
        "POST /api/v1/cohorts/{cohort_id}/applications": {"json": APPLYING, **summer},
        "GET /api/v1/cohorts/{cohort_id}/applications": summer,
        "POST /api/v1/cohorts/{cohort_id}/withdrawals": {
            "json": {"enrolment_ids": [str(ids["peer_id"])]}
        },
        "POST /api/v1/cohorts/{cohort_id}/approvals": {
            "json": {"mentor_ids": [str(ids["applicant_id"])]}
        },
        "POST /api/v1/cohorts/{cohort_id}/decisions": {"json": decision(ids), **summer},
        "PATCH /api/v1/applications/{application_id}": {"json": {"about": "New."}, **seen},
        "PUT /api/v1/applications/{application_id}/review": {"json": {"score": 4}},
        "POST /api/v1/cohorts/{cohort_id}/mentors": {"json": JOINING},
        "POST /api/v1/forms/mentor/{slug}": {"json": JOINING},
        "GET /api/v1/forms/challenges/{kind}/{slug}": {"ids": {"kind": "mentor"}},
        "GET /api/v1/forms/researcher/{slug}": {"ids": {"slug": "summer"}},
        "POST /api/v1/forms/researcher/{slug}": {"json": APPLYING, "ids": {"slug": "summer"}},
        "PATCH /api/v1/mentors/{mentor_id}": {"json": {"capacity": 5}, **seen},
        "POST /api/v1/enrolments/{enrolment_id}/pause": {"json": {"until": "2026-05-04"}},
        "POST /api/v1/mentors/{mentor_id}/approval": applying,
        "POST /api/v1/mentors/{mentor_id}/refusal": {"json": {"note": "Not now."}, **applying},
        "POST /api/v1/proposals/{proposal_id}/refusal": {"json": {"note": "No time."}},
        "PUT /api/v1/mentors/{mentor_id}/pause": {"json": {"back_on": "2026-06-01"}},
        "PUT /api/v1/mentorships/{mentorship_id}/pause": {"json": {"resumes_on": None}},
        "POST /api/v1/mentorships/{mentorship_id}/end": {"json": {"reason": "A new job."}},
        "POST /api/v1/mentorships/{mentorship_id}/meetings": {"json": {"starts_at": MEETS_AT}},
        "PATCH /api/v1/meetings/{meeting_id}": {"json": {"topic": "Pipelines."}, **seen},
        "POST /api/v1/meetings/{meeting_id}/agreement": {"json": {"starts_at": ids["meets_at"]}},
        "POST /api/v1/meetings/{meeting_id}/cancellation": {"json": {"note": "I am ill."}},
        "POST /api/v1/meetings/{meeting_id}/outcome": {
            "json": {"held": True},
            "ids": {"meeting_id": ids["held_id"]},
        },
        "POST /api/v1/plan_items/{item_id}/submissions": {"json": EVIDENCE},
        "POST /api/v1/submissions/{submission_id}/review": {"json": VERDICT},
        "POST /api/v1/cohorts/{cohort_id}/overrides": {"json": pin(ids)},
        **of_webhooks(),
        "POST /api/v1/cohorts/{cohort_id}/rules": {"json": RULES, **seen},
        "POST /api/v1/cohorts/{cohort_id}/rules_previews": {"json": RULES},
    }


def of_webhooks() -> dict[str, dict[str, Any]]:
    seen = {"headers": {"If-Match": '"1"'}}
    return {
        "POST /api/v1/cohorts/{cohort_id}/webhooks": {"json": HOOK},
        "PATCH /api/v1/webhooks/{webhook_id}": {"json": {"types": ["run.solved"]}, **seen},
    }


def on_pages(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The same for pages, as a browser sends it."""
    applying = {"ids": {"mentor_id": ids["applicant_id"]}}
    style = {"ids": {"file_path": "cohort.css"}}
    summer = {"ids": {"slug": "summer"}}
    confirm, imported = ({"ids": {"token": ids[one]}} for one in ("confirm", "imported"))
    named = {"data": STUDYING_FORM | {"name": "Zoe"}}
    to_mentor, to_run = ({"ids": {"token": ids[one]}} for one in ("to_mentor", "to_run"))
    return of_accounts(ids) | {
        "GET /guides/{slug}": {"ids": {"slug": "pmle"}},
        "POST /cohorts/new": {"data": COHORT | {"guide_id": str(ids["guide_id"])}},
        "POST /cohorts/{slug}/settings": {"data": {"seats": "40", "version": ids["version"]}},
        "POST /cohorts/{slug}/clone": {"data": CLONE},
        "POST /cohorts/{slug}/moves": {"data": {"to": "completed"}},
        "POST /cohorts/{slug}/organisers": {"data": ASKED},
        "POST /cohorts/{slug}/organisers/{person_id}/remove": {
            "ids": {"person_id": ids["co_organiser_id"]}
        },
        "POST /cohorts/{slug}/organiser_invitations/{invitation_id}/withdraw": {
            "ids": {"invitation_id": ids["to_run_id"]}
        },
        "GET /organisers/accept/{token}": to_run,
        "POST /organisers/accept/{token}": to_run,
        "POST /cohorts/{slug}/people": {"data": {"enrolment_ids": [str(ids["peer_id"])]}},
        "POST /cohorts/{slug}/mentors": {"data": {"mentor_ids": [str(ids["applicant_id"])]}},
        "POST /cohorts/{slug}/rules": {"data": RULES_FORM},
        "POST /cohorts/{slug}/rules/preview": {"data": RULES_FORM},
        "POST /cohorts/{slug}/enrol": {"data": STUDYING_FORM},
        "GET /cohorts/{slug}/apply": summer,
        "POST /cohorts/{slug}/apply": {"data": APPLYING_FORM, **summer},
        "POST /cohorts/{slug}/apply/withdrawal": summer,
        "GET /cohorts/{slug}/applications": summer,
        "POST /cohorts/{slug}/applications": {"data": decision(ids), **summer},
        "GET /applications/confirm/{token}": confirm,
        "POST /applications/confirm/{token}": confirm,
        "POST /cohorts/{slug}/import": {"data": IMPORT},
        "GET /imported/{token}": imported,
        "POST /imported/{token}": named | imported,
        "POST /applications/{application_id}": {"data": {"score": "4"}},
        "GET /mentors/confirm/{token}": to_mentor,
        "POST /mentors/confirm/{token}": to_mentor,
        "POST /mentoring/{mentor_id}/profile": {"data": PROFILE_FORM},
        "POST /mentors/join/{slug}": {"data": JOINING_FORM},
        "POST /mentors/{mentor_id}/approve": applying,
        "POST /mentors/{mentor_id}/decline": {"data": {"note": "Not now."}, **applying},
        "POST /mentoring/{mentor_id}/places": {"data": {"capacity": "5"}},
        "POST /proposals/{proposal_id}/decline": {"data": {"note": "No time."}},
        "POST /mentorships/{mentorship_id}/end": {"data": {"reason": "A new job."}},
        **of_meetings(ids),
        "POST /plan/{enrolment_id}/{item_id}": {"data": {"text": "It runs."}},
        "POST /review/{submission_id}": {"data": VERDICT},
        "POST /rounds/{round_id}/runs/{run_id}/cancellation": {
            "ids": {"round_id": ids["queued_round_id"], "run_id": ids["queued_run_id"]}
        },
        "POST /rounds/{round_id}/overrides": {"data": pin(ids)},
        "POST /cohorts/{slug}/webhooks": {"data": HOOK},
        "GET /api/docs/{subject}": {"ids": {"subject": "cohorts"}},
        "GET /static/{file_path}": style,
        "HEAD /static/{file_path}": style,
    }


def of_runs(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        "POST /api/v1/runs/{run_id}/cancellation": {"ids": {"run_id": ids["queued_run_id"]}},
        "POST /api/v1/runs/{run_id}/pin_sets": {"json": LOCK},
        "POST /runs/{run_id}/pin_sets": {"data": LOCK},
        "GET /api/v1/runs/{run_id}/repairs": {"params": {"mentor_id": str(ids["mentor_id"])}},
        "GET /api/v1/runs/{run_id}/swaps/{enrolment_id}/{other_id}": {
            "ids": {"other_id": ids["peer_id"]}
        },
        "GET /api/v1/runs/{run_id}/comparison": {"params": {"with": str(ids["run_id"])}},
    }


def of_meetings(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        "POST /mentorships/{mentorship_id}/meetings": {"data": {"suggested": MEETS_AT}},
        "POST /meetings/{meeting_id}/move": {"data": {"topic": "Pipelines.", "version": "1"}},
        "POST /meetings/{meeting_id}/agree": {"data": {"starts_at": ids["meets_at"]}},
        "POST /meetings/{meeting_id}/cancel": {"data": {"note": "I am ill."}},
        "POST /meetings/{meeting_id}/outcome": {
            "data": {"held": "true"},
            "ids": {"meeting_id": ids["held_id"]},
        },
    }


def of_invitations(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    invited = {"ids": {"token": ids["invited"]}}
    mentor = {"ids": {"token": ids["invited_mentor"]}}
    as_mentor = {name: JOINING[name] for name in JOINING if name != "email"}
    named = STUDYING_FORM | {"name": "Ida"}
    return {
        "POST /api/v1/cohorts/{cohort_id}/invitations": {"json": INVITING},
        "GET /api/v1/forms/invitation/{token}": invited,
        "POST /api/v1/forms/invitation/{token}/researcher": {"json": ANSWERING, **invited},
        "POST /api/v1/forms/invitation/{token}/mentor": {"json": as_mentor, **mentor},
        "POST /api/v1/forms/invitation/{token}/refusal": invited,
        "POST /cohorts/{slug}/invitations": {"data": INVITING},
        "GET /invitations/{token}": invited,
        "POST /invitations/{token}": {"data": named, **invited},
        "POST /invitations/{token}/refusal": invited,
    }


def of_accounts(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    peer = {"ids": {"person_id": ids["peer_person_id"]}}
    verify, password, link = (
        {"ids": {"token": ids[one]}} for one in ("verify", "password", "sign_in")
    )
    nowhere = {"ids": {"name": "nowhere"}}
    peer = {"ids": {"person_id": ids["peer_person_id"]}}
    return {
        "POST /api/v1/people": {"json": {"email": "eve@example.org"}},
        "POST /api/v1/verifications": {"json": JOIN | {"token": ids["verify"]}},
        "POST /api/v1/password_links": {"json": {"email": "ada@example.org"}},
        "POST /api/v1/passwords": {"json": {"token": ids["password"], "password": PASSWORD}},
        "POST /api/v1/logins": {"json": ADA},
        "POST /api/v1/login_links": {"json": {"email": "ada@example.org"}},
        "POST /api/v1/logins/by_link": {"json": {"token": ids["sign_in"]}},
        "POST /api/v1/api_keys": {"json": {"name": "script", "scopes": ["study:read"]}},
        "POST /api/v1/logins/current/confirmation": {"json": {"password": PASSWORD}},
        "POST /api/v1/me/address": {"json": {"email": "new@example.org"}},
        "POST /api/v1/addresses": {"json": {"token": ids["address"]}},
        "POST /account/address": {"data": {"email": "new@example.org"}},
        "GET /address/{token}": {"ids": {"token": ids["address"]}},
        "POST /address/{token}": {"ids": {"token": ids["address"]}},
        "PUT /api/v1/me/password": {"json": {"password": NEW_PASSWORD}},
        "PUT /api/v1/people/{person_id}/rights": {"json": {"opens_cohorts": True}, **peer},
        "POST /people/{person_id}/rights": {"data": {"opens_cohorts": "true"}, **peer},
        "PUT /api/v1/people/{person_id}/suspension": {"json": {"reason": "Spam."}, **peer},
        "DELETE /api/v1/people/{person_id}/suspension": peer,
        "POST /login": {"data": ADA},
        "GET /login/with/{name}": nowhere,
        "GET /login/with/{name}/callback": nowhere,
        "POST /account/identities/with/{name}": nowhere,
        "POST /account/identities/{identity_id}/remove": {"ids": {"identity_id": UUID(int=0)}},
        "POST /account/passkeys": {"data": {"name": "phone"}},
        "POST /account/passkeys/{passkey_id}/remove": {"ids": {"passkey_id": UUID(int=0)}},
        "POST /login/code": {"data": {"code": "123456"}},
        "POST /account/codes/confirm": {"data": {"code": "123456"}},
        "POST /account/confirm": {"data": {"by": "link"}},
        "POST /people/{person_id}/suspend": {"data": {"reason": "Spam."}, **peer},
        "POST /people/{person_id}/end_suspension": peer,
        "POST /account/password": {"data": {"password": NEW_PASSWORD}},
        "POST /account/keys": {"data": {"name": "script", "scopes": "study:read"}},
        "POST /login/link": {"data": {"email": "ada@example.org"}},
        "GET /login/link/{token}": link,
        "POST /login/link/{token}": link,
        "POST /join": {"data": {"email": "eve@example.org"}},
        "POST /forgotten": {"data": {"email": "ada@example.org"}},
        "GET /verify/{token}": verify,
        "POST /verify/{token}": {"data": JOIN, **verify},
        "GET /password/{token}": password,
        "POST /password/{token}": {"data": {"password": PASSWORD}, **password},
    }


def of_organisers(ids: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Amy, who runs the cohort too, and the invitation of Nora."""
    return (
        {"ids": {"person_id": ids["co_organiser_id"]}},
        {"ids": {"invitation_id": ids["to_run_id"]}},
    )


def of_rounds(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Both, for rounds of either kind; in the summer people are introduced."""
    in_summer = {"ids": {"cohort_id": ids["summer_id"], "slug": "summer"}}
    two_each = {"per_researcher": 2}
    return {
        "POST /api/v1/cohorts/{cohort_id}/introduction_rounds": {"json": two_each, **in_summer},
        "POST /cohorts/{slug}/introductions": {"data": two_each, **in_summer},
        "PUT /api/v1/introductions/{introduction_id}/answer": {"json": {"answer": "gladly"}},
        "POST /introductions/{introduction_id}/answer": {"data": {"answer": "could_work"}},
        "POST /api/v1/rounds/{round_id}/balance": {"json": balance(ids)},
        "POST /rounds/{round_id}/balance": {"data": balance(ids)},
    }


def balance(ids: dict[str, Any]) -> dict[str, Any]:
    return {"run_id": str(ids["run_id"]), "placing": 0.5, "keeping": 0.0}


def pin(ids: dict[str, Any]) -> dict[str, str]:
    pair = {"enrolment_id": str(ids["peer_id"]), "mentor_id": str(ids["mentor_id"])}
    return pair | {"kind": "pin", "reason": "They know each other."}


def decision(ids: dict[str, Any]) -> dict[str, Any]:
    return {"application_ids": [str(ids["application_id"])], "decision": "accept"}


def of_questions(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Both, for the organisers' own questions."""
    seen = {"headers": {"If-Match": '"1"'}}
    return {
        "POST /api/v1/cohorts/{cohort_id}/questions": {"json": QUESTION},
        "PATCH /api/v1/questions/{question_id}": {"json": {"help": "New."}, **seen},
        "PUT /api/v1/cohorts/{cohort_id}/answers/{side}": {"json": {"answers": {"Years": 3}}},
        "POST /cohorts/{slug}/questions": {"data": QUESTION},
        "POST /questions/{question_id}": {"data": {"help": "New.", "version": "1"}},
        "POST /questions/{question_id}/before": {"data": {"before": str(ids["question_id"])}},
        "POST /cohorts/{slug}/answers": {"data": {"side": "researcher"}},
    }
