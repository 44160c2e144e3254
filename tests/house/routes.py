"""The routes of the application and the operations of its contract, as the house tests see them."""

from typing import Any

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from cohort.contract.document import document_of
from tests.contract import the_application

__all__ = ["handlers_of", "operations", "the_application"]


def handlers_of(app: Litestar) -> list[tuple[str, HTTPRouteHandler]]:
    found = [
        (route.path, handler)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if handler.fn.__name__ != "options_handler"
    ]
    assert len(found) > 100
    return found


def operations(app: Litestar) -> list[tuple[str, str, dict[str, Any]]]:
    paths = document_of(app)["paths"]
    found = [
        (path, method, operation)
        for path, methods in paths.items()
        for method, operation in methods.items()
    ]
    assert found
    return found
