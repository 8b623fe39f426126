"""Has no Airflow DAG: raises what is wrong in ``config/sources/*.yaml``, so that Airflow shows it as an import error.

It is a file of its own because an error in ``collect.py`` would take the DAGs of every other source away.
"""

from __future__ import annotations

from shelfradar_wiring import source_files

from extractors.config import ConfigError, Problem
from extractors.source import read_source

problems: list[Problem] = []
for path in source_files():
    try:
        read_source(path)
    except ConfigError as error:
        problems.extend(error.problems)
if problems:
    raise ConfigError(problems)
