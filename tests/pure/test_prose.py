"""Markdown as HTML: what it may do, and what it may cost."""

import time

import pytest

from cohort.http.addresses import as_base
from cohort.http.prose import KeptHtml, html_of

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


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("https://github.com/a/b", "https://github.com/a/b/blob/HEAD/"),
        ("https://github.com/a/b.git", "https://github.com/a/b/blob/HEAD/"),
        ("https://github.com/a/b/tree/main/c", "https://github.com/a/b/tree/main/c/"),
        ("https://example.org/c/README.md?x=1#y", "https://example.org/c/README.md"),
        ("https://example.org", "https://example.org/"),
        ("", ""),
    ],
)
def test_a_folder_keeps_its_last_step_and_a_repository_has_its_files(given: str, base: str) -> None:
    assert as_base(given) == base


def test_what_is_kept_of_one_guide_is_not_shown_for_another() -> None:
    kept = KeptHtml()
    for base in ("https://a.example/", "https://b.example/"):
        html = kept.html("[x](y) [z](http://[)", with_html=True, base=base)
        assert f'href="{base}y"' in html
    assert "href" not in kept.html("[x](y) <a href='/y'>", with_html=True)
    assert 'href="/y"' in kept.html("[x](/y) [x](y)")


def test_a_table_is_not_filled_up_without_end() -> None:
    """Rows that name one of a thousand columns are shown as typed; a full table is a table."""
    head = "|a" * 1_000 + "|\n" + "|-" * 1_000 + "|\n"

    assert len(html_of(head + "|x|\n" * 1_000)) < 3 * len(head) + 10_000
    assert html_of("|a|b|\n|-|-|\n" + "|x|y|\n" * 20).count("<td>") == 40
