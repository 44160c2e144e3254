"""Addresses as organisers paste them: one on each line, with a name or without."""

import re
from typing import NamedTuple

ADDRESS = re.compile(r"[^\s<>,;\"()]+@[^\s<>,;\"()]+")
AROUND_A_NAME = " \t<>,;\"'()"


class Addressee(NamedTuple):
    """Who is meant by a line; without an address, nobody."""

    name: str
    address: str | None


def split_lines(text: str) -> list[str]:
    """The lines of a pasted text; a line with several addresses is one for each of them."""
    found: list[str] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        parts = re.split(r"[,;]", line) if line.count("@") > 1 else [line]
        found += [part.strip() for part in parts if part.strip()]
    return found


def read_line(line: str) -> Addressee:
    """Understands `ada@example.org`, `Ada Example <ada@example.org>` and `Ada; ada@example.org`."""
    addresses = ADDRESS.findall(line)
    if len(addresses) != 1:
        return Addressee("", None)
    name = line.replace(addresses[0], "").strip(AROUND_A_NAME)
    return Addressee(" ".join(name.split()), addresses[0])
