"""From a source's YAML to listing records: fetch, archive, read.

This room knows marketplaces, pages and files. It must not know the warehouse, the reports or Airflow.
"""
