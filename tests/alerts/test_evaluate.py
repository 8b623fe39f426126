"""The state machine, case by case; tests/alerts/test_reference.py holds it against a reference."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from alerts.compare import Point, Span, compared_spans, distance
from alerts.condition import Condition
from alerts.evaluate import State, evaluate

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


@pytest.mark.parametrize(
    ("direction", "threshold", "figures"),
    [("below", -0.2, (100, 80)), ("below", -0.2, (59.9, 47.92)), ("above", 0.2, (100, 120)), ("above", 0.1, (30, 33))],
)
def test_a_change_by_just_the_share_asked_for_is_one(direction, threshold, figures):
    """80 / 100 - 1 is not quite -0.2 in binary: a price cut from 100 to 80 must not be lost by that."""
    condition = Condition(direction=direction, threshold=threshold, compare="previous", relative=True)
    assert told(condition, *figures) == [("fired", 1)]
    back = Condition(direction=direction, threshold=threshold * 2, recover=threshold, compare="previous", relative=True)
    further = (figures[0], figures[0] * (1 + threshold * 3), figures[0] * (1 + threshold * 3) * (1 + threshold))
    assert told(back, *further) == [("fired", 1), ("resolved", 2)]


def test_an_empty_history_says_nothing():
    assert evaluate(OVER, []).state == State()
