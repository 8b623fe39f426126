"""docker-compose.yml and Dockerfile: valid, pinned, bounded, secret-free, and closed to the outside."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from deploy.compose import ComposeError, interpolate, read_services

EXPECTED = {
    "postgres", "redis", "s3", "mail", "init", "api-server", "scheduler", "dag-processor", "triggerer", "worker",
}  # fmt: skip


@pytest.fixture(scope="module")
def compose(project_root: Path) -> dict[str, Any]:
    """The compose file as data, anchors resolved."""
    return dict(YAML(typ="safe").load((project_root / "docker-compose.yml").read_text(encoding="utf-8")))


def test_it_follows_the_compose_specification(project_root: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run(
        [*command, str(project_root / "docker-compose.yml")], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_service_is_there_bounded_and_checked(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == EXPECTED
    for name, service in compose["services"].items():
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}, name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert service["logging"]["options"]["max-size"], name
        assert service["restart"] == ("no" if name == "init" else "unless-stopped"), name
        assert ("healthcheck" in service) == (name != "init"), name
        assert re.fullmatch(r"[\w/.-]+:[\w.-]*\d+\.\d+[\w.-]*", service["image"]), f"{name}: an exact version"


def test_our_containers_are_not_root_and_read_only(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        if "build" in service:
            assert service["user"] == "10001:10001", name
            assert service["read_only"] is True, name
            assert service["cap_drop"] == ["ALL"], name


def test_only_the_web_interface_is_published_and_on_loopback(compose: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert published == {"api-server": ["127.0.0.1:8080:8080"]}
    assert compose["networks"]["inside"] == {"internal": True}


def test_secrets_come_from_the_environment_alone(project_root: Path, variables: dict[str, str]) -> None:
    path = project_root / "docker-compose.yml"
    for name in variables:
        with pytest.raises(ComposeError, match=name):
            read_services(path, {**variables, name: ""})
    text = path.read_text(encoding="utf-8")
    literal = re.findall(r"(?im)^\s+\w*(?:PASSWORD|SECRET|FERNET_KEY|JWT)\w*: (?!\$\{)(?!/)(\S+)", text)
    assert literal == []


def test_the_example_names_every_mandatory_variable(project_root: Path, variables: dict[str, str]) -> None:
    example = (project_root / "deploy" / "env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"(?m)^(\w+)=$", example)) == set(variables)


def test_the_dockerfile_pins_its_base_and_installs_by_hash(project_root: Path) -> None:
    text = (project_root / "Dockerfile").read_text(encoding="utf-8")
    bases = re.findall(r"(?m)^FROM (\S+) AS (\S+)", text)
    stages = {stage for _, stage in bases}
    assert all(base in stages or re.search(r":\d+\.\d+\.\d+", base) for base, _ in bases)
    installs = re.findall(r"(?m)\bpip install (.*)$", text)
    assert all("--require-hashes" in one or "--no-deps" in one for one in installs)
    copied = set(re.findall(r"(?m)^COPY ((?!--)\S.*) \S+$", text))
    ignored = (project_root / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = {line[1:] for line in ignored if line.startswith("!")}
    for source in " ".join(copied).split():
        assert (project_root / source).exists(), source
        assert source.split("/")[0] in allowed, source


def test_the_image_holds_every_package(project_root: Path) -> None:
    wanted = re.search(
        r"(?m)^packages = \[(\"alerts.*)\]", (project_root / "pyproject.toml").read_text(encoding="utf-8")
    )
    assert wanted is not None
    copied = set(re.findall(r"(?m)^COPY (\w+) \w+$", (project_root / "Dockerfile").read_text(encoding="utf-8")))
    assert set(re.findall(r'"(\w+)"', wanted[1])) <= copied


@pytest.mark.parametrize(
    ("text", "expected"),
    [("$$x", "$x"), ("${A}-${B:-two}", "one-two"), ("${A:?needed}", "one"), ("${C:-}", ""), ("plain", "plain")],
)
def test_interpolation_follows_compose(text: str, expected: str) -> None:
    assert interpolate(text, {"A": "one"}) == expected


def test_services_can_be_moved(project_root: Path, variables: dict[str, str], move: Callable[[str], str]) -> None:
    services = {
        name: one.moved(move) for name, one in read_services(project_root / "docker-compose.yml", variables).items()
    }
    words = " ".join(
        " ".join([*one.command, *one.environment.values(), *(one.check or [])]) for one in services.values()
    )
    assert not re.search(
        r"0\.0\.0\.0|//(api-server|s3|mail):|@(postgres|redis):|host=postgres|:?\b(8080|5432|6379|8333)\b", words
    )
