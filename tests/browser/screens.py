"""Every screen there is, and how to get there: looked at by axe, photographed by `make shots`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.check_in import walk_to
from tests.browser.phone import PATIENCE_SECONDS
from tests.browser.server import LiveServer

PASSPHRASE = "quiet harbor morning light"
EMAILS = {
    "patient": "june@harbor.example",
    "newcomer": "noor@harbor.example",
    "clinician": "amara@harbor.example",
    "caregiver": "piotr@harbor.example",
    "nurse": "ruth@harbor.example",
    "front_desk": "jonah@harbor.example",
    "administrator": "elena@harbor.example",
}
STAFF = frozenset({"clinician", "nurse", "front_desk", "administrator"})


@dataclass(frozen=True)
class Screen:
    """One screen in one state. `path` may name {language}; `reach` does what a person does to get there."""

    name: str
    path: str
    role: str | None = None
    reach: Callable[[Page], None] | None = None
    ready: str = "h1"
    status: int = 200


def _wrong_sign_in(page: Page) -> None:
    page.locator("[name=email]").fill("june@harbor.example")
    page.locator("[name=passphrase]").fill("not these words at all")
    page.locator("form .btn").first.click()
    expect(page.get_by_role("alert")).to_be_visible()


def _help(page: Page) -> None:
    page.locator("[data-help]").first.click()
    expect(page.locator("dialog[open]")).to_be_visible()


def _walk(stop: str, **answers: str) -> Callable[[Page], None]:
    return lambda page: walk_to(
        page, stop, {name.replace("_", "-"): value for name, value in answers.items()}
    )


def _item9(page: Page) -> None:
    walk_to(page, "phq9-9")
    page.locator("#phq9-9 label:has(input[value='1'])").click()
    expect(page.locator("dialog[open]")).to_be_visible()
    expect(page.locator("#phq9-9 .saved .dot")).to_be_visible()


def _before(number: int) -> Callable[[Page], None]:
    def read_on(page: Page) -> None:
        # The first time this browser hears from the clinic; only then is it known that nothing was agreed to.
        expect(page.locator("#before-1")).to_be_visible()
        for earlier in range(1, number):
            page.locator(f"#before-{earlier} .before-next").click()

    return read_on


def _declined(page: Page) -> None:
    _before(3)(page)
    page.locator(".decline").click()
    expect(page.locator("#before-no")).to_be_visible()


def _leaving(page: Page) -> None:
    _item9(page)
    page.keyboard.press("Escape")
    page.locator("#phq9-9 .leave").click()
    expect(page.locator("#leaving")).to_be_visible()


def _so_far(page: Page) -> None:
    _item9(page)
    page.goto(page.url.split("/check-in/")[0] + "/today")
    expect(page.locator(".so-far")).to_be_visible()


def _note(page: Page) -> None:
    walk_to(page, "note")
    page.locator("#executive label:has(input[value=easier])").click()
    page.locator("#executive textarea").fill(
        "The food fell out of the refrigerator and no explosion came. I picked it up and made toast."
    )


def _should_know(page: Page) -> None:
    walk_to(page, "should-know")
    page.locator("#should-know label:has(input[value=yes])").click()


def _sent(page: Page) -> None:
    walk_to(page, "look")
    page.locator("#look .send .btn").first.click()
    expect(page.locator("#sent")).to_be_visible()


def _first(link: str) -> Callable[[Page], None]:
    def follow(page: Page) -> None:
        page.locator(link).first.click()
        page.wait_for_url(re.compile(r"/clinic/patients/"))

    return follow


def _opened(page: Page) -> None:
    page.locator("#open-who").fill("Marisol Quintero")
    page.locator("#open-why").fill(
        "Her sister rang at nine: nobody has seen her since noon, and Dr. Lindqvist is away."
    )
    page.locator("main form .btn").last.click()
    page.wait_for_url(re.compile(r"/clinic/patients/"))


def _patient(name: str) -> Callable[[Page], None]:
    def follow(page: Page) -> None:
        page.get_by_role("link", name=name, exact=True).click()
        page.wait_for_url(re.compile(r"/clinic/patients/"))
        for details in page.locator("main details").all():
            details.evaluate("one => { one.open = true }")

    return follow


def _member(name: str) -> Callable[[Page], None]:
    def follow(page: Page) -> None:
        page.get_by_role("link", name=name, exact=True).click()
        page.wait_for_url(re.compile(r"/clinic/staff/"))

    return follow


def _check_in_page(page: Page) -> None:
    _first(".cases th a")(page)
    page.locator("a[href*='/check-ins/']").first.click()
    page.wait_for_url(re.compile(r"/check-ins/"))


def _enrolled(page: Page) -> None:
    """A name that nobody has: the demo clinic is shared."""
    page.locator("#name").fill(f"Noor Haddad {page.evaluate('Date.now()')}")
    page.locator("label:has([name=adult])").click()
    page.locator(".invite form .btn").click()
    expect(page.locator(".sheet")).to_be_visible()


def _without_phone(way: str) -> Callable[[Page], None]:
    """From a patient's page on, without the patient's own phone."""

    def go(page: Page) -> None:
        _first(".cases th a")(page)
        page.locator("details:has(form[action$='/paper']) > summary").click()
        page.locator(f"form[action$='/paper'] button{way}").first.click()

    return go


def _paper_entry(page: Page) -> None:
    _without_phone(":not([formaction])")(page)
    code = page.locator(".paper .code").first.inner_text()
    page.goto(page.url.split("/clinic/")[0] + "/clinic/paper")
    page.locator("#code").fill(code)
    page.locator(".invite .btn").click()
    expect(page.locator(".entry")).to_be_visible()


def _paper_correction(page: Page) -> None:
    _paper_entry(page)
    for row in page.locator(".item:has([value=blank])").all():
        row.locator(".choice").first.click()
    page.locator(".entry .btn").click()
    page.locator("a[href$='/correction']").click()
    expect(page.locator(".entry")).to_be_visible()


def _tablet(page: Page) -> None:
    """By its link: the button that signs out would do so for every screen after this one."""
    _without_phone("[formaction]:not([name])")(page)
    page.goto(page.locator(".url").inner_text())
    page.locator("#phq9-9 .answer").nth(1).click()


OUTLIVED = """() => {
    const form = document.createElement("form");
    form.method = "post";
    form.action = "/account/devices/end-others";
    document.body.append(form);
    form.submit();
}"""


def _outlive(page: Page) -> None:
    """A form is sent, and nobody is signed in any more."""
    page.evaluate(OUTLIVED)
    expect(page.locator("[name=again-email]")).to_be_visible()


def _code_app(page: Page) -> None:
    page.locator("form[action='/account/app'] .btn").click()
    expect(page.locator(".qr")).to_be_visible()


def _open_details(page: Page) -> None:
    for details in page.locator("main details").all():
        details.evaluate("one => { one.open = true }")


def _entry_help(page: Page) -> None:
    _first(".cases th a")(page)
    page.locator(".entry-link a").click()
    page.locator("form[action$='/entry/code'] .btn").click()
    expect(page.locator(".letters")).to_be_visible()
    _open_details(page)


def _record_end(page: Page) -> None:
    _first(".cases th a")(page)
    _first("a[href$='/erasure']")(page)


FULL = """() => {
    IDBDatabase.prototype.transaction = () => { throw new DOMException("full", "QuotaExceededError"); };
}"""


def _full(page: Page) -> None:
    page.evaluate(FULL)
    page.locator("#phq9-1 input[value='1']").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("#unsaved")).to_be_visible()


def _waiting(page: Page) -> None:
    """A check-in that waits, on the screen that lists it."""
    page.route("**/api/sync", lambda route: route.fulfill(status=503))
    _sent(page)
    page.goto(page.url.split("/check-in")[0] + "/you")
    expect(page.locator(".waits")).to_be_visible()


SCREENS = (
    Screen("sign-in", "/sign-in"),
    Screen("sign-in-wrong", "/sign-in", reach=_wrong_sign_in),
    Screen("join", "/join"),
    Screen("forgotten", "/sign-in/forgotten"),
    Screen("sign-in-again", "/sign-in", reach=_outlive),
    Screen("second-step", "/account/second-step", "patient"),
    Screen("code-app", "/account/second-step", "patient", _code_app),
    Screen("passphrase", "/account/passphrase", "patient"),
    Screen("devices", "/account/devices", "patient", _open_details),
    Screen("entry-help", "/clinic", "clinician", _entry_help),
    Screen("nobody", "/today"),
    Screen("not-found", "/nowhere", status=404),
    Screen("help", "/help/{language}"),
    Screen("licences", "/licences"),
    Screen("check-in-first", "/check-in/{language}", ready="#phq9-1"),
    Screen("check-in-help", "/check-in/{language}", reach=_help, ready="#phq9-1"),
    Screen("check-in-item9", "/check-in/{language}", "patient", _item9, "#phq9-1"),
    Screen("check-in-leaving", "/check-in/{language}", "patient", _leaving, "#phq9-1"),
    Screen("today-so-far", "/check-in/{language}", "patient", _so_far, "#phq9-1"),
    Screen("before-1", "/check-in/{language}", "newcomer", _before(1), ".step:visible"),
    Screen("before-2", "/check-in/{language}", "newcomer", _before(2), ".step:visible"),
    Screen("before-3", "/check-in/{language}", "newcomer", _before(3), ".step:visible"),
    Screen("before-declined", "/check-in/{language}", "newcomer", _declined, ".step:visible"),
    Screen("check-in-difficulty", "/check-in/{language}", "patient", _walk("difficulty-phq9"), "#phq9-1"),
    Screen("check-in-note", "/check-in/{language}", "patient", _note, "#phq9-1"),
    Screen("check-in-today", "/check-in/{language}", "patient", _walk("today"), "#phq9-1"),
    Screen("check-in-should-know", "/check-in/{language}", "patient", _should_know, "#phq9-1"),
    Screen("check-in-look", "/check-in/{language}", "patient", _walk("look"), "#phq9-1"),
    Screen("check-in-sent", "/check-in/{language}", "patient", _sent, "#phq9-1"),
    Screen("check-in-full", "/check-in/{language}", "patient", _full, "#phq9-1"),
    Screen("you-waiting", "/check-in/{language}", "patient", _waiting, "#phq9-1"),
    Screen("today", "/today", "patient"),
    Screen("changes", "/changes", "patient"),
    Screen("visits", "/visits", "patient"),
    Screen("you", "/you", "patient"),
    Screen("looked", "/account/looked", "patient"),
    Screen("erasure", "/account/erasure", "patient"),
    Screen("caseload", "/clinic", "clinician"),
    Screen("patient", "/clinic", "clinician", _first(".cases th a")),
    Screen("check-in-read", "/clinic", "clinician", _check_in_page),
    Screen("invitations", "/clinic/invitations", "administrator"),
    Screen("enroll", "/clinic/enroll", "clinician"),
    Screen("enrolled", "/clinic/enroll", "clinician", _enrolled),
    Screen("import", "/clinic/import", "clinician"),
    Screen("paper", "/clinic", "clinician", _without_phone(":not([formaction])")),
    Screen("paper-entry", "/clinic", "clinician", _paper_entry),
    Screen("paper-correction", "/clinic", "clinician", _paper_correction),
    Screen("tablet", "/clinic", "clinician", _tablet),
    Screen("repairs", "/clinic/repairs", "clinician"),
    Screen("health", "/clinic/health", "administrator"),
    Screen("alerts", "/clinic/alerts", "clinician"),
    Screen("patient-words", "/clinic", "clinician", _patient("Ines Carvalho")),
    Screen("patient-planned", "/clinic", "clinician", _patient("Dev Raman")),
    Screen("nurse", "/clinic", "nurse", _first(".cases th a")),
    Screen("open-record", "/clinic/open", "nurse"),
    Screen("opened", "/clinic/open", "nurse", _opened),
    Screen("opened-told", "/clinic", "clinician", _patient("Marisol Quintero")),
    Screen("contacts", "/clinic", "front_desk"),
    Screen("contact", "/clinic", "front_desk", _patient("June Kowalski")),
    Screen("enroll-by-desk", "/clinic/enroll", "front_desk"),
    Screen("settings", "/clinic/settings", "administrator"),
    Screen("staff", "/clinic/staff", "administrator"),
    Screen("staff-member", "/clinic/staff", "administrator", _member("Dr. Amara Lindqvist")),
    Screen("record-end", "/clinic", "clinician", _record_end),
    Screen("caregiver", "/care", "caregiver"),
)


class Visitors:
    """Contexts of people who are signed in already; each signs in once, as everybody does."""

    def __init__(self, browser: Browser, server: LiveServer, language: str = "en") -> None:
        self._browser = browser
        self._server = server
        self._language = language
        self._states: dict[str, Any] = {}

    def context(self, role: str | None, **options: Any) -> BrowserContext:
        """A fresh browser of this role, or of nobody. Workers stay out: every load is the server's."""
        locale = {"en": "en-US", "es": "es-US"}[self._language]
        state = self._state(role) if role else None
        context = self._browser.new_context(
            locale=locale,
            timezone_id="America/New_York",
            storage_state=state,
            service_workers="block",
            **options,
        )
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        return context

    def open(self, screen: Screen, context: BrowserContext) -> Page:
        """The screen, in its state, at rest."""
        page = context.new_page()
        response = page.goto(self._server.url + screen.path.format(language=self._language))
        assert response is not None
        assert response.status == screen.status, f"{screen.path} answered {response.status}"
        expect(page.locator(screen.ready).first).to_be_visible()
        # Whose phone this is has to be known first: answers given before that are nobody's, with other words.
        page.wait_for_load_state("networkidle")
        if screen.reach:
            screen.reach(page)
        page.wait_for_load_state("networkidle")
        return page

    def _state(self, role: str) -> Any:
        if role not in self._states:
            with self.context(None) as context:
                page = context.new_page()
                sign_in(page, self._server, role)
                self._states[role] = context.storage_state()
        return self._states[role]


def sign_in(page: Page, server: LiveServer, role: str) -> None:
    """Sign in as the demo's patient, clinician or caregiver and go where they are led."""
    enter(page, server, EMAILS[role])


def enter(page: Page, server: LiveServer, email: str) -> None:
    """The sign-in's form, posted without its page: tests of people on one phone fill it in by hand."""
    reply = page.context.request.post(
        f"{server.url}/sign-in",
        form={"email": email, "passphrase": PASSPHRASE},
        headers={"Origin": server.url},
    )
    assert reply.ok
    assert "/sign-in" not in reply.url
    page.goto(reply.url)


def double_text(page: Page) -> None:
    """As with a browser's text size at 200%: everything that is sized in rem or em grows."""
    before = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    page.evaluate(
        "document.documentElement.style.fontSize ="
        " 2 * parseFloat(getComputedStyle(document.documentElement).fontSize) + 'px'"
    )
    after = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    assert after == 2 * before, f"text does not follow the reader's size: {before} px became {after} px"
