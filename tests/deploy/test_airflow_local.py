"""`make airflow`, for real: its scheduler runs a collection, the asset starts the report, a mail comes, boards show."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

from demo.server import serve
from deploy.airflow_home import AirflowError, AirflowHome
from deploy.airflow_local import refuse_taken_port, running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1000)]
CHROMIUM = Path("/usr/bin/chromium")


class Mailbox(Message):
    """Keeps what a real SMTP server received."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Any] = []

    def handle_message(self, message: Any) -> None:
        self.mails.append(message)


class Local(NamedTuple):
    """A running local Airflow."""

    home: AirflowHome
    folder: Path
    mailbox: Mailbox


@pytest.fixture(scope="module")
def local(
    tmp_path_factory: pytest.TempPathFactory,
    free_ports: Callable[[int], list[int]],
    write_config: Callable[[Path, str], None],
) -> Iterator[Local]:
    folder, mailbox = tmp_path_factory.mktemp("local"), Mailbox()
    web, port = free_ports(2)
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    home = AirflowHome(folder / "airflow", web)
    base = {
        **os.environ,
        "SHELFRADAR_HOME": str(folder / "home"),
        "SHELFRADAR_CONFIG": str(folder / "config"),
        "AIRFLOW_CONN_SMTP_DEFAULT": f"smtp://127.0.0.1:{port}/?disable_ssl=true",
    }
    try:
        with serve(0) as shop:
            write_config(folder / "config", shop)
            with running(home, home.environment(base)):
                yield Local(home, folder, mailbox)
    finally:
        controller.stop()


def test_a_collection_triggers_the_report_and_a_mail(
    local: Local, log_in: Callable[..., Any], calm_day: datetime
) -> None:
    api = log_in(local.home.url, local.home.password)
    api.switch_on("collect__demo")
    api.trigger("collect__demo", calm_day)
    collected = api.finished_run("collect__demo", "manual", 400)
    assert collected["state"] == "success", api.tasks("collect__demo", collected["dag_run_id"])
    reported = api.finished_run("report", "asset_triggered", 300)
    assert reported["state"] == "success", api.tasks("report", reported["dag_run_id"])
    assert [mail["To"] for mail in local.mailbox.mails] == ["analyst@example.com"]
    assert "SIMULATED" in str(local.mailbox.mails[0])
    events = api.http.get("/api/v2/assets/events").json()["asset_events"]
    assert [event["extra"]["observed_at"] for event in events] == [calm_day.isoformat()]
    assert events[0]["extra"]["source"] == "demo"


def test_the_boards_are_shown_to_people_who_are_logged_in_alone(local: Local, log_in: Callable[..., Any]) -> None:
    boards = local.folder / "home" / "boards"
    boards.mkdir(parents=True, exist_ok=True)
    (boards / "probe.html").write_text("<p>a board</p>", encoding="utf-8")
    (local.folder / "home" / "secret.txt").write_text("secret", encoding="utf-8")
    (boards / "way-out").symlink_to(local.folder / "home" / "secret.txt")
    api = log_in(local.home.url, local.home.password)
    address = f"{local.home.url}/shelfradar/boards"

    assert httpx2.get(f"{address}/probe.html").status_code == 401
    assert httpx2.get(f"{address}/probe.html", headers={"Authorization": "Bearer forged"}).status_code == 403
    page = api.http.get("/shelfradar/boards/probe.html")
    assert (page.status_code, page.text) == (200, "<p>a board</p>")
    assert "connect-src 'none'" in page.headers["Content-Security-Policy"]
    for path in ("../secret.txt", "%2e%2e/secret.txt", "way-out", "..%2fsecret.txt", "/etc/passwd", "x%00y"):
        assert api.http.get(f"/shelfradar/boards/{path}").status_code == 404, path
    assert api.http.get("/shelfradar/lake/catalog.sqlite").status_code == 404
    assert api.http.post("/shelfradar/boards/probe.html").status_code == 405


def test_the_menu_has_the_boards(local: Local, log_in: Callable[..., Any]) -> None:
    plugins = log_in(local.home.url, local.home.password).http.get("/api/v2/plugins").json()["plugins"]
    views = [view for plugin in plugins for view in plugin["external_views"]]
    assert [(view["name"], view["href"]) for view in views] == [("Shelfradar boards", "/shelfradar/boards/index.html")]


def test_pools_are_there_and_everything_listens_on_loopback_alone(local: Local, log_in: Callable[..., Any]) -> None:
    pools = log_in(local.home.url, local.home.password).http.get("/api/v2/pools").json()["pools"]
    assert {pool["name"]: pool["slots"] for pool in pools} == {"default_pool": 128, "fetch": 8, "lake_writer": 1}
    listening = subprocess.run(["ss", "-Hltnp"], capture_output=True, text=True, timeout=20, check=True).stdout
    open_to_all = [line for line in listening.splitlines() if "airflow" in line and "127.0.0.1:" not in line]
    assert open_to_all == []


def test_a_taken_port_is_told(local: Local) -> None:
    with pytest.raises(AirflowError, match=f"port {local.home.port} is taken"):
        refuse_taken_port(local.home.port)


def test_the_boards_are_read_in_airflows_own_interface(local: Local) -> None:
    """In a browser: log in, the menu's entry, a board inside Airflow's page, from there to a category and a product."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser: {CHROMIUM} is absent (.ci/system-packages installs it)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-quic"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(60_000)
        refused: list[str] = []
        page.on("response", lambda one: one.status >= 400 and "/shelfradar/" in one.url and refused.append(one.url))
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: line.type == "error" and errors.append(f"{line.text} {line.location}"))
        page.goto(local.home.url)
        page.locator("input[name=username]").fill("admin")
        page.locator("input[name=password]").fill(local.home.password)
        page.locator("button[type=submit]").click()
        entry = page.get_by_role("link", name="Shelfradar boards")
        entry.wait_for()
        errors.clear()  # Airflow's own page asks for what it may not have before anyone has logged in
        entry.click()
        board = page.frame_locator("iframe[title='Shelfradar boards']")
        board.locator("h1", has_text="The shelf today").wait_for()
        assert "/plugin/shelfradar-boards" in page.url
        board.locator(".tile h3 a", has_text="Serum").click()
        board.locator("#ranking").wait_for()
        assert board.locator("#ranking-table tbody tr").count() == 100
        page.reload()
        board.locator("#ranking").wait_for()
        board.locator("#watchlist a").first.click()
        board.locator("#now").wait_for()
        pictures = os.environ.get("SHELFRADAR_SCREENSHOTS")
        if pictures:
            page.screenshot(path=str(Path(pictures) / "airflow-board.png"))
        assert (refused, errors) == ([], [])
        browser.close()
