"""The state machine against a slow, obvious reference: the definitions of metrics.md section 9 read out loud.

The reference reckons in exact fractions and looks everything up again at each snapshot.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.compare import Span
from alerts.condition import Condition, judge
from alerts.evaluate import evaluate
from tests.alerts.test_evaluate import START, history


def exactly(value):
    """A figure or a line as a person writes it: 0.2 is two tenths, whatever binary makes of it."""
    return None if value is None else Fraction(str(value))


def compared(condition, points, at):
    """(low, high) that the snapshot is judged by, in exact fractions; None where there is nothing to compare with."""
    point = points[at]
    low, high = exactly(point.low), exactly(point.high)
    before = [one for one in points[:at] if one.complete and one.low is not None]
    recent = [one for one in before if one.observed_at >= point.observed_at - timedelta(days=30)]
    if condition.compare == "absolute":
        return low, high
    if condition.compare == "own":
        base = None if point.own is None else (exactly(point.own.low), exactly(point.own.high))
    elif condition.compare == "previous":
        last = recent[-1] if recent else None
        base = None if last is None or last.basis != point.basis else (exactly(last.low), exactly(last.high))
    else:
        days = {"mean_7d": 7, "mean_30d": 30}[condition.compare]
        alike = [one for one in recent if one.basis == point.basis
                 and one.observed_at >= point.observed_at - timedelta(days=days)]  # fmt: skip
        base = None
        if len(alike) >= 3:
            highs = [exactly(one.high) for one in alike]
            mean = None if None in highs else sum(highs) / len(highs)
            base = sum(exactly(one.low) for one in alike) / len(alike), mean
    if base is None:
        return None
    least, most = base
    if condition.relative:
        return (low / most - 1 if most is not None and most > 0 else None,
                high / least - 1 if high is not None and least > 0 else None)  # fmt: skip
    return None if most is None else low - most, None if high is None else high - least


def reference(condition, points):  # noqa: C901 (one long walk on purpose)
    """The edges, by going through all the snapshots from the start with nothing but lists of what was seen."""
    threshold, recover, by = map(exactly, (condition.threshold, condition.recover, condition.escalate_by))
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
        ends = compared(condition, points, at)
        if ends is None:
            run, calm_run = [], []
            continue
        near, far = ends if sign > 0 else ends[::-1]
        proved = near is not None and sign * near >= sign * threshold
        maybe = not proved and far is not None and sign * far >= sign * threshold
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
            line = threshold if recover is None else recover
            end = far if far is not None else near
            calm = end is not None and (sign * end < sign * line if recover is None else sign * end <= sign * line)
            calm_run = [*calm_run, at] if calm else []
            if len(calm_run) == condition.recover_snapshots:
                edges.append(("resolved", fired_from, at))
                fired_from, calm_run, maybe_from = None, [], None
            elif not calm and by is not None and near is not None:
                step = by * (abs(told_value) if condition.escalate_relative else 1)
                if sign * (near - told_value) >= step and sign * (near - told_value) > 0:
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


def edges_of(condition, points):
    """(what, place of its start, place of its end): as the reference tells them."""
    places = {point.observed_at: place for place, point in enumerate(points)}
    edges = evaluate(condition, points).edges
    return [(edge.transition, places[edge.start], places[edge.at]) for edge in edges]


@settings(max_examples=250, deadline=None)
@given(conditions, st.lists(figure, max_size=25))
def test_the_machine_equals_the_reference(condition, figures):
    points = history(*figures)
    assert edges_of(condition, points) == reference(condition, points)


@st.composite
def comparisons(draw):
    """A rule that compares: rises or falls by a number or a share, or is so far from our own."""
    compare, relative = draw(st.sampled_from(["previous", "mean_7d", "mean_30d", "own"])), draw(st.booleans())
    amount = draw(st.sampled_from(["0.05", "0.1", "0.2", "0.25", "0.5"]) if relative else st.integers(1, 8).map(str))
    up = draw(st.booleans())
    calm = draw(st.sampled_from([None, "0", "0.5"]))
    sign = 1 if up else -1
    return Condition(
        direction="above" if up else "below", threshold=sign * float(amount), compare=compare, relative=relative,
        recover=None if calm is None else float(sign * Fraction(amount) * Fraction(calm)),
        for_snapshots=draw(st.integers(1, 3)), recover_snapshots=draw(st.integers(1, 2)),
        lost_after=draw(st.integers(2, 4)), escalate_by=draw(st.sampled_from([None, 0.5, 2.0])),
        escalate_relative=draw(st.booleans()),
    )  # fmt: skip


span = st.tuples(st.integers(0, 20), st.one_of(st.none(), st.integers(0, 6)))
moments = st.lists(
    st.tuples(
        st.sampled_from([1, 1, 1, 1, 2, 6, 31]),
        figure,
        st.sampled_from(["trailing"] * 5 + ["cumulative"]),
        st.one_of(st.none(), span.map(lambda one: Span(one[0], None if one[1] is None else one[0] + one[1]))),
    ),
    max_size=20,
)


@settings(max_examples=400, deadline=None)
@given(comparisons(), moments)
def test_comparisons_equal_the_reference(condition, told):
    points, at = [], START
    for days, shown, basis, own in told:
        at += timedelta(days=days)
        (point,) = history(shown)
        points.append(replace(point, observed_at=at, basis=basis if point.known else None, own=own))
    assert edges_of(condition, points) == reference(condition, points)


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
