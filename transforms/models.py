"""The SQL models: one report, or step of one, a file; in the order their own references ask for.

A model reads ``NAME_now`` (rows of table NAME at the snapshots to make), ``NAME_before`` (the time before them),
``NAME_previous`` (the times of the complete snapshots they follow) or ``NAME_trend`` (those of a month before), the
reference tables, steps by their name, and ``rates_target``, ``movement_target`` or ``outlook_target``: the snapshots to
make. A model of campaigns reads ``NAME_campaign`` (the days of one edition), ``campaign_phase``, ``campaign_day`` and
``phase_seen`` instead. What a model reads is found by a pattern that a test holds against sqlglot's parser for every
model: to import and run the parser took each loading process 0.8 s of CPU. This module must not know connections or
dates.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from importlib.resources import files
from typing import Literal

Kind = Literal["mart", "step"]
Reach = Literal["rates", "movement", "outlook", "campaign"]
_SCOPED = re.compile(r"^(?P<table>\w+)_(?P<span>now|before|previous|trend|campaign)$")
_COMMENT = re.compile(r"--[^\n]*")
_READ = re.compile(r"(?<!DISTINCT )\b(?:FROM|JOIN)\s+([a-z]\w*)")
_OWN = re.compile(r"\b([a-z]\w*) AS (?:(?:NOT )?MATERIALIZED )?\(")
_HEADER = re.compile(r"^-- (?P<kind>Mart|Step): ")


@dataclass(frozen=True, slots=True)
class Model:
    """One file of ``transforms/models``. ``scoped`` holds the (table, span) pairs it reads as ``table_span``."""

    name: str
    kind: Kind
    sql: str
    reads: frozenset[str]
    scoped: frozenset[tuple[str, str]]
    needs: frozenset[str]
    reach: Reach


def read_model_sql(name: str, sql: str, names: frozenset[str]) -> Model:
    """The model in ``sql``. Raises ValueError where the header does not say whether it is a mart or a step."""
    header = _HEADER.match(sql)
    if header is None:
        raise ValueError(
            f"transforms/models/{name}.sql: found {sql[:40]!r}; expected a first line '-- Mart: …' or '-- Step: …'"
        )
    reads = tables_of(sql)
    scoped = frozenset((match["table"], match["span"]) for match in map(_SCOPED.match, reads) if match)
    needs = ({table for table, _ in scoped} | reads) & names - {name}
    kind: Kind = "mart" if header["kind"] == "Mart" else "step"
    return Model(name, kind, sql, reads, scoped, frozenset(needs), _reach(reads))


def _reach(reads: frozenset[str]) -> Reach:
    if reads & {"campaign_phase", "campaign_day"}:
        return "campaign"
    if "outlook_target" in reads:
        return "outlook"
    return "movement" if "movement_target" in reads else "rates"


@cache
def ordered_models() -> tuple[Model, ...]:
    """Every model, each after those it needs. Raises graphlib.CycleError where two need each other."""
    folder = files("transforms") / "models"
    texts = {
        one.name.removesuffix(".sql"): one.read_text(encoding="utf-8")
        for one in folder.iterdir()
        if one.name.endswith(".sql")
    }
    models = {name: read_model_sql(name, sql, frozenset(texts)) for name, sql in sorted(texts.items())}
    order = TopologicalSorter({name: sorted(model.needs) for name, model in models.items()}).static_order()
    return tuple(models[name] for name in order)


def models_digest() -> str:
    """SHA-256 of every model's name and text: it tells whether marts were made by other models than these."""
    texts = sorted((model.name, model.sql) for model in ordered_models())
    return hashlib.sha256(repr(texts).encode()).hexdigest()


def tables_of(sql: str) -> frozenset[str]:
    """The tables that ``sql`` reads: names after FROM and JOIN that are not its own (WITH). Only of our style."""
    plain = _COMMENT.sub("", sql)
    return frozenset(_READ.findall(plain)) - frozenset(_OWN.findall(plain))
