"""Bodies that an article names: zones, companies, departments, communities, schools, whatever has an ending of its own.

A name ends with the ending of its kind and begins behind the last word that leads to it. A body that stands only in
the title of a person is none that acts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from zoneworks.intake.bare import Bare
from zoneworks.intake.firms import short_firms
from zoneworks.intake.found import Cut, Organization, Place, Project
from zoneworks.intake.investors import companies
from zoneworks.intake.people import Named
from zoneworks.intake.words import any_of, vocabulary

_BODIES = vocabulary("bodies")
_KIND_OF = {ending: kind for kind, endings in _BODIES["kinds"].items() for ending in endings.split()}
_ENDING = re.compile(any_of(_KIND_OF))
_NEVER = frozenset(_BODIES["never"]["names"].split())
_STOPS = frozenset("，。；：、！？“”‘’《》—…· ◆●■▲★□")
_BEFORE = re.compile(f".*(?:{any_of(_BODIES['before']['words'].split())}|{_BODIES['before']['counted']})")
_DEPARTMENTS = _BODIES["departments"]
_HOME, _ABOVE = any_of(_DEPARTMENTS["home"]), any_of(_DEPARTMENTS["above"])
_DEPARTMENT = re.compile(
    rf"(?<![一-鿿])(?:(?P<home>{_HOME})|(?P<above>{_ABOVE}))[^{_DEPARTMENTS['no_sign']}，。；：、！？“”（）\d\s]{{2,12}}?"
    rf"(?:(?P<end>{any_of(_DEPARTMENTS['ends'])})|(?P<society>{any_of(_DEPARTMENTS['societies'])}))(?![长级面部势限])"
)
"""A department or society at the beginning of a clause, whatever it is called: 区数据局, 市中小企业协会."""
_MOST = 30
_MOST_PREFIX, _SURE_PREFIX = 8, 4
_BY = re.compile(r"经(?!开|济|发|贸|营|纬)")
"""经…引荐 at the beginning of a clause: by whom."""
_GOES_ON = re.compile(
    r"(?:项目|产品|品牌|工程|机制|建设(?!局)|工作(?!局|部|站)|行动|活动|委员|党员|干部|经济(?!发展|技术|开发)|振兴|民"
    r"|(?:第一|常务)?副?(?:书记|主任|主席|[局部站处科所队区市县镇]长|校长))"
)
"""What follows an ending that belongs to a longer word: 社区工作, 村民, 镇长."""
_OFFICIAL = frozenset(
    {"zone", "party_body", "government", "zone_department", "zone_body", "police", "subdistrict"}
)
"""A body of these kinds that stands in a title only does not act; a company, a village or a hospital is told of."""
_HEADS = re.compile(r"率|带队|带领|牵头")
"""Who brings his authority along: 市科技局局长王大明率队."""
_BUILT = frozenset({"park", "incubator", "platform", "venue", "institute"})
"""What is built as a project and may be told of as a body afterwards."""
_OWN = re.compile(r"^(?:[市区县省]|.*(?:开发区|经开区|高新区|新区|园区|街道|镇))")
_GENERIC = re.compile(
    r"省级|国家级|市级|县级|首[支个家]|个别|微型|中小|改扩建|^(?:企业|新|社区卫生|科技产业|高端|商协)"
)
"""What kind of body it is, not which."""
_FORCE = re.compile(r"(?:专班|志愿服务队)$")
_ZONE = re.compile(any_of(_BODIES["kinds"]["zone"].split()))


def organizations(
    bare: Bare, cut: Cut, named: Iterable[Named], built: Iterable[Project] = ()
) -> list[Organization]:
    """Return the bodies that act or are told of in an article, each once; `named` are the people of the article.

    `built` are its projects: a park or a hospital that is being built is no body yet.

    >>> page = Bare("5月6日，南湾开发区与绿源电子有限公司签约，区招商局参加。")
    >>> [(one.name, one.kind) for one in organizations(page, Cut(Place(0, len(page.text))), [])]
    [('南湾开发区', 'zone'), ('绿源电子有限公司', 'company'), ('区招商局', 'zone_department')]
    """
    titles = [(each.titled, bool(_HEADS.match(bare.text, each.place.end))) for each in named]
    works = [project.name for project in built]
    found: dict[str, Organization] = {}
    for name, kind, place in sorted(_named(bare, cut.body), key=lambda each: each[2]):
        if kind in _OFFICIAL and any(
            title.holds(place) and not (heads and kind == "government") for title, heads in titles
        ):
            continue
        if kind in _BUILT and any(name in work or work in name for work in works):
            continue
        if name not in found and not _is_part(name, found, kind):
            found[name] = Organization(name, kind, place)
    return list(found.values())


def _is_part(name: str, found: dict[str, Organization], kind: str) -> bool:
    """Tell whether a name is the short form of one that is known: 开发区 beside 南湾开发区."""
    return any(known.kind == kind and known.name.endswith(name) for known in found.values())


def _named(bare: Bare, body: Place) -> Iterator[tuple[str, str, Place]]:
    text = bare.text
    known = companies(text, body)
    firms = [company.place for company in (*known, *short_firms(text, body, known))]
    for place in firms:
        yield bare.quote(*place), "company", place
    for match in _DEPARTMENT.finditer(text, body.start, body.end):
        if not any(place.overlaps(Place(*match.span())) for place in firms):
            firms.append(Place(*match.span()))
            kind = "association" if match["society"] else "zone_department" if match["home"] else "government"
            yield match[0], kind, firms[-1]
    for match in _endings(text, body):
        kind = _KIND_OF[match[0]]
        if _GOES_ON.match(text, match.end()) or any(place.holds(Place(*match.span())) for place in firms):
            continue
        start = _begin(text, match.start(), body.start)
        if kind == "zone":
            start = _zone_begin(text, start, match.start())
        name = text[start : match.end()]
        if _fits(name, match[0], kind):
            yield bare.quote(start, match.end()), kind, Place(start, match.end())


def _endings(text: str, body: Place) -> Sequence[re.Match[str]]:
    """Return the endings that no longer name goes on from: 南湾开发区 is no body of its own in 南湾开发区招商局."""
    found = list(_ENDING.finditer(text, body.start, body.end))
    return [
        match
        for at, match in enumerate(found)
        if at + 1 == len(found) or not _leads_on(text, match, found[at + 1])
    ]


def _leads_on(text: str, match: re.Match[str], following: re.Match[str]) -> bool:
    between = text[match.end() : following.start()]
    if len(between) > 8 or any(sign in _STOPS for sign in between):
        return False
    return not _BEFORE.match(between) and not _GOES_ON.match(text, following.end())


def _zone_begin(text: str, first: int, end: int) -> int:
    """Return where the name of a zone begins: with those signs before it that stand before 开发区 elsewhere, too."""
    for start in range(max(first, end - _MOST_PREFIX), end - 1):
        if _is_repeated(text, text[start:end]):
            return start
    return end if end - first > _SURE_PREFIX else first


def _is_repeated(text: str, prefix: str) -> bool:
    """Tell whether a zone is called so at two places of a text or more."""
    return _zone_prefixes(text)[prefix] > 1


@lru_cache(maxsize=4)
def _zone_prefixes(text: str) -> Counter[str]:
    """Return how often each run of signs stands before the ending of a zone."""
    ends = [match.start() for match in _ZONE.finditer(text)]
    return Counter(text[end - size : end] for end in ends for size in range(2, min(_MOST_PREFIX, end) + 1))


def _begin(text: str, end: int, floor: int) -> int:
    """Return where the name begins that ends with the ending at `end`."""
    first, depth = end, 0
    while first > floor and end - first < _MOST:
        sign = text[first - 1]
        if sign == "）":
            depth += 1
        elif sign == "（":
            if not depth:
                break
            depth -= 1
        elif sign in _STOPS:
            break
        first -= 1
    leading = _BEFORE.match(text, first, end)
    if leading:
        return leading.end()
    return first + 1 if _BY.match(text, first) else first


def _fits(name: str, ending: str, kind: str) -> bool:
    if name in _NEVER or len(name) > _MOST or name.startswith(("）", "（")):
        return False
    if _GENERIC.search(name):
        return False
    if _FORCE.search(name) and not _OWN.match(name):
        return False
    if name == ending:
        return kind in ("zone", "zone_department") or (
            len(ending) >= 3 and kind not in ("village", "company")
        )
    if kind in ("village", "subdistrict") and len(name) > 7:
        return False
    return not (kind in ("village", "subdistrict") and len(name) < 3)
