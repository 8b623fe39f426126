"""Going on from the checkpoint equals deriving everything again, and both equal the pure function over the history.

Random days, corrections of old days, late arrivals, days taken away and changed rules, with a run after some of them.
The oracle reads the marts whole with a plain query and hands every entity's every point to ``evaluate``.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts import checkpoint
from alerts.compare import Point, Span
from alerts.evaluate import evaluate
from alerts.marts import FigureKey, figure_sql
from alerts.matching import ready_rules
from alerts.rules import read_rules
from alerts.run import evaluate_source
from tests.alerts.conftest import DAY_ZERO, HEAD, MemoryLake, Shelf

SCHEMA = Path(__file__).parents[2] / "warehouse" / "schema"
ITEMS = ("a", "b", "own")
RULES = """
  - {id: over, title: t, match: {source: shop}, of: item, metric: units_30d, when: {above: 20}, recover: 15,
     for_snapshots: 2, lost_after: 3}
  - {id: under, title: t, match: {source: shop, item: [a]}, of: item, metric: units_30d, when: {below: 12},
     recover_snapshots: 2, lost_after: 2, escalate_by: 25%}
  - {id: fell, title: t, match: {source: shop, watch_group: [rivals]}, of: item, metric: units_30d, compare: previous,
     when: {falls_by: 20%}}
  - {id: rose, title: t, match: {source: shop, category: [serum]}, of: item, metric: units_30d, compare: mean_7d,
     when: {rises_by: 3}, recover: 1}
  - {id: month, title: t, match: {source: shop}, of: item, metric: units_30d, compare: mean_30d, when: {falls_by: 10%}}
  - {id: ours, title: t, match: {source: shop, watch_group: [rivals]}, of: item, metric: units_30d, compare: own,
     when: {above: 10%}, recover: 5%, lost_after: 4}
