"""The doctor looks at the keys of the sources in use, and only at theirs."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from extractors.counted import counted
from extractors.secret import MissingSecret
from shelfradar.doctor import examine
from shelfradar.errors import EXPECTED
from shelfradar.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, project_root: Path) -> Settings:
    """The shipped configuration, with Pinduoduo switched on."""
    shutil.copytree(project_root / "config", tmp_path / "config")
    path = tmp_path / "config" / "sources" / "pinduoduo.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("enabled: false", "enabled: true"), encoding="utf-8")
    return Settings.from_environment({
        "SHELFRADAR_HOME": str(tmp_path / "data"), "SHELFRADAR_CONFIG": str(tmp_path / "config"),
    })  # fmt: skip


def test_a_key_that_is_not_set_is_told_with_its_source(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PDD_CLIENT_ID", "PDD_PID"):
        monkeypatch.setenv(name, "a value")
    monkeypatch.delenv("PDD_CLIENT_SECRET", raising=False)

    (found,) = [one for one in examine(settings) if "environment variable" in one.text]

    assert (found.level, found.subject) == ("error", "pinduoduo")
    assert "fetch.signing.app_secret names the environment variable PDD_CLIENT_SECRET" in found.text
    assert isinstance(MissingSecret("x"), EXPECTED), "a run without a key ends in a sentence, not in a traceback"
    monkeypatch.setenv("PDD_CLIENT_SECRET", "another")
    assert not [one for one in examine(settings) if "environment variable" in one.text]


def test_a_source_that_visits_without_a_contact_is_told(settings: Settings) -> None:
    path = settings.config / "sources" / "books-toscrape.yaml"
    shelf = path.read_text(encoding="utf-8").replace("enabled: false", "enabled: true")
    path.write_text(shelf, encoding="utf-8")

    told = {one.subject: one for one in examine(settings) if "names no contact" in one.text}

    assert told["books-toscrape"].level == "note"
    assert told["books-toscrape"].mend == "set contact in sources/books-toscrape.yaml to a page or address"
    assert "demo" not in told, "the simulated market is ours"
    path.write_text(f"{shelf}\ncontact: https://you.example/bot\n", encoding="utf-8")
    assert "books-toscrape" not in {one.subject for one in examine(settings) if "names no contact" in one.text}


def test_what_is_counted_stands_in_its_number(collected) -> None:
    told = collected.run("doctor").stdout

    assert re.search(r"listing rows, 1 source$", told, re.MULTILINE), told
    assert re.search(r"[2-9]\d sources, [2-9]\d* alert rules$", told, re.MULTILINE), told


@pytest.mark.parametrize(
    ("count", "noun", "told"),
    [(1, "row", "1 row"), (0, "row", "0 rows"), (2_000, "listing row", "2,000 listing rows"),
     (1, "category", "1 category"), (3, "category", "3 categories"), (2, "archived page", "2 archived pages")],
)  # fmt: skip
def test_a_count_and_its_noun(count: int, noun: str, told: str) -> None:
    assert counted(count, noun) == told
