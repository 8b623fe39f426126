"""What the keys of a rule ask of each other: a mistake names the wrong key, what stands there and what should.

Must not know the file they come from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.figures import FIGURES
from extractors.config import wrong_value

if TYPE_CHECKING:
    from alerts.condition import Condition
    from alerts.model import Rule

_MOVES = {"rises_by", "falls_by"}
_MEASURES = "units_30d, gmv_30d, units_shown, listings"


def check_rule(rule: Rule) -> None:
    """Raises PydanticCustomError at the first key that does not go with the others."""
    known = FIGURES[rule.of]
    if rule.metric not in known:
        raise wrong_value(("metric",), repr(rule.metric), f"one of the metrics of {rule.of}: {', '.join(known)}")
    if known[rule.metric].measured and rule.measure is None:
        raise wrong_value(("measure",), "nothing", f"what {rule.metric} counts in: one of {_MEASURES}")
    if rule.measure is not None and not known[rule.metric].measured:
        raise wrong_value(("measure",), repr(rule.measure), f"no measure: {rule.metric} takes none")
    _check_compare(rule)
    _check_match(rule)


def _check_compare(rule: Rule) -> None:
    key, amount = rule.when.key, rule.when.amount
    if key in _MOVES and rule.compare in {"absolute", "own"}:
        found = repr(rule.compare) if "compare" in rule.model_fields_set else "nothing, which means absolute"
        raise wrong_value(("compare",), found, f"previous, mean_7d or mean_30d: what it {key.replace('_', ' ')}")
    if key not in _MOVES and rule.compare not in {"absolute", "own"}:
        raise wrong_value(
            ("when", key), f"{key}: {_plain(amount)}", f"rises_by or falls_by beside compare: {rule.compare}"
        )
    if key in _MOVES and _size(amount) <= 0:
        other = "falls_by" if key == "rises_by" else "rises_by"
        raise wrong_value(("when", key), _plain(amount), f"more than 0; for the other way: {other}")
    if rule.when.place and rule.figure.unit != "rank":
        raise wrong_value(("metric",), repr(rule.metric), f"a rank beside {key}: rank, or best_rank of a brand")
    if rule.when.place and rule.compare != "absolute":
        raise wrong_value(("compare",), repr(rule.compare), f"no compare beside {key}")
    if rule.compare == "absolute" and isinstance(amount, str) and rule.figure.unit != "share":
        expected = f"a number: {rule.metric} is no share, and compare: absolute has no base for a %"
        raise wrong_value(("when", key), repr(amount), expected)


def _check_match(rule: Rule) -> None:
    named = [key for key in ("item", "shop", "brand", "watch_group") if getattr(rule.match, key)]
    wrong = {"item": [], "brand": ["item", "shop"], "category": ["item", "shop", "brand", "watch_group"]}[rule.of]
    for key in named:
        if key in wrong:
            other = "item" if key in {"item", "shop"} else "item or brand"
            found = f"{key}: {', '.join(getattr(rule.match, key))}"[:120]
            raise wrong_value(("match", key), found, f"no {key} where of: {rule.of}; or of: {other}")


def check_recover(rule: Rule, condition: Condition) -> None:
    """Raises PydanticCustomError where the rule would not be over on the calm side of where it fires."""
    if rule.recover is None:
        return
    if isinstance(rule.recover, str) != isinstance(rule.when.amount, str):
        expected = f"the unit of {rule.when.key}: {_plain(rule.when.amount)} (both numbers or both shares)"
        raise wrong_value(("recover",), _plain(rule.recover), expected)
    sign = 1 if condition.direction == "above" else -1
    if condition.recover is not None and sign * condition.recover >= sign * condition.threshold:
        side = "below" if (rule.when.key in {"above", *_MOVES}) else "above"
        expected = f"a value {side} {_plain(rule.when.amount)}, where it fires: on the calm side, not at or beyond it"
        if rule.when.place:
            expected = f"a place on the calm side of {rule.when.key}: {rule.when.amount}"
        raise wrong_value(("recover",), _plain(rule.recover), expected)


def _size(amount: float | str) -> float:
    return float(amount.removesuffix("%")) if isinstance(amount, str) else amount


def _plain(amount: float | str) -> str:
    """An amount as a person wrote it: 20000, not 20000.0."""
    return amount if isinstance(amount, str) else f"{amount:.15g}"
