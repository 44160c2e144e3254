"""What an operator copies from deploy/ names things that exist."""

import re
from pathlib import Path

from cohort.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"


def names_in(example: str) -> set[str]:
    return set(re.findall(r"^(\w+)=", (DEPLOY / example).read_text(), re.MULTILINE))


def test_the_example_sets_only_settings_that_exist() -> None:
    ours = {name for name in names_in("env.example") if name.startswith("COHORT_")}
    assert ours <= {f"COHORT_{field.upper()}" for field in Settings.model_fields}


def test_the_example_sets_every_setting_that_has_no_default() -> None:
    needed = {f"COHORT_{n.upper()}" for n, f in Settings.model_fields.items() if f.is_required()}
    assert needed <= names_in("env.example")


def test_clients_behind_the_proxy_are_told_apart() -> None:
    """Else everyone shares the proxy's address, and one guesser of passwords locks all out."""
    assert "COHORT_TRUSTED_PROXIES" in names_in("env.example")


def test_the_example_sets_what_the_composition_reads() -> None:
    read = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text()))
    assert read <= names_in("env.example")


def test_the_composition_sets_what_the_proxy_reads() -> None:
    read = set(re.findall(r"\{\$(\w+)\}", (DEPLOY / "Caddyfile").read_text()))
    composition = (DEPLOY / "compose.yaml").read_text()
    (given,) = re.findall(r"environment: (\{ SITE_HOST.*\})", composition)
    assert read == set(re.findall(r"(\w+): \"", given))


def test_the_proxy_looks_often_enough_to_learn_that_a_process_stops() -> None:
    (interval,) = re.findall(r"health_interval (\d+)s", (DEPLOY / "Caddyfile").read_text())
    assert Settings.model_fields["drain_seconds"].default > 2 * int(interval)
