"""The init job of the containers: databases, Airflow's tables, the pools, the admin's password. Safe to run again.

Waits for nothing: docker-compose.yml starts it when PostgreSQL is healthy. Needs the variables that docker-compose.yml
gives its service ``init``; a missing one is a KeyError that names it.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import psycopg
from psycopg import sql

from deploy.airflow_home import ROOT, AirflowError, airflow

POOLS = ROOT / "deploy" / "pools-cluster.json"


def make_database(server: str, name: str, password: str) -> bool:
    """Make the role ``name`` and a database of that name that only it may enter. Returns whether it was made now."""
    role = sql.Identifier(name)
    with psycopg.connect(server, autocommit=True) as connection:  # CREATE DATABASE can't run in a transaction
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
        verb = sql.SQL("ALTER" if known else "CREATE")
        connection.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, role, sql.Literal(password)))
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return False
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(role))
    return True


def write_password(path: Path, password: str) -> None:
    """The file from which Airflow's simple login reads the admin's password; written whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump({"admin": password}, file)
    fresh.replace(path)


def main() -> None:
    """Prepare everything that the other services expect to find."""
    env = os.environ
    for name in ("airflow", "lake"):
        made = make_database(env["SHELFRADAR_POSTGRES_SERVER"], name, env[f"{name.upper()}_DB_PASSWORD"])
        sys.stdout.write(f"database {name}: {'made' if made else 'was there'}\n")
    try:
        airflow(env, "db", "migrate")
        airflow(env, "pools", "import", str(POOLS))
    except AirflowError as error:
        sys.exit(f"init: {error}")
    write_password(Path(env["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"]), env["AIRFLOW_ADMIN_PASSWORD"])
    sys.stdout.write("Airflow's tables and pools are up to date\n")


if __name__ == "__main__":
    main()
