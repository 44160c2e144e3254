"""Every mail has a kind, by which people choose; a digest may ask its job again."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from cohort.notices.kinds import DIGEST, KINDS, MailWhen
from cohort.settings import PACKAGE


def calls_of(file: Path, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
            yield node


def words_in(node: ast.AST) -> set[str]:
    found = (one.value for one in ast.walk(node) if isinstance(one, ast.Constant))
    return {one for one in found if isinstance(one, str)}


def kinds_said_in(file: Path) -> set[str]:
    """Every word of a literal that a mail's kind is chosen from, by its name if it has one."""
    tree = ast.parse(file.read_text())
    named = {
        target.id: words_in(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    said: set[str] = set()
    for call in calls_of(file, "Message"):
        [kind] = [one.value for one in call.keywords if one.arg == "kind"]
        names = [one.id for one in ast.walk(kind) if isinstance(one, ast.Name)]
        said |= words_in(kind).union(*(named.get(one, set()) for one in names))
    return said - {"by_me"}


def test_no_mail_is_written_without_a_kind_and_no_kind_is_without_mails() -> None:
    written = {file: kinds_said_in(file) for file in PACKAGE.rglob("emails.py")}
    assert all(written.values())
    said = set().union(*written.values())
    assert said - {DIGEST} == set(KINDS)
    others = [
        file
        for file in PACKAGE.rglob("*.py")
        if file.name not in {"emails.py", "mail.py"}
        and "from cohort.mail import" in file.read_text()
        if any(calls_of(file, "Message"))
    ]
    assert others == []


def test_what_nobody_may_miss_cannot_be_switched_off() -> None:
    never_off = {"account", "confirmations", "invitations", "proposals", "meetings", "essential"}
    assert all(KINDS[one].choices == (MailWhen.AT_ONCE,) for one in never_off)
    assert not KINDS["account"].waits
    assert {kind.default for kind in KINDS.values()} == {MailWhen.AT_ONCE}


def hours_without_a_zone(text: str) -> list[str]:
    """A moment that is not soon followed by what its clock is called."""
    hour = re.compile(r"([\w.]+)\|moment\(([^)]*)\)")
    return [
        found[0]
        for found in hour.finditer(text)
        if f"{found[1]}|zone_label({found[2]})" not in text[found.end() :][:140]
    ]


def test_no_mail_names_an_hour_without_its_time_zone() -> None:
    bodies = sorted((PACKAGE / "templates" / "emails").glob("*/body.*"))
    assert len(bodies) > 50
    without = {str(body): hours_without_a_zone(body.read_text()) for body in bodies}
    assert {body: hours for body, hours in without.items() if hours} == {}
