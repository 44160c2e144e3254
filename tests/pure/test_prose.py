"""Markdown as HTML: what it may do, and what it may cost."""

import time

import pytest

from cohort.http.prose import html_of

LENGTH = 4_900


def cost(text: str) -> float:
    began = time.process_time()
    html_of(text)
    return time.process_time() - began


@pytest.mark.parametrize("piece", ["![", "[", "[\n", "[[]", "**a", "[a](<"])
def test_the_price_of_a_text_grows_with_its_length_and_not_with_its_square(piece: str) -> None:
    text = piece * (LENGTH // len(piece))
    longer = min(cost(text * 4) for _ in range(3))
    assert longer < 10 * max(cost(text), 0.01)


def test_a_paragraph_that_costs_too_much_is_shown_as_it_was_typed() -> None:
    html = html_of("*before*\n\n" + "![<b>" * 3_000 + "\n\n*after*")

    assert "<em>before</em>" in html
    assert "<em>after</em>" in html
    assert "![&lt;b&gt;![" in html


def test_a_guide_keeps_harmless_html_and_nothing_else() -> None:
    text = (
        "<h2>Week</h2>\n<script>x()</script><a href='javascript:x()' onclick='x()'>a</a><img src=x>"
    )

    html = html_of(text, with_html=True)

    assert "<h2>Week</h2>" in html
    for bad in ("script", "onclick", "img"):
        assert bad not in html
    assert "<script" not in html_of(text)
    assert "&lt;h2&gt;" in html_of(text)


def test_a_table_is_not_filled_up_without_end() -> None:
    """Rows that name one of a thousand columns are shown as typed; a full table is a table."""
    head = "|a" * 1_000 + "|\n" + "|-" * 1_000 + "|\n"

    assert len(html_of(head + "|x|\n" * 1_000)) < 3 * len(head) + 10_000
    assert html_of("|a|b|\n|-|-|\n" + "|x|y|\n" * 20).count("<td>") == 40
