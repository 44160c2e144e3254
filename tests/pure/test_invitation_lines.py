"""Addresses as people paste them."""

import pytest

from cohort.invitations.lines import read_line, split_lines


@pytest.mark.parametrize(
    ("line", "name", "address"),
    [
        ("ada@example.org", "", "ada@example.org"),
        ("Ada Example <ada@example.org>", "Ada Example", "ada@example.org"),
        ('"Example, Ada" <ada@example.org>', "Example, Ada", "ada@example.org"),
        ("Ada Example; ada@example.org", "Ada Example", "ada@example.org"),
        ("ada@example.org\tAda  Example", "Ada Example", "ada@example.org"),
        ("ada@example.org (Ada)", "Ada", "ada@example.org"),
        ("Ada at example.org", "", None),
        ("a@example.org b@example.org", "", None),
    ],
)
def test_a_line_names_one_person(line: str, name: str, address: str | None) -> None:
    assert read_line(line) == (name, address)


def test_a_line_with_several_addresses_is_one_for_each() -> None:
    text = "Ada <a@example.org>, b@example.org;\n\n  Example, Cleo <c@example.org>\n"
    assert split_lines(text) == [
        "Ada <a@example.org>",
        "b@example.org",
        "Example, Cleo <c@example.org>",
    ]
