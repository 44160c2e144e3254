"""What is noted while a transaction works, and written when it commits: stored or lost with it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction

T = TypeVar("T")

NOTED = "noted until the commit"


class _Note(NamedTuple):
    note: Any
    within: SessionTransaction | None
    """The savepoint or transaction in which it was noted; None where none had begun."""


class WrittenAtCommit(Generic[T]):
    """Notes of one kind, which are written all at once.

    write  is handed those of a transaction, in the order in which they were noted.
    last   is for what holds a lock that all others need: it is written after everything else.
    """

    def __init__(
        self, write: Callable[[Session, Sequence[T]], None], *, last: bool = False
    ) -> None:
        self.write = write
        self.is_last = last

    def note(self, db: AsyncSession, notes: Iterable[T]) -> None:
        session = db.sync_session
        within = session.get_nested_transaction() or session.get_transaction()
        noted = [_Note(one, within) for one in notes]
        if not noted:
            return
        if NOTED not in session.info:
            session.info[NOTED] = {}
            event.listen(session, "before_commit", _write)
            event.listen(session, "after_soft_rollback", _forget)
        session.info[NOTED].setdefault(self, []).extend(noted)


def _write(session: Session) -> None:
    """Also called when a savepoint ends, which commits nothing yet."""
    if session.in_nested_transaction():
        return
    noted: dict[WrittenAtCommit[Any], list[_Note]] = session.info[NOTED]
    if noted:
        session.flush()
    for kind in sorted(noted, key=lambda one: one.is_last):
        kind.write(session, [one.note for one in noted.pop(kind)])


def _forget(session: Session, undone: SessionTransaction) -> None:
    """What is undone has not happened, be it a whole transaction or a savepoint in it."""
    noted: dict[WrittenAtCommit[Any], list[_Note]] = session.info[NOTED]
    for kind, notes in noted.items():
        noted[kind] = [one for one in notes if not _is_within(one.within, undone)]


def _is_within(inner: SessionTransaction | None, outer: SessionTransaction) -> bool:
    if inner is None:
        return not outer.nested
    while inner is not None and inner is not outer:
        inner = inner.parent
    return inner is outer
