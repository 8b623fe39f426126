"""Rules from a spreadsheet's table: read as exported; every mistake with its file, line and column."""

from __future__ import annotations

import pytest

from alerts.rules import read_rules
from extractors.config import ConfigError

BULK = """
  []
bulk:
  - id: key-items
    file: items.csv
    title: A key item passes its line
    match: {source: shop}
    of: item
    metric: units_30d
    when: above
    columns: {item: 商品ID, threshold: 阈值, recipients: 负责人}
    ignore: [备注]
"""
TABLE = '商品ID,阈值,负责人,备注\r\n1001,20000,mei,自家\r\n,,,\r\n1002,"15,000","mei, SAM@example.com",\r\n'
SEMICOLONS = TABLE.replace(",", ";").replace('"15;000"', "15,000").replace('"mei; ', '"mei, ')


@pytest.fixture
def read(rules_file):
    def read(table, text=BULK, encoding="utf-8-sig"):
        path = rules_file(text)
        (path.parent / "items.csv").write_bytes(table.encode(encoding))
        return read_rules(path)

    return read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_read_as_spreadsheets_export_it(read, encoding, delimiter):
    table = TABLE.replace('"15,000"', "15000")
    if delimiter != ",":
        table = (
            table.replace('"mei, SAM', "mei｜SAM").replace('com"', "com").replace(",", delimiter).replace("｜", ", ")
        )
    rules = read(table, encoding=encoding)
    assert [(one.id, one.match.item, one.when.above, one.recipients) for one in rules.rules] == [
        ("key-items/1001", ["1001"], 20000, ["mei"]),
        ("key-items/1002", ["1002"], 15000, ["mei", "sam"]),
    ]
    assert len({one.version for one in rules.rules}) == 2


def test_a_grouped_number_is_one_where_it_can_be_nothing_else(read):
    assert [one.when.above for one in read(TABLE).rules] == [20000, 15000]


@pytest.mark.parametrize(
    ("table", "line", "column", "found", "expected"),
    [
        (TABLE.replace("20000", "2万"), 2, "阈值", "'2万'", "a number such as 20000"),
        (TABLE.replace("1002", "6.31E+11"), 4, "商品ID", "6.31E+11", "the spreadsheet has rounded it"),
        (TABLE.replace("1002", "1001"), 4, "商品ID", "'1001'", "line 2 has it already"),
        (TABLE.replace("0,mei", "0,may"), 2, "负责人", "'may'", "a recipient, group or address"),
        (TABLE.replace("备注", "说明"), 1, "说明", "an unknown column", "one of 商品ID"),
        (TABLE.replace("阈值", "备注"), 1, "header", "商品ID", "a column threshold"),
        (TABLE.replace("1001", ""), 2, "商品ID", "nothing", "a value in every row"),
        (SEMICOLONS, 4, "阈值", "'15,000'", "a number"),
        (TABLE.replace("20000,", "20%,"), 2, "阈值", "'20%'", "has no base for a %"),
        (TABLE.replace("备注", "recover").replace("自家", "30000"), 2, "recover", "'30000'", "a value below 20000"),
        (TABLE.replace("备注", "severity").replace("自家", "紧急"), 2, "severity", "'紧急'", "'immediate' or 'digest'"),
        (TABLE.replace("备注", "category").replace("自家", "精华"), 2, "category", "'精华'", "small letters, digits"),
        (TABLE.replace("自家", "a,b,c"), 2, "", "6 cells", "4, as in the header"),
    ],
)  # fmt: skip
def test_mistakes(read, table, line, column, found, expected):
    with pytest.raises(ConfigError) as error:
        read(table)
    problem = error.value.problems[0]
    assert problem.file.endswith("items.csv")
    assert (problem.line, problem.key) == (line, column)
    assert found in problem.found
    assert expected in problem.expected


def test_all_mistakes_of_a_table_are_told_at_once(read):
    with pytest.raises(ConfigError) as error:
        read(TABLE.replace("20000", "x").replace("15,000", "y"))
    assert [one.line for one in error.value.problems] == [2, 4]


def test_a_table_that_is_not_there_is_named(rules_file):
    with pytest.raises(ConfigError, match=r"items\.csv"):
        read_rules(rules_file(BULK))


def test_ten_thousand_rows_are_ten_thousand_rules(read):
    table = "item,threshold\n" + "".join(f"{number},{number}\n" for number in range(1, 10_001))
    text = BULK.replace("    columns: {item: 商品ID, threshold: 阈值, recipients: 负责人}\n", "")
    assert len(read(table, text).rules) == 10_000
