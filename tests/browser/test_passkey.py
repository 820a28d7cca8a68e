"""A passkey in a real browser: made at the first sign-in, opens alone, sends what outlived its session."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.axe import axe
from tests.browser.screens import PASSPHRASE
from tests.browser.server import LiveServer, Seed

EMAIL = "amara@clinic.example.com"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def server(seed: Seed) -> Iterator[LiveServer]:
    """A server whose clinic is no demo any more."""
    server = seed.server().start()
    server.change("UPDATE person SET email = replace(email, '@harbor.example', '@clinic.example.com')")
    server.change("UPDATE clinic SET is_demo = false")
    yield server
    server.stop()


class Key:
    """The laptop's own authenticator, through the debugger."""

    def __init__(self, page: Page) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable")
        made = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        self._id = {"authenticatorId": made["authenticatorId"]}

    def be_somebody_else(self) -> None:
        """Whoever holds the laptop cannot unlock it."""
        self._session.send("WebAuthn.setUserVerified", {**self._id, "isUserVerified": False})

    def be_a_copy(self) -> None:
        """The same key with a counter that has not moved, as a copy of it would have."""
        (kept,) = self._session.send("WebAuthn.getCredentials", self._id)["credentials"]
        self._session.send("WebAuthn.clearCredentials", self._id)
        self._session.send("WebAuthn.addCredential", {**self._id, "credential": {**kept, "signCount": 0}})


def sign_in(page: Page, server: LiveServer) -> None:
    page.goto(f"{server.url}/sign-in")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Pass-phrase").fill(PASSPHRASE)
    page.get_by_role("button", name="Sign in", exact=True).click()


def make_passkey(page: Page, server: LiveServer) -> None:
    sign_in(page, server)
    expect(page.get_by_role("heading", name="Set up your second step")).to_be_visible()
    page.goto(f"{server.url}/clinic")
    expect(page.get_by_role("heading", name="Set up your second step")).to_be_visible()
    axe(page)
    page.get_by_label("A name for it").fill("The laptop at reception")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("listitem")).to_have_count(10)
    axe(page)
    page.get_by_role("link", name="I have them, go on").click()
    expect(page).to_have_url(f"{server.url}/clinic")


def enter_with_passkey(page: Page, server: LiveServer) -> None:
    page.goto(f"{server.url}/sign-in?next=/clinic/alerts")
    page.get_by_role("button", name="Sign in with a passkey").click()


def send_after_idle(page: Page, server: LiveServer) -> None:
    page.goto(f"{server.url}/clinic")
    page.locator("a[href*='/clinic/patients/']").first.click()
    page.locator("details:has([name=plan]) summary").click()
    page.locator("[name=plan]").fill("Shoes on. Call Sam.")
    server.change("UPDATE web_session SET expires_at = created_at")
    page.locator("form:has([name=plan]) button").click()
    expect(page.get_by_role("heading", name="Sign in again, and what you typed is sent")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Use a passkey and send").click()
    expect(page.get_by_role("status")).to_contain_text("The plan is saved")
    expect(page.locator(".safety-plan")).to_have_text("Shoes on. Call Sam.")


def test_made_used_alone_and_refused_to_others(desk: Page, server: LiveServer) -> None:
    key = Key(desk)
    make_passkey(desk, server)
    desk.get_by_role("button", name="Sign out").click()
    enter_with_passkey(desk, server)
    desk.wait_for_url(f"{server.url}/clinic/alerts")
    desk.goto(f"{server.url}/account/second-step")
    expect(desk.get_by_text("The laptop at reception").first).to_be_visible()
    axe(desk)
    send_after_idle(desk, server)
    desk.get_by_role("button", name="Sign out").click()
    sign_in(desk, server)
    expect(desk.get_by_role("heading", name="One more step, so that it is you")).to_be_visible()
    axe(desk)
    desk.get_by_role("button", name="Use a passkey").click()
    expect(desk).to_have_url(f"{server.url}/clinic")
    desk.get_by_role("button", name="Sign out").click()
    key.be_a_copy()
    enter_with_passkey(desk, server)
    expect(desk.get_by_role("heading", level=1)).to_contain_text("This passkey was not taken.")
    key.be_somebody_else()
    enter_with_passkey(desk, server)
    expect(desk.get_by_role("alert")).to_contain_text("The passkey was not shown.")
    desk.goto(f"{server.url}/clinic")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Sign in")
