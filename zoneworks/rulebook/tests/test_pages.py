"""The pages of the rulebook, as staff, administrators and strangers find them."""

import json
import re
from datetime import date
from urllib.parse import urlencode

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from zoneworks.rulebook import rules, services
from zoneworks.rulebook.applied import applied_by
from zoneworks.rulebook.models import RuleOverride
from zoneworks.rulebook.shipped import OPEN_SECTIONS, SECTIONS, shipped
from zoneworks.rulebook.wording import shown

SPRING = date(2025, 3, 1)
KEY = "health.signed_not_started_months"
RULES = "/north/rules/"
PAGE = f"{RULES}{KEY}/"
PAPER = {
    "in_force_from": "2025-03-01",
    "in_force_to": "",
    "issuer": "管委会",
    "document": "〔2025〕3号",
    "clause": "",
    "note": "",
}


# A size class that leaves out its unit.
UNITLESS = json.dumps(
    [
        {
            "key": "big",
            "label_zh": "大",
            "label_en": "big",
            "kind": "planned_total",
            "nature": "commitment",
            "at_least": 1,
        }
    ]
)


@pytest.fixture
def decided(zone):
    return services.override(
        zone, KEY, value=9, in_force_from=SPRING, actor=None, issuer="管委会", document="〔2025〕3号"
    )


@pytest.fixture
def staff(client, cast):
    client.force_login(cast.alice)
    return client


@pytest.fixture
def admin(client, cast):
    client.force_login(cast.administrator)
    return client


def text(response):
    return response.content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("alice", 200),
        ("administrator", 200),
        ("auditor", 200),
        ("leader", 200),
        ("enterprise", 403),
        ("charlie", 404),
        ("dora", 404),
    ],
)
@pytest.mark.parametrize("page", [RULES, PAGE])
def test_staff_read_the_rules(client, cast, who, status, page):
    client.force_login(getattr(cast, who))

    assert client.get(page).status_code == status


@pytest.mark.parametrize(
    ("who", "status"), [("administrator", 200), ("alice", 403), ("enterprise", 403), ("charlie", 404)]
)
@pytest.mark.parametrize("page", [f"{PAGE}override/", f"{PAGE}withdraw/{{pk}}/", f"{RULES}new/industries/"])
def test_administrators_decide(client, cast, decided, who, status, page):
    client.force_login(getattr(cast, who))

    assert client.get(page.format(pk=decided.pk)).status_code == status


def test_the_list_shows_every_rule_with_its_source(staff):
    page = text(staff.get(RULES))

    for key in shipped().rules:
        assert f'data-rule="{key}"' in page
    assert "12 months" in page and "Weinan" in page
    assert "verify before quoting" in page


def test_the_list_speaks_chinese(staff):
    staff.cookies["django_language"] = "zh-hans"

    page = text(staff.get(RULES))
    assert "体检与亮灯" in page and "12个月" in page and "渭南" in page


@pytest.mark.parametrize(("on", "shown"), [("2025-02-28", "12 months"), ("2025-03-01", "9 months")])
def test_the_list_asks_for_a_day(staff, decided, on, shown):
    assert shown in text(staff.get(f"{RULES}?{urlencode({'on': on, 'q': KEY})}"))
    assert shown in text(staff.get(f"{RULES}?{urlencode({'as_of': on, 'q': KEY})}"))
    assert shown in text(staff.get(f"{PAGE}?{urlencode({'on': on})}"))


@pytest.mark.parametrize("page", [RULES, PAGE])
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("soon", "on: “soon” is no date. Write it like 2024-09-30."),
        ("0203-01-01", "on: “0203-01-01” is out of range. Days from 1900 to 2200 are taken."),
    ],
)
def test_a_day_that_cannot_be_read_or_lies_far_off_is_told(staff, page, typed, said):
    response = staff.get(f"{page}?on={typed}")

    assert response.status_code == 400
    assert said in text(response)


def test_what_was_not_yet_known_is_not_shown(staff, decided):
    assert "12 months" in text(staff.get(f"{PAGE}?known_at=2025-01-01&as_of=2025-04-01"))


@pytest.mark.parametrize(
    ("query", "found", "absent"),
    [
        ("hazard weekly", "hazards.weekly_report", KEY),
        ("渭南", KEY, "hazards.weekly_report"),
        ("明政办", "counting.first_event_only", KEY),
        ("kaigong", "stages.start_definition", "rivers.patrol_town"),
        ("S128", "rivers.patrol_town", KEY),
    ],
)
def test_the_list_is_searched(staff, query, found, absent):
    page = text(staff.get(f"{RULES}?{urlencode({'q': query})}"))

    assert f'data-rule="{found}"' in page and f'data-rule="{absent}"' not in page


