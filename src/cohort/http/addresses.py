"""Where the links of a text lead that was written to be read somewhere else: pure."""

import re
from urllib.parse import urljoin, urlsplit

_REPOSITORY = re.compile(r"https?://(?:www\.)?github\.com/[\w.-]+/[\w.-]+/?", re.IGNORECASE)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_LINK = re.compile(r"(!?\[[^\[\]\n]{0,300}\]\(<?)([^\s()<>]{1,1000})(?=[>\s)])")
_DEFINED = re.compile(r"^(\s{0,3}\[[^\[\]\n]{1,300}\]:\s{1,9}<?)([^\s<>]{1,1000})", re.MULTILINE)


def as_base(address: str) -> str:
    """What links lead from: a folder ends in a slash, or its last step would be lost.

    A last step with a dot in it is a file. The files of a repository do not lie beside its own
    address on GitHub.
    """
    if not address:
        return ""
    if _REPOSITORY.fullmatch(address):
        return address.rstrip("/").removesuffix(".git") + "/blob/HEAD/"
    try:
        parts = urlsplit(address)._replace(query="", fragment="")
    except ValueError as error:
        raise ValueError("is no address on the web; copy it from the browser") from error
    if "." not in parts.path.rpartition("/")[2]:
        parts = parts._replace(path=parts.path.rstrip("/") + "/")
    return parts.geturl()


def from_base(address: str, base: str) -> str | None:
    """The whole address, or none where it leads nowhere; a place in the same text stays one."""
    if address.startswith("#") or _SCHEME.match(address):
        return address
    try:
        found = urljoin(base, address)
    except ValueError:
        return None
    return found if base and _SCHEME.match(found) else None


def with_whole_links(markdown: str, base: str) -> str:
    """The same text with its relative links made whole, as far as they can be."""

    def whole(link: re.Match[str]) -> str:
        return link[1] + (from_base(link[2], base) or link[2])

    return _DEFINED.sub(whole, _LINK.sub(whole, markdown)) if base else markdown
