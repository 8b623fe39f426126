"""The boards inside Airflow's web interface: a menu entry and the pages behind it, for people who are logged in.

Serves files of ``SHELFRADAR_HOME/boards`` and ``…/data_docs`` and nothing else. Airflow 3.3 puts no login before what
a plugin mounts, so this file asks for one itself, as Airflow's own pages do: the session cookie or a bearer token.
"""

from functools import cache
from typing import Any
from urllib.parse import urlsplit

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

PREFIX = "/shelfradar"
BASE_PATH = urlsplit(conf.get("api", "base_url", fallback="")).path.rstrip("/")
NO_BOARD = "No board yet: switch a collect DAG on, or run `shelfradar boards`."
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self' data:; font-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        "script-src 'self' 'unsafe-inline'; connect-src 'none'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-cache",
}


@cache
def boards_app() -> Any:
    """The ASGI application. Made at the first request: tasks load plugins too, and need no web framework."""
    from airflow.api_fastapi.auth.managers.models.resource_details import AccessView
    from airflow.api_fastapi.core_api.security import requires_access_view
    from fastapi import Depends, FastAPI, Request, Response
    from fastapi.staticfiles import StaticFiles

    from shelfradar.settings import Settings

    settings = Settings.from_environment()
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    folders = {
        "boards": StaticFiles(directory=settings.boards, html=True, check_dir=False),
        "data_docs": StaticFiles(directory=settings.data_docs, html=True, check_dir=False),
    }

    @app.get("/{room}/{path:path}", dependencies=[Depends(requires_access_view(AccessView.WEBSITE))])
    async def page(room: str, path: str, request: Request) -> Response:
        if room not in folders:
            return Response("no such page", status_code=404)
        if room == "boards" and path in ("", "index.html") and not (settings.boards / "index.html").is_file():
            return Response(NO_BOARD, media_type="text/plain", headers=HEADERS)
        response = await folders[room].get_response(path or ".", request.scope)
        response.headers.update(HEADERS)
        return response

    return app


async def serve(scope: Any, receive: Any, send: Any) -> None:
    """ASGI entry point."""
    await boards_app()(scope, receive, send)


class ShelfradarBoards(AirflowPlugin):
    """Puts *Shelfradar boards* into the menu."""

    name = "shelfradar_boards"
    fastapi_apps = [{"app": serve, "url_prefix": PREFIX, "name": "Shelfradar boards"}]  # noqa: RUF012 - Airflow's way
    external_views = [  # noqa: RUF012 - Airflow's way
        {
            "name": "Shelfradar boards",
            "href": f"{BASE_PATH}{PREFIX}/boards/index.html",
            "url_route": "shelfradar-boards",
            "destination": "nav",
        }
    ]
