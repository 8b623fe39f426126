"""What a person types to look round, written out as a SELECT over the dictionary: ``SHOW TABLES``, ``DESCRIBE name``.

Text only: nothing is run. Anything else comes back as it was.
"""

from __future__ import annotations

import re
from typing import Final

_SHOW: Final = re.compile(r"\s*SHOW\s+(?:ALL\s+)?TABLES\s*;?\s*", re.IGNORECASE)
_DESCRIBE: Final = re.compile(
    r'\s*(?:DESCRIBE|DESC|SHOW)\s+(?:TABLE\s+|VIEW\s+)?"?(?P<name>\w+)"?\s*;?\s*', re.IGNORECASE
)
_TABLES: Final = """
SELECT
    named.table_name AS name, any_value(named.kind) AS kind, count(*) AS columns,
    coalesce(any_value(tables.comment), any_value(views.comment)) AS comment
FROM dictionary AS named
LEFT JOIN duckdb_tables() AS tables ON named.table_name = tables.table_name AND tables.database_name = 'lake'
LEFT JOIN duckdb_views() AS views ON named.table_name = views.view_name AND views.database_name = 'lake'
GROUP BY named.table_name
ORDER BY kind DESC, name
"""
_COLUMNS: Final = """
SELECT column_name, data_type, unit, comment
FROM dictionary
WHERE table_name = '{name}'
UNION ALL
SELECT error('there is no table or view {name}; SHOW TABLES lists them'), NULL, NULL, NULL
WHERE NOT EXISTS (SELECT 1 FROM dictionary WHERE table_name = '{name}')
"""


def written_out(sql: str) -> str:
    """The SELECT that answers ``SHOW TABLES`` or ``DESCRIBE name``; any other text as it is."""
    if _SHOW.fullmatch(sql):
        return _TABLES
    described = _DESCRIBE.fullmatch(sql)
    return _COLUMNS.format(name=described["name"].lower()) if described else sql
