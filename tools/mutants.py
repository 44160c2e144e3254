"""Change the policies one decision at a time, and see that a test notices each change.

A copy of the sources is changed, never the sources. Prints every change that no test noticed and
ends with 1 if there is one. `python tools/mutants.py people` looks at one room.
"""

import ast
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

from cohort.local import servers as embedded

ROOT = Path(__file__).parents[1]
OPPOSITES: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Lt: ast.GtE,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.GtE: ast.Lt,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


def changed(node: ast.AST) -> Iterator[ast.AST]:
    """What the node could be by mistake."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in OPPOSITES:
            node.ops = [OPPOSITES[type(op)]()]
            yield node
        case ast.BoolOp(op=op):
            node.op = OPPOSITES[type(op)]()
            yield node
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.Return(value=ast.Compare() | ast.BoolOp() | ast.UnaryOp()):
            for answer in (True, False):
                yield ast.Return(ast.Constant(answer))
        case ast.Call(func=ast.Attribute(attr="where", value=statement), args=[_, *_]):
            yield statement
        case ast.Call(func=ast.Name(id="or_" | "and_" as name), args=args):
            yield ast.Call(ast.Name("and_" if name == "or_" else "or_"), args, [])
            for left_out in range(len(args) if len(args) > 1 else 0):
                rest = [arg for k, arg in enumerate(args) if k != left_out]
                yield ast.Call(ast.Name(name), rest, [])


def mutants(source: str) -> Iterator[tuple[int, str, str]]:
    """Each changed source, with the line and what stands there now."""
    tree = ast.parse(source)
    for place, node in enumerate(ast.walk(tree)):
        for version, _ in enumerate(list(changed(deepcopy(node)))):
            copy = deepcopy(tree)
            old = list(ast.walk(copy))[place]
            new = list(changed(deepcopy(old)))[version]
            text = ast.unparse(ast.fix_missing_locations(Swap(old, new).visit(copy)))
            yield getattr(node, "lineno", 0), ast.unparse(ast.fix_missing_locations(new)), text


class Swap(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def is_noticed(copy: Path, room: str) -> bool:
    """By the tests of the room, which are few, or by the table of who is answered what."""
    tests = sorted(str(path) for path in (copy / "tests/rooms").glob(f"test_{room}*.py"))
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pytest", "-x", "-q", *tests, "tests/house/test_authorization.py"],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy / "src")},
        capture_output=True,
        check=False,
    )
    return run.returncode != 0


def noticed_in(copy: Path, policy: Path) -> Iterator[bool]:
    room, source = policy.parent.name, policy.read_text()
    if is_noticed(copy, room):
        sys.exit(f"The tests of {room} fail as it is: mend them first.")
    for line, change, text in mutants(source):
        policy.write_text(text)
        noticed = is_noticed(copy, room)
        if not noticed:
            print(f"{policy.relative_to(copy)}:{line}: no test notices `{change}`", flush=True)  # noqa: T201
        yield noticed
    policy.write_text(source)


def main(rooms: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder, embedded.throwaway() as servers:
        # One pair of servers for all runs: each would start its own.
        os.environ["COHORT_DATABASE_URL"] = servers.database_url
        os.environ["COHORT_REDIS_URL"] = servers.redis_url
        copy = Path(folder) / "cohort"
        ignored = shutil.ignore_patterns(".*", "__pycache__")
        shutil.copytree(ROOT, copy, ignore=ignored, symlinks=True)
        policies = sorted((copy / "src/cohort").rglob("policy.py"))
        chosen = [one for one in policies if not rooms or one.parent.name in rooms]
        noticed = [one for policy in chosen for one in noticed_in(copy, policy)]
    print(f"Tests notice {sum(noticed)} of {len(noticed)} changes of the policies.")  # noqa: T201
    return 0 if noticed and all(noticed) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
