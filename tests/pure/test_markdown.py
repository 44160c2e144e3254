import datetime as dt
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.guides.decoding import MAX_BYTES, MAX_LINES
from cohort.guides.markdown import GuideDocument, GuideUnreadable, read_guide

FRONT = "---\ntitle: My guide\ndate: '2025-06-01'\ntags: [one, two]\nodd: {left: alone}\n---\n"


def read(text: str) -> GuideDocument:
    return read_guide(text.encode())


def titles(text: str) -> list[str]:
    return [section.title for section in read(text).sections]


def slugs(text: str) -> list[str]:
    return [section.slug for section in read(text).sections]


def refusal(raw: bytes | str) -> GuideUnreadable:
    with pytest.raises(GuideUnreadable) as refused:
        read_guide(raw.encode() if isinstance(raw, str) else raw)
    return refused.value


def test_sections_form_a_tree_in_reading_order() -> None:
    guide = read(FRONT + "# Top\n\nHello.\n\n## Part\n### Leaf\n\n    code\n\n\n## Last\n")
    assert [(s.title, s.level, s.parent_slug, s.position) for s in guide.sections] == [
        ("Top", 1, None, 0),
        ("Part", 2, "top", 1),
        ("Leaf", 3, "part", 2),
        ("Last", 2, "top", 3),
    ]
    assert [s.body for s in guide.sections] == ["Hello.", "", "    code", ""]


def test_front_matter_names_the_guide() -> None:
    guide = read(FRONT + "# Top\n")
    assert (guide.title, guide.date, guide.tags) == (
        "My guide",
        dt.date(2025, 6, 1),
        ("one", "two"),
    )


def test_values_of_front_matter_are_text_and_never_numbers_or_truths() -> None:
    guide = read("---\ntitle: 010\nauthor: null\ndescription: yes\ntags: 1, on\n---\n# Top\n")
    assert (guide.title, guide.author, guide.description, guide.tags) == (
        "010",
        "",
        "yes",
        ("1", "on"),
    )


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2025-06-01", dt.date(2025, 6, 1)),
        ("2025-06-01 10:30:00", dt.date(2025, 6, 1)),
        ("2025-06-01T23:30:00+02:00", dt.date(2025, 6, 1)),
        ("", None),
        ("~", None),
    ],
)
def test_a_date_may_have_a_time(written: str, date: dt.date | None) -> None:
    assert read(f"---\ndate: {written}\n---\n# Top\n").date == date


def test_without_front_matter_the_first_heading_names_the_guide() -> None:
    assert read("Setext title\n===\ntext").title == "Setext title"


@pytest.mark.parametrize(
    "hidden",
    [
        "```python\n# not a heading\n```",
        "~~~~\n# not a heading\n~~~\n# nor this\n~~~~",
        "    # not a heading",
        "<!--\n\n# not a heading\n\n-->",
        "> # not a heading",
        "- # not a heading\n\n  # nor this",
        "\\# not a heading",
        "#not a heading",
        "####### not a heading",
    ],
)
def test_what_only_looks_like_a_heading_stays_in_the_body(hidden: str) -> None:
    (section,) = read(f"# Top\n\n{hidden}\n").sections
    assert section.body == hidden


def test_setext_headings_are_headings_and_rules_are_not() -> None:
    assert titles("Top\n===\n\ntext\n\n---\n\nPart\n---\n") == ["Top", "Part"]


def test_skipped_levels_hang_below_the_nearest_heading_above() -> None:
    guide = read("# A\n#### B\n### C\n## D\n# E\n")
    assert [s.parent_slug for s in guide.sections] == [None, "a", "a", "a", None]


def test_a_title_is_the_words_a_reader_sees() -> None:
    assert titles("# *One* `two` [three](http://x.example) &amp; <b>four</b> \\* #\n") == [
        "One two three & four *"
    ]


def test_slugs_keep_the_letters_of_every_script() -> None:
    assert slugs("# L'été à Zoë's!\n# 機械学習\n# हिन्दी\n# 🎉\n# a_b — C\n") == [
        "l-été-à-zoës",
        "機械学習",
        "हिन्दी",
        "section",
        "a-b-c",
    ]


def test_long_titles_give_short_slugs() -> None:
    (slug,) = slugs("# " + "word " * 60)
    assert len(slug) <= 60
    assert not slug.endswith("-")


def test_the_same_title_twice_carries_the_parents_slug() -> None:
    text = "# A\n## Summary\n## Summary\n# B\n## Summary\n"
    assert slugs(text) == ["a", "a-summary", "a-summary-2", "b", "b-summary"]


def test_an_unrelated_section_renames_no_slug() -> None:
    before = slugs("# A\n## Summary\n# B\n## Summary\n")
    after = slugs("# New\n# A\n## Other\n## Summary\n# B\n## Summary\n")
    assert [slug for slug in after if slug not in {"new", "other"}] == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf8_is_read_with_and_without_a_byte_order_mark(encoding: str) -> None:
    guide = read_guide("# Été\r\n\r\nÇa\rva\r\n".encode(encoding))
    assert guide.sections[0].title == "Été"
    assert guide.sections[0].body == "Ça\nva"
    assert guide.notes == ()


@pytest.mark.parametrize(("encoding", "line"), [("cp1252", 3), ("utf-16", 1), ("latin-1", 3)])
def test_other_encodings_are_refused_and_never_guessed(encoding: str, line: int) -> None:
    error = refusal("# Top\n\nÉté\n".encode(encoding))
    assert error.line == line
    assert "is not UTF-8. Save the file as UTF-8" in str(error)


