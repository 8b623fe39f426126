"""A deliverer to be killed: forks one for each line ``CATALOG DATA PORT GO`` it reads, and prints its process id.

The child waits until the file GO exists, then delivers what the lake's outbox holds to the SMTP server at PORT. Forked
from a process that has imported everything, so that a test that kills a dozen of them costs one start of Python.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from alerts.deliver import deliver
from alerts.message import Sender
from alerts.transport import Smtp, SmtpAddress
from warehouse.lake import Lake, LakeConfig

NOW = datetime(2026, 11, 21, 1, tzinfo=UTC)


def run(catalog: str, data: str, port: int, go: Path) -> None:
    deadline = time.monotonic() + 60
    while not go.exists() and time.monotonic() < deadline:
        time.sleep(0.005)
    lake = Lake(LakeConfig(catalog=catalog, data_path=data, temp_dir=go.parent / "tmp", memory_limit="500MB"))
    smtp = Smtp(SmtpAddress(host="127.0.0.1", port=port, timeout_seconds=20))
    deliver(lake, smtp, NOW, Sender(mail_from="Shelfradar <alerts@shelf.example>"))


for line in sys.stdin:
    catalog, data, port, go = line.split()
    child = os.fork()
    if child == 0:
        try:
            run(catalog, data, int(port), Path(go))
        finally:
            os._exit(0)
    print(child, flush=True)
    _, status = os.waitpid(child, 0)
    print(f"killed {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "ended", flush=True)
