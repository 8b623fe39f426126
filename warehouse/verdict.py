"""From figures to a verdict: what the bounds of a source say of each category of a stage.

Pure: figures in, verdicts out. Knows neither SQL, files, nor Great Expectations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from extractors.counted import counted
from extractors.source import Category, Source
from warehouse.audit import CategoryAudit, Status
from warehouse.judge import CategoryFacts
from warehouse.suite import BatchRule, Suite


@dataclass(slots=True, kw_only=True)
class Pages:
    """The pages of a category: how many were asked for, and what became of those that could not be read."""

    asked: int = 0
    failed: dict[str, int] = field(default_factory=dict)

    @property
    def failures(self) -> int:
        """How many could not be read."""
        return sum(self.failed.values())


def judge_category(
    source: Source, suite: Suite, facts: CategoryFacts, pages: Pages, median: float | None, notes: list[str]
) -> CategoryAudit:
    """The verdict on one category. ``median``: organic items of its last complete snapshots, None where it has none."""
    figures = figures_of(source, facts, pages, median)
    verdict = CategoryAudit(
        category_id=facts.category_id,
        category_title=source.category(facts.category_id).title,
        status="ok",
        warnings=[*_row_warnings(suite, facts), *notes],
        staged=facts.staged,
        captured=facts.captured,
        sponsored=facts.sponsored,
        quarantined=facts.quarantined + facts.unreadable,
        expected=expected_items(source.category(facts.category_id), facts, pages),
        coverage=figures["coverage"] or 0.0,
        parser_version=facts.parser_version or source.site,
    )
    for rule in suite.batch:
        _apply(verdict, rule, figures[rule.figure], pages)
    if verdict.status != "ok" and facts.turned_away is not None:
        most = facts.quarantined > facts.captured + facts.sponsored  # then it is what the figures come from
        verdict.reasons.insert(0 if most else len(verdict.reasons), facts.turned_away)
    verdict.complete = verdict.status == "ok"
    if verdict.status == "refused":
        verdict.captured = verdict.sponsored = 0
        verdict.coverage = 0.0
    return verdict


def expected_items(category: Category, facts: CategoryFacts, pages: Pages) -> int:
    """Organic items the whole list should show.

    Where the source does not declare it: what was seen, rows that were turned away included (doubles excepted), scaled
    up to the pages that could not be read.
    """
    if category.expected is not None:
        return category.expected
    seen = facts.captured + facts.quarantined - facts.doubled + facts.unreadable
    read = pages.asked - pages.failures
    return math.ceil(seen * pages.asked / read) if read > 0 else seen


def figures_of(source: Source, facts: CategoryFacts, pages: Pages, median: float | None) -> dict[str, float | None]:
    """The figures the bounds look at, by name; None where there is nothing to look at."""
    expected = expected_items(source.category(facts.category_id), facts, pages)
    loaded = facts.captured + facts.sponsored > 0
    bounded = dict.fromkeys(source.bounds.fill_min)
    return {
        "captured": facts.captured,
        "rank_gaps": facts.rank_gaps,
        "against_median": facts.captured / median if median else None,
        "failed_pages": pages.failures,
        "coverage": min(1.0, facts.captured / expected) if expected else 0.0,
        "currencies": facts.currencies,
        **{f"filled_{column}": share if loaded else None for column, share in {**bounded, **facts.filled}.items()},
    }


def _apply(verdict: CategoryAudit, rule: BatchRule, found: float | None, pages: Pages) -> None:
    if found is None or not _outside(rule, found):
        return
    text = _reason(rule, found, pages)
    outcome = rule.outcome
    if rule.failed_pages_excuse and outcome == "refused" and pages.failures:
        outcome = "incomplete"
    if outcome == "warning":
        verdict.warnings.append(text)
        return
    verdict.reasons.append(text)
    verdict.status = _worse(verdict.status, outcome)


def _outside(rule: BatchRule, found: float) -> bool:
    return (rule.minimum is not None and found < rule.minimum) or (rule.maximum is not None and found > rule.maximum)


def _reason(rule: BatchRule, found: float, pages: Pages) -> str:
    if rule.figure == "failed_pages":
        outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(pages.failed.items()))
        return f"{pages.failures} of {counted(pages.asked, 'page')} could not be read: {outcomes}"
    low = rule.minimum is not None and found < rule.minimum
    bound = f"at least {rule.minimum:g}" if low else f"at most {rule.maximum:g}"
    return f"{rule.label}: found {found:.4g}, expected {bound}"


def _worse(one: Status, other: Status) -> Status:
    order: tuple[Status, ...] = ("ok", "incomplete", "refused")
    return max(one, other, key=order.index)


def _row_warnings(suite: Suite, facts: CategoryFacts) -> list[str]:
    named = ((suite.warning[number], count) for number, count in facts.warned.items() if count)
    return [f"{counted(count, 'row')}: {rule.column} fails {rule.expectation}" for rule, count in named]
