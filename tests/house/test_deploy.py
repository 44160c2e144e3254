"""What an operator copies from deploy/ names things that exist."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from cohort.cli import cli
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


@pytest.fixture
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    return found


def test_every_service_of_ours_runs_a_command_that_exists(services: dict[str, Any]) -> None:
    image = (DEPLOY / "Dockerfile").read_text()
    (by_default,) = re.findall(r'CMD \["cohort", "(\w+)"', image)
    ours = {name: one for name, one in services.items() if one["image"] == "cohort"}
    runs = {
        name: one.get("command", f"cohort {by_default}").split()[1] for name, one in ours.items()
    }
    assert runs == {"migrate": "migrate", "api-1": "serve", "api-2": "serve", "worker": "work"}
    assert set(runs.values()) <= set(cli.commands)
    assert {name for name, one in ours.items() if "build" in one} == {"migrate"}


def test_nobody_waits_for_a_health_that_is_not_checked(services: dict[str, Any]) -> None:
    waited_for = set()
    for one in services.values():
        needed = one.get("depends_on", {})
        conditions = needed if isinstance(needed, dict) else {}
        assert set(needed) <= set(services)
        waited_for |= {
            name for name, its in conditions.items() if its["condition"] == "service_healthy"
        }
    assert waited_for == {"postgres", "redis"}
    checked = {name for name, one in services.items() if "healthcheck" in one}
    assert checked == waited_for | {"api-1", "api-2"}


def test_what_is_checked_in_a_process_is_what_the_proxy_checks(services: dict[str, Any]) -> None:
    caddyfile = (DEPLOY / "Caddyfile").read_text()
    (path,) = re.findall(r"health_uri (\S+)", caddyfile)
    upstreams = services["caddy"]["environment"]["API_UPSTREAMS"].split()
    assert set(upstreams) == {f"{name}:8000" for name in services if name.startswith("api-")}
    for name in ("api-1", "api-2"):
        assert f"http://127.0.0.1:8000{path}'" in services[name]["healthcheck"]["test"][-1]
    stops_in = int(services["api-1"]["stop_grace_period"].removesuffix("s"))
    assert stops_in > Settings.model_fields["drain_seconds"].default


def test_every_volume_and_file_that_is_mounted_is_there(services: dict[str, Any]) -> None:
    declared = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["volumes"]
    mounted = {
        volume.partition(":")[0] for one in services.values() for volume in one.get("volumes", ())
    }
    files = {one for one in mounted if one.startswith("./")}
    assert mounted - files == set(declared)
    assert all((DEPLOY / one).is_file() for one in files)
    assert (DEPLOY.parent / services["migrate"]["build"]["dockerfile"]).is_file()


def test_the_proxy_looks_often_enough_to_learn_that_a_process_stops() -> None:
    (interval,) = re.findall(r"health_interval (\d+)s", (DEPLOY / "Caddyfile").read_text())
    assert Settings.model_fields["drain_seconds"].default > 2 * int(interval)
