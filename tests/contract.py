"""What the contract says of an answer, held against every answer that the tests get."""

import re
from functools import cache
from typing import Any

from httpx import Response
from litestar import Litestar

from cohort.app import create_app
from cohort.contract.document import document_of
from cohort.settings import Settings

NOWHERE = Settings(
    database_url="postgresql://nobody@localhost:1/none", redis_url="redis://localhost:1"
)


@cache
def the_application() -> Litestar:
    """To be looked at, not asked: to make one takes more than a second."""
    return create_app(NOWHERE)


@cache
def operations() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    paths = document_of(the_application())["paths"]
    # What has more words of its own goes first: /events/kinds is no cohort.
    return [
        (re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), methods)
        for path, methods in sorted(paths.items(), key=lambda one: one[0].count("{"))
    ]


async def answers_as_the_contract_says(response: Response) -> None:
    request = response.request
    found = next((each for path, each in operations() if path.fullmatch(request.url.path)), {})
    operation = found.get(request.method.lower())
    if operation is None or response.status_code in {304, 500}:
        return
    declared = operation["responses"].get(str(response.status_code))
    said = f"{request.method} {request.url.path} answers {response.status_code}"
    assert declared is not None, f"{said}, of which the contract says nothing."
    kind = response.headers.get("content-type", "").partition(";")[0]
    if kind == "application/problem+json":
        code = (await problem_of(response))["code"]
        assert code in declared["content"][kind]["examples"], (
            f"{said} `{code}`, not in the contract"
        )
    elif kind:
        assert kind in declared.get("content", {}), f"{said} as {kind}, not in the contract"
    if response.is_success and request.method != "GET":
        version = response.headers.get("etag")
        assert (version is not None) == ("ETag" in declared.get("headers", {})), f"{said}: ETag"


async def problem_of(response: Response) -> Any:
    await response.aread()
    return response.json()
