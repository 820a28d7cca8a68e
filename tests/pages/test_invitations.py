"""The page of an invitation that was just made: nothing on it loses the code."""

from tests.pages.conftest import Desk


def test_a_made_invitation_offers_no_language_and_shows_the_whole_link(desk: Desk) -> None:
    form = {"name": "Noor", "role": "patient", "language": "en"}
    page = desk.browser().post("/clinic/invitations", data=form).get_data(as_text=True)
    assert "?language=" not in page
    assert "/join/" in page
    assert 'href="/clinic"' in page


def test_a_form_with_a_mistake_keeps_what_was_typed(desk: Desk) -> None:
    page = desk.browser().post("/clinic/invitations", data={"name": "Noor", "role": "queen"})
    assert page.status_code == 422
    assert 'value="Noor"' in page.get_data(as_text=True)
