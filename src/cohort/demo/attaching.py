"""Files that researchers of the demonstration hand in: notebooks, made of what they wrote."""

import hashlib
import io
import json
from datetime import datetime
from typing import Any
from uuid import UUID

from cohort.demo.evidence import HandIn
from cohort.demo.opening import Scene
from cohort.study.files import service as files
from cohort.study.models import PlanItem

CHECK = (
    "quiet = [0.8, 1.1, 0.9, 1.0]  # one number for each period, relative to its own baseline\n"
    "threshold = 1.0 + 3 * 0.13\n"
    "assert not [one for one in quiet if one > threshold], 'a false alarm'\n"
    "print(f'{len(quiet)} quiet periods, no alarm above {threshold:.2f}')"
)


async def attach_notebook(
    scene: Scene, step: HandIn, item: PlanItem, *, now: datetime
) -> list[UUID]:
    """With what still waits for its review, so that whoever reviews finds a file to open."""
    if step.reviewed_at is not None:
        return []
    content = notebook(item.milestone.title, step.text)
    kept = await files.keep(
        scene.db,
        scene.people[step.email],
        item.id,
        scene.storage,
        name=f"{item.milestone.slug}.ipynb",
        file=io.BytesIO(content),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        now=now,
    )
    return [kept.id]


def notebook(title: str, text: str) -> bytes:
    """As Jupyter saves it, before it was run."""
    words = {
        "cell_type": "markdown",
        "id": "words",
        "metadata": {},
        "source": f"# {title}\n\n{text}",
    }
    code: dict[str, Any] = {"cell_type": "code", "id": "check", "metadata": {}, "source": CHECK}
    code |= {"execution_count": None, "outputs": []}
    made = {"cells": [words, code], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(made, indent=1).encode()
