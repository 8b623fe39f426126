"""docker-compose.yml read as it stands: each service's command line, environment and health check.

So that the deployment can be started and tested from packages, without containers, and nothing is written down twice.
Knows Compose's interpolation (``${NAME:?message}``, ``${NAME:-default}``, ``$$``) and nothing more of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

_VARIABLE = re.compile(r"\$\$|\$\{(?P<name>\w+)(?::(?P<mode>[?-])(?P<rest>[^}]*))?\}")
_ENV_LINE = re.compile(r"(?P<name>\w+)=(?P<value>\S+)")


class ComposeError(Exception):
    """A variable that docker-compose.yml insists on is not set."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service: its words, its variables, and its health check (None where it has none)."""

    name: str
    command: list[str]
    environment: dict[str, str]
    check: list[str] | None

    def moved(self, move: Callable[[str], str]) -> Service:
        """The same service with every word passed through ``move``: other hosts, ports and folders."""
        check = [move(word) for word in self.check] if self.check else None
        environment = {name: move(value) for name, value in self.environment.items()}
        return Service(self.name, [move(word) for word in self.command], environment, check)


def read_services(path: Path, variables: Mapping[str, str]) -> dict[str, Service]:
    """The services of a compose file by name. Raises ComposeError for a mandatory variable that is not set."""
    data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return {name: _service(name, body, variables) for name, body in data["services"].items()}


def image_environment(dockerfile: Path) -> dict[str, str]:
    """The variables that the ``ENV`` instructions of a Dockerfile set (without PATH)."""
    text = dockerfile.read_text(encoding="utf-8").replace("\\\n", " ")
    found: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("ENV "):
            found.update({one["name"]: one["value"] for one in _ENV_LINE.finditer(line) if one["name"] != "PATH"})
    return found


def interpolate(text: str, variables: Mapping[str, str]) -> str:
    """``text`` with Compose's variables filled in. Raises ComposeError."""

    def fill(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            return "$"
        value = variables.get(name, "")
        if value or match["mode"] is None:
            return value
        if match["mode"] == "?":
            raise ComposeError(f"{name} is not set: {match['rest']}")
        return str(match["rest"])

    return _VARIABLE.sub(fill, text)


def _service(name: str, body: dict[str, Any], variables: Mapping[str, str]) -> Service:
    def words(given: list[Any]) -> list[str]:
        return [interpolate(str(word), variables) for word in given]

    environment = {key: interpolate(str(value), variables) for key, value in body.get("environment", {}).items()}
    check = words(body["healthcheck"]["test"]) if "healthcheck" in body else None
    if check is not None:
        check = ["sh", "-c", check[1]] if check[0] == "CMD-SHELL" else check[1:]
    return Service(name, words([*body.get("entrypoint", []), *body["command"]]), environment, check)