def test_the_list_shows_those_in_use_alone(staff):
    every, used = (
        set(re.findall(r'data-rule="([^"]+)"', staff.get(url).content.decode()))
        for url in (RULES, f"{RULES}?applied=1")
    )
    assert KEY in used < every
    assert used == {key for key in every if applied_by(key)}


def test_the_mark_of_a_source_says_what_it_means(staff):
    page = staff.get(PAGE).content.decode()
    sources = page[page.index("plainlist") :].partition("</ul>")[0]
    assert re.search(r'<span title="[^"]+">S\d+</span>\s+<span class="tag [^"]+" title="[^"]+">', sources)


def test_a_search_without_an_answer_says_so(staff):
    page = text(staff.get(f"{RULES}?q=<b>zzz"))

    assert "Nothing matches" in page and "<b>zzz" not in page


@pytest.mark.parametrize("key", sorted(shipped().rules))
def test_every_rule_has_a_page(staff, key):
    response = staff.get(f"{RULES}{key}/")

    assert response.status_code == 200
    assert key in text(response)


@pytest.mark.parametrize("key", sorted(shipped().rules))
def test_every_rule_can_be_opened_and_sent_back_unchanged(admin, zone, key):
    page = admin.get(f"{RULES}{key}/override/")
    form = page.context["form"]
    sent = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in sent.items() if value not in (None, False)}

    response = admin.post(f"{RULES}{key}/override/", {**sent, **PAPER})

    assert response.status_code == 302, response.context["form"].errors
    assert rules(zone, SPRING).problems == ()
    assert rules(zone, SPRING).value(key) == form.value


def test_an_address_is_linked_for_official_sites_and_press_alone(staff):
    assert "https://handan.hebnews.cn" in text(staff.get(f"{RULES}health.talk_red_months/"))
    reprinted = text(staff.get(PAGE)).split("What holds")[1].split("Decisions")[0]
    assert "Weinan" in reprinted and "http" not in reprinted


def test_a_value_is_decided(admin, zone):
    response = admin.post(f"{PAGE}override/", {**PAPER, "value": "9", "seen": "0"}, follow=True)

    assert response.redirect_chain == [(PAGE, 302)]
    assert rules(zone, SPRING).health.signed_not_started_months == 9
    assert "〔2025〕3号" in text(response) and "in force" in text(response)


def test_a_wrong_value_keeps_what_was_typed(admin, zone):
    response = admin.post(f"{PAGE}override/", {**PAPER, "value": "9.5", "seen": "0"})

    assert response.status_code == 200
    assert "a whole number is expected" in text(response) and 'value="9.5"' in text(response)
    assert not RuleOverride.objects.exists()


@pytest.mark.parametrize(
    ("language", "key", "typed", "field", "told"),
    [
        ("en", KEY, {"value": "9.5"}, "value", "a whole number is expected. Right would be, for example: 12"),
        ("zh-hans", KEY, {"value": "9.5"}, "value", "应为整数。正确的写法例如：12"),
        ("zh-hans", KEY, {"value": "-1"}, "value", "不应小于0"),
        (
            "zh-hans",
            "health.started_low_funding",
            {"part_months": "6", "part_share": "15"},
            "part_share",
            "不应大于1",
        ),
        (
            "zh-hans",
            "leads.day_kind",
            {"value": "lunar"},
            "value",
            "应为以下之一：自然日（calendar）、工作日（working）",
        ),
        (
            "zh-hans",
            "health.talk_red_months",
            {"value": "7"},
            "value",
            "黄灯、红灯、出库的月数应依次增大，现为 2、7、6",
        ),
        (
            "zh-hans",
            "counting.size_classes",
            {"value": UNITLESS},
            "value",
            "第 1 项 · 单位：缺少这一项。正确的写法例如：CNY",
        ),
    ],
)
def test_a_fault_stands_at_its_field_in_the_language_of_the_page(
    admin, cast, zone, language, key, typed, field, told
):
    admin.cookies["django_language"] = language
    response = admin.post(f"{RULES}{key}/override/", {**PAPER, "choice": "own", **typed, "seen": "0"})

    form = response.context["form"]
    assert list(form.errors) == [field]
    assert [told] == list(form.errors[field])
    assert key not in form.errors[field][0] and form[field].value() == typed[field]
    assert not RuleOverride.objects.exists()


def test_what_was_typed_beside_an_alternative_is_kept(admin, zone):
    wrong = {**PAPER, "in_force_to": "2025-02-01", "choice": "aheqi_2022", "part_times": "x", "seen": "0"}
    form = admin.post(f"{RULES}rivers.patrol_village/override/", wrong).context["form"]

    assert form.errors == {"in_force_to": ["A rule cannot end before it begins."]}
    assert form["part_times"].value() == "x"


