"""unicode.tag: text in tag characters, which no screen shows and every model reads.

The block U+E0000 to U+E007F mirrors ASCII. Its one use today is the flag of a region, a black flag followed by the
region's code and a cancel tag (UTS 51, emoji tag sequences).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from supervisor.scan.checks.check import Check
from supervisor.scan.context import Context
from supervisor.scan.text.items import Item
from supervisor.scan.text.lazy import lazy
from supervisor.scan.words import Hit

_TAGS = lazy("(?P<flag>\U0001f3f4)?(?P<tags>[\U000e0000-\U000e007f]+)")
_REGIONS = (
    " ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv bw by bz"
    " ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et fi fj fk fm fo"
    " fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je"
    " jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm mn mo"
    " mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw"
    " py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv sx sy sz tc td tf tg th tj tk tl tm"
    " tn to tr tt tv tw tz ua ug um us uy uz va vc ve vg vi vn vu wf ws xk ye yt za zm zw "
)
"""ISO 3166-1 alpha-2, and xk as CLDR has it."""
_CANCEL = "\U000e007f"
_PLACES = 20_000
"""Rows of tags that are looked at in one text."""
_SPELLED = 4
"""Letters that make a text; fewer, with no flag before them, are strays that still have no use."""


def find(item: Item, context: Context) -> Iterator[Hit]:
    """One hit for a text that has tag characters outside flags."""
    if item.is_ascii:
        return
    for unit in item.units:
        if unit.raw.isascii():
            continue
        spelled = "".join(_stray(found) for found in islice(_TAGS.finditer(unit.raw), _PLACES))
        if len(spelled) >= 2:
            yield Hit(
                pointer=unit.pointer,
                evidence=spelled,
                message="Invisible tag characters spell out a text that people do not see.",
                tier="hard",
                confidence=0.99,
                rule="text" if len(spelled) >= _SPELLED else "stray",
            )


def _stray(found: re.Match[str]) -> str:
    """What the tags spell; empty for a flag."""
    spelled = "".join(chr(ord(sign) - 0xE0000) for sign in found["tags"] if "\U000e0020" <= sign <= "\U000e007e")
    is_region = (
        f" {spelled[:2]} " in _REGIONS and 3 <= len(spelled) <= 6 and spelled.isalnum() and spelled == spelled.lower()
    )
    is_flag = bool(found["flag"]) and is_region and len(found["tags"].rstrip(_CANCEL)) == len(spelled)
    return "" if is_flag else spelled


CHECK = Check(id="unicode.tag", title="Text in invisible tag characters", find=find)
