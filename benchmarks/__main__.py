"""``make bench``: one table of our figures, the peers' and the targets. ``python -m benchmarks --help``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields, replace

from rich.box import HEAVY_HEAD, MARKDOWN
from rich.console import Console
from rich.table import Table

from benchmarks.alerting import alerts
from benchmarks.crawling import fetch_step, page_to_warehouse
from benchmarks.extraction import extraction
from benchmarks.history import increment
from benchmarks.loading import day_again, load_with_audit
from benchmarks.measure import Figure
from benchmarks.rebuilding import full_rebuild
from benchmarks.recorded import recorded
from benchmarks.setting import QUICK, Scale
from benchmarks.year import year, year_peers

ROWS: dict[str, Callable[[Scale], list[Figure]]] = {
    "page": page_to_warehouse,
    "fetch": fetch_step,
    "extract": extraction,
    "recorded": recorded,
    "load": load_with_audit,
    "again": day_again,
    "increment": increment,
    "rebuild": full_rebuild,
    "alerts": alerts,
    "year": year,
    "year_peers": year_peers,
}
_SIZES = tuple(one.name for one in fields(Scale) if one.type == "int" and one.name != "repeats")
_ASKED_FOR = frozenset({"year", "year_peers"})  # hours: only where they are named
_MET = {True: "yes", False: "NO", None: "-"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the chosen rows and print their table. 0 even where a target is missed: the table says so."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Shelfradar against named peers.")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}; default: all but the year's")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: shows that it runs, its figures mean nothing")
    parser.add_argument("--repeats", type=int, help="rounds; the table shows medians")
    parser.add_argument("--size", action="append", default=[], metavar="NAME=N", help=f"of {', '.join(_SIZES)}")
    parser.add_argument("--markdown", action="store_true", help="print the table for docs/benchmarks.md")
    chosen = parser.parse_args(arguments)
    unknown = sorted(set(chosen.rows) - set(ROWS))
    if unknown:
        parser.error(f"found {', '.join(unknown)}; expected rows of {', '.join(ROWS)}")
    scale = QUICK if chosen.quick else Scale()
    if chosen.repeats:
        scale = replace(scale, repeats=chosen.repeats)
    for name, number in (_size(parser, text) for text in chosen.size):
        scale = replace(scale, **{name: number})
    console, told = Console(width=170), Console(stderr=True)
    figures: list[Figure] = []
    for name in chosen.rows or [name for name in ROWS if name not in _ASKED_FOR]:
        told.print(f"benchmark {name} ...", highlight=False)
        figures += ROWS[name](scale)
    console.print(_table(figures, scale, quick=chosen.quick, markdown=chosen.markdown))
    return 0


def _size(parser: argparse.ArgumentParser, text: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    if name not in _SIZES or not number.isdigit() or number == "0":
        parser.error(f"--size: found {text}; expected NAME=N with a name of {', '.join(_SIZES)}")
    return name, int(number)


def _table(figures: list[Figure], scale: Scale, *, quick: bool, markdown: bool) -> Table:
    load = os.getloadavg()[0]
    note = f"{os.cpu_count()} cores, load {load:.1f}; medians of {scale.repeats} or more rounds in turn; synthetic data"
    title = "Shelfradar against its peers" + (" (quick: meaningless)" if quick else "")
    table = Table(title=title, caption=note, box=MARKDOWN if markdown else HEAVY_HEAD)
    for heading in ("what", "ours", "against", "theirs", "ratio", "best - worst", "CPU ratio", "target", "met"):
        table.add_column(heading, justify="right" if heading in {"ours", "theirs", "ratio"} else "left")
    for one in figures:
        sign = ">=" if one.higher else "<="
        target = "-" if one.target is None else f"{sign} {one.target:g}"
        spread = f"{one.best:.3g} - {one.worst:.3g}"
        cpu = "" if one.cpu_ratio is None else f"{one.cpu_ratio:.3g}"
        table.add_row(
            one.what, one.ours, one.peer, one.theirs, f"{one.ratio:.3g}", spread, cpu, target, _MET[one.met],
        )  # fmt: skip
    return table


if __name__ == "__main__":
    sys.exit(main())
