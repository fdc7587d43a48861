"""What a browser says it is, in words by which a person recognizes their own device."""

from __future__ import annotations

import re

_BROWSERS = (
    ("wxwork/", "WeCom"),
    ("micromessenger/", "WeChat"),
    ("dingtalk/", "DingTalk"),
    ("lark/", "Feishu"),
    ("edg", "Edge"),
    ("opr/", "Opera"),
    ("qqbrowser/", "QQ Browser"),
    ("360se", "360"),
    ("huaweibrowser/", "Huawei Browser"),
    ("miuibrowser/", "Mi Browser"),
    ("samsungbrowser/", "Samsung Internet"),
    ("firefox/", "Firefox"),
    ("fxios/", "Firefox"),
    ("crios/", "Chrome"),
    ("chrome/", "Chrome"),
    ("safari/", "Safari"),
)
"""The first that fits counts: most browsers name others as well."""

_SYSTEMS = (
    ("harmonyos", "HarmonyOS"),
    ("openharmony", "HarmonyOS"),
    ("ipad", "iPad"),
    ("iphone", "iPhone"),
    ("android", "Android"),
    ("uos", "UOS"),
    ("kylin", "Kylin"),
    ("windows", "Windows"),
    ("macintosh", "macOS"),
    ("linux", "Linux"),
)
_PHONE = re.compile(r"iphone|android|mobile|phone|harmonyos", re.IGNORECASE)


def described(agent: str) -> str:
    """Return browser and system that a user agent names; nothing when it names none that is known.

    >>> described("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0")
    'Edge · Windows'
    >>> described("Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/107.0 MicroMessenger/8.0")
    'WeChat · Android'
    >>> described("curl/8")
    ''
    """
    low = agent.lower()
    found = [next((name for sign, name in signs if sign in low), "") for signs in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, found))


def is_phone(agent: str) -> bool:
    """Say whether the device is carried about.

    >>> is_phone("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)"), is_phone("Mozilla/5.0 (X11; Linux)")
    (True, False)
    """
    return bool(_PHONE.search(agent))
