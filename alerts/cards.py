"""From the facts of one alert to what a mail shows of it: labelled lines, evidence, why and what to do. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from alerts.facts import Facts, NoticeFacts
from alerts.wording import (
    COMPARED,
    amount,
    clean,
    headline,
    interval,
    limit,
    metric_name,
    moment,
    number,
    say,
    shorten,
)

_TONES = {"fired": "alarm", "already": "alarm", "escalated": "alarm", "resolved": "calm"}


@dataclass(frozen=True, slots=True)
class Page:
    """An archived page: a link where its address is one a mail may hold, its capture and its hash."""

    href: str | None
    label: str
    capture_id: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One alert as a mail shows it. ``tone``: alarm, calm or quiet. ``chart``: content id of its picture."""

    headline: str
    value: str
    caption: str
    tone: str
    href: str | None
    lines: list[tuple[str, str]]
    pages: list[Page] = field(default_factory=list)
    why: str
    advice: str
    chart: str | None = None
    chart_alt: str = ""


def card_of(language: str, facts: Facts | NoticeFacts, chart: str | None = None) -> Card:
    """The card of one alert or notice, in ``language``."""
    if isinstance(facts, NoticeFacts):
        return _notice_card(language, facts)
    return Card(
        headline=headline(language, facts),
        value=interval(language, facts, facts.low, facts.high),
        caption=f"{metric_name(language, facts)} · {certainty(language, facts)}",
        tone=_TONES.get(facts.transition, "quiet"),
        href=web_address(facts.url),
        lines=_lines(language, facts),
        pages=[
            Page(web_address(one.url), shorten(clean(one.url or one.capture_id), 80), one.capture_id, one.sha256 or "–")
            for one in facts.evidence
        ],
        why=_why(language, facts),
        advice=_advice(language, facts),
        chart=chart,
        chart_alt=chart_alt(language, facts),
    )


def certainty(language: str, facts: Facts) -> str:
    """Whether the pages prove what is said (metrics.md section 9)."""
    if facts.transition == "possible":
        return say(language, ("possible: only the high end is beyond", "可能：仅区间上端越过阈值"))
    if not facts.proved:
        return say(language, ("not proved: the page shows no bound", "未证实：页面未给出界限"))
    return say(language, ("proved by the page", "页面已证实"))


def web_address(url: str | None) -> str | None:
    """``url`` where it is an http(s) address a mail may link to, else None."""
    if url is None or clean(url) != url or urlsplit(url).scheme not in {"http", "https"}:
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


def _lines(language: str, facts: Facts) -> list[tuple[str, str]]:
    pairs: list[tuple[tuple[str, str], str | None]] = [
        (("As shown", "页面所示"), clean(facts.text) if facts.text else None),
        (("Threshold", "阈值"), _threshold(language, facts)),
        (("Compared", "对比结果"), _compared(language, facts)),
        (("Last notified", "上次通知值"), _told(language, facts)),
        (("Previous", "上一次"), _previous(language, facts)),
        (("Since", "起始"), moment(language, facts.start, facts.timezone)),
        (("Observed", "观测时间"), moment(language, facts.at, facts.timezone) if facts.at != facts.start else None),
        (("Ours", "自家"), _own(language, facts)),
        (("Source", "来源"), facts.source),
    ]
    return [(say(language, label), text) for label, text in pairs if text]


def _threshold(language: str, facts: Facts) -> str:
    words = {
        "above": ("at or above {}", "达到或高于 {}"),
        "below": ("at or below {}", "达到或低于 {}"),
        "rises_by": ("rises by {}", "上升 {}"),
        "falls_by": ("falls by {}", "下降 {}"),
    }
    template = ("{}", "{}") if facts.compare == "own" else words[facts.when_key]
    text = say(language, template).format(limit(language, facts))
    if facts.recover is None:
        return text
    back = amount(language, facts, facts.recover)
    return text + say(language, (f"; recovers at {back}", f"；恢复线 {back}"))


def _compared(language: str, facts: Facts) -> str | None:
    if facts.compare == "absolute" or facts.span_low is facts.span_high is None:
        return None
    ends = [None if end is None else _difference(language, facts, end) for end in (facts.span_low, facts.span_high)]
    text = ends[0] if ends[0] == ends[1] else f"{ends[0] or '?'} … {ends[1] or '?'}"
    return f"{text} ({say(language, COMPARED[facts.compare])})"


def _difference(language: str, facts: Facts, value: float) -> str:
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    if isinstance(facts.when_amount, str):
        return sign + number(language, "share", None, abs(value))
    return sign + number(language, facts.unit, facts.currency, abs(value))


def _told(language: str, facts: Facts) -> str | None:
    if facts.transition != "escalated" or facts.told is None:
        return None
    if facts.compare == "absolute":
        return number(language, facts.unit, facts.currency, facts.told)
    return _difference(language, facts, facts.told)


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
            f"Why: rule “{clean(facts.rule_title)}” ({facts.rule_id}), which asks for {rows}.",
            f"原因：规则“{clean(facts.rule_title)}”（{facts.rule_id}），要求连续 {count} 次完整快照。",
        ),
    )


def _advice(language: str, facts: Facts) -> str:
    command = f"shelfradar alerts snooze {facts.rule_id} --until DATE --why REASON"
    return say(language, (f"To silence it for a while: {command}", f"暂时静音：{command}"))


def _notice_card(language: str, facts: NoticeFacts) -> Card:
    lines = [
        (say(language, ("Reason", "原因")), clean(facts.reason)),
        (say(language, ("Since", "起始")), moment(language, facts.start, facts.timezone)),
        (say(language, ("Observed", "观测时间")), moment(language, facts.at, facts.timezone)),
        (say(language, ("Source", "来源")), facts.source),
    ]
    return Card(
        headline=headline(language, facts),
        value="",
        caption="",
        tone="quiet",
        href=None,
        lines=lines,
        why=say(
            language,
            (
                "The last good data stays; alerts of these categories keep their state. Told once an incident.",
                "保留最近一次完好数据，相关预警状态不变。每次事件只通知一次。",
            ),
        ),
        advice=say(language, ("See it all: shelfradar doctor", "查看详情：shelfradar doctor")),
    )
