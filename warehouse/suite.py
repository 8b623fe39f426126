"""The declared suite of a source: what a healthy row and a healthy batch look like.

One declaration, two readers: ``warehouse/judge.py`` compiles it to SQL and decides, ``warehouse/validate.py`` hands it
to Great Expectations and records. A test proves that both agree. Expectations carry GX's own names and arguments.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, get_args

from extractors.listing import RankSource, UnitsBasis
from extractors.source import Source
from extractors.staged import STAGED_COLUMNS

NOT_NULL = "expect_column_values_to_not_be_null"
BETWEEN = "expect_column_values_to_be_between"
IN_SET = "expect_column_values_to_be_in_set"
LENGTH = "expect_column_value_lengths_to_be_between"
PAIR = "expect_column_pair_values_a_to_be_greater_than_b"
UNIQUE = "expect_compound_columns_to_be_unique"
READABLE = "expect_row_to_be_readable"
KEY_COLUMNS = ("observed_at", "category_id", "item_id", "sponsored")

RowOutcome = Literal["quarantined", "warning"]
BatchOutcome = Literal["refused", "incomplete", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRule:
    """One expectation about each row. ``when``: only rows where that column is filled are asked."""

    expectation: str
    column: str
    arguments: dict[str, Any] = field(default_factory=dict)
    when: str | None = None
    outcome: RowOutcome = "quarantined"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRule:
    """A bound on one figure of a category (a column of :class:`warehouse.judge.CategoryFacts`).

    ``failed_pages_excuse``: where pages of the category could not be fetched, being below is no reason to refuse.
    """

    figure: str
    label: str
    minimum: float | None = None
    maximum: float | None = None
    outcome: BatchOutcome = "refused"
    failed_pages_excuse: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Everything that is expected of one stage of one source."""

    source: str
    observed_at: datetime
    observed_on: date
    categories: tuple[str, ...]
    rows: tuple[RowRule, ...]
    batch: tuple[BatchRule, ...]
    filled_columns: tuple[str, ...]

    @property
    def quarantining(self) -> tuple[RowRule, ...]:
        """The row rules that turn a row away, in the order in which the first failure is named."""
        return tuple(rule for rule in self.rows if rule.outcome == "quarantined")

    @property
    def warning(self) -> tuple[RowRule, ...]:
        """The row rules that only warn."""
        return tuple(rule for rule in self.rows if rule.outcome == "warning")


def declare_suite(source: Source, observed_at: datetime) -> Suite:
    """The suite of a source's stage at ``observed_at``: the rules every row keeps, and the source's own bounds.

    Raises ValueError for a fill bound on a column that listings do not have.
    """
    unknown = sorted(source.bounds.fill_min.keys() - set(STAGED_COLUMNS))
    if unknown:
        known = ", ".join(STAGED_COLUMNS)
        raise ValueError(f"source {source.source}: bounds.fill_min names {', '.join(unknown)}; columns are: {known}")
    return Suite(
        source=source.source,
        observed_at=observed_at,
        observed_on=observed_at.astimezone(source.zone).date(),
        categories=tuple(category.id for category in source.categories),
        rows=(*_identity_rules(source, observed_at), *_price_rules(source), *_figure_rules(), *_warnings()),
        batch=_batch_rules(source),
        filled_columns=tuple(sorted(source.bounds.fill_min)),
    )


def _identity_rules(source: Source, observed_at: datetime) -> list[RowRule]:
    mandatory = ("item_id", "title", "position", "sponsored", "observed_on", "capture_id", "parser_version")
    return [
        *(RowRule(expectation=NOT_NULL, column=column) for column in mandatory),
        *(_one_of(column, allowed) for column, allowed in (
            ("source", [source.source]),
            ("category_id", [category.id for category in source.categories]),
            ("observed_at", [observed_at]),
        )),
        *(RowRule(expectation=NOT_NULL, column=column) for column in ("source", "category_id", "observed_at")),
        *(RowRule(expectation=LENGTH, column=column, arguments={"min_value": 1}) for column in ("item_id", "title")),
        _between("position", 1),
        _between("rank", 1),
        _one_of("rank_source", list(get_args(RankSource))),
    ]  # fmt: skip


def _price_rules(source: Source) -> list[RowRule]:
    prices = ("price", "price_high", "list_price", "coupon_price", "member_price")
    rules = [
        *(_between(column, 0, strict_min=True) for column in prices),
        RowRule(
            expectation=PAIR, column="price_high",
            arguments={"column_A": "price_high", "column_B": "price", "or_equal": True},
        ),
        RowRule(expectation=NOT_NULL, column="currency", when="price"),
    ]  # fmt: skip
    bounds = source.bounds
    if bounds.price_min is not None or bounds.price_max is not None:
        rules.append(_between("price", bounds.price_min, bounds.price_max))
    currencies = bounds.currencies or ([source.currency] if source.currency else None)
    if currencies:
        rules.append(_one_of("currency", list(currencies)))
    return rules


def _figure_rules() -> list[RowRule]:
    return [
        _between("units_low", 0),
        _between("units_high", 0),
        RowRule(
            expectation=PAIR, column="units_high",
            arguments={"column_A": "units_high", "column_B": "units_low", "or_equal": True},
        ),
        _one_of("units_basis", list(get_args(UnitsBasis))),
        RowRule(expectation=NOT_NULL, column="units_basis", when="units_low"),
        _between("units_window_days", 1),
        _between("rating", 0, 5),
        _between("review_count", 0),
    ]  # fmt: skip


def _warnings() -> list[RowRule]:
    arguments = {"column_A": "list_price", "column_B": "price", "or_equal": True}
    return [RowRule(expectation=PAIR, column="list_price", arguments=arguments, outcome="warning")]


def _batch_rules(source: Source) -> tuple[BatchRule, ...]:
    bounds = source.bounds
    return (
        BatchRule(figure="captured", label="organic items", minimum=bounds.items_min),
        BatchRule(figure="captured", label="organic items", maximum=bounds.items_max, outcome="warning"),
        *(
            BatchRule(figure=f"filled_{column}", label=f"share of rows with {column}", minimum=least)
            for column, least in sorted(bounds.fill_min.items())
        ),
        BatchRule(
            figure="rank_gaps", label="share of missing ranks", maximum=bounds.rank_gaps_max, failed_pages_excuse=True
        ),
        BatchRule(
            figure="against_median", label="organic items against the trailing median",
            minimum=bounds.collapse_share, failed_pages_excuse=True,
        ),
        BatchRule(figure="failed_pages", label="pages that could not be read", maximum=0, outcome="incomplete"),
        BatchRule(figure="coverage", label="captured / expected", minimum=source.complete_share, outcome="incomplete"),
        BatchRule(figure="currencies", label="currencies in one list", maximum=1, outcome="warning"),
    )  # fmt: skip


def _between(column: str, minimum: float | None, maximum: float | None = None, *, strict_min: bool = False) -> RowRule:
    given = {"min_value": minimum, "max_value": maximum, "strict_min": strict_min or None}
    return RowRule(
        expectation=BETWEEN, column=column, arguments={key: one for key, one in given.items() if one is not None}
    )


def _one_of(column: str, allowed: list[Any]) -> RowRule:
    return RowRule(expectation=IN_SET, column=column, arguments={"value_set": allowed})
