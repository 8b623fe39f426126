"""Ten thousand alert rules over large lists: a day's alerts against plain SQL passes, and at a long history against a
short one; a rule tried on the whole history. A year of a million items would be 365 million rows: the two are apart.

A pass is the query an analyst would write instead, for one figure: every item's figure of today, of the day before and
its means of 7 and 30 days, held against a line. It tells nothing of states, intervals, recoveries or mails.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import count
from statistics import median
from typing import Any

from alerts.backtest import backtest
from alerts.matching import ready_rules
from alerts.rules import Rules
from alerts.run import evaluate_source
from benchmarks.crossings import make_rules, observed_at, store_items
from benchmarks.measure import Figure, Spent, Target, alternate, compare, plain, spent_by
from benchmarks.setting import Scale, installation
from shelfradar import pipeline
from warehouse.lake import Lake
from warehouse.maintain import maintain

A_FEW_PASSES = 5
NOT_MAINTAINED = 6
BACKTEST_SECONDS = 2.0
_PASS = """
SELECT count(*) FROM (
    SELECT arg_max(units_30d_low, observed_at) AS now, arg_max(units_30d_low, observed_at, 2)[2] AS before,
           avg(units_30d_low) FILTER (observed_at >= $at::TIMESTAMPTZ - INTERVAL 7 DAY AND observed_at < $at) AS week,
           avg(units_30d_low) FILTER (observed_at < $at) AS month
    FROM item_day
    WHERE source = 'bench' AND observed_at BETWEEN $at::TIMESTAMPTZ - INTERVAL 30 DAY AND $at::TIMESTAMPTZ
    GROUP BY category_id, item_id
) WHERE now > 9000 OR now > 1.6 * before OR now > 1.6 * week OR now > 1.8 * month
"""


@dataclass(frozen=True, slots=True)
class _Shelf:
    """A lake with days of item marts, and the rules that are evaluated over it day by day."""

    lake: Lake
    items: int
    rules: Rules

    def fill(self, days: int) -> None:
        """Days 1 to ``days``, evaluated once: what is remembered is as if each had been.

        The lake is as it lies before its weekly maintenance (``dags/maintain.py``): the last days a file each.
        """
        for day in range(1, days + 1):
            self.lake.write(lambda con, day=day: store_items(con, day, day, self.items))
            if day == days - NOT_MAINTAINED:
                maintain(self.lake)
        self._evaluate(days)

    def next_day(self, numbers: count[int]) -> Spent:
        """One more day of marts, and what the alerts over it take."""
        day = next(numbers)
        self.lake.write(lambda con: store_items(con, day, day, self.items))
        return spent_by(partial(self._evaluate, day))

    def plain_pass(self, last: Callable[[], int]) -> Spent:
        """The plain query over the same days."""
        with self.lake.reader() as con:
            return spent_by(lambda: con.execute(_PASS, {"at": observed_at(last())}).fetchall())

    def tried(self, rule_no: int, days: int) -> Spent:
        """A backtest of one rule over the first ``days`` days."""
        rules = self.rules.model_copy(update={"rules": [self.rules.rules[rule_no]]})

        def work(con: Any) -> None:
            (ready,) = ready_rules(con, rules, "bench")
            backtest(con, "bench", ready, observed_at(1), observed_at(days), "immediate")

        with self.lake.reader() as con:
            return spent_by(partial(work, con))

    def _evaluate(self, day: int) -> None:
        at = observed_at(day)
        self.lake.write(lambda con: evaluate_source(con, self.rules, "bench", at, at + timedelta(hours=1)))


def alerts(scale: Scale) -> list[Figure]:
    """A day's alerts (CPU) over many items against plain passes; over a year against a short history; one rule tried
    over all of it (wall)."""
    return [*_against_passes(scale), *_against_a_short_history(scale)]


def _against_passes(scale: Scale) -> list[Figure]:
    """As many items as a large company watches, and as many days as any comparison looks back at."""
    items, days = scale.pass_items, scale.pass_days
    with installation() as settings:
        shelf = _Shelf(pipeline.open_lake(settings), items, make_rules(scale.alert_rules, items))
        shelf.fill(days)
        ours = partial(shelf.next_day, count(days + 1))
        ours()
        works: dict[str, Callable[[], Spent]] = {
            "ours": ours,
            "a plain SQL pass": partial(shelf.plain_pass, lambda: days),
        }
        found = alternate(works, scale.repeats)
    what = f"a day's alerts, {scale.alert_rules:,} rules, {items:,} items, {days} days, CPU"
    return [compare(what, found, "a plain SQL pass", Target(A_FEW_PASSES), show=plain)]


def _against_a_short_history(scale: Scale) -> list[Figure]:
    short, long = scale.alert_days
    rules = make_rules(scale.alert_rules, scale.alert_items)
    with installation() as small, installation() as big:
        shelves = {
            days: _Shelf(pipeline.open_lake(settings), scale.alert_items, rules)
            for days, settings in ((short, small), (long, big))
        }
        for days, shelf in shelves.items():
            shelf.fill(days)
        numbers = {days: count(days + 1) for days in shelves}
        at_short, at_long = (partial(shelf.next_day, numbers[days]) for days, shelf in shelves.items())
        at_long()
        at_short()
        found = alternate({"ours": at_long, f"at {short} days": at_short}, scale.repeats)
        trials = _trials(shelves[long], scale, long)
    what = f"a day's alerts, {scale.alert_rules:,} rules, {scale.alert_items:,} items, {long} days, CPU"
    return [compare(what, found, f"at {short} days", Target(1.2), show=plain), *trials]


def _trials(shelf: _Shelf, scale: Scale, days: int) -> list[Figure]:
    """Backtests of a rule of one item, of one of a brand, and of one of a whole list: seconds against what is asked."""
    figures = []
    for place, of in ((0, "an item"), (99, "a brand"), (500, "a list of 1,000")):
        if place >= scale.alert_rules:
            continue
        seconds = [shelf.tried(place, days).wall for _ in range(scale.repeats)]
        ratios = sorted(one / BACKTEST_SECONDS for one in seconds)
        figures.append(Figure(
            f"backtest of {of}'s rule, {days} days of {scale.alert_items:,} items", plain(median(seconds)),
            "what is asked for", plain(BACKTEST_SECONDS), median(ratios), ratios[0], ratios[-1], 1.0,
        ))  # fmt: skip
    return figures
