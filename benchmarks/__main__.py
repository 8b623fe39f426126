"""``make bench``: one table of our figures, the peers' and the targets. ``python -m benchmarks --help``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

from rich.console import Console
from rich.table import Table

from benchmarks.crawling import fetch_step, page_to_warehouse
from benchmarks.extraction import extraction
from benchmarks.history import increment
from benchmarks.loading import day_again, load_with_audit
from benchmarks.measure import Figure
from benchmarks.rebuilding import full_rebuild
from benchmarks.recorded import recorded
from benchmarks.setting import QUICK, Scale

ROWS: dict[str, Callable[[Scale], list[Figure]]] = {
    "page": page_to_warehouse,
    "fetch": fetch_step,
    "extract": extraction,
    "recorded": recorded,
    "load": load_with_audit,
    "again": day_again,
    "increment": increment,
    "rebuild": full_rebuild,
}
_MET = {True: "yes", False: "NO", None: "-"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the chosen rows and print their table. 0 even where a target is missed: the table says so."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Shelfradar against named peers.")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}; default: all")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: shows that it runs, its figures mean nothing")
    parser.add_argument("--repeats", type=int, help="rounds; the table shows medians")
    chosen = parser.parse_args(arguments)
    unknown = sorted(set(chosen.rows) - set(ROWS))
    if unknown:
        parser.error(f"found {', '.join(unknown)}; expected rows of {', '.join(ROWS)}")
    scale = QUICK if chosen.quick else Scale()
    if chosen.repeats:
        scale = replace(scale, repeats=chosen.repeats)
    console, told = Console(width=150), Console(stderr=True)
    figures: list[Figure] = []
    for name in chosen.rows or ROWS:
        told.print(f"benchmark {name} ...", highlight=False)
        figures += ROWS[name](scale)
    console.print(_table(figures, scale, quick=chosen.quick))
    return 0


def _table(figures: list[Figure], scale: Scale, *, quick: bool) -> Table:
    load = os.getloadavg()[0]
    note = f"{os.cpu_count()} cores, load {load:.1f}; medians of {scale.repeats} alternating rounds; synthetic data"
    table = Table(title="Shelfradar against its peers" + (" (quick: meaningless)" if quick else ""), caption=note)
    for heading in ("what", "ours", "against", "theirs", "ratio", "best - worst", "target", "met"):
        table.add_column(heading, justify="right" if heading in {"ours", "theirs", "ratio"} else "left")
    for one in figures:
        sign = ">=" if one.higher else "<="
        target = "-" if one.target is None else f"{sign} {one.target:g}"
        spread = f"{one.best:.3g} - {one.worst:.3g}"
        table.add_row(
            one.what, one.ours, one.peer, one.theirs, f"{one.ratio:.3g}", spread, target, _MET[one.met],
        )  # fmt: skip
    return table


if __name__ == "__main__":
    sys.exit(main())
