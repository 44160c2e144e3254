"""Tables of a TOML file as people like to read them: pure."""

from collections.abc import Iterator, Mapping
from typing import Any


def table_lines(row: Mapping[str, Any]) -> Iterator[str]:
    """The short values first, each on its line."""
    for name, value in row.items():
        yield f"{name} = {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _text(str(value))
    if isinstance(value, list):
        return _list(value)
    if isinstance(value, dict):
        pairs = ", ".join(f"{name} = {_value(one)}" for name, one in value.items())
        return f"{{ {pairs} }}"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _list(values: list[Any]) -> str:
    if not any(isinstance(one, dict) for one in values):
        return f"[{', '.join(map(_value, values))}]"
    return "[\n" + "".join(f"  {_value(one)},\n" for one in values) + "]"


def _text(text: str) -> str:
    """As it is read best: several lines between three quotes, else one."""
    if "\n" not in text:
        return f'"{"".join(_escaped(one) for one in text)}"'
    after = [*text[1:], '"']
    written = (
        one if one == "\n" or (one == '"' and following != '"') else _escaped(one)
        for one, following in zip(text, after, strict=True)
    )
    return f'"""\n{"".join(written)}"""'


def _escaped(character: str) -> str:
    if character in {'"', "\\"}:
        return f"\\{character}"
    if character == "\t" or (ord(character) >= 32 and ord(character) != 127):
        return character
    return f"\\u{ord(character):04x}"