def test_several_faults_are_parted_in_chinese_by_the_chinese_mark(zone):
    key = "health.started_low_funding"
    with translation.override("zh-hans"), pytest.raises(ValidationError) as caught:
        services.override(zone, key, value={"months": "x"}, in_force_from=SPRING, actor=None)

    assert f"（{key}）：" in caught.value.messages[0]
    assert "；" in caught.value.messages[0] and "; " not in caught.value.messages[0]


def test_an_alternative_is_chosen(admin, zone):
    form = admin.get(f"{RULES}rivers.patrol_village/override/?alternative=aheqi_2022").context["form"]
    assert form["choice"].value() == "aheqi_2022"

    admin.post(f"{RULES}rivers.patrol_village/override/", {**PAPER, "choice": "aheqi_2022", "seen": "0"})

    assert rules(zone, SPRING).value("rivers.patrol_village")["per"] == "week"


def test_who_is_late_is_told_and_loses_nothing(admin, zone, decided):
    response = admin.post(f"{PAGE}override/", {**PAPER, "value": "6", "seen": "0"})

    assert "already decided about Signed and not started" in text(response)
    assert 'value="6"' in text(response)
    assert rules(zone, SPRING).health.signed_not_started_months == 9


def test_a_decision_is_withdrawn(admin, zone, decided):
    assert f"{PAGE}withdraw/{decided.pk}/" in text(admin.get(PAGE))

    response = admin.post(f"{PAGE}withdraw/{decided.pk}/", {"reason": "repealed"}, follow=True)

    assert rules(zone, SPRING).health.signed_not_started_months == 12
    assert "withdrawn" in text(response) and "repealed" in text(response)


def test_the_rows_of_another_zone_are_not_found(client, cast, other_zone, decided):
    foreign = services.override(other_zone, KEY, value=3, in_force_from=SPRING, actor=None)
    client.force_login(cast.administrator)

    assert client.post(f"{PAGE}withdraw/{foreign.pk}/", {"reason": "mine"}).status_code == 404
    assert "3 months" not in text(client.get(PAGE))


def test_the_past_is_only_read(admin, decided):
    assert "Decide differently" not in text(admin.get(f"{PAGE}?as_of=2025-03-02"))
    assert admin.post(f"{PAGE}override/?as_of=2025-03-02", {**PAPER, "value": "6"}).status_code == 403


def test_a_kind_is_added(admin, zone):
    response = admin.get(f"{RULES}new/industries/?name=hydrogen")
    assert response.url == f"{RULES}industries.hydrogen/override/"
    typed = {
        "label_zh": "氢能",
        "label_en": "hydrogen",
        "definition_zh": "制氢与储氢。",
        "definition_en": "Hydrogen.",
    }

    sent = {f"part_{name}": value for name, value in typed.items()}
    response = admin.post(
        response.url, {**PAPER, **sent, "part_manufacturing": "on", "seen": "0"}, follow=True
    )

    assert "hydrogen" in text(response)
    assert rules(zone, SPRING).industries["hydrogen"].manufacturing
    assert 'data-rule="industries.hydrogen"' in text(admin.get(RULES))


@pytest.mark.parametrize("section", sorted(set(SECTIONS) - OPEN_SECTIONS))
def test_closed_sections_take_no_kinds(admin, section):
    assert admin.get(f"{RULES}new/{section}/").status_code == 404


@pytest.mark.parametrize(
    "key", ["health.nothing", "nowhere.rule", "nonsense", "industries.Ünknown key", "industries."]
)
@pytest.mark.parametrize("page", ["", "override/"])
def test_an_unknown_rule_is_not_found(admin, key, page):
    assert admin.get(f"{RULES}{key}/{page}").status_code == 404


@pytest.mark.parametrize("sent", ["{", "[1, NaN]", "[" * 5000, '{"a": 1}', "null", ""])
def test_broken_json_is_told(admin, zone, sent):
    response = admin.post(
        f"{RULES}counting.size_classes/override/", {**PAPER, "value": sent, "choice": "own", "seen": "0"}
    )

    assert response.status_code == 200
    assert response.context["form"].errors
    assert not RuleOverride.objects.exists()


def test_the_pages_cost_few_queries_whatever_was_decided(staff, zone):
    costs = []
    for _round in range(2):
        for value in range(3, 9):
            services.override(zone, KEY, value=value, in_force_from=SPRING, actor=None)
        for page in (RULES, PAGE):
            with CaptureQueriesContext(connection) as queries:
                staff.get(page)
            costs.append(len(queries))
    assert costs[:2] == costs[2:]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_no_value_is_shown_by_its_key(language):
    with translation.override(language):
        lines = [
            shown(entry.value, rule.unit).line()
            for rule in shipped().rules.values()
            for entry in rule.choices
        ]

    assert not [line for line in lines if "_" in line]
