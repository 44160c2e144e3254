"""What the contract says of the API as a whole."""

from typing import Any

from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, Contact, License, SecurityScheme, Server, Tag
from litestar.types import Method

from cohort import __version__
from cohort.contract.document import Json
from cohort.people.auth import cookie_name
from cohort.settings import Settings

TAGS = {
    "people": "Accounts: signing up, signing in, API keys.",
    "guides": "The guides that are studied, their sections and milestones, and the taxonomies.",
    "cohorts": "Cohorts, their organisers, and the researchers who have a seat.",
    "applications": "Applying for a seat, scores, decisions, the waitlist.",
    "invitations": "Inviting people who may have no account, many at once.",
    "questions": "Questions of the organiser's own, and what people answered.",
    "forms": "What a form on another site needs: open cohorts, words to choose from, its schema.",
    "mentors": "Mentors: signing up, approval, places.",
    "introductions": "Who is to meet before anybody decides, and what they say after the talk.",
    "curricula": "Guides and milestones that organisers draft and publish, and their versions.",
    "agendas": "What the two of a mentorship talk about, and what they write down.",
    "checkins": "How mentorships go, asked of the two now and then.",
    "meetings": "When the two of a mentorship meet.",
    "circles": "Study circles: formed, published, their weekly meetings.",
    "sessions": "Live sessions of a cohort: when, who comes, who was there.",
    "mentorships": "Proposals to two people, their answers, and mentorships.",
    "wishes": "Finding people of the cohort, and saying whom you would like.",
    "mails": "Which mails you get, and when.",
    "announcements": "What organisers write to everyone of a cohort, or to a part of it.",
    "calendars": "The secret address of your calendar.",
    "quizzes": "Quizzes and mock exams, and how ready somebody is for the exam.",
    "assessments": "What a researcher knows already, and how it weighs her milestones.",
    "study": "Plans, evidence, reviews.",
    "weeks": "What a researcher has to do this week, and why.",
    "rules": "What the matching of a cohort weighs and requires, in versions.",
    "matching": "Rounds, runs, pairs, proofs, and what else could be.",
    "dashboard": "A cohort in figures.",
    "operations": "Work that is done after a request.",
    "events": "What happens in a cohort: as a list, and as a live stream.",
    "webhooks": "Telling other systems what happens in a cohort.",
}


def contract(settings: Settings) -> OpenAPIConfig:
    return OpenAPIConfig(
        title="cohort",
        version=__version__,
        description="Cohorts, study plans, mentors, and a matching that can be checked.",
        contact=Contact(name="The operators of this server", url=settings.public_url),
        license=License(name="MIT", identifier="MIT"),
        servers=[Server(url="/", description="The server that this contract comes from.")],
        tags=[Tag(name=name, description=says) for name, says in TAGS.items()],
        components=Components(
            security_schemes={
                "token": SecurityScheme(
                    type="http",
                    scheme="bearer",
                    description=(
                        "The token of a login, or an API key; a key needs the scope that the"
                        " operation names, and cannot do what names none."
                    ),
                ),
                "cookie": SecurityScheme(
                    type="apiKey",
                    name=cookie_name(settings),
                    security_scheme_in="cookie",
                    description="What a browser has after signing in on a page.",
                ),
            }
        ),
        path="/api",
        render_plugins=[Json(path=["/openapi.json", "/"])],
        use_handler_docstrings=True,
        operation_id_creator=name_of_operation,
    )


def name_of_operation(handler: HTTPRouteHandler, _method: Method, _path: Any) -> str:
    return handler.fn.__name__
