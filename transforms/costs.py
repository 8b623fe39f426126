"""What a unit costs the seller: ``config/costs.csv``, read strictly and mirrored into ``sourcing_cost``.

A row with an item holds for that item (or that family of variants); one without says what entering the category would
cost a unit. The file is what a spreadsheet saves (UTF-8, with or without a mark); lines that start with # are comments.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from extractors.config import ConfigError, Problem, StrictModel
from extractors.source import Currency, Slug, Source

FILE = "costs.csv"
Amount = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=4)]
Row = tuple[Any, ...]


class Cost(StrictModel):
    """One line of ``costs.csv``. Amounts are a unit's, in ``currency``; only prices in that currency get a margin."""

    source: Slug
    category: Slug
    item: Annotated[str, Field(min_length=1)] | None = None
    cost: Amount
    currency: Currency
    fee_share: Annotated[Decimal, Field(ge=0, lt=1, decimal_places=6)]
    fee_fixed: Amount
    origin: Literal["own", "1688", "quote", "guess"]
    valid_from: date | None = None
    note: str | None = None
    line: int

    def key(self) -> tuple[str, str, str | None, date | None]:
        """What no two lines may share."""
        return self.source, self.category, self.item, self.valid_from


COLUMNS = tuple(name for name in Cost.model_fields if name != "line")
NEEDED = tuple(name for name in COLUMNS if Cost.model_fields[name].is_required())


def read_costs(path: Path) -> tuple[Cost, ...]:
    """The lines of ``path`` in order. Raises one ConfigError with every problem of the file, each with its line."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    costs: list[Cost] = []
    problems: list[Problem] = []
    header: list[str] | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
                continue
            if header is None:
                header = _header(path, cells, reader.line_num)
                continue
            read = _cost(path, header, cells, reader.line_num)
            costs.extend(one for one in read if isinstance(one, Cost))
            problems.extend(one for one in read if isinstance(one, Problem))
    except csv.Error as error:
        problems.append(Problem(str(path), reader.line_num, "", str(error), "CSV with quotes in pairs"))
    problems.extend(_doubles(path, costs))
    if problems:
        raise ConfigError(problems)
    return tuple(costs)


def check_costs(path: Path, costs: tuple[Cost, ...], sources: Mapping[str, Source]) -> list[Problem]:
    """Lines that name an unknown source or category."""
    problems: list[Problem] = []
    for cost in costs:
        source = sources.get(cost.source)
        known = sorted(sources) if source is None else [category.id for category in source.categories]
        if source is None or cost.category not in known:
            key = "source" if source is None else "category"
            expected = f"a known {key}: {', '.join(known) or 'there is none'}"
            problems.append(Problem(str(path), cost.line, key, repr(getattr(cost, key)), expected))
    return problems


def cost_rows(costs: tuple[Cost, ...]) -> list[Row]:
    """Rows of ``sourcing_cost``, column by column."""
    cents = Decimal("0.0001")
    return [
        (
            one.source, one.category, one.item, one.valid_from, one.cost.quantize(cents), one.currency,
            float(one.fee_share), one.fee_fixed.quantize(cents), one.origin, one.note,
        )
        for one in costs
    ]  # fmt: skip


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError([Problem(str(path), None, "", error.strerror or str(error), "a readable file")]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([Problem(str(path), None, "", f"bytes that are not UTF-8 ({error})", "UTF-8")]) from error


def _header(path: Path, cells: list[str], line: int) -> list[str]:
    names = [cell.strip() for cell in cells]
    missing = [name for name in NEEDED if name not in names]
    unknown = [name for name in names if name not in COLUMNS]
    if missing or unknown or len(set(names)) < len(names):
        found, expected = repr(",".join(names))[:200], f"the columns {','.join(COLUMNS)}, each once"
        raise ConfigError([Problem(str(path), line, "header", found, expected)])
    return names


def _cost(path: Path, header: list[str], cells: list[str], line: int) -> list[Cost | Problem]:
    if len(cells) != len(header):
        return [Problem(str(path), line, "", f"{len(cells)} cells", f"{len(header)}, as the header has")]
    given = {name: cell.strip() for name, cell in zip(header, cells, strict=True) if cell.strip()}
    try:
        return [Cost.model_validate({**given, "line": line})]
    except ValidationError as error:
        return [_problem(path, line, dict(detail)) for detail in error.errors(include_url=False)]


def _problem(path: Path, line: int, detail: dict[str, Any]) -> Problem:
    key = str(detail["loc"][0])
    if detail["type"] == "missing":
        return Problem(str(path), line, key, "nothing", "a value (0 where there is no fee)")
    expected = str(detail["msg"]).removeprefix("Input should be ")
    return Problem(str(path), line, key, repr(detail["input"])[:120], expected)


def _doubles(path: Path, costs: list[Cost]) -> list[Problem]:
    first: dict[Any, int] = {}
    problems: list[Problem] = []
    for cost in costs:
        seen = first.setdefault(cost.key(), cost.line)
        if seen != cost.line:
            found = (
                f"{cost.source}/{cost.category} {cost.item or '(entering)'} from {cost.valid_from or 'the start'} again"
            )
            problems.append(Problem(str(path), cost.line, "item", found, f"one line each; line {seen} has it"))
    return problems
