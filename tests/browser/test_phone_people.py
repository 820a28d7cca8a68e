"""Signing out with items waiting, and the next person on the same phone."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.check_in import step, walk_to
from tests.browser.faults import run
from tests.browser.phone import until
from tests.browser.server import LiveServer
from tests.browser.test_people_on_one_phone import arrive, ask_to_sign_out
from tests.browser.test_phone_uploads import NO_WORKER, refuse

NEWEST = (
    "SELECT person.name FROM check_in JOIN patient ON patient.id = check_in.patient_id"
    " JOIN membership ON membership.id = patient.membership_id"
    " JOIN person ON person.id = membership.person_id"
    " ORDER BY check_in.arrived_at DESC LIMIT 1"
)
ROWS = "SELECT count(*) FROM check_in"
META = """async ({ base }) => {
  const { ask, transact } = await import(base + "pwa/store/db.js");
  return transact(["meta", "cache", "drafts", "outbox"], "readonly", async (store) => ({
    meta: await ask(store("meta").getAllKeys()),
    cache: await ask(store("cache").count()),
    drafts: await ask(store("drafts").getAllKeys()),
    outbox: await ask(store("outbox").count()),
  }));
}"""


@pytest.fixture
def june(phone: Page, live_server: LiveServer) -> Page:
    """June's phone: a check-in is sealed and waits, because the server cannot take it."""
    phone.context.add_init_script(NO_WORKER)
    arrive(phone, live_server, "june")
    phone.context.route("**/api/sync", refuse)
    phone.get_by_role("button", name="Too much today?").click()
    expect(phone.get_by_text("You asked to talk in person at")).to_be_visible()
    phone.goto(f"{live_server.url}/check-in/en")
    walk_to(phone, "look")
    phone.get_by_role("button", name="Send", exact=True).click()
    expect(phone.locator("#sent")).to_contain_text("Your check-in is saved on this phone.")
    return phone


def kept(page: Page) -> dict[str, Any]:
    return run(page, META)


def sign_out(page: Page, server: LiveServer) -> None:
    ask_to_sign_out(page, server)
    expect(page.get_by_role("group", name="Sign out")).to_contain_text(
        "2 items still wait on this phone. They are sealed, and they are sent even when you are signed out."
    )
    page.get_by_role("button", name="Yes, sign out").click()
    page.wait_for_url("**/sign-in")


def test_what_waits_after_sign_out_arrives_as_its_writers_and_the_next_person_sees_nothing_of_it(
    june: Page, live_server: LiveServer
) -> None:
    rows = live_server.sql(ROWS)[0][0]
    june_id = june.evaluate("document.cookie.match(/signed-in=([0-9a-f-]+)/)[1]")
    sign_out(june, live_server)
    arrive(june, live_server, "marcus")
    found = kept(june)
    # When what waits was tried last is all that is known of her here.
    assert {name for name in found["meta"] if june_id in name} <= {f"tried:{june_id}"}
    assert found["outbox"] == 2
    for path in ("today", "changes", "visits", "you"):
        june.goto(f"{live_server.url}/{path}")
        expect(june.get_by_role("navigation")).to_be_visible()
        expect(june.locator("body")).not_to_contain_text("June")
        expect(june.locator("body")).not_to_contain_text("You asked to talk in person")
        expect(june.locator("body")).not_to_contain_text("only on this phone")
    expect(june.get_by_text("Nothing waits on this phone.")).to_be_visible()
    june.context.unroute("**/api/sync")
    june.evaluate("dispatchEvent(new Event('online'))")
    until(june, lambda: live_server.sql(ROWS)[0][0] >= rows + 2)
    assert live_server.sql(ROWS)[0][0] == rows + 2
    assert live_server.sql(NEWEST)[0][0] == "June Kowalski"
    expect(june.locator("body")).not_to_contain_text("June")
    # June finds that the clinic has it.
    arrive(june, live_server, "june")
    expect(june.get_by_text("Your check-in (").first).to_contain_text("the clinic has it.")


def test_a_clinician_who_looks_something_up_on_a_patients_phone_leaves_nobody_behind(
    june: Page, live_server: LiveServer
) -> None:
    june.goto(f"{live_server.url}/sign-in")
    june.locator("[name=email]").fill("amara@harbor.example")
    june.locator("[name=passphrase]").fill("quiet harbor morning light")
    june.locator("form .btn").first.click()
    june.wait_for_url("**/clinic")
    june.goto(f"{live_server.url}/check-in/en")
    walk_to(june, "phq9-2")
    june.goto(f"{live_server.url}/clinic")
    june.get_by_role("button", name="Sign out").click()
    june.wait_for_url("**/sign-in")
    june.goto(f"{live_server.url}/today")
    expect(june.get_by_role("heading", level=1)).to_have_text("Nobody is signed in on this phone.")
    expect(june.locator("body")).not_to_contain_text("June")
    found = kept(june)
    assert "owner" not in found["meta"]
    assert (found["cache"], found["outbox"]) == (0, 2)


def test_what_was_begun_stays_for_who_signed_out_elsewhere(june: Page, live_server: LiveServer) -> None:
    """The server's own sign-out asks nothing about a draft, so nothing of it is thrown away."""
    june.goto(f"{live_server.url}/check-in/en")
    walk_to(june, "phq9-4", {"phq9-1": "3"})
    june.context.request.post(f"{live_server.url}/sign-out", headers={"Sec-Fetch-Site": "same-origin"})
    june.goto(f"{live_server.url}/today")
    expect(june.get_by_role("heading", level=1)).to_have_text("Nobody is signed in on this phone.")
    arrive(june, live_server, "marcus")
    june.goto(f"{live_server.url}/check-in/en")
    assert step(june) == "phq9-1"
    expect(june.locator("input:checked")).to_have_count(0)
    arrive(june, live_server, "june")
    june.goto(f"{live_server.url}/check-in/en")
    assert step(june) == "phq9-4"
    expect(june.locator("[name=phq9-1][value='3']")).to_be_checked()
