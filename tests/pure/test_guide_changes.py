from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.guides.changes import Changes, KnownSection, compare
from cohort.guides.markdown import read_guide

BEFORE = "# Top\n\nIntro.\n\n## One\n\nFirst.\n\n## Two\n\nSecond.\n\n## Three\n\nThird.\n"


def known(text: str) -> list[KnownSection]:
    return stored(compare([], read_guide(text.encode())))


def stored(changes: Changes) -> list[KnownSection]:
    return [
        KnownSection(s.slug, s.title, s.parent_slug, s.position, s.body) for s in changes.sections
    ]


def compared(before: str, after: str) -> Changes:
    return compare(known(before), read_guide(after.encode()))


def told(changes: Changes) -> dict[str, tuple[str, ...]]:
    words = ("added", "renamed", "changed", "moved", "revived", "gone")
    return {word: getattr(changes, word) for word in words if getattr(changes, word)}


def test_the_same_file_changes_nothing() -> None:
    changes = compared(BEFORE, BEFORE)
    assert told(changes) == {}
    assert changes.stayed == ("top", "one", "two", "three")


def test_a_first_import_adds_everything() -> None:
    assert told(compare([], read_guide(BEFORE.encode()))) == {
        "added": ("top", "one", "two", "three")
    }


def test_other_text_is_a_change() -> None:
    assert told(compared(BEFORE, BEFORE.replace("First", "Fresh"))) == {"changed": ("one",)}


def test_a_new_title_over_the_same_text_keeps_the_section() -> None:
    changes = compared(BEFORE, BEFORE.replace("## One", "## Uno"))
    assert told(changes) == {"renamed": ("one",)}
    assert [s.title for s in changes.sections] == ["Top", "Uno", "Two", "Three"]


def test_a_part_without_text_is_recognised_by_its_children() -> None:
    before = "# Part\n## One\n\na\n\n## Two\n\nb\n\n# Other\n## Three\n"
    assert told(compared(before, before.replace("# Part", "# Chapter"))) == {"renamed": ("part",)}


def test_two_possible_renames_are_not_guessed() -> None:
    before = "# Top\n## One\n\nsame\n\n## Two\n\nsame\n"
    after = "# Top\n## Uno\n\nsame\n\n## Due\n\nsame\n"
    assert told(compared(before, after)) == {"added": ("uno", "due"), "gone": ("one", "two")}


def test_a_new_title_and_a_new_text_is_another_section() -> None:
    changes = compared(BEFORE, BEFORE.replace("## One\n\nFirst", "## Uno\n\nPrimo"))
    assert told(changes) == {"added": ("uno",), "gone": ("one",)}


def test_an_inserted_section_moves_no_other() -> None:
    changes = compared(BEFORE, BEFORE.replace("## Two", "## New\n\nnew\n\n## Two"))
    assert told(changes) == {"added": ("new",)}


def test_a_new_order_names_the_fewest_that_moved() -> None:
    after = "# Top\n\nIntro.\n\n## Three\n\nThird.\n\n## One\n\nFirst.\n\n## Two\n\nSecond.\n"
    assert told(compared(BEFORE, after)) == {"moved": ("three",)}


def test_another_parent_is_a_move() -> None:
    changes = compared(BEFORE, BEFORE.replace("## Three", "### Three"))
    assert told(changes) == {"moved": ("three",)}
    assert changes.sections[3].parent_slug == "two"


def test_a_second_section_of_that_title_does_not_take_the_first_ones_place() -> None:
    before = "# A\n## Summary\n\nof a\n"
    after = "# New\n## Summary\n\nof new\n\n# A\n## Summary\n\nof a\n"
    changes = compared(before, after)
    assert told(changes) == {"added": ("new", "new-summary")}
    assert [s.slug for s in changes.sections] == ["new", "new-summary", "a", "summary"]
    assert told(compare(stored(changes), read_guide(after.encode()))) == {}


def test_a_new_section_never_gets_a_slug_that_is_in_use() -> None:
    before = "# A\n## Summary\n\nof a\n"
    after = "# A\n## Recap\n\nof a\n\n# B\n## Summary\n\nof b\n"
    changes = compared(before, after)
    assert told(changes) == {"added": ("b", "b-summary"), "renamed": ("summary",)}
    assert changes.sections[1].title == "Recap"


def test_what_is_retired_and_comes_back_is_revived() -> None:
    sections = [replace(s, retired=s.slug == "two") for s in known(BEFORE)]
    without = BEFORE.replace("## Two\n\nSecond.\n\n", "")
    assert told(compare(sections, read_guide(without.encode()))) == {}
    assert told(compare(sections, read_guide(BEFORE.encode()))) == {"revived": ("two",)}


BLOCKS = st.lists(
    st.builds(
        "{} {}\n\n{}\n\n".format,
        st.sampled_from(["#", "##", "###"]),
        st.sampled_from(["One", "Two", "Three", "A One"]),
        st.sampled_from(["", "same", "a", "b"]),
    ),
    min_size=1,
    max_size=9,
).map("".join)


@settings(max_examples=80, deadline=None)
@given(BLOCKS, BLOCKS)
def test_every_import_keeps_a_tree_of_distinct_slugs_and_settles(before: str, after: str) -> None:
    old = known(before)
    document = read_guide(after.encode())
    changes = compare(old, document)
    seen: set[str | None] = {None}
    for section in changes.sections:
        assert section.parent_slug in seen
        assert section.slug not in seen
        seen.add(section.slug)
    old_slugs = {section.slug for section in old}
    assert set(changes.added) == seen - {None} - old_slugs
    assert set(changes.gone) == old_slugs - seen
    assert [(s.title, s.body) for s in changes.sections] == [
        (s.title, s.body) for s in document.sections
    ]
    again = compare(
        stored(changes) + [replace(s, retired=True) for s in old if s.slug in changes.gone],
        document,
    )
    assert told(again) == {}
