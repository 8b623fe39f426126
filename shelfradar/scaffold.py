"""``make new-source`` and ``make new-report``: the files of a new marketplace or report, to be filled in.

Run in the project's folder. Writes nothing over a file that exists.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

SPEC = """# How to read {name}. Every key: docs/site-specs.md
site: {name}
version: 1
reader: html # html, json, jsonld or table
locale: en_US
currency: USD
items: li.product # CSS: one match an entry
fields:
  item_id: {{css: a, attr: href, regex: '/item/(\\d+)'}}
  title: h2
  url: a@href
  price: .price
  # what else the page shows, each with a rule of its own; what it does not show stays away
  # image_url: img@src
  # brand_text: .brand
  # shop: .seller
  # list_price: del
  # rating: .stars@aria-label
  # review_count: .reviews
  # in_stock: .stock
  # units: .sold # and below: units: {{basis: cumulative}}, or trailing with window_days: 30
# sponsored: .ad
rank: position
# empty: .no-results # what an honestly empty list shows
empty_hint: the list pages hold li.product cards
# A page with JSON-LD needs two lines: reader: jsonld and fields: {{}}. A page that its scripts fill is read by
# reader: json, script: {{css: "script#__NEXT_DATA__"}} (or regex: 'window.STATE = ') and paths such as data.items.
"""
NEXT_STEPS = """next:
  1. save a page of the list, and name its entries and fields in extractors/sites/{name}.yaml
  2. shelfradar source test {name} --file PAGE.html   # field by field: what was read, by which rule, what is missing
  3. set the address, the pages and the bounds in config/sources/{name}.yaml, then: shelfradar source test {name}
  4. write what you see on the page into tests/recorded/{name}/page.yaml, then: make test
"""
SOURCE = """# Every key: docs/configuration.md
source: {name}
title: {name}
site: {name}
timezone: UTC
# schedule: "0 6 * * *" # in the time zone above; without it: by hand
# contact: https://example.com/about-our-collector # who asks, for the User-Agent
fetch:
  delay_seconds: 5
categories:
  - id: main
    title: Main list
    url: https://example.com/list?page={{page}}
    pages: 1
bounds:
  items_min: 1
  fill_min: {{price: 0.9}}
"""
GOLDEN = """# Facts read from the page by eye, never pasted from what the parser said.
page: html/{name}/PAGE.html # under the folder of recorded pages
category: main
url: https://example.com/list?page=1
checked: >-
  What was looked at on the page, and how.
listings: 0
next_position: 1
lists: {{main: 0}}
currencies: {{}}
filled: {{}}
sums: {{}}
items: {{}}
"""
MODEL = """-- Mart: what {name} says.
-- Grain: source x category x observed_at.
-- Inputs: item_day. Formulas: where they come from.
SELECT
    source, category_id, observed_at, observed_on,
    count(*)::INTEGER AS listings
FROM item_day
WHERE NOT sponsored
GROUP BY source, category_id, observed_at, observed_on
"""
TABLE = """-- Mart {name}: filled by transforms/models/{name}.sql.
CREATE TABLE {name} (
    source VARCHAR NOT NULL, category_id VARCHAR NOT NULL, observed_at TIMESTAMPTZ NOT NULL, observed_on DATE NOT NULL,
    listings INTEGER NOT NULL
);
ALTER TABLE {name} SET PARTITIONED BY (source);
COMMENT ON TABLE {name} IS 'One sentence: what a row is.';
COMMENT ON COLUMN {name}.source IS 'Source.';
COMMENT ON COLUMN {name}.category_id IS 'Category.';
COMMENT ON COLUMN {name}.observed_at IS 'Scheduled time of the observation, UTC.';
COMMENT ON COLUMN {name}.observed_on IS 'Date of the observation in the source''s time zone.';
COMMENT ON COLUMN {name}.listings IS 'Organic listings.';
"""
CASE = """# Rows worked out by hand, with the working.
- case: sponsored entries do not count
  key: observed_at
  given:
    snapshot: [{{}}]
    item_day:
      - {{item_id: a}}
      - {{item_id: b}}
      - {{item_id: c, sponsored: true}}
  expect:
    - {{observed_at: "2026-03-10T00:00:00Z", listings: 2}} # a and b
"""


def new_source(name: str) -> dict[Path, str]:
    """The files of a new marketplace, by path."""
    return {
        Path("extractors/sites") / f"{name}.yaml": SPEC.format(name=name),
        Path("config/sources") / f"{name}.yaml": SOURCE.format(name=name),
        Path("tests/recorded") / name / "page.yaml": GOLDEN.format(name=name),
    }


def new_report(name: str) -> dict[Path, str]:
    """The files of a new mart, by path."""
    numbers = [int(path.name[:4]) for path in Path("warehouse/schema").glob("[0-9]*.sql")]
    return {
        Path("transforms/models") / f"{name}.sql": MODEL.format(name=name),
        Path("warehouse/schema") / f"{max(numbers, default=0) + 1:04d}_{name}.sql": TABLE.format(name=name),
        Path("tests/transforms/cases") / f"{name}.yaml": CASE.format(name=name),
    }


KINDS = {
    "source": (new_source, r"[a-z0-9][a-z0-9_-]{0,62}", "make new-source NAME=my-shop"),
    "report": (new_report, r"[a-z][a-z0-9_]{0,62}", "make new-report NAME=my_report"),
}


def main(arguments: Sequence[str]) -> int:
    """Write the files of ``KIND NAME``; exit code 2 for a wrong call, 1 where a file exists."""
    kind, name = (*arguments, "", "")[:2]
    if kind not in KINDS:
        sys.stderr.write(f"scaffold: found {kind!r}; expected one of: {', '.join(KINDS)}\n")
        return 2
    make, pattern, usage = KINDS[kind]
    if not re.fullmatch(pattern, name):
        sys.stderr.write(f"{usage}: found NAME={name!r}; expected a name of the form {pattern}\n")
        return 2
    files = make(name)
    taken = [path for path in files if path.exists()]
    if taken:
        sys.stderr.write(f"{usage}: nothing written, these exist: {', '.join(map(str, taken))}\n")
        return 1
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"wrote {path}\n")
    if kind == "source":
        sys.stdout.write(NEXT_STEPS.format(name=name))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
