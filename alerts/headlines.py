"""One line for one thing told, and the subject of a mail that tells several; in English and Chinese. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from alerts.columns import width
from alerts.facts import Facts, NoticeFacts, Told, WeeklyFacts
from alerts.wording import COMPARED, METRICS, PER, change, clean, interval, limit, say, shorten

SUBJECT_LENGTH = 60
# What a short line keeps of (place, base of a comparison), and how far the name may shrink before the next is tried.
_TIERS = ((True, True, 20), (False, True, 14), (False, False, 6))

MARKS: Mapping[str, str] = {
    "fired up": "▲", "fired down": "▼", "already": "●", "escalated": "‼", "resolved": "✓", "lost": "?", "possible": "◇",
    "notice": "⚠", "over": "✓", "weekly": "✓",
}  # fmt: skip
# By figure: an amount that is passed, a change against a base, a rank, a flag.
_EVENTS: Mapping[str, tuple[str, str]] = {
    "fired above": ("{name} passed {limit}{place} ({value})", "{name}{place}突破{limit}（{value}）"),
    "fired below": ("{name} down to {limit}{place} ({value})", "{name}{place}跌至{limit}（{value}）"),
    "already above": ("{name} already beyond {limit}{place} ({value})", "{name}{place}已越过{limit}（{value}）"),
    "already below": ("{name} already down to {limit}{place} ({value})", "{name}{place}已低至{limit}（{value}）"),
    "pending": ("{name} not back yet from {limit}{place} ({value})", "{name}{place}越过{limit}后尚未恢复（{value}）"),
    "escalated": ("{name} moves on: {value}{place}, past {limit}", "{name}{place}继续扩大：{value}，阈值{limit}"),
    "resolved above": ("{name} back under {limit}{place} ({value})", "{name}{place}回落至{limit}以下（{value}）"),
    "resolved below": ("{name} back above {limit}{place} ({value})", "{name}{place}回升至{limit}以上（{value}）"),
    "lost": ("{name} gone{place}: no figure any more", "{name}{place}已无数据"),
    "possible": ("{name} perhaps beyond {limit}{place} ({value})", "{name}{place}可能越过{limit}（{value}）"),
    "fired change": ("{name} {change}{base}{place} ({value})", "{name}{place}{base}{change}（{value}）"),
    "already change": ("{name} already {change}{base}{place} ({value})", "{name}{place}{base}已{change}（{value}）"),
    "pending change": (
        "{name} not back yet: {change}{base}{place} ({value})",
        "{name}{place}尚未恢复：{base}{change}（{value}）",
    ),
    "escalated change": (
        "{name} moves on: {change}{base}{place} ({value})",
        "{name}{place}继续扩大：{base}{change}（{value}）",
    ),
    "resolved change": (
        "{name} calm again: {change}{base}{place} ({value})",
        "{name}{place}恢复平稳：{base}{change}（{value}）",
    ),
    "possible change": ("{name} perhaps {change}{base}{place} ({value})", "{name}{place}{base}可能{change}（{value}）"),
    "fired rank below": ("{name} reached {limit}{place} ({value})", "{name}{place}升至{limit}（{value}）"),
    "fired rank above": ("{name} slipped to {limit}{place} ({value})", "{name}{place}滑落至{limit}（{value}）"),
    "already rank below": (
        "{name} already {limit} or better{place} ({value})",
        "{name}{place}已居{limit}以内（{value}）",
    ),
    "already rank above": (
        "{name} already {limit} or worse{place} ({value})",
        "{name}{place}已在{limit}以外（{value}）",
    ),
    "resolved rank below": ("{name} back behind {limit}{place} ({value})", "{name}{place}退回{limit}以外（{value}）"),
    "resolved rank above": ("{name} back before {limit}{place} ({value})", "{name}{place}重回{limit}以内（{value}）"),
    "flag": ("{name}: {value}{place}", "{name}{place}：{value}"),
}  # fmt: skip
_NOTICES: Mapping[str, tuple[str, str]] = {
    "refused": ("Batch refused: {where}", "批次被拒收：{where}"),
    "incomplete": ("Incomplete snapshot: {where}", "快照不完整：{where}"),
    "blocked": ("Source blocked: {where}", "来源被封锁：{where}"),
    "failed": ("Run failed: {where}", "运行失败：{where}"),
    "stale": ("No complete data in time: {where}", "未按时取得完整数据：{where}"),
    "undelivered": ("Mail not delivered: {where}", "邮件未送达：{where}"),
    "test": ("Test message: {where}", "测试消息：{where}"),
}
_OVER: Mapping[str, tuple[str, str]] = {
    "refused": ("Accepted again: {where}", "批次恢复正常：{where}"),
    "incomplete": ("Complete again: {where}", "快照恢复完整：{where}"),
    "blocked": ("Source answers again: {where}", "来源恢复访问：{where}"),
    "failed": ("Run succeeds again: {where}", "运行恢复成功：{where}"),
    "stale": ("Complete data is back: {where}", "完整数据已恢复：{where}"),
}
_SHORT_BASE: Mapping[str, tuple[str, str]] = {
    "previous": ("", "较上次"),
    "mean_7d": (" on the week", "较7天均值"),
    "mean_30d": (" on the month", "较30天均值"),
}


def headline(language: str, told: Told, name_length: int = 200) -> str:
    """What happened, in one line of any length."""
    if isinstance(told, Facts):
        return f"{mark(told)} {_sentence(language, told, name_length, place=True, base=2)}"
    return f"{mark(told)} {_plain_line(language, told, name_length)}"


def event(language: str, facts: Facts) -> str:
    """What happened, without the name: 'Passed 20,000 / 30 d'; for a card that shows name and value by themselves."""
    template = say(language, _EVENTS[_kind(facts)])
    for part in ("（{value}）", " ({value})", "：{value}", ": {value}"):
        template = template.replace(part, "")
    text = _filled(template, language, facts, "", place=False, base=2).strip(" :：")
    if not text:  # a flag: its value is all there is to say
        text = interval(language, facts, facts.low, facts.high)
    return text[:1].upper() + text[1:]


def mark(told: Told) -> str:
    """The one sign that stands before a headline."""
    if isinstance(told, NoticeFacts):
        return MARKS["over" if told.over else "notice"]
    if isinstance(told, WeeklyFacts):
        return MARKS["weekly"]
    if told.transition != "fired" or told.first_seen:
        return MARKS["already" if told.transition == "fired" else told.transition]
    upward = told.when_key in {"above", "rises_by"}
    better = not upward if told.unit == "rank" else upward
    return MARKS["fired up" if better else "fired down"]


def subject(language: str, told: Sequence[Told]) -> str:
    """The first thing told and how many more, in at most 60 characters.

    The name gives way first, then the place, then the base of a comparison, then what does not fit.
    """
    label = say(language, ("[simulated] ", "[模拟] ")) if any(one.simulated for one in told) else ""
    more = f" +{len(told) - 1}" if len(told) > 1 else ""
    room = SUBJECT_LENGTH - len(label) - len(more)
    return label + shorten(_fitting(language, told[0], lambda text: len(text) <= room), room) + more


def short_line(language: str, told: Told, columns: int) -> str:
    """The headline in at most ``columns`` columns of a terminal, where that can be done without cutting figures."""
    return _fitting(language, told, lambda text: width(text) <= columns)


def _fitting(language: str, told: Told, fits: Callable[[str], bool]) -> str:
    """The fullest headline that fits, else the shortest."""
    text = ""
    for text in _candidates(language, told):
        if fits(text):
            break
    return text


def _candidates(language: str, told: Told) -> Iterator[str]:
    if not isinstance(told, Facts):
        yield from (f"{mark(told)} {_plain_line(language, told, length)}" for length in (200, *range(60, 5, -1)))
        if isinstance(told, WeeklyFacts):
            yield f"{mark(told)} {_plain_line(language, told, 0)}"
        return
    for place, base, least in _TIERS:
        for length in (200, *range(60, least - 1, -1)):
            yield f"{mark(told)} {_sentence(language, told, length, place=place, base=1 if base else 0)}"


def _plain_line(language: str, told: NoticeFacts | WeeklyFacts, name_length: int) -> str:
    if isinstance(told, NoticeFacts):
        where = clean(f"{told.source} {told.category_title}")
        return say(language, (_OVER if told.over else _NOTICES)[told.kind]).format(where=shorten(where, name_length))
    days = told.complete_days
    rules = f"{told.rules} rule{'' if told.rules == 1 else 's'}"
    enough = f"{days} days" if days == 7 else f"{days} of 7 days"
    return say(
        language,
        (
            f"{rules}, {enough} {'of complete data' if name_length else 'complete'}, nothing crossed",
            f"{told.rules} 条规则，{days if days == 7 else f'7天中{days}'}天数据完整，无一越线",
        ),
    )


def _sentence(language: str, facts: Facts, name_length: int, *, place: bool, base: int) -> str:
    """``base``: how a comparison's base is said: 0 not at all, 1 short, 2 in full."""
    name = shorten(clean(facts.name), name_length)
    if facts.unit not in {"flag", "rank"} and (facts.metric not in PER or _moves(facts)):
        metric = say(language, METRICS.get(facts.metric, (facts.metric.upper(), facts.metric.upper())))
        name = f"{name} {metric}" if language == "en" or name[-1:].isascii() else f"{name}{metric}"
    return _filled(say(language, _EVENTS[_kind(facts)]), language, facts, name, place=place, base=base)


