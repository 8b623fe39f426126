"""Replay: what a changed spec would make of the archive is shown first, then done; marts follow, no mail is queued."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from extractors import extract
from extractors.spec import SITES, read_spec
from shelfradar import pipeline, replaying
from shelfradar.errors import RefusedError
from transforms.grains import GRAINS
from transforms.models import ordered_models
from warehouse.lake import Lake

Tables = dict[str, list[tuple[Any, ...]]]
MARTS = set(GRAINS)


def tables(made: Any) -> Tables:
    """Every row of every table of the lake, alerts, runs and captures included."""
    with Lake(made.settings.lake).reader() as con:
        names = [row[0] for row in con.execute("SHOW TABLES").fetchall()]
        assert {"listing", "capture", "run", "alert_outbox", "alert_episode", *MARTS} <= set(names)
        found = {name: con.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in names}
        for mart in GRAINS:
            found[f"{mart}.columns"] = [tuple(row[0] for row in con.execute(f"DESCRIBE {mart}").fetchall())]
        return found


def files(made: Any) -> dict[str, str]:
    """Digests of what lies in the archive, the stage and the mail folder."""
    home = made.settings.home
    return {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in (home / "archive", home / "stage", made.settings.mail)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def made(collected: Any, copy_of: Callable[..., Any]) -> Any:
    """An installation of two observed days that a test may change."""
    return copy_of(collected)


@pytest.fixture
def change_spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Any], None]], None]:
    """``change_spec(edit)``: from now on the demo's pages are read by a copy of its spec that ``edit`` changed."""

    def change(edit: Callable[[Any], None]) -> None:
        folder = tmp_path / "sites"
        shutil.copytree(SITES, folder, dirs_exist_ok=True)
        path, yaml = folder / "demo.yaml", YAML()
        spec = yaml.load(path.read_text(encoding="utf-8"))
        edit(spec)
        with path.open("w", encoding="utf-8") as file:
            yaml.dump(spec, file)
        monkeypatch.setattr(extract, "read_spec", lambda name: read_spec(name, folder))

    return change


def coupons_are_prices(spec: Any) -> None:
    """A spec of tomorrow: another price, no advertisements, the shop as the brand."""
    spec["version"] = 2
    spec["fields"]["price"] = ["span.coupon b", "span.price"]
    spec["skip"] = [{"css": "span.ad-tag"}]
    spec["fields"]["brand_text"] = "a.shop-name"


NOTHING = {"added": 0, "removed": 0, "changed": 0, "fields": {}}


def differences(mart: str, before: Tables, after: Tables) -> dict[str, Any]:
    """What changed in a mart, counted row by row in Python: the oracle of the SQL."""
    names = [*before[f"{mart}.columns"][0]]
    places = [names.index(name) for name in ("source", *GRAINS[mart])]
    was, now = ({tuple(row[at] for at in places): row for row in state[mart]} for state in (before, after))
    both = [(was[key], now[key]) for key in was.keys() & now.keys()]
    fields = Counter(name for old, new in both for name, a, b in zip(names, old, new, strict=True) if a != b)
    return {
        "added": len(now.keys() - was.keys()), "removed": len(was.keys() - now.keys()),
        "changed": sum(old != new for old, new in both), "fields": dict(fields),
    }  # fmt: skip


def columns(made: Any, sql: str) -> list[tuple[Any, ...]]:
    with Lake(made.settings.lake).reader() as con:
        return list(con.execute(sql).fetchall())


def test_every_mart_has_a_grain_that_tells_its_rows_apart(made: Any) -> None:
    assert {model.name for model in ordered_models() if model.kind == "mart"} == MARTS
    for mart, grain in GRAINS.items():
        keys = ", ".join(("source", *grain))
        ((rows, distinct),) = columns(made, f"SELECT count(*), count(DISTINCT ({keys})) FROM {mart}")
        assert rows == distinct, mart


def test_a_dry_run_with_todays_spec_finds_and_changes_nothing(made: Any, days: list[date]) -> None:
    before, lying = tables(made), files(made)

    found = replaying.replay(made.settings, "demo", days[0], days[-1], dry_run=True)

    assert (found["added"], found["removed"], found["changed"], found["fields"]) == (0, 0, 0, {})
    assert (found["marts"], found["figures"], found["refused"]) == ({}, [], [])
    assert found["observations"] == 2
    assert tables(made) == before
    assert files(made) == lying


def test_a_dry_run_shows_by_field_what_a_new_spec_would_change_and_changes_nothing(
    made: Any, days: list[date], change_spec: Callable[..., None]
) -> None:
    before, lying = tables(made), files(made)
    ((sponsored, coupons, brands),) = columns(
        made,
        "SELECT count(*) FILTER (sponsored), count(*) FILTER (NOT sponsored AND coupon_price IS NOT NULL),"
        " count(*) FILTER (NOT sponsored AND brand_text IS DISTINCT FROM shop) FROM listing",
    )
    assert min(sponsored, coupons, brands) > 0
    change_spec(coupons_are_prices)

    found = replaying.replay(made.settings, "demo", days[0], days[-1], dry_run=True)

    assert found["dry_run"]
    assert (found["added"], found["removed"]) == (0, sponsored)
    assert found["fields"]["price"] == coupons
    assert found["fields"]["brand_text"] == brands
    assert found["changed"] >= max(coupons, brands)
    assert {"rank", "title", "units_low", "rating"}.isdisjoint(found["fields"])
    assert {one["observed_on"] for one in found["figures"]} == {day.isoformat() for day in days}
    assert found["marts"]["item_day"]["fields"]["price"] > 0
    assert tables(made) == before
    assert files(made) == lying
    told = "\n".join(replaying.describe(found))
    assert f"rows would change: 0 added, {sponsored} removed" in told
    assert f"  price: {coupons} rows" in told
    assert f"marts that would change: {len(found['marts'])} of {len(GRAINS)}" in told


