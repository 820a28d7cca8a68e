"""The panel at item 9: everything in it, in its order, within one scroll, in both languages."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.check_in import walk_to
from tests.browser.patient import PANEL, answer_above_zero, open_panel, sign_in_as
from tests.browser.server import LiveServer
from tests.opened import write_plan

SMALL = {"width": 360, "height": 740}
ORDER = (
    ".numbers [href^='tel:']:first-child",
    ".numbers [href^='sms:']",
    ".numbers [href^='tel:']:last-child",
    ".clinic-name",
    ".clinic-call",
    ".plan",
    ".state",
    ".answer-state .next",
    ".answer-state .tell",
    ".go-on",
)
WORDS = {
    "en": (
        "Thank you for answering that. You do not have to be alone with it.",
        "If you might hurt yourself, or are not sure, call now.",
        "Veterans: call 988, then press 1. Calls and texts need phone signal, not internet.",
        "usually Mon to Fri, 8 AM to 5 PM",
        "This answer is only on this phone. Nobody at the clinic has seen it.",
        "Nobody watches the app in real time.",
    ),
    "es": (
        "Gracias por responder eso. No tiene que quedarse a solas con esto.",
        "Si podría hacerse daño, o tiene dudas, llame ahora.",
        "Llamar al 988 (oprima 2)",
        "normalmente de lunes a viernes, de 8 a.m. a 5 p.m.",
        "Esta respuesta está solo en este teléfono. Nadie en la clínica la ha visto.",
        "Nadie vigila la aplicación en tiempo real.",
    ),
}
HELP = {"en": "Help now", "es": "Ayuda ahora"}
LONG_PLAN = "Shoes on, once around the block, and then the kitchen with the light on. " * 50


def give_plan(live_server: LiveServer, plan: str) -> None:
    """Another plan than the demo's, for everybody."""
    with live_server.opened() as database, database.writing() as session:
        write_plan(session, plan)


@pytest.mark.parametrize("plan", ["as in the demo", LONG_PLAN], ids=["short", "long"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_part_is_there_in_its_order_within_one_scroll(
    phone: Page, live_server: LiveServer, language: str, plan: str
) -> None:
    phone.set_viewport_size(SMALL)  # type: ignore[arg-type]
    if plan == LONG_PLAN:
        give_plan(live_server, plan)
    sign_in_as(phone, live_server, "june", language)
    answer_above_zero(phone, live_server, language)
    panel = phone.locator(PANEL)
    for words in WORDS[language]:
        expect(panel).to_contain_text(words)
    tops = []
    for part in ORDER:
        expect(panel.locator(part)).to_be_visible()
        box = panel.locator(part).bounding_box()
        assert box is not None
        tops.append(box["y"])
    assert [round(top) for top in tops[1:]] == sorted(round(top) for top in tops[1:])
    last = panel.locator(ORDER[-1]).bounding_box()
    assert last is not None
    assert last["y"] + last["height"] <= 2 * SMALL["height"]
    if plan == LONG_PLAN:
        panel.locator(".plan summary").click()
        expect(panel.locator(".plan-text")).to_contain_text("once around the block")


def test_a_plan_that_is_a_link_opens_as_one(phone: Page, live_server: LiveServer) -> None:
    give_plan(live_server, "https://plans.example/june")
    sign_in_as(phone, live_server, "june")
    open_panel(phone)
    link = phone.locator(f"{PANEL} .plan-text a")
    expect(link).to_have_attribute("href", "https://plans.example/june")


def test_where_the_clinic_is_not_known_it_says_so(browser: Browser, reading_server: LiveServer) -> None:
    with browser.new_context(viewport=SMALL, locale="en-US") as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{reading_server.url}/check-in/en")
        walk_to(page, "phq9-9")
        page.locator("#phq9-9 label:has(input[value='3'])").click()
        panel = page.locator(PANEL)
        expect(panel).to_contain_text("This phone does not know your clinic’s number.")
        expect(panel.locator(".clinic-call")).to_be_hidden()
        expect(panel).to_contain_text("Nobody at the clinic has seen it.")
        expect(panel).to_contain_text("It is sent only when you send it.")
        expect(panel.get_by_role("link", name="Call 988")).to_be_visible()


def test_full_at_the_first_positive_and_shorter_after(phone: Page, live_server: LiveServer) -> None:
    sign_in_as(phone, live_server, "june")
    answer_above_zero(phone, live_server)
    phone.keyboard.press("Escape")
    phone.locator("#phq9-9 label:has(input[value='3'])").click()
    expect(phone.locator("#phq9-9 .reveal")).to_contain_text("You do not have to be alone with it.")
    expect(phone.locator(PANEL)).to_have_count(0)
    phone.locator("#phq9-9 .next").click()
    expect(phone.locator("#difficulty-phq9")).to_be_visible()


def test_a_negative_answer_is_answered_with_nothing(phone: Page, live_server: LiveServer) -> None:
    """No praise, no relief, no judgement: those words have stood before many deaths."""
    sign_in_as(phone, live_server, "june")
    phone.goto(f"{live_server.url}/check-in/en")
    walk_to(phone, "phq9-9")
    before = set(phone.locator("#phq9-9").inner_text().split("\n"))
    phone.locator("#phq9-9 label:has(input[value='0'])").click()
    expect(phone.locator("#phq9-9 .saved")).to_have_text("Saved on this phone. No network needed.")
    added = set(phone.locator("#phq9-9").inner_text().split("\n")) - before
    assert added == {"Saved on this phone. No network needed.", "Next"}
    expect(phone.locator(PANEL)).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "es"])
def test_help_now_is_in_the_same_place_on_every_screen(
    phone: Page, live_server: LiveServer, language: str
) -> None:
    phone.set_viewport_size(SMALL)  # type: ignore[arg-type]
    sign_in_as(phone, live_server, "noor", language)
    right = set()
    for path in ("/today", "/changes", "/visits", "/you", f"/check-in/{language}"):
        phone.goto(live_server.url + path)
        link = phone.locator(".help:visible")
        expect(link).to_have_text([HELP[language]])
        box = link.bounding_box()
        assert box is not None
        right.add(round(box["x"] + box["width"]))
        assert box["y"] < 24
    assert right == {340}


def test_until_it_is_known_whose_phone_it_is_help_is_in_every_language(
    browser: Browser, reading_server: LiveServer
) -> None:
    """The kept shell is the same for all: Help must not be in one language that its reader may not know."""
    with browser.new_context(viewport=SMALL, service_workers="block") as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.route("**/main.js", lambda route: route.abort())
        page.goto(f"{reading_server.url}/today")
        expect(page.locator(".help:visible")).to_have_text([HELP["es"], HELP["en"]])
        for language, words in HELP.items():
            link = page.get_by_role("link", name=words)
            expect(link).to_have_attribute("href", f"/help/{language}")
            box = link.bounding_box()
            assert box is not None
            assert box["y"] < 24
            assert box["x"] + box["width"] <= 340