def _filled(template: str, language: str, facts: Facts, name: str, *, place: bool, base: int) -> str:
    category = clean(facts.category_title)
    named = place and facts.entity_kind != "category" and category
    bases = (("", ""), _SHORT_BASE.get(facts.compare, ("", "")), _long_base(facts.compare)) if _moves(facts) else None
    return template.format(
        name=name,
        limit=limit(language, facts),
        place=say(language, (f" in {category}", f"在{category}")) if named else "",
        value=interval(language, facts, facts.low, facts.high),
        change=change(language, facts) if _moves(facts) else "",
        base=say(language, bases[base]) if bases else "",
    )


def _long_base(compare: str) -> tuple[str, str]:
    english, chinese = COMPARED[compare]
    return f" on {english}", f"较{chinese}"


def _moves(facts: Facts) -> bool:
    return facts.when_key in {"rises_by", "falls_by"}


def _kind(facts: Facts) -> str:
    """The key of the event: the transition, and the direction and kind of figure where they matter."""
    happened = "already" if facts.transition == "fired" and facts.first_seen else facts.transition
    if happened == "lost":
        return "lost"
    if facts.unit == "flag":
        return "flag"
    if happened == "already" and not _is_beyond(facts):
        return "pending change" if _moves(facts) else "pending"
    if _moves(facts):
        return f"{happened} change"
    if happened in {"escalated", "possible"}:
        return happened
    rank = "rank " if facts.unit == "rank" and facts.compare == "absolute" else ""
    return f"{happened} {rank}{facts.when_key}"


def _is_beyond(facts: Facts) -> bool:
    """Whether the figure itself is beyond now; between its two lines an episode goes on without that."""
    written = facts.when_amount
    level = float(written.rstrip("%")) / 100 if isinstance(written, str) else written
    low, high = facts.span_low, facts.span_high
    if facts.when_key in {"above", "rises_by"}:
        return low is not None and low >= level
    end = high if high is not None else low
    return end is not None and end <= (-level if facts.when_key == "falls_by" or facts.compare == "own" else level)
