"""Structured logs: what happened, to which route, for whom by id; never names or contents."""

import logging
import sys
from typing import Any

import msgspec
import structlog

from cohort.settings import Settings


def configure_logging(settings: Settings) -> None:
    """One line an event: for people on a terminal, as JSON elsewhere."""
    level = logging.getLevelNamesMapping()[settings.log_level]
    for_people = sys.stderr.isatty() or settings.development
    renderer: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if for_people
        else structlog.processors.JSONRenderer(serializer=_as_json)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=(
            structlog.PrintLoggerFactory(sys.stderr)
            if for_people
            else structlog.BytesLoggerFactory(sys.stderr.buffer)
        ),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s")


def _as_json(event: Any, **_options: Any) -> bytes:
    """In half the time that the standard library takes; every answer is logged."""
    return msgspec.json.encode(event, enc_hook=repr)
