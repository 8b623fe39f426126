"""Evidence bundles: they verify, whatever is altered in one is found and placed, and they hold no secret."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from shelfradar import evidencing
from shelfradar.bundle import file_facts, seal
from shelfradar.errors import RefusedError

FILES = {"READ-ME.txt", "captures.json", "evidence.warc.gz", "listings.json", "manifest.json", "manifest.sha256"}


@pytest.fixture
def copied(bundle: Path, tmp_path: Path) -> Path:
    """A copy of the bundle that a test may alter."""
    return Path(shutil.copytree(bundle, tmp_path / "copy"))


def wrong(bundle: Path) -> list[dict[str, Any]]:
    return [finding for finding in evidencing.verify(bundle) if not finding["ok"]]


def test_a_bundle_holds_what_it_says_and_verifies_alone(an_item: Any, collected: Any, bundle: Path) -> None:
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


def test_an_item_on_several_pages_comes_with_all_of_them(an_item: Any, collected: Any, tmp_path: Path) -> None:
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
