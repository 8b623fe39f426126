"""Mail through an Airflow connection: its settings as an SMTP URL for the pipeline. Logs nothing of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote


def send_by_connection(verb: str, connection_id: str) -> dict[str, Any]:
    """``pipeline.<verb>``, ``deliver`` or ``watch``, with mail through an Airflow connection where there is one.

    Its password is never logged, and neither is the address of a chat.
    """
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException
    from airflow.sdk.log import mask_secret

    from shelfradar import pipeline
    from shelfradar.settings import Settings

    settings = Settings.from_environment()
    for channel in settings.channels.values():
        mask_secret(channel)
    send = getattr(pipeline, verb)
    try:
        connection = Connection.get(connection_id)
    except AirflowNotFoundException:
        return dict(send(settings))
    mask_secret(url := smtp_url(connection))
    mask_secret(connection.password)
    return dict(send(replace(settings, smtp_url=url)))


def smtp_url(connection: Any) -> str:
    """The SMTP URL of an Airflow connection, read as Airflow's own SmtpHook reads it: TLS unless ``disable_ssl``.

    Holds the password: hand it on, never log it.
    """
    plain = str(connection.extra_dejson.get("disable_ssl", False)).lower() == "true"
    who = f"{quote(connection.login, safe='')}:{quote(connection.password or '', safe='')}@" if connection.login else ""
    port = f":{connection.port}" if connection.port else ""
    return f"{'smtp' if plain else 'smtps'}://{who}{connection.host}{port}"
