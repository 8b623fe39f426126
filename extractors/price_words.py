"""The words that tell what an amount beside a price is: a former price, an instalment, a saving, postage, a unit's.

Data for ``money.py``, and prices as they are spoken. Patterns meet text in NFKC, in any case: ``BEFORE`` what stands
before the amount, ``AFTER`` what follows it. A price of a unit ("3,99 €/kg") or a suggested one ("MRP ₹2,000") may be
all that is shown and asked, so ``UNIT`` and ``SUGGESTED`` count only beside another amount.
"""

from __future__ import annotations

import re

LOOK_BACK, LOOK_AHEAD = 40, 24  # characters around an amount in which its words stand

_FORMER = (
    r"\bwas|\bstatt|\bantes|\bavant|\binstead of|\bvorher|\bvóór|元の価格|원래 가격|旧価格|\bold price|"
    r"\bstara cena|\bprecio anterior|\bpreço anterior|\bprix précédent|\bprevious price|стар\w+ цена|"
    r"\beski fiyat|\bførpris|\bnajni[żz]sza cena(?: z(?: ostatnich)? 30 dni)?(?: przed obniżką)?|"
    r"\bniedrigster preis(?: der letzten 30 tage)?|\bmedian price|\bprezzo mediano|\bdurchschnittspreis|"
    r"\blowest price in 30 days"
)
_SUGGESTED = (
    r"\bu\.?v\.?p\.?|\brrp|\bmsrp|\bm\.?r\.?p\.?|\blist(?: price)?|\breg(?:ular)?\.?(?: price)?|"
    r"\boriginal(?:ly)?(?: price)?|\btypical(?: price)?|\bretail(?: price)?|\bprezzo consigliato|"
    r"\bp\.?v\.?p\.?(?: ?r\.?)?|\bprix (?:conseillé|public)|\badviesprijs|\b(?:rek|vejl|veil)\.? pris|"
    r"\bprecio (?:recomendado|de lista|regular|normal)|\bpreço (?:original|sugerido|de lista)|"
    r"\bcena (?:regularna|katalogowa)|\bpiyasa fiyatı|\bprecio sugerido|メーカー希望(?:小売価格)?|定価|原价|原價|"
    r"定价|定價|市场价|市場價|划线价|参考価格|希望小売価格|通常価格|정가"
)
_SAVED = (
    r"\bsav(?:e|ing)s?(?: up to)?|\bsie sparen|\bahorr[aá]s?(?: hasta)?|\b[eé]conomi(?:sez|ze|e)|\brisparmi\w*|"
    r"\bup ?to|\bcoupons?|\bgutschein|\bcashback|立减|立減|省|优惠|折抵|満|满|券后价?|券後價?|券|定金|订金|押金|"
    r"会员价|会员|plus价|クーポン(?:利用)?で?"
)
_POSTAGE = (
    r"\bshipping|\bdelivery|\bversand(?:kosten)?|\benv[ií]o|\bfrete|\blivraison|\bspedizione|邮费|运费|運費|送料|"
    r"배송비"
)
_PARTS = (
    r"\d\s?[x×](?:\s+de)?|\b(?:cuotas?|parcelas?|meses|mensualidades|prestações|"
    r"raten?)(?:\s+(?:sin inter[eé]s(?:es)?|sem juros))?(?:\s+(?:de|zu|à|von))?|\bmonthly|\bmonatlich|\bmtl\.?|"
    r"\bab mtl\.?|月々|每月|毎月"
)
BEFORE = re.compile(
    rf"(?:{_FORMER}|{_SAVED}|{_POSTAGE}|{_PARTS})\s*(?:[:：=]|\bfor\b|\bde\b)?\s*$|\+\s*$", re.IGNORECASE
)
SUGGESTED = re.compile(rf"(?:{_SUGGESTED})\s*[:：]?\s*$", re.IGNORECASE)
AFTER = re.compile(
    r"\s*(?:/|per|pro|al|par|por|a)\s*(?:mo(?:nth|nat|is)?|mes|m[eê]s|mese|maand|月)\b|\s*(?:/\s*月|×\s*\d+\s*期|"
    r"x\s*\d+\s*期|\boff\b|\bsaved\b|\bcashback\b|\brabatt?\b|\bdesconto\b|\bde descuento\b|"
    r"\bde remise\b|\bd'économie|立减|优惠券|shipping\b|delivery\b|versand\b|\bmonatlich|\bmtl\b)",
    re.IGNORECASE,
)
UNIT = re.compile(
    r"\s*(?:/|per|pro|je|al|por|par)\s*(?:\d+\s*)?(?:kg|g|mg|lb|oz|fl\.? ?oz|count|ct|l|ml|liter|litre|m²?|"
    r"st(?:ü|u)ck|"
    r"unit|unidad|piece|pc|100|each|斤|克|个|個)(?![^\W\d_])",
    re.IGNORECASE,
)
WITH_TAX = re.compile(  # beside an amount without it: "1,980円(税込2,178円)", "£10.00 (£12.00 inc VAT)"
    r"(?:[(（]\s*税込(?:み|価格)?|税込価格|(?:incl?|inkl)\.? ?(?:of )?(?:vat|tax|gst|btw|mwst|moms))\s*[:：]?\s*$",
    re.IGNORECASE,
)
TAX_FOLLOWS = re.compile(r"\s*(?:incl?|inkl)\.? ?(?:vat|tax|gst|btw|mwst|moms)\b|\s*TTC\b", re.IGNORECASE)
WITHOUT_TAX = re.compile(
    r"(?:税抜(?:き|価格)?|本体(?:価格)?|\bex(?:cl?|kl)?\.? ?(?:vat|tax|gst|btw|mwst|moms))\s*[:：]?\s*$", re.IGNORECASE
)
OTHER_NUMBER = r"\s?%|\s?(?:¢|p|ct|cents?|pence|коп\.?|تومان)(?![^\W_])"  # a share, or a coin below the currency's unit
ROUNDED = r"(?:\s?(?:rb|ribu|jt|juta|nghìn|triệu|tr|mil|mille|mln|tys|тыс|lakh|bin|千|천)|[km])(?![^\W\d_])\.?"
IS_ROUNDED = re.compile(ROUNDED, re.IGNORECASE)
FROM_FOR = re.compile(r"\bde:?\s*(?:R\$|US\$|\$)?\s?\d[\d.,]*\s*(?:por|ahora|agora)\b", re.IGNORECASE)  # "de 20 por 15"
SPOKEN = re.compile(  # as pages tell prices to screen readers: "1234 pesos con 50 centavos"
    r"(\d[\d.,]*) (?P<name>pesos?|real|reais|soles|sol|dólares|euros|guaraníes|bolívares|colones)(?: (?!(?:con|"
    r"com|y|e)\b)[^\W\d]+)?"
    r"(?: (?:con|com|y|e) (\d{1,2}) (?:centavos?|céntimos?|centésimos?))?(?!\w)",
    re.IGNORECASE,
)
_NAMED = {"real": "R$", "reais": "R$", "sol": "S/", "soles": "S/", "dólares": "US$", "euros": "€"}


def written(match: re.Match[str]) -> str:
    """A spoken amount in digits: "1234 pesos con 50 centavos" is "1234.50", "339 reais" is "R$ 339"."""
    whole, name, cents = match[1], match["name"].casefold(), match[3]
    if cents is not None and not whole.isdigit():
        return match[0]
    mark = _NAMED.get(name, "")
    return f"{mark} {whole}" + (f".{int(cents):02d}" if cents is not None else "")
