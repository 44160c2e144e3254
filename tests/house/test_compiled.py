"""Compiled templates are kept and used again, never one of another text or of other code."""

from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from cohort.http import compiled
from cohort.http.compiled import CompiledTemplates


def says(folder: Path, text: str, shout: str = "!") -> str:
    kept = CompiledTemplates(folder)
    pages = Environment(loader=DictLoader({"a.html": text}), bytecode_cache=kept, autoescape=True)
    pages.filters["shout"] = lambda word: word + shout
    return pages.get_template("a.html").render()


def test_a_template_is_compiled_once_for_all_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "kept" / "templates"
    assert says(folder, "Hello {{ 'you'|shout }}") == "Hello you!"
    assert len(list(folder.iterdir())) == 1

    monkeypatch.setattr(Environment, "_compile", None)
    assert says(folder, "Hello {{ 'you'|shout }}") == "Hello you!"


def test_another_text_or_another_module_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert says(tmp_path, "Hello {{ 'you'|shout }}") == "Hello you!"
    assert says(tmp_path, "Bye {{ 'you'|shout }}") == "Bye you!"

    monkeypatch.setattr(compiled, "_state_of_code", lambda: "as of now")
    assert says(tmp_path, "Bye {{ 'you'|shout }}", shout="?") == "Bye you?"
    assert len(list(tmp_path.iterdir())) == 1, "what is old makes room"


def test_pages_are_told_where_nothing_can_be_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert says(tmp_path / "file" / "templates", "Hello") == "Hello"
