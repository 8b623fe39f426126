"""From the facts of one alert to what a mail shows of it: labelled lines, evidence, why and what to do. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from shlex import quote
from urllib.parse import urlsplit

from alerts.card import Card, Page
from alerts.columns import sparkline
from alerts.facts import Facts, NoticeFacts, Told, WeeklyFacts
from alerts.figures import is_estimate
from alerts.headlines import event, headline, mark
from alerts.notice_cards import notice_card, weekly_card
from alerts.wording import (
    COMPARED,
    PER,
    amount,
    basis_name,
    change,
    clean,
    difference,
    interval,
    limit,
    metric_name,
    moment,
    number,
    say,
    shorten,
)

NAME_LENGTH = 120
SNOOZE_DAYS = 7
_TONES = {"fired": "alarm", "already": "alarm", "escalated": "alarm", "resolved": "calm"}
_HAPPENED = {
    "fired": ("fired", "触发"),
    "already": ("was already beyond", "已越线"),
    "escalated": ("moved on", "继续扩大"),
    "resolved": ("was over", "已恢复"),
    "lost": ("had no figure", "无数据"),
    "possible": ("was perhaps beyond", "可能越线"),
}


def card_of(language: str, told: Told, chart: str | None = None) -> Card:
    """The card of one thing told, in ``language``."""
    if isinstance(told, NoticeFacts):
        return notice_card(language, told)
    if isinstance(told, WeeklyFacts):
        return weekly_card(language, told)
    return Card(
        headline=headline(language, told, NAME_LENGTH),
        kicker=f"{mark(told)} {event(language, told)}",
        name=shorten(clean(told.name), NAME_LENGTH),
        value=interval(language, told, told.low, told.high),
        caption=f"{metric_name(language, told)} · {certainty(language, told)}",
        tone=_TONES.get(told.transition, "quiet"),
        href=web_address(told.url),
        lines=_lines(language, told),
        pages=[
            Page(
                web_address(one.url),
                shorten(clean(one.url or one.capture_id), 80),
                one.capture_id.strip("<>"),
                one.sha256 or "–",
            )
            for one in told.evidence
        ],
        bundle=_bundle(told),
        why=_why(language, told),
        snooze=_snooze(told),
        chart=chart,
        chart_alt=chart_alt(language, told),
        spark=_spark(told),
    )


def certainty(language: str, facts: Facts) -> str:
    """Whether the pages prove what is said (metrics.md section 9)."""
    if facts.transition == "lost":
        return say(language, ("the list is complete, with no figure of it", "列表完整，但无该项数据"))
    if facts.transition == "possible":
        return say(language, ("possible: only one end of the interval is beyond", "可能：仅区间一端越过阈值"))
    if not facts.proved:
        return say(language, ("not proved: the page shows no bound", "未证实：页面未给出界限"))
    if is_estimate(facts.entity_kind, facts.metric):
        return say(language, ("an estimate, by config/costs.csv", "估算值，依据 config/costs.csv"))
    if facts.entity_kind == "item":
        return say(language, ("proved by the page", "页面已证实"))
    return say(language, ("proved by the pages", "页面已证实"))


def beside(language: str, facts: Facts) -> str:
    """The previous figure and our own beside it, in one line."""
    previous = interval(language, facts, facts.previous_low, facts.previous_high) if facts.previous_at else "–"
    text = say(language, (f"before {previous}", f"此前 {previous}"))
    own = _own(language, facts)
    return text if own is None else text + say(language, (f" · ours {own}", f" · 自家 {own}"))


def web_address(url: str | None) -> str | None:
    """``url`` where it is an http(s) address a mail may link to, else None."""
    if url is None or clean(url) != url or len(url) > 2000 or urlsplit(url).scheme not in {"http", "https"}:
        return None
    return url


def chart_alt(language: str, facts: Facts) -> str:
    """What the chart shows, for those who do not see it."""
    if not facts.series:
        return ""
    first, last = facts.series[0], facts.series[-1]
    ends = interval(language, facts, *first[1:]), interval(language, facts, *last[1:])
    days = first[0][:10], last[0][:10]
    return say(
        language,
        (
            f"Chart: {len(facts.series)} observations, {ends[0]} on {days[0]} to {ends[1]} on {days[1]}",
            f"图表：{len(facts.series)} 次观测，{days[0]} 为 {ends[0]}，{days[1]} 为 {ends[1]}",
        ),
    )


def _spark(facts: Facts) -> str:
    """The chart for a terminal: a line of blocks, a better rank higher, between its first and last day."""
    blocks = sparkline([-low if facts.unit == "rank" else low for _, low, _ in facts.series])
    return f"{blocks}  {facts.series[0][0][:10]} – {facts.series[-1][0][:10]}" if blocks else ""


def _lines(language: str, facts: Facts) -> list[tuple[str, str]]:
    pairs: list[tuple[tuple[str, str], str | None]] = [
        (("As shown", "页面所示"), clean(facts.text) if facts.text else None),
        (("Basis", "口径"), basis_name(language, facts)),
        (("Threshold", "阈值"), _threshold(language, facts)),
        (("Compared", "对比结果"), _compared(language, facts)),
        (("Last told", "上次通知值"), _told(language, facts)),
        (("Previous", "上一次"), _previous(language, facts)),
        (("Since", "起始"), moment(language, facts.start, facts.timezone)),
        (("Observed", "观测时间"), moment(language, facts.at, facts.timezone) if facts.at != facts.start else None),
        (("Ours", "自家"), _own(language, facts)),
        *((("Before that", "此前"), _before(language, facts, one)) for one in facts.before[-3:]),
    ]
    return [(say(language, label), text) for label, text in pairs if text]


def _before(language: str, facts: Facts, said: tuple[str, str, float | None, float | None]) -> str:
    what, at, low, high = said
    happened = say(language, _HAPPENED.get(what, (what, what)))
    return f"{moment(language, at, facts.timezone)}: {happened} ({interval(language, facts, low, high)})"


def _threshold(language: str, facts: Facts) -> str:
    words = {
        "above": ("at or above {}", "达到或高于 {}"),
        "below": ("at or below {}", "达到或低于 {}"),
        "rises_by": ("rises by {}", "上升 {}"),
        "falls_by": ("falls by {}", "下降 {}"),
    }
    if facts.unit == "flag" and facts.compare == "absolute":
        return limit(language, facts)
    template = ("{}", "{}") if facts.compare == "own" else words[facts.when_key]
    if facts.unit == "rank" and facts.compare == "absolute":
        template = {"above": ("{} or worse", "{}及以后"), "below": ("{} or better", "{}以内")}[facts.when_key]
    text = say(language, template).format(limit(language, facts))
    if facts.recover is None:
        return text
    back = amount(language, facts, facts.recover)
    return text + say(language, (f"; recovers at {back}", f"；恢复线 {back}"))


def _compared(language: str, facts: Facts) -> str | None:
    if facts.compare == "absolute" or facts.span_low is facts.span_high is None:
        return None
    return f"{change(language, facts)} ({say(language, COMPARED[facts.compare])})"


def _told(language: str, facts: Facts) -> str | None:
    if facts.transition != "escalated" or facts.told is None:
        return None
    if facts.compare == "absolute":
        return number(language, facts.unit, facts.currency, facts.told) + say(language, PER.get(facts.metric, ("", "")))
    return difference(language, facts, facts.told)


def _previous(language: str, facts: Facts) -> str | None:
    if facts.previous_at is None:
        return None
    shown = f" “{clean(facts.previous_text)}”" if facts.previous_text else ""
    value = interval(language, facts, facts.previous_low, facts.previous_high)
    return f"{value}{shown}, {moment(language, facts.previous_at, facts.timezone)}"


def _own(language: str, facts: Facts) -> str | None:
    if facts.own_name is None:
        return None
    shown = f" “{clean(facts.own_text)}”" if facts.own_text else ""
    return f"{shorten(clean(facts.own_name), 60)}: {interval(language, facts, facts.own_low, facts.own_high)}{shown}"


def _why(language: str, facts: Facts) -> str:
    count = facts.for_snapshots
    rows = f"{count} complete snapshots in a row" if count > 1 else "one complete snapshot"
    return say(
        language,
        (
            f"Why: rule “{clean(facts.rule_title)}” ({facts.rule_id}), which asks for {rows}. Source: {facts.source}.",
            f"原因：规则“{clean(facts.rule_title)}”（{facts.rule_id}），连续 {count} 次完整快照。来源：{facts.source}",
        ),
    )


def _snooze(facts: Facts) -> str:
    """The command that silences this rule for this entity for a week from the observation on."""
    until = datetime.fromisoformat(facts.at).date() + timedelta(days=SNOOZE_DAYS)
    entity = f" --item {quote(clean(facts.entity_id))}" if facts.entity_id else ""
    return f"shelfradar alerts snooze {facts.rule_id}{entity} --until {until} --why REASON"


def _bundle(facts: Facts) -> str | None:
    """The command that takes the archived page out of the archive, for others to check: by an item that it shows."""
    page = facts.evidence[0] if facts.evidence else None
    item = facts.entity_id if facts.entity_kind == "item" else page.item_id if page else None
    if page is None or not item:
        return None
    at = f"{datetime.fromisoformat(facts.at):%Y-%m-%dT%H:%M%z}"
    return f"shelfradar evidence export {quote(clean(item))} BUNDLE --source {facts.source} --at {at}"
