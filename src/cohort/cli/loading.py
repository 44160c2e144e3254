"""What a process loads before it begins its work, and what it keeps from then on."""

import gc
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

YOUNG = 5_000
"""Objects made before the collector looks at them first. A page of 2,000 people makes tens of
thousands, of which none is in a cycle."""
STAYS = 20_000
"""Objects that outlived a full collection and are left alone from then on."""


@contextmanager
def loading_for_good() -> Generator[None]:
    """What is loaded inside stays to the end of the process: the collector leaves it alone.

    It neither walks through it again and again while more is loaded, which takes a quarter of the
    start, nor later for each request or job.
    """
    gc.disable()
    try:
        yield
    finally:
        leave_alone_what_is_loaded()
        gc.callbacks.append(leave_alone_what_stays)
        gc.enable()


def leave_alone_what_is_loaded() -> None:
    """And look at what is made from now on once there is more of it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])


def leave_alone_what_stays(phase: str, collection: Mapping[str, Any]) -> None:
    """After the start, statements, templates and results are kept: 160,000 objects in the end.

    To walk through them takes a tenth of a second, and was done in one of 25 requests. What is
    frozen is freed as ever, but for cycles; as many objects must come to stay before more of them
    are frozen, so that this happens a few times in the life of a process.
    """
    is_full = phase == "stop" and collection["generation"] == 2
    if is_full and len(gc.get_objects(generation=2)) > STAYS:
        gc.freeze()