"""
OTHERS = RULES.replace("above: 20", "above: 22").replace("rises_by: 3", "rises_by: 4")

figure = st.one_of(
    st.none(),
    st.integers(5, 30),
    st.tuples(st.integers(5, 30), st.integers(0, 8)).map(lambda one: (one[0], one[0] + one[1])),
    st.integers(5, 30).map(lambda low: (low, None)),
)
figures = st.fixed_dictionaries(dict.fromkeys(ITEMS, figure))
step = st.one_of(
    st.tuples(
        st.just("day"), st.sampled_from([1, 1, 1, 1, 2, 12, 29, 31]), figures, st.sampled_from([True] * 4 + [False])
    ),
    st.tuples(st.just("amend"), st.integers(0, 30), figures, st.sampled_from([True] * 4 + [False])),
    st.tuples(st.just("late"), st.integers(0, 30), figures, st.just(True)),
    st.tuples(st.just("remove"), st.integers(0, 30)),
    st.tuples(st.just("rules")),
    st.tuples(st.just("run")),
)


class Story:
    """A lake in memory that tells which snapshots changed, as DuckLake does, and the runs over it."""

    def __init__(self, folder, monkeypatch):
        self.lake = MemoryLake(SCHEMA)
        self.shelf, self.days, self.version, self.changes = Shelf(self.lake), [], 0, []
        self.path, self.texts = folder / "alerts.yaml", [RULES, OTHERS]
        monkeypatch.setattr(checkpoint, "lake_version", lambda con: self.version)
        monkeypatch.setattr(checkpoint, "changed_since", self.changed_since)

    def changed_since(self, con, source, known, held, current):
        ats = [at for version, at in self.changes if held < version <= current]
        return {"serum": min(ats)} if ats else {}

    @property
    def rules(self):
        self.path.write_text(HEAD + self.texts[0], encoding="utf-8")
        return read_rules(self.path)

    def put(self, number, shown, complete):
        at = self.remove(number)
        present = {item: value for item, value in shown.items() if value is not None}
        self.shelf.day(number, complete=complete, **present)
        self.days.append(number)
        return at

    def remove(self, number):
        at = DAY_ZERO + timedelta(days=number)
        for table in ("snapshot", "item_day", "capture"):
            self.lake.con.execute(f"DELETE FROM {table} WHERE observed_at = ?", [at])
        self.version += 1
        self.changes.append((self.version, at))
        self.days = [one for one in self.days if one != number]
        return at

    def do(self, kind, *rest):
        if kind == "day":
            self.put(max(self.days, default=0) + rest[0], *rest[1:])
        elif kind == "late" and rest[0] not in self.days:
            self.put(*rest)
        elif kind in {"amend", "remove"} and self.days:
            number = sorted(self.days)[rest[0] % len(self.days)]
            self.put(number, *rest[1:]) if kind == "amend" else self.remove(number)
        elif kind == "rules":
            self.texts.reverse()
        elif kind == "run":
            self.run()

    def run(self):
        now = DAY_ZERO + timedelta(days=max(self.days, default=0), hours=1)
        return self.lake.write(lambda con: evaluate_source(con, self.rules, "shop", None, now))

    def table(self, sql):
        return sorted(self.lake.con.execute(sql).fetchall(), key=str)


def oracle(story):
    """The episodes of the rules as they stand, from every point of every entity."""
    con = story.lake.con
    snapshots = con.execute("SELECT observed_at, complete FROM snapshot ORDER BY observed_at").fetchall()
    con.execute("SET VARIABLE alert_source = 'shop'")
    con.execute("SET VARIABLE alert_now_from = TIMESTAMPTZ '1970-01-01 00:00:00+00'")
    con.execute("SET VARIABLE alert_now_to = TIMESTAMPTZ '2970-01-01 00:00:00+00'")
    figures_sql = figure_sql(FigureKey("item", "units_30d"), "now")
    read = con.execute(f"SELECT entity_id, observed_at, low, high, basis, ownership FROM ({figures_sql})").fetchall()
    rows = {(entity, at): (low, high, basis) for entity, at, low, high, basis, _ in read}
    own = {at: Span(low, high) for _, at, low, high, _, ownership in read if ownership == "own"}
    found = []
    for ready in ready_rules(con, story.rules, "shop"):
        meant = {"a"} if ready.rule.id == "under" else {"a", "b"} if ready.groups else set(ITEMS)
        for entity in meant:
            points = [
                Point(observed_at=at, complete=complete, low=low, high=high, basis=basis, own=own.get(at))
                for at, complete in snapshots
                for low, high, basis in [rows.get((entity, at), (None, None, None))]
            ]
            evaluation = evaluate(ready.condition, points)
            for episode in evaluation.episodes:
                state = "ended" if episode.end else evaluation.state.phase
                ended = (episode.end.at, episode.end.transition) if episode.end else (None, None)
                upto = [one for one in points if one.complete and (not episode.end or one.observed_at <= ended[0])]
                found.append((ready.rule.id, entity, state, episode.start, episode.fired.at, *ended,
                              episode.fired.first_seen, len(episode.escalations), episode.fired.point.low,
                              upto[-1].observed_at, [one.low for one in upto if one.known][-1]))  # fmt: skip
    return sorted(found, key=str)


EPISODES = """
SELECT rule_id, entity_id, state, started_at, fired_at, ended_at, end_reason, first_seen, escalations, fired_low,
       last_at, last_low
FROM alert_episode SEMI JOIN (SELECT rule_version FROM alert_checkpoint_rule) USING (rule_version)
"""
STATES = "SELECT * FROM alert_state"


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(step, min_size=4, max_size=28))
def test_any_sequence_of_runs_ends_in_what_the_whole_history_says(tmp_path_factory, steps):
    with pytest.MonkeyPatch.context() as monkeypatch:
        story = Story(tmp_path_factory.mktemp("story"), monkeypatch)
        for one in steps:
            story.do(*one)
        story.run()
        assert story.table(EPISODES) == oracle(story)
        episodes, states = story.table("SELECT * FROM alert_episode"), story.table(STATES)
        for table in ("alert_state", "alert_checkpoint", "alert_checkpoint_rule"):
            story.lake.con.execute(f"DELETE FROM {table}")
        story.run()
        assert story.table("SELECT * FROM alert_episode") == episodes
        assert story.table(STATES) == states
