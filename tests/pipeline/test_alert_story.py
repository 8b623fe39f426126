"""The demo's rival crosses 20,000 and comes back: episodes and mails against the market's own truth."""

from __future__ import annotations

import email
import email.policy
from datetime import date, timedelta
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from demo.truth import shown
from shelfradar import pipeline
from warehouse.lake import Lake

RIVAL, FIRE, RECOVER = "6100200000", 20_000, 15_000


def first_day(start: date) -> date:
    """The first date from ``start`` that is day 10 of the demo's cycle, two days before the rival's flash sale."""
    return next(day for number in range(36) if (day := start + timedelta(days=number)).toordinal() % 35 == 10)


def expected_episode(days: list[date]) -> tuple[date, date | None]:
    """When the shown low end first reaches the threshold, and when the shown figure is first back under recovery."""
    fired = ended = None
    for day in days:
        for one in shown(day, "serum"):
            if one.item_id != RIVAL or one.sponsored or one.units_low is None:
                continue
            if fired is None and one.units_low >= FIRE:
                fired = day
            elif fired and ended is None and one.units_high is not None and one.units_high < RECOVER:
                ended = day
    assert fired is not None, "the demo's story changed: the rival never crosses"
    return fired, ended


@pytest.mark.slow
def test_the_rival_fires_once_when_the_page_proves_it(make_installation) -> None:
    made = make_installation("serum")
    start = first_day(date(2026, 9, 1))
    days = [start + timedelta(days=number) for number in range(6)]
    made.collect(days)
    fired, ended = expected_episode(days)

    with Lake(made.settings.lake).reader() as con:
        rows = con.execute(
            "SELECT started_on, fired_low, fired_text, ended_at, first_seen FROM alert_episode"
            " WHERE rule_id = 'serum-rival-20k' AND entity_id = ?",
            [RIVAL],
        ).fetchall()
    assert len(rows) == 1
    started_on, fired_low, fired_text, ended_at, first_seen = rows[0]
    assert (started_on, ended_at) == (fired, ended)
    assert not first_seen, "it was below the line before: the crossing was seen"
    truth = next(one for one in shown(fired, "serum") if one.item_id == RIVAL and not one.sponsored)
    assert fired_low == pytest.approx(truth.units_low)
    assert truth.units_text in fired_text


def test_old_history_is_evaluated_and_never_mailed_and_new_is_mailed_once(make_installation) -> None:
    made = make_installation("serum")
    keep_mail_of_any_age(made.settings.config / "alerts.yaml")
    start = first_day(date(2026, 9, 1)) + timedelta(days=2)
    made.collect([start, start + timedelta(days=1)])

    sent = pipeline.deliver(made.settings)
    again = pipeline.deliver(made.settings)
    mails = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in made.settings.mail.glob("*.eml")
    ]

    assert sent["sent"] == len(mails) > 0
    assert again == {"sent": 0, "failed": 0, "later": 0, "unsure": 0}
    assert {str(mail["To"]).split("<")[-1].strip(">") for mail in mails} == {"mei@example.com", "sam@example.com"}
    for mail in mails:
        plain = mail.get_body(("plain",)).get_content()
        assert mail.get_body(("html",)) is not None
        assert RIVAL in plain or "泊岚" in plain
        assert "SIMULATED" in plain.upper() or "模拟" in plain
    pipeline.alerts(made.settings, "demo", None)
    assert pipeline.deliver(made.settings)["sent"] == 0, "evaluating again mailed again"


def keep_mail_of_any_age(path: Path) -> None:
    """Let the rules mail about observations of any age: the test's days are in the past."""
    yaml = YAML()
    rules = yaml.load(path.read_text(encoding="utf-8"))
    rules["defaults"]["max_age_days"] = 100_000
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(rules, file)
