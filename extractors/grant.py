"""Access tokens of official APIs by OAuth 2.0's client credentials grant (RFC 6749, section 4.4). Pure: no network.

eBay's and Mercado Libre's tokens live for hours, so a run asks for one of its own. Keys are given by value; a token is
a secret as they are.
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Literal
from urllib.parse import quote_plus, urlencode

from pydantic import Field

from extractors.config import StrictModel
from extractors.signing import Variable

LONGEST_TOKEN = 8192  # characters


class Grant(StrictModel):
    """Where a source's access token comes from. Keys are names of environment variables, never values."""

    url: str
    client_id: Variable
    client_secret: Variable
    scope: str | None = None
    keys_in: Literal["header", "form"] = Field(default="header", description="how the keys are told: Basic, or a form")


def token_request(grant: Grant, client_id: str, client_secret: str) -> tuple[dict[str, str], bytes]:
    """The headers and the form of a request for a token."""
    form = {"grant_type": "client_credentials"}
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    if grant.scope is not None:
        form["scope"] = grant.scope
    if grant.keys_in == "form":
        form |= {"client_id": client_id, "client_secret": client_secret}
    else:
        keys = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"
        headers["Authorization"] = f"Basic {b64encode(keys.encode()).decode()}"
    return headers, urlencode(form).encode()


def token_in(body: bytes) -> str:
    """The access token in an answer. Raises ValueError, without quoting the answer."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("the answer is no JSON") from None
    token = answer.get("access_token") if isinstance(answer, dict) else None
    if (
        not isinstance(token, str)
        or not token.isascii()
        or not token.isprintable()
        or not 0 < len(token) < LONGEST_TOKEN
    ):
        raise ValueError("the answer has no access_token")
    return token
