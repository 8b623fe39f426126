"""Rules from a table: a CSV as spreadsheets export it, one row a rule, on top of a rule that says the rest.

UTF-8 (with or without BOM), UTF-16 or GB18030; commas, semicolons or tabs. Every mistake is told with file, line and
column. Must not know marts or mail.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from alerts.model import Match, Rule, Rules, Severity, changed
from extractors.config import ConfigError, Problem, StrictModel, told_mistake
from extractors.source import Slug

ROWS = 100_000
KEYS = ("item", "brand", "shop")
_COLUMNS = ("item", "brand", "shop", "category", "source", "threshold", "recover", "recipients", "severity", "title",
            "escalate_by")  # fmt: skip
Column = Literal["item", "brand", "shop", "category", "source", "threshold", "recover", "recipients", "severity",
                 "title", "escalate_by"]  # fmt: skip
_SPLIT = re.compile(r"[,;，；、|]\s*|\n")
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_SPREAD = re.compile(r"\d(\.\d+)?[eE]\+?\d+")


class BulkRules(StrictModel):
    """One entry of ``bulk`` in alerts.yaml. ``columns``: what the file calls a column; ``ignore``: columns left out."""

    id: Slug
    file: str
    title: str
    match: Match = Match()
    of: Literal["item", "brand"]
    metric: str
    measure: Literal["units_30d", "gmv_30d", "units_shown", "listings"] | None = None
    compare: Literal["absolute", "previous", "mean_7d", "mean_30d", "own"] = "absolute"
    when: Literal["above", "below", "rises_by", "falls_by", "enters_top", "leaves_top", "new_in_top"]
    severity: Severity | None = None
    recipients: list[str] | None = None
    for_snapshots: int | None = Field(default=None, ge=1, le=60)
    recover_snapshots: int | None = Field(default=None, ge=1, le=60)
    lost_after: int | None = Field(default=None, ge=1, le=365)
    max_age_days: float | None = Field(default=None, gt=0)
    columns: dict[Column, str] = Field(default_factory=dict)
    ignore: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len(set(self.columns.values())) < len(self.columns):
            raise ValueError("a column of its own for each name")
        return self


class RulesFile(Rules):
    """All of ``config/alerts.yaml``, the tables it names included."""

    bulk: list[BulkRules] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Cell:
    """Where a value stands."""

    file: str
    line: int
    column: str

    def wrong(self, found: str, expected: str) -> ConfigError:
        return ConfigError([Problem(self.file, self.line, self.column, found, expected)])


def read_bulk(path: Path, bulk: BulkRules, rules: Rules) -> list[Rule]:
    """The rules of one table; ``path`` is that of alerts.yaml, beside which it lies.

    Raises ConfigError with every problem: file, line, column, what was found, what was expected.
    """
    file = path.parent / bulk.file
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ConfigError([Problem(str(file), None, "", error.strerror or str(error), "a readable CSV")]) from error
    addresses = {one.address.casefold(): name for name, one in rules.recipients.items() if one.address}
    names = frozenset(rules.recipients) | frozenset(rules.groups)
    return list(_read(str(file), content, bulk.model_dump_json(), names, tuple(sorted(addresses.items()))))


@lru_cache(maxsize=16)
def _read(
    file: str, content: bytes, bulk_json: str, names: frozenset[str], addresses: tuple[tuple[str, str], ...]
) -> tuple[Rule, ...]:
    """The same rules while bytes and settings stay: ten thousand of them take a second."""
    bulk, who = BulkRules.model_validate_json(bulk_json), dict(addresses) | {name: name for name in names}
    problems: list[Problem] = []
    found: dict[str, tuple[int, Rule]] = {}
    for line, row in _rows(file, content, bulk):
        try:
            rule = _rule(file, line, row, bulk, who)
        except ConfigError as error:
            problems += error.problems
            continue
        if rule.id in found:
            key = next(one for one in KEYS if one in row)
            problems.append(Problem(file, line, _header(bulk, key), repr(row[key]),
                                    f"a row of its own; line {found[rule.id][0]} has it already"))  # fmt: skip
            continue
        found[rule.id] = (line, rule)
    if problems:
        raise ConfigError(problems)
    return tuple(rule for _, rule in found.values())


def _rows(file: str, content: bytes, bulk: BulkRules) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells by our names, of each row that is not blank."""
    text = _decode(file, content)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names = _names(file, next(reader, []), bulk)
    line = reader.line_num + 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
                raise _Cell(file, line, "").wrong(f"{len(cells)} cells", f"{len(names)}, as in the header")
            kept = zip(names, cells, strict=False)
            yield (
                line,
                {name: cell.strip() for name, cell in kept if name is not None and cell.strip()}
                | {"delimiter": delimiter},
            )
        if reader.line_num > ROWS:
            raise _Cell(file, line, "").wrong("more lines", f"at most {ROWS:,}")
        line = reader.line_num + 1


