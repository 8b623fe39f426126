"""The README is short and true: every command in it is run, every link resolves."""

from __future__ import annotations

import re
import shlex
import subprocess
import urllib.request
from datetime import date
from pathlib import Path

import pytest

PAGES = (
    "README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/configuration.md", "docs/site-specs.md",
    "docs/alerts.md", "docs/boards.md", "docs/airflow.md", "docs/production.md", "docs/benchmarks.md",
    "docs/warehouse.md", "docs/analysts.md", "docs/fetching.md", "docs/evidence.md",
)  # fmt: skip


def commands(root: Path) -> list[str]:
    """What stands after ``.venv/bin/shelfradar``, in blocks and in the text."""
    text = (root / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^\.venv/bin/shelfradar (.+)$", text, re.MULTILINE)
    inline = re.findall(r"`\.venv/bin/shelfradar ([^`]+)`", text)
    return [*blocks, *(one.replace("\n", " ") for one in inline)]


def targets(root: Path) -> set[str]:
    text = (root / "README.md").read_text(encoding="utf-8")
    return set(re.findall(r"\bmake ([a-z][a-z-]+)", text))


def test_it_is_at_most_two_screens(project_root: Path) -> None:
    assert len((project_root / "README.md").read_text(encoding="utf-8").splitlines()) <= 80


def test_every_shelfradar_command_runs(collected, copy_of, tmp_path: Path, project_root: Path) -> None:
    made = copy_of(collected)
    told = commands(project_root)
    assert len(told) >= 8
    item = made.run("sql", "SELECT min(item_id) AS item FROM listing", "-f", "csv").stdout.splitlines()[1]
    bundle = str(tmp_path / "bundle")
    panel = tmp_path / "panel.csv"
    panel.write_text("update_time,id,title,price,sale_count,comment_count,店名\n2016/11/5,A1,水,9,3,1,甲\n", "gb18030")
    meant = {"ITEM": item, "DIR": bundle, "RULE": "serum-rival-20k", "FILE": str(panel), "my-shop": "demo"}
    for line in told:
        words = [meant.get(word, word) for word in shlex.split(line)]
        if "NAME" in words:
            words = ["tmall-double11" if word == "NAME" and "import" in words else word for word in words]
            words = ["demo" if word == "NAME" else word for word in words]
        if words == ["doctor"]:
            continue  # run by its own tests: an old demo is rightly found stale
        if words[0] == "source":
            words += ["--at", "2026-09-10"]
        if words[0] == "export":
            words[1] = str(tmp_path / words[1])
        done = made.run(*words)
        allowed = {0, 1} if words[0] == "import" else {0}  # one row is fewer than the panel's bounds want
        assert done.returncode in allowed, f"{words}: {done.stderr}"
        assert "Traceback" not in done.stderr


def test_every_command_of_the_pages_on_fetching_and_evidence_runs(
    collected, copy_of, tmp_path: Path, project_root: Path
) -> None:
    made = copy_of(collected)
    item = made.run("sql", "SELECT min(item_id) AS item FROM listing", "-f", "csv").stdout.splitlines()[1]
    day = made.run("sql", "SELECT max(observed_on) AS day FROM listing", "-f", "csv").stdout.splitlines()[1]
    page = tmp_path / "page.html"
    page.write_bytes(urllib.request.urlopen(made.source.categories[0].page_url(1, date.fromisoformat(day))).read())
    meant = {"ITEM": item, "BUNDLE": str(tmp_path / "bundle"), "DAY": day, "SOURCE": "demo", "PAGE": str(page)}
    told = [
        line
        for name in ("fetching", "evidence")
        for line in re.findall(
            r"^    shelfradar (.+)$", (project_root / f"docs/{name}.md").read_text("utf-8"), re.MULTILINE
        )
    ]
    assert len(told) == 7
    for line in told:
        words = [meant.get(word, word) for word in shlex.split(line)]
        done = made.run(*words, *(["--at", day] if words[0] == "source" else []))
        allowed = {0, 1} if words == ["doctor"] else {0}  # an old demo is rightly found stale
        assert done.returncode in allowed, f"{words}: {done.stderr}"
        assert "Traceback" not in done.stderr


def test_every_make_target_exists(project_root: Path) -> None:
    makefile = (project_root / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z][a-z-]+):", makefile, re.MULTILINE))
    assert targets(project_root) - {"sure"} <= known
    listed = subprocess.run(["make"], cwd=project_root, capture_output=True, text=True, check=True).stdout
    assert all(f"make {name}" in listed for name in ("demo", "test", "airflow", "bench", "new-source", "new-report"))


@pytest.mark.parametrize("page", PAGES)
def test_every_link_resolves(project_root: Path, page: str) -> None:
    path = project_root / page
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (path.parent / target).exists(), f"{page}: {target}"
