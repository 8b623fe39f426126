"""The cards of data-quality notices and of the line of a quiet week. Pure."""

from __future__ import annotations

from alerts.card import Card
from alerts.facts import NoticeFacts, WeeklyFacts
from alerts.headlines import headline
from alerts.wording import clean, moment, say, shorten

_NOTICE_WHY = {
    "data": (
        "The last good data stays, alerts keep their state. Told once, and when it is over. More: shelfradar doctor",
        "保留最近一次完好数据，相关预警状态不变。每次事件只通知一次，恢复时再通知。查看详情：shelfradar doctor",
    ),
    "over": ("This incident is over.", "该事件已结束。"),
    "test": ("It came the way an alert comes.", "本消息与预警走同一通道。"),
    "failed": (
        "Told once, and again when it succeeds. The log is in Airflow.",
        "每次事件只通知一次，恢复成功时再通知。日志见 Airflow。",
    ),
    "undelivered": (
        "See them: shelfradar alerts list --outbox. Send them again: shelfradar alerts resend",
        "查看：shelfradar alerts list --outbox。重新发送：shelfradar alerts resend",
    ),
}


def notice_card(language: str, facts: NoticeFacts) -> Card:
    """The card of an incident, or of its end."""
    lines = [
        (say(language, ("Reason", "原因")), shorten(clean(facts.reason), 1000)),
        (say(language, ("Since", "起始")), moment(language, facts.start, facts.timezone)),
        (say(language, ("Observed", "观测时间")), moment(language, facts.at, facts.timezone)),
    ]
    said = headline(language, facts)
    return Card(
        headline=said,
        name=said,
        tone="calm" if facts.over else "quiet" if facts.kind == "test" else "alarm",
        lines=lines[:1] if facts.kind == "test" else lines,
        why=say(language, _NOTICE_WHY.get("over" if facts.over else facts.kind, _NOTICE_WHY["data"])),
    )


def weekly_card(language: str, facts: WeeklyFacts) -> Card:
    """The card of a week in which nothing was told."""
    days = [
        (
            shorten(clean(one.title), 60),
            say(language, (f"{one.complete_days} of 7 days", f"7天中{one.complete_days}天")),
        )
        for one in facts.watched
    ]
    still = say(language, ("Still beyond", "仍越线"))
    said = headline(language, facts)
    return Card(
        headline=said,
        name=said,
        tone="calm",
        lines=[*days, *((still, shorten(clean(one), 120)) for one in facts.beyond)],
        why=say(
            language,
            (
                "Once a week, where you were told nothing. A day counts when each category had a complete snapshot.",
                "一周内没有任何通知时发送，以示监测正常。仅统计该来源所有品类快照均完整的日期。",
            ),
        ),
    )