def test_a_replay_does_what_its_dry_run_showed_marts_follow_and_no_mail_is_queued(
    made: Any, days: list[date], change_spec: Callable[..., None]
) -> None:
    before, lying = tables(made), files(made)
    change_spec(coupons_are_prices)
    shown = replaying.replay(made.settings, "demo", days[0], days[-1], dry_run=True)

    done = replaying.replay(made.settings, "demo", days[0], days[-1], dry_run=False)

    assert {**done, "dry_run": True} == shown
    after = tables(made)
    kinds = columns(made, "SELECT DISTINCT parser_version, sponsored, brand_text IS DISTINCT FROM shop FROM listing")
    assert kinds == [("demo/2", False, False)]
    for mart in GRAINS:
        assert shown["marts"].get(mart, NOTHING) == differences(mart, before, after), mart
    assert {"item_day", "brand_share", "brand_concentration", "price_band"} <= set(shown["marts"])
    (run,) = columns(made, "SELECT kind, source, status, rows_loaded, detail FROM run WHERE kind = 'replay'")
    assert run[:3] == ("replay", "demo", "ok")
    assert run[3] == len(after["listing"])
    assert json.loads(run[4])["marts"].keys() == shown["marts"].keys()
    assert not list((made.settings.home / "replay").rglob("*.parquet"))
    assert {name: after[name] for name in ("alert_outbox", "alert_episode")} == {
        name: before[name] for name in ("alert_outbox", "alert_episode")
    }
    assert {name: found for name, found in files(made).items() if not name.startswith("stage")} == {
        name: found for name, found in lying.items() if not name.startswith("stage")
    }
    pipeline.transform(made.settings, "demo", full=True)
    rebuilt = tables(made)
    assert {name: rebuilt[name] for name in MARTS} == {name: after[name] for name in MARTS}


def test_replaying_back_gives_what_was_there(made: Any, days: list[date], change_spec: Callable[..., None]) -> None:
    before = tables(made)
    change_spec(coupons_are_prices)
    away = replaying.replay(made.settings, "demo", days[0], days[-1], dry_run=False)
    change_spec(lambda _: None)

    back = replaying.replay(made.settings, "demo", days[0], days[-1], dry_run=False)

    assert (back["added"], back["removed"], back["changed"]) == (away["removed"], 0, away["changed"])
    assert back["fields"] == away["fields"]
    after = tables(made)
    for name in ("listing", "snapshot", "quarantine", "capture", *sorted(MARTS)):
        assert after[name] == before[name], name


def test_only_the_dates_asked_for_are_replaced(made: Any, days: list[date], change_spec: Callable[..., None]) -> None:
    change_spec(coupons_are_prices)

    found = replaying.replay(made.settings, "demo", days[0], days[0], dry_run=False)

    assert found["observations"] == 1
    versions = columns(made, "SELECT DISTINCT observed_on, parser_version FROM listing ORDER BY 1")
    assert versions == [(days[0], "demo/2"), (days[1], "demo/1")]


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda spec: spec.update(items="#J_list > div.renamed"), "items"),
        (lambda spec: spec["fields"].pop("brand_text"), "brand_text"),
        (lambda spec: spec["fields"].update(price="span.renamed"), "price"),
    ],
    ids=["items", "brand", "price"],
)
def test_a_spec_that_lost_something_is_refused_and_told_and_the_last_good_data_stays(
    made: Any, days: list[date], change_spec: Callable[..., None], edit: Callable[[Any], None], reason: str
) -> None:
    """A replay is audited as a load is: a broken spec must not empty the warehouse."""
    before = tables(made)
    change_spec(edit)

    found = replaying.replay(made.settings, "demo", days[0], days[-1], dry_run=False)

    refused = [(one["category_id"], one["observed_on"]) for one in found["refused"] if one["category_id"] == "serum"]
    assert refused == [("serum", day.isoformat()) for day in days]
    assert all(reason in one["reasons"] for one in found["refused"]), found["refused"]
    assert "refused, and kept as it is: serum" in "\n".join(replaying.describe(found))
    after = tables(made)
    assert after["listing"] == before["listing"]
    assert after["brand_concentration"] == before["brand_concentration"]


def test_dates_without_an_archive_and_reversed_dates_are_refused(made: Any, days: list[date]) -> None:
    later = days[-1] + timedelta(days=30)
    with pytest.raises(RefusedError, match="no archived capture"):
        replaying.replay(made.settings, "demo", later, later, dry_run=True)
    with pytest.raises(RefusedError, match="expected the earlier date first"):
        replaying.replay(made.settings, "demo", days[1], days[0], dry_run=True)


def test_the_command_line_replays(made: Any, days: list[date]) -> None:
    asked = ("replay", "--source", "demo", "--from", days[0].isoformat(), "--to", days[1].isoformat(), "--dry-run")

    answer = made.run(*asked)

    assert answer.returncode == 0, answer.stderr
    assert "rows would change: 0 added, 0 removed, 0 changed" in answer.stdout + answer.stderr
