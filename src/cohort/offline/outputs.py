"""Wiring: where the results of `cohort match` go: all together, or none, and over no input."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cohort.errors import Invalid


class Figures(Protocol):
    @property
    def total(self) -> float: ...

    @property
    def bound(self) -> float: ...

    @property
    def gap(self) -> float: ...


@dataclass(frozen=True, kw_only=True)
class Outputs:
    """Where to write; all files appear together, or none."""

    pairs: Path
    report: Path | None = None
    unmatched: Path | None = None

    @property
    def paths(self) -> list[Path]:
        return [path for path in (self.pairs, self.report, self.unmatched) if path]


@dataclass(frozen=True)
class Done:
    """What to say at the end: the figures, and the unmatched with reason and next step."""

    summary: str
    unmatched: Sequence[tuple[str, str, str]] = ()


def keep_apart(inputs: Sequence[Path], out: Outputs) -> None:
    """Before anything is read: every result can be written, and replaces no input or result."""
    taken = {path.resolve() for path in inputs}
    for path in out.paths:
        folder = path.resolve().parent
        if path.resolve() in taken:
            raise Invalid(f"{path} would be overwritten. Choose another name for the result.")
        if str(path) == "-" or (path.exists() and not path.is_file()):
            raise Invalid(f"{path} is not a file. Choose another name for the result.")
        if not folder.is_dir():
            raise Invalid(f"There is no folder {path.parent}. Make it first, or choose another.")
        if not os.access(folder, os.W_OK):
            raise Invalid(f"{path} cannot be written: its folder is read-only for you.")
        taken.add(path.resolve())


def write_together(files: Mapping[Path, bytes]) -> None:
    """All files are complete beside their places before the first one takes its place."""
    ready: dict[Path, Path] = {}
    try:
        for path, content in files.items():
            place = path.resolve()
            part = place.with_name(f".{place.name}.{os.getpid()}.part")
            ready[place] = part
            part.write_bytes(content)
        for place, part in ready.items():
            part.replace(place)
    except OSError as error:
        raise Invalid(f"{path} could not be written: {error.strerror}.") from error
    finally:
        for part in ready.values():
            with suppress(OSError):
                part.unlink(missing_ok=True)


def summary(
    pairs: int, unmatched: int, figures: Figures, seconds: float, cut_short: str = ""
) -> str:
    """The line of figures; above it, if time ran out, how far from the best they may be."""
    out_of_time = f"Time ran out before these pairs were proved the best. {cut_short}\n"
    return (
        f"{out_of_time if cut_short else ''}"
        f"pairs {pairs}, unmatched {unmatched}, total {figures.total:.12g}, "
        f"bound {figures.bound:.12g}, gap {figures.gap:.12g}, seconds {seconds:.2f}"
        f"{', stopped' if cut_short else ''}"
    )
