"""Evidence bundles: they verify, whatever is altered in one is found and placed, and they hold no secret."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from warcio.archiveiterator import ArchiveIterator

from extractors.archive import ArchiveDamaged
from shelfradar import evidencing, pipeline
from shelfradar.bundle import file_facts, seal
from shelfradar.errors import RefusedError
from warehouse.lake import Lake

FILES = {"READ-ME.txt", "captures.json", "evidence.warc.gz", "listings.json", "manifest.json", "manifest.sha256"}


ITEMS = """
SELECT item_id, title, min(capture_id) AS capture_id, count(*) AS places FROM listing
WHERE observed_at = (SELECT max(observed_at) FROM listing)
GROUP BY ALL HAVING places = ? ORDER BY max(position) DESC LIMIT 1
"""


def an_item(made: Any, places: int = 1) -> tuple[str, Any]:
    """The item furthest down the last day's list of those that stand there ``places`` times: its id and a row of it."""
    with Lake(made.settings.lake).reader() as con:
        row = con.execute(ITEMS, [places]).fetchone()
    assert row is not None
    return str(row[0]), row


@pytest.fixture(scope="module")
def bundle(collected: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of the demo's last day; tests leave it as it is."""
    target = tmp_path_factory.mktemp("evidence") / "bundle"
    list(evidencing.export(collected.settings, "demo", an_item(collected)[0], None, target))
    return target


@pytest.fixture
def copied(bundle: Path, tmp_path: Path) -> Path:
    """A copy of the bundle that a test may alter."""
    return Path(shutil.copytree(bundle, tmp_path / "copy"))


def wrong(bundle: Path) -> list[dict[str, Any]]:
    return [finding for finding in evidencing.verify(bundle) if not finding["ok"]]


def test_a_bundle_holds_what_it_says_and_verifies_alone(collected: Any, bundle: Path) -> None:
    item, row = an_item(collected)

    findings = evidencing.verify(bundle)

    assert {path.name for path in bundle.iterdir()} == FILES
    assert wrong(bundle) == []
    assert [one["subject"] for one in findings[:1]] == ["manifest.json"]
    listings = json.loads((bundle / "listings.json").read_bytes())
    assert [(one["item_id"], one["title"]) for one in listings] == [(item, row[1])]
    captures = json.loads((bundle / "captures.json").read_bytes())
    assert [one["capture_id"] for one in captures] == [row[2]]
    assert findings[-1]["subject"] == row[2]
    told = (bundle / "READ-ME.txt").read_text(encoding="utf-8")
    assert "SIMULATED DATA" in told
    assert "What it does not prove" in told
    assert item in told


def test_standard_tools_agree(bundle: Path) -> None:
    """warcio checks the digests, another reader finds page and request, sha256sum checks the manifest."""
    checked = run(Path(sys.executable).parent / "warcio", "check", "-v", "evidence.warc.gz", folder=bundle)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "digest pass" in checked.stdout
    assert run("sha256sum", "-c", "manifest.sha256", folder=bundle).returncode == 0
    (capture,) = json.loads((bundle / "captures.json").read_bytes())
    records = records_of(bundle)
    assert [kind for kind, _, _ in records] == ["response", "request"]
    assert records[0][1] == capture["capture_id"]
    assert hashlib.sha256(records[0][2]).hexdigest() == capture["sha256"]
    member = (bundle / "evidence.warc.gz").read_bytes()[capture["warc_offset"] :][: capture["warc_length"]]
    assert gzip.decompress(member).startswith(b"WARC/1.1\r\n")
    listings = json.loads((bundle / "listings.json").read_bytes())
    assert listings[0]["title"] in records[0][2].decode()


def test_the_readable_page_tells_how_to_check_every_page_by_hand(bundle: Path) -> None:
    """Its commands are run as they stand there, by a shell: the sums, the page, and what an altered byte does."""
    text = (bundle / "READ-ME.txt").read_text(encoding="utf-8")
    (command,) = [line.strip() for line in text.splitlines() if line.strip().startswith("tail -c")]
    (capture,) = json.loads((bundle / "captures.json").read_bytes())
    listing = json.loads((bundle / "listings.json").read_bytes())[0]

    summed = run("bash", "-c", command, folder=bundle)
    page = run("bash", "-c", command.replace("| sha256sum", ""), folder=bundle)

    assert summed.stdout.split()[0] == capture["sha256"]
    assert f"expected: {capture['sha256']}" in text
    assert listing["title"] in page.stdout
    assert run("sha256sum", "-c", "manifest.sha256", folder=bundle).stdout.count(": OK") == 5
    for promise in ("What this proves", "What it does not prove", "really sent these bytes", "masked as ***"):
        assert promise in text


def test_a_row_of_a_page_that_is_not_there_is_found(copied: Path) -> None:
    listings = json.loads((copied / "listings.json").read_bytes())
    listings[0]["capture_id"] = "<urn:uuid:0>"
    (copied / "listings.json").write_text(json.dumps(listings), encoding="utf-8")
    reseal(copied)

    (found,) = wrong(copied)

    assert (found["subject"], "not here" in found["text"]) == ("listings.json", True)


def run(*words: Any, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def records_of(bundle: Path) -> list[tuple[str, str, bytes]]:
    """Type, identity and content of each record, as warcio reads them."""
    with (bundle / "evidence.warc.gz").open("rb") as file:
        return [
            (one.rec_type, one.rec_headers.get_header("WARC-Record-ID"), one.content_stream().read())
            for one in ArchiveIterator(file)
        ]


def test_an_item_on_several_pages_comes_with_all_of_them(collected: Any, tmp_path: Path) -> None:
    item, _ = an_item(collected, places=2)

    list(evidencing.export(collected.settings, "demo", item, None, tmp_path / "proof"))

    captures = json.loads((tmp_path / "proof" / "captures.json").read_bytes())
    listings = json.loads((tmp_path / "proof" / "listings.json").read_bytes())
    assert len(listings) == 2
    assert {one["capture_id"] for one in listings} == {one["capture_id"] for one in captures}
    responses = [record_id for kind, record_id, _ in records_of(tmp_path / "proof") if kind == "response"]
    assert responses == [one["capture_id"] for one in captures]
    assert wrong(tmp_path / "proof") == []


@pytest.mark.parametrize("name", sorted(FILES))
def test_any_flipped_bit_is_found_and_placed(copied: Path, name: str) -> None:
    path = copied / name
    good = path.read_bytes()
    chance = random.Random(name)
    places = {0, len(good) - 1, *(chance.randrange(len(good)) for _ in range(25))}

    for place in sorted(places):
        bad = bytearray(good)
        bad[place] ^= 1 << chance.randrange(8)
        path.write_bytes(bad)
        found = wrong(copied)
        about = [one for one in found if name in (one["subject"], "manifest.sha256")]
        assert about, (name, place)
        if name != "manifest.sha256":
            assert any(covers(one["ranges"], place) for one in about), (name, place, found)
        if name not in ("manifest.json", "manifest.sha256"):
            assert [one["subject"] for one in found] == [name]
            assert all(last - first < 4096 for one in found for first, last in spans(one["ranges"]))
    path.write_bytes(good)
    assert wrong(copied) == []


def spans(ranges: str) -> Iterator[tuple[int, int]]:
    for part in ranges.split(", "):
        first, _, last = part.partition("-")
        yield int(first), int(last)


def covers(ranges: str, place: int) -> bool:
    return any(first <= place <= last for first, last in spans(ranges))


@pytest.mark.parametrize("name", ["evidence.warc.gz", "captures.json", "listings.json", "READ-ME.txt"])
def test_a_missing_shortened_or_grown_file_is_found(copied: Path, name: str) -> None:
    path = copied / name
    good = path.read_bytes()

    path.write_bytes(good[:-10])
    assert [(one["subject"], covers(one["ranges"], len(good) - 1)) for one in wrong(copied)] == [(name, True)]
    path.write_bytes(good + b"x" * 10_000)
    assert [(one["subject"], covers(one["ranges"], len(good) + 9_999)) for one in wrong(copied)] == [(name, True)]
    path.unlink()
    assert [(one["subject"], one["text"]) for one in wrong(copied)] == [(name, "missing")]


def test_a_missing_seal_is_found_and_a_missing_manifest_refused(copied: Path) -> None:
    (copied / "manifest.sha256").unlink()
    assert [(one["subject"], one["text"]) for one in wrong(copied)] == [("manifest.sha256", "missing")]
    (copied / "manifest.json").unlink()
    with pytest.raises(RefusedError, match=r"found no manifest\.json"):
        evidencing.verify(copied)


def test_two_distant_alterations_give_two_ranges(copied: Path) -> None:
    path = copied / "evidence.warc.gz"
    content = bytearray(path.read_bytes())
    assert len(content) > 3 * 4096, "the demo's page shrank: the test needs another file"
    content[10] ^= 1
    content[2 * 4096 + 10] ^= 1
    path.write_bytes(content)

    (found,) = wrong(copied)

    assert found["ranges"] == "0-4095, 8192-12287"
    assert "altered within bytes 0-4095, 8192-12287" in found["text"]


def test_rows_that_no_record_proves_are_found_in_a_bundle_made_anew(copied: Path) -> None:
    """Who forges hashes has to forge the record too; and the manifest's SHA-256 is then another than was told."""
    captures = json.loads((copied / "captures.json").read_bytes())
    captures[0]["sha256"] = "0" * 64
    (copied / "captures.json").write_text(json.dumps(captures), encoding="utf-8")
    told = evidencing.verify(copied)[0]["text"]
    reseal(copied)

    (found,) = wrong(copied)

    assert found["subject"] == captures[0]["capture_id"]
    assert "not what was captured" in found["text"]
    assert evidencing.verify(copied)[0]["text"] != told


def reseal(bundle: Path) -> None:
    manifest = json.loads((bundle / "manifest.json").read_bytes())
    manifest["files"] = [file_facts(bundle / one["name"]) for one in manifest["files"]]
    (bundle / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    seal(bundle / "manifest.json", bundle / "manifest.sha256")


@pytest.mark.parametrize(
    "manifest",
    ["[]", "{}", '{"files": [{"name": 5}], "chunk_bytes": 4096}', '{"files": {}, "chunk_bytes": "x"}', "\x00"],
)
def test_a_folder_of_something_else_is_refused_in_words(copied: Path, manifest: str) -> None:
    (copied / "manifest.json").write_text(manifest, encoding="utf-8")
    seal(copied / "manifest.json", copied / "manifest.sha256")
    (copied / "captures.json").write_text("nothing", encoding="utf-8")

    with pytest.raises(RefusedError, match="not a bundle"):
        evidencing.verify(copied)


def test_names_in_a_manifest_do_not_lead_out_of_the_bundle(copied: Path) -> None:
    manifest = json.loads((copied / "manifest.json").read_bytes())
    outside = copied.parent / "outside.txt"
    outside.write_text("not of the bundle", encoding="utf-8")
    manifest["files"].append({"name": "../outside.txt", "bytes": 17, "sha256": "0" * 64, "pieces": []})
    (copied / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    assert ("../outside.txt", "missing") in [(one["subject"], one["text"]) for one in wrong(copied)]


def test_the_command_line_exports_and_verifies(collected: Any, tmp_path: Path) -> None:
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
    collected: Any, bundle: Path, tmp_path: Path
) -> None:
    with pytest.raises(RefusedError, match="was not seen"):
        list(evidencing.export(collected.settings, "demo", "no-such-item", None, tmp_path / "x"))
    with pytest.raises(RefusedError, match="exists"):
        list(evidencing.export(collected.settings, "demo", an_item(collected)[0], None, bundle))
    assert not (tmp_path / "x").exists()


def test_an_altered_archive_gives_no_bundle(collected: Any, copy_of: Callable[..., Any], tmp_path: Path) -> None:
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
    make_installation: Callable[..., Any], days: list[date], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
    assert wrong(tmp_path / "proof") == []
