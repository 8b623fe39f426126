"""Where a lake lies and what it may use. Opens nothing: whoever only names a lake needs no engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

POSTGRES = "postgres:"


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Config:
    """Access to an S3 store. ``endpoint`` is host:port without scheme; None: the provider's own."""

    key_id: str
    secret: str = field(repr=False)
    region: str = "us-east-1"
    endpoint: str | None = None
    url_style: str = "path"
    use_ssl: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LakeConfig:
    """Where the lake is and what it may use.

    ``catalog``: path of a SQLite file, or ``postgres:dbname=… host=…``. ``data_path``: a folder or ``s3://bucket/…``.
    Sizes are DuckDB's (``2GB``); times in seconds; ``threads`` None: as many as there are cores.
    """

    catalog: str = field(repr=False)
    data_path: str
    temp_dir: Path
    memory_limit: str = "2GB"
    max_temp_directory_size: str = "20GB"
    threads: int | None = None
    lock_timeout_seconds: float = 1800.0
    write_attempts: int = 5
    s3: S3Config | None = None

    @property
    def is_postgres(self) -> bool:
        """Whether the catalog is a PostgreSQL database (many writers) rather than a file (one)."""
        return self.catalog.startswith(POSTGRES)

    @property
    def is_remote(self) -> bool:
        """Whether the rows lie in an object store."""
        return self.data_path.startswith("s3://")
