"""``config/costs.csv``: strict, every problem told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

from extractors.config import ConfigError
from extractors.source import Source
from transforms.costs import check_costs, read_costs
from transforms.reference import read_reference, sync_reference

HEADER = "source,category,item,cost,currency,fee_share,fee_fixed,origin,valid_from,note\n"
GOOD = "shop,serum,i1,12.50,CNY,0.05,3,own,2026-03-01,ours\n"


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "costs.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_lines_become_rows(con: DuckDBPyConnection, tmp_path: Path) -> None:
    text = f'\ufeff# ours\n{HEADER}\n{GOOD}shop,serum,, 7 ,CNY,0,0,1688,,"a quote, of\ntwo lines"\n'
    reference = read_reference(_file(tmp_path, text).parent)
    assert sync_reference(con, reference) is True
    rows = con.execute("SELECT * FROM sourcing_cost ORDER BY item_id NULLS LAST").fetchall()
    assert [tuple(map(str, row)) for row in rows] == [
        ("shop", "serum", "i1", "2026-03-01", "12.5000", "CNY", "0.05", "3.0000", "own", "ours"),
        ("shop", "serum", "None", "None", "7.0000", "CNY", "0.0", "0.0000", "1688", "a quote, of\ntwo lines"),
    ]
    assert sync_reference(con, reference) is False


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEADER + GOOD.replace("12.50", "12,50"), ["costs.csv:2: file: found 11 cells; expected 10"]),
        (HEADER + GOOD.replace("12.50", "-1"), ["costs.csv:2: cost: found '-1'; expected greater than or equal to 0"]),
        (HEADER + GOOD.replace("12.50", "¥12"), ["costs.csv:2: cost: found '¥12'; expected a valid decimal"]),
        (HEADER + GOOD.replace("12.50", "NaN"), ["costs.csv:2: cost: found 'NaN'; expected a finite number"]),
        (HEADER + GOOD.replace("0.05", "5"), ["costs.csv:2: fee_share: found '5'; expected less than 1"]),
        (HEADER + GOOD.replace("0.05", ""), ["costs.csv:2: fee_share: found nothing; expected a value (0 where"]),
        (HEADER + GOOD.replace("own", "china"), ["costs.csv:2: origin: found 'china'; expected 'own', '1688'"]),
        (HEADER + GOOD.replace("2026-03-01", "1.3.26"), ["costs.csv:2: valid_from: found '1.3.26'"]),
        (
            HEADER + GOOD + GOOD,
            ["costs.csv:3: item: found shop/serum i1 from 2026-03-01 again; expected one line each"],
        ),
        (
            HEADER.replace("fee_fixed", "fees") + GOOD,
            ["costs.csv:1: header: found 'source,category,item,cost,currency,fee"],
        ),
        (HEADER + '"shop,serum\n', ["expected CSV with quotes in pairs"]),
        # every problem at once
        (
            HEADER + GOOD.replace("CNY", "yuan") + "\n" + GOOD.replace("own", "x").replace("12.50", "a"),
            ["costs.csv:2: currency", "costs.csv:4: cost", "costs.csv:4: origin"],
        ),
    ],
)
def test_a_broken_file_is_refused_with_its_lines(tmp_path: Path, text: str, told: list[str]) -> None:
    with pytest.raises(ConfigError) as refused:
        read_costs(_file(tmp_path, text))
    problems = [str(problem) for problem in refused.value.problems]
    assert len(problems) == len(told)
    assert all(part in problem for part, problem in zip(told, problems, strict=True)), problems


def test_what_is_not_utf8_is_told(tmp_path: Path) -> None:
    path = tmp_path / "costs.csv"
    path.write_bytes((HEADER + GOOD.replace("ours", "备注")).encode("gbk"))
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_costs(path)


def test_unknown_sources_and_categories_are_told(tmp_path: Path) -> None:
    shop = Source.model_validate({"source": "shop", "title": "S", "site": "shop", "timezone": "UTC",
                                  "categories": [{"id": "serum", "title": "S"}]})  # fmt: skip
    path = _file(tmp_path, HEADER + GOOD + GOOD.replace("serum", "serums") + GOOD.replace("shop,", "shup,"))
    problems = [str(one) for one in check_costs(path, read_costs(path), {"shop": shop})]
    assert [problem.split("costs.csv")[1] for problem in problems] == [
        ":3: category: found 'serums'; expected a known category: serum",
        ":4: source: found 'shup'; expected a known source: shop",
    ]
