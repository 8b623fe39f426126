"""The state machine against a slow, obvious reference: the definitions of metrics.md section 9 read out loud."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.compare import Point, Span, compared_spans, distance
from alerts.evaluate import Condition, State, evaluate, judge

START = datetime(2026, 1, 1, tzinfo=UTC)


def history(*figures):
    """Points a day apart: a number, (low, high), None (complete, no figure) or 'incomplete'."""
    points = []
    for number, figure in enumerate(figures):
        low, high = figure if isinstance(figure, tuple) else (figure, figure)
        if figure is None or figure == "incomplete":
            low = high = None
        at = START + timedelta(days=number)
        points.append(Point(observed_at=at, complete=figure != "incomplete", low=low, high=high))
    return points


def told(condition, *figures):
    return [(edge.transition, (edge.at - START).days) for edge in evaluate(condition, history(*figures)).edges]


OVER = Condition(direction="above", threshold=20, recover=15, escalate_by=0.5)


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ((10, 25), [("fired", 1)]),
        ((10, 20), [("fired", 1)]),  # met at equality: "2万+" has reached 20,000
        ((10, 25, 26, 27), [("fired", 1)]),  # once, not every day
        ((10, 25, 10, 25), [("fired", 1), ("resolved", 2), ("fired", 3)]),  # and again after a recovery
        ((10, 25, 18, 25, 18), [("fired", 1)]),  # between the two lines nothing flaps
        ((25,), [("fired", 0)]),  # already beyond when first seen
        ((10, (19, None)), []),  # no bound shown proves nothing
        ((10, (19, 30)), [("possible", 1)]),
        ((10, (19, 30), (19, 30)), [("possible", 1)]),
        ((10, (19, 30), (21, 30)), [("possible", 1), ("fired", 2)]),
        ((10, "incomplete", 25), [("fired", 2)]),
        ((10, 25, "incomplete", None, 25), [("fired", 1)]),  # a gap neither resolves nor fires again
        ((10, 25, None, 10), [("fired", 1), ("resolved", 3)]),
        ((10, 25, *[None] * 7), [("fired", 1), ("lost", 8)]),  # a silence that ends
        ((10, 25, 30, 37), [("fired", 1)]),  # 37 < 37.5
        ((10, 25, 37.5, 56.25), [("fired", 1), ("escalated", 2), ("escalated", 3)]),
        ((10, 25, (14, None)), [("fired", 1), ("resolved", 2)]),
    ],
)
def test_edges(figures, expected):
    lost = Condition(direction="above", threshold=20, recover=15, escalate_by=0.5, lost_after=7)
    assert told(lost, *figures) == expected


def test_the_first_figure_beyond_says_that_it_was_so_when_first_seen():
    (edge,) = evaluate(OVER, history(25)).edges
    assert edge.first_seen
    (edge,) = evaluate(OVER, history(10, 25)).edges
    assert not edge.first_seen
    (edge,) = evaluate(OVER, history("incomplete", None, 25)).edges
    assert edge.first_seen


def test_consecutive_complete_snapshots_are_counted_and_a_gap_breaks_them():
    thrice = Condition(direction="above", threshold=20, for_snapshots=3)
    assert told(thrice, 25, 25, 25) == [("fired", 2)]
    assert told(thrice, 25, "incomplete", 25, "incomplete", 25) == [("fired", 4)]
    assert told(thrice, 25, None, 25, 25) == []
    assert [edge.start for edge in evaluate(thrice, history(9, 25, 25, 25)).edges] == [START + timedelta(days=1)]


def test_a_resolution_without_a_shown_bound_is_told_as_unproved():
    edges = evaluate(OVER, history(10, 25, (14, None))).edges
    assert [edge.proved for edge in edges] == [True, False]


def test_downward_is_decided_by_the_high_end():
    under = Condition(direction="below", threshold=100, recover=120)
    assert told(under, 150, (80, 110), (80, 100), (90, 130), 120) == [("possible", 1), ("fired", 2), ("resolved", 4)]


def test_phases():
    def phase(*figures):
        condition = Condition(direction="above", threshold=20, recover=15, for_snapshots=2, recover_snapshots=2)
        return evaluate(condition, history(*figures)).state.phase

    assert phase(10) == "normal"
    assert phase(10, 25) == "pending"
    assert phase(10, 25, 25) == "firing"
    assert phase(10, 25, 25, 10) == "recovering"
    assert phase(10, 25, 25, 10, 10) == "normal"
    assert phase(10, 25, 25, None) == "no_data"
    assert phase(10, 25, 25, "incomplete") == "firing"


def test_comparisons():
    rises = Condition(direction="above", threshold=0.2, compare="previous", relative=True)
    assert told(rises, 100, 119, 119, 143) == [("fired", 3)]
    assert told(rises, 100, "incomplete", None, 125) == [("fired", 3)]
    assert told(rises, (100, 109), (130, 139)) == [("possible", 1)]  # 130 / 109 is under 1.2: not proved
    falls = Condition(direction="below", threshold=-0.2, compare="mean_7d", relative=True)
    assert told(falls, 100, 100, 79) == []  # two points are no mean
    assert told(falls, 100, 100, 100, 79) == [("fired", 3)]
    own = Condition(direction="below", threshold=-0.05, compare="own", relative=True)
    points = [Point(observed_at=START, complete=True, low=94.0, high=94.0, own=Span(100.0, 100.0))]
    assert [edge.transition for edge in evaluate(own, points).edges] == ["fired"]


def test_a_percentage_of_nothing_is_no_percentage():
    assert distance(Span(5, 5), Span(0, 0), relative=True) == Span(None, None)
    assert distance(Span(5, 9), Span(0, 10), relative=True) == Span(-0.5, None)
    assert distance(Span(5, None), Span(1, None), relative=False) == Span(None, None)


def test_unlike_bases_are_never_compared():
    points = [
        Point(observed_at=START, complete=True, low=1.0, high=1.0, basis="trailing"),
        Point(observed_at=START + timedelta(days=1), complete=True, low=9.0, high=9.0, basis="cumulative"),
    ]
    assert compared_spans("previous", True, points) == [None, None]


# --- the reference -----------------------------------------------------------------------------------------------


def reference(condition, points):  # noqa: C901 (one long walk on purpose)
    """The edges, by going through all the snapshots from the start with nothing but lists of what was seen."""
    edges, seen, run, calm_run, absent_run = [], [], [], [], 0
    fired_from = told_value = maybe_from = None
    sign = 1 if condition.direction == "above" else -1
    for at, point in enumerate(points):
        if not point.complete:
            continue
        if point.low is None:
            run, calm_run, absent_run = [], [], absent_run + 1
            if fired_from is not None and absent_run == condition.lost_after:
                edges.append(("lost", fired_from, at))
                fired_from = maybe_from = None
            continue
        absent_run = 0
        ends = [point.low, point.high]
        near, far = ends if sign > 0 else ends[::-1]
        proved = near is not None and sign * near >= sign * condition.threshold
        maybe = not proved and far is not None and sign * far >= sign * condition.threshold
        if fired_from is None:
            run = [*run, at] if proved else []
            if len(run) == condition.for_snapshots:
                edges.append(("fired", run[0], at))
                fired_from, told_value, run, calm_run, maybe_from = run[0], near, [], [], None
            elif maybe and maybe_from is None:
                maybe_from = at
                edges.append(("possible", at, at))
            elif not maybe and not proved:
                maybe_from = None
        else:
            line = condition.threshold if condition.recover is None else condition.recover
            by = far if far is not None else near
            calm = by is not None and (
                sign * by < sign * line if condition.recover is None else sign * by <= sign * line
            )
            calm_run = [*calm_run, at] if calm else []
            if len(calm_run) == condition.recover_snapshots:
                edges.append(("resolved", fired_from, at))
                fired_from, calm_run, maybe_from = None, [], None
            elif not calm and condition.escalate_by is not None and near is not None:
                step = condition.escalate_by * (abs(told_value) if condition.escalate_relative else 1)
                if sign * (near - told_value) >= step and near != told_value and sign * (near - told_value) > 0:
                    edges.append(("escalated", fired_from, at))
                    told_value = near
        seen.append(at)
    return edges


figure = st.one_of(
    st.none(),
    st.just("incomplete"),
    st.integers(0, 40),
    st.tuples(st.integers(0, 40), st.integers(0, 15)).map(lambda one: (one[0], one[0] + one[1])),
    st.integers(0, 40).map(lambda low: (low, None)),
)
conditions = st.builds(
    lambda direction, threshold, gap, **rest: Condition(
        direction=direction,
        threshold=threshold,
        recover=None if gap is None else threshold + (-gap if direction == "above" else gap),
        **rest,
    ),
    direction=st.sampled_from(["above", "below"]),
    threshold=st.integers(5, 30),
    gap=st.one_of(st.none(), st.integers(1, 8)),
    for_snapshots=st.integers(1, 3),
    recover_snapshots=st.integers(1, 3),
    escalate_by=st.sampled_from([None, 0.25, 5]),
    escalate_relative=st.booleans(),
    lost_after=st.integers(1, 4),
)


@settings(max_examples=250, deadline=None)
@given(conditions, st.lists(figure, max_size=25))
def test_the_machine_equals_the_reference(condition, figures):
    points = history(*figures)
    edges = evaluate(condition, points).edges
    found = [(edge.transition, (edge.start - START).days, (edge.at - START).days) for edge in edges]
    assert found == reference(condition, points)


@settings(max_examples=100, deadline=None)
@given(
    conditions, st.lists(figure, max_size=20), st.integers(0, 20), st.sampled_from(["absolute", "previous", "mean_7d"])
)
def test_going_on_from_a_checkpoint_equals_starting_over(condition, figures, cut, compare):
    condition = Condition(**{**{name: getattr(condition, name) for name in condition.__slots__}, "compare": compare})
    points = history(*figures)
    whole = evaluate(condition, points)
    first = evaluate(condition, points[:cut])
    rest = evaluate(condition, points, prior=first.state)
    assert first.edges + rest.edges == whole.edges
    assert rest.state == whole.state


@settings(max_examples=100, deadline=None)
@given(conditions, st.lists(figure, max_size=25))
def test_what_must_never_happen(condition, figures):
    """Firing twice without an end between; an edge at an incomplete or empty snapshot; a fired that is not proved."""
    points = history(*figures)
    by_time = {point.observed_at: point for point in points}
    firing = False
    for edge in evaluate(condition, points).edges:
        assert by_time[edge.at].complete
        if edge.transition == "fired":
            assert not firing
            assert judge(condition, edge.span) == "proved"
            firing = True
        elif edge.transition in {"resolved", "lost"}:
            assert firing
            firing = False
        assert by_time[edge.at].known or edge.transition == "lost"


def test_an_empty_history_says_nothing():
    assert evaluate(OVER, []).state == State()
