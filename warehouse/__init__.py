"""The lakehouse: opens DuckDB, stages, audits, loads and maintains. Must not know reports, alerts or Airflow."""
