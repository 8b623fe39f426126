"""Evidence is exported by the command line, of what was seen and is whole, and holds no secret."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from extractors.archive import ArchiveDamaged
from shelfradar import evidencing, pipeline
from shelfradar.errors import RefusedError
from warehouse.lake import Lake


def test_the_command_line_exports_and_verifies(an_item: Any, collected: Any, tmp_path: Path) -> None:
    item, _ = an_item(collected)
    target = tmp_path / "proof"

    exported = collected.run("evidence", "export", item, str(target), "--source", "demo")
    verified = collected.run("evidence", "verify", str(target), "--json")
    (target / "listings.json").write_bytes((target / "listings.json").read_bytes().replace(b"price", b"prize"))
    refused = collected.run("evidence", "verify", str(target))

    assert (exported.returncode, verified.returncode, refused.returncode) == (0, 0, 1), exported.stderr
    manifest = hashlib.sha256((target / "manifest.json").read_bytes()).hexdigest()
    assert manifest in exported.stdout + exported.stderr
    assert [json.loads(line)["ok"] for line in verified.stdout.splitlines()] == [True] * 6
    assert "WRONG listings.json: altered within bytes 0-" in refused.stdout


def test_what_was_never_seen_has_no_evidence_and_a_folder_is_not_overwritten(
    an_item: Any, collected: Any, bundle: Path, tmp_path: Path
) -> None:
    with pytest.raises(RefusedError, match="was not seen"):
        list(evidencing.export(collected.settings, "demo", "no-such-item", None, tmp_path / "x"))
    with pytest.raises(RefusedError, match="exists"):
        list(evidencing.export(collected.settings, "demo", an_item(collected)[0], None, bundle))
    assert not (tmp_path / "x").exists()


def test_an_altered_archive_gives_no_bundle(
    an_item: Any, collected: Any, copy_of: Callable[..., Any], tmp_path: Path
) -> None:
    made = copy_of(collected)
    item, row = an_item(made)
    with Lake(made.settings.lake).reader() as con:
        found = con.execute(
            "SELECT warc_file, warc_offset, warc_length FROM capture WHERE capture_id = ?", [row[2]]
        ).fetchone()
    assert found is not None
    path = made.settings.home / "archive" / found[0]
    content = bytearray(path.read_bytes())
    content[found[1] + found[2] // 2] ^= 1
    path.write_bytes(content)

    with pytest.raises(ArchiveDamaged):
        list(evidencing.export(made.settings, "demo", item, None, tmp_path / "proof"))

    assert not (tmp_path / "proof").exists()


def test_secrets_are_absent(
    an_item: Any,
    make_installation: Callable[..., Any],
    days: list[date],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = make_installation("serum")
    secrets = {"DEMO_TOKEN": "t0ken-of-the-demo", "DEMO_KEY": "k3y in the address"}
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    path, yaml = made.settings.config / "sources" / "demo.yaml", YAML()
    source = yaml.load(path.read_text(encoding="utf-8"))
    source.setdefault("fetch", {})["secret_headers"] = {"X-Demo-Token": "DEMO_TOKEN", "Authorization": "DEMO_TOKEN"}
    for category in source["categories"]:
        if "url" in category:
            category["url"] += ("&" if "?" in category["url"] else "?") + "who=${DEMO_KEY}"
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(source, file)
    pipeline.collect(made.settings, "demo", made.at(days[0]))

    list(evidencing.export(made.settings, "demo", an_item(made)[0], None, tmp_path / "proof"))

    with gzip.open(tmp_path / "proof" / "evidence.warc.gz") as file:
        content = [file.read()]
    assert b"x-demo-token: ***" in content[0].lower()
    assert b"who=***" in content[0]
    content += [path.read_bytes() for path in (tmp_path / "proof").iterdir()]
    content += [path.read_bytes() for path in made.settings.home.rglob("*") if path.is_file()]
    for secret in (*secrets.values(), "k3y%20in%20the%20address", "k3y+in+the+address"):
        assert not any(secret.encode() in one for one in content)
    assert all(one["ok"] for one in evidencing.verify(tmp_path / "proof"))