def test_text_above_the_first_heading_is_left_out_and_said() -> None:
    (note,) = read("lost\n\n# Top\n").notes
    assert "above the first heading (line 3)" in note


def test_a_heading_without_words_is_passed_over_and_said() -> None:
    guide = read("# Top\n\none\n\n##\n\ntwo\n")
    assert [s.title for s in guide.sections] == ["Top"]
    assert guide.sections[0].body == "one\n\n##\n\ntwo"
    assert "line 5" in guide.notes[0]


@pytest.mark.parametrize(
    ("raw", "line", "words"),
    [
        (b"", None, "empty"),
        (b" \n\t\n", None, "empty"),
        (b"just text\n", None, "no headings"),
        (b"# a\n\0", 2, "NUL"),
        (b"# a\n\n\xed\xa0\x80", 3, "not UTF-8"),
        (b"# a\n\n\xff\x81", 3, "not UTF-8"),
        (b"# " + b"a" * 501, 1, "501 characters"),
        (b"a\n" * 900 + b"---\n", 1, "directly under a paragraph"),
        (b"---\ntitle: x\n# Top\n", 1, "never closes"),
        (b"---\ntitle: [x\n---\n# Top\n", 2, "not valid YAML"),
        (b"---\ntitle: a: b\n---\n# Top\n", 2, "not valid YAML"),
        (b"---\ntitle: \x01\n---\n# Top\n", 2, "not valid YAML"),
        (b"---\n- a\n---\n# Top\n", 2, "key: value"),
        (b"---\n\nwords\n---\n# Top\n", 3, "key: value"),
        (b"---\ntitle: [a]\n---\n# Top\n", 2, "one text"),
        (b"---\ntitle: a\ntitle: b\n---\n# Top\n", 3, "stands twice"),
        (b"---\ntitle: a\ndate: June\n---\n# Top\n", 3, "not a date"),
        (b"---\na: &x [1]\nb: *x\n---\n# Top\n", 2, "anchor or alias"),
        (b'---\ntitle: "\\ud800"\n---\n# Top\n', 2, "half a character"),
        (b"---\ntitle: " + b"a" * 2_001 + b"\n---\n# Top\n", 2, "at most 2,000"),
        (b"---\ntags:\n- a\n- [b]\n---\n# Top\n", 4, "one text"),
        (b"---\ntags: 1\ntags:\n  k: v\n---\n# Top\n", 3, "stands twice"),
        (b"---\n? [a]\n: b\n---\n# Top\n", 2, "not valid YAML"),
        (b'---\ntitle: "\\0"\n---\n# Top\n', 2, "NUL"),
        (b"---\na: " + b"[" * 40_000 + b"\n---\n# Top\n", 2, "levels deep"),
        (b"---\na: " + b"a" * 70_000 + b"\n---\n# Top\n", 1, "characters"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(
    raw: bytes, line: int | None, words: str
) -> None:
    error = refusal(raw)
    assert error.line == line
    assert words in str(error)
    assert str(error).startswith(f"Line {line}: " if line else "The file")


def test_tags_of_yaml_construct_nothing() -> None:
    assert read("---\ntitle: !!python/name:os.system x\n---\n# T\n").title == "x"


def test_a_file_over_the_limits_is_refused() -> None:
    assert "20 MB" in str(refusal(b"# a\n" + b"a" * MAX_BYTES))
    assert f"{MAX_LINES:,}" in str(refusal("# a" + "\n" * (MAX_LINES + 1)))


def test_ten_megabytes_take_seconds() -> None:
    text = "".join(f"## Part {i}\n\n{'Words of a paragraph. ' * 40}\n\n" for i in range(11_000))
    began = time.perf_counter()
    assert len(read(text).sections) == 11_000
    assert time.perf_counter() - began < 20  # about 1.5 s on an idle machine


def test_a_hundred_thousand_headings_keep_distinct_slugs() -> None:
    guide = read("# Same\n" * 100_000)
    assert len({s.slug for s in guide.sections}) == 100_000


@pytest.mark.parametrize("nest", [">", "- ", "> - ", "1. "])
def test_deep_nesting_is_one_body(nest: str) -> None:
    assert titles("# Top\n" + nest * 20_000 + "a\n") == ["Top"]


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=300).map(lambda text: ("# a\n" + text).encode("utf-8", "replace")),
        st.text(alphabet="#->`~=\n\r\t :*&[]{}'\"!a1é\x85\u2028\ufeff", max_size=200).map(
            lambda text: ("---\n" + text + "\n---\n# a\n").encode()
        ),
    )
)
def test_any_bytes_give_a_document_or_a_refusal(raw: bytes) -> None:
    try:
        guide = read_guide(raw)
    except GuideUnreadable:
        return
    seen: set[str | None] = {None}
    for position, section in enumerate(guide.sections):
        assert section.position == position
        assert section.parent_slug in seen
        assert section.slug not in seen
        assert section.title == " ".join(section.title.split()) != ""
        seen.add(section.slug)
    assert read_guide(raw) == guide


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["# A", "## B", "### A", "text", "```", "> q", "", "B\n---"])))
def test_no_line_below_the_first_heading_is_lost(blocks: list[str]) -> None:
    text = "# First\n" + "\n".join(blocks)
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    kept: list[str] = []
    for section in read(text).sections:
        # Lines above the underline are part of its heading, however many there are.
        underline = ["---"] if section.title.endswith("B") and section.level == 2 else []
        kept += [section.title, *underline, *section.body.split("\n")]
    told = "".join(kept)
    assert all(line.lstrip("# ") in told for line in lines)
