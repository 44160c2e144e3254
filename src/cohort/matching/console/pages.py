"""The matrix of a round's newest run in a browser."""

from dataclasses import asdict, dataclass
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.http.pages import Asked, page
from cohort.matching import service
from cohort.matching.console.asking import PART
from cohort.matching.console.matrix import Matrix, MatrixPart, read_matrix
from cohort.matching.models import Round
from cohort.pairing import saying
from cohort.pairing.alternatives import Alternative
from cohort.people.auth import signed_in
from cohort.people.models import Person


@dataclass(frozen=True, slots=True)
class MatrixView:
    round: Round
    matrix: Matrix

    def price(self, one: Alternative) -> str:
        """What a cell has room for: `−0.12`; the sentence is beside it."""
        if one.ruled_out or one.chosen:
            return ""
        if one.cost is None:
            return "?"
        if one.fewer_placed:
            return f"{one.fewer_placed} fewer"
        return "0" if abs(one.cost) < 0.005 else f"{-one.cost:+.2f}".replace("-", "\N{MINUS SIGN}")

    def said(self, one: Alternative) -> str:
        if one.cost is None and not one.ruled_out:
            return "The pair of this run" if one.chosen else "What it would cost is not known"
        return saying.cost(one, self.matrix.run.total or 0.0)

    def at(self, **where: int) -> str:
        """The address of another window of the same people."""
        plain, wanted = asdict(MatrixPart()), asdict(self.matrix.part) | where
        query = urlencode({name: one for name, one in wanted.items() if one != plain[name]})
        return f"/rounds/{self.round.id}/matrix?{query}".removesuffix("?")


@get("/rounds/{round_id:uuid}/matrix", guards=[signed_in], dependencies=PART)
async def matrix_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[MatrixPart],
    round_id: FromPath[UUID],
) -> Response[str]:
    """A window of it; the script of the page fetches others as one scrolls."""
    found = await service.get_round(db, actor, round_id)
    run = await service.solved_run(db, round_id)
    view = MatrixView(found, await read_matrix(db, actor, run.id, part))
    return page(request, "matching/matrix.html", view, view=view)


router = Router("", route_handlers=[matrix_page], include_in_schema=False)