def _decode(file: str, content: bytes) -> str:
    encodings = ("utf-16",) if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ConfigError([Problem(file, None, "", "bytes of an unknown encoding", "UTF-8, UTF-16 or GB18030")])


def _names(file: str, header: list[str], bulk: BulkRules) -> list[str | None]:
    """Our name for each column; None for one that is left out."""
    known = {_header(bulk, name): name for name in _COLUMNS}
    names: list[str | None] = []
    problems = []
    for shown in (cell.strip() for cell in header):
        if shown not in known and shown not in bulk.ignore and shown:
            expected = f"one of {', '.join(known)}, or its name in columns or ignore"
            problems.append(Problem(file, 1, shown, "an unknown column", expected))
        names.append(known.get(shown))
    keys = [name for name in names if name in KEYS]
    wanted = "item" if bulk.of == "item" else "brand"
    if len(keys) != 1 or (bulk.of == "brand" and keys != ["brand"]):
        problems.append(Problem(file, 1, "header", ", ".join(map(str, keys)) or "none", f"one column {wanted}"))
    if "threshold" not in names:
        problems.append(Problem(file, 1, "header", ", ".join(header) or "nothing", "a column threshold"))
    if problems:
        raise ConfigError(problems)
    return names


def _header(bulk: BulkRules, name: str) -> str:
    return next((shown for ours, shown in bulk.columns.items() if ours == name), name)


def _rule(file: str, line: int, row: Mapping[str, str], bulk: BulkRules, who: Mapping[str, str]) -> Rule:
    def cell(name: str) -> _Cell:
        return _Cell(file, line, _header(bulk, name))

    key = next((name for name in KEYS if name in row), None)
    if key is None or "threshold" not in row:
        missing = "threshold" if key else "item" if bulk.of == "item" else "brand"
        raise cell(missing).wrong("nothing", "a value in every row")
    if _SPREAD.fullmatch(row[key]):
        raise cell(key).wrong(row[key], "the id as text; the spreadsheet has rounded it to a number")
    data = bulk.model_dump(exclude={"columns", "ignore", "file", "when", "match"}, exclude_none=True)
    match = bulk.match.model_dump(exclude_none=True) | {key: [row[key]]}
    match |= {"category": [row["category"]]} if "category" in row else {}
    match |= {"source": row["source"]} if "source" in row else {}
    data |= {"match": match, "when": {bulk.when: _amount(cell("threshold"), row["threshold"], row["delimiter"])}}
    for name in ("recover", "escalate_by"):
        if name in row:
            data[name] = _amount(cell(name), row[name], row["delimiter"])
    data |= {name: row[name] for name in ("severity", "title") if name in row}
    if "recipients" in row:
        data["recipients"] = _recipients(cell("recipients"), row["recipients"], who)
    name = "/".join([bulk.id, *(row[place] for place in ("source", "category") if place in row), row[key]])
    try:
        return changed(Rule.model_validate(data), id=name)
    except ValidationError as error:
        keys, found, expected = told_mistake(dict(error.errors(include_url=False)[0]))
        where = str(keys[0]) if keys else "threshold"
        column = str(keys[1]) if where == "match" and len(keys) > 1 else {"when": "threshold"}.get(where, where)
        raise cell(column).wrong(repr(row[column])[:80] if column in row else found, expected) from error


def _amount(cell: _Cell, text: str, delimiter: str) -> float | str:
    """A number, or a share such as 20%. In a file with semicolons a comma may be a decimal one: it is refused."""
    plain = "".join(text.split()).replace("％", "%")
    if plain.endswith("%") and _NUMBER.fullmatch(plain[:-1]):
        return plain
    if _NUMBER.fullmatch(plain):
        return float(plain)
    if _GROUPED.fullmatch(plain) and delimiter != ";":
        return float(plain.replace(",", ""))
    raise cell.wrong(repr(text), "a number such as 20000 or 0.5, or a share such as 20%")


def _recipients(cell: _Cell, text: str, who: Mapping[str, str]) -> list[str]:
    names = [one.strip() for one in _SPLIT.split(text) if one.strip()]
    unknown = [one for one in names if one not in who and one.casefold() not in who]
    if unknown:
        raise cell.wrong(
            repr(unknown[0]), f"a recipient, group or address of alerts.yaml: {', '.join(sorted(who))[:200]}"
        )
    return [who.get(one) or who[one.casefold()] for one in names]
