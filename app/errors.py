"""Every named error of Between: its status, its code and its sentence for the person, in one catalogue."""

from dataclasses import dataclass

import click

# How long a phone or a person waits before trying again what the database could not do.
BUSY_SECONDS = 5


@dataclass(frozen=True)
class Problem:
    """One entry of the catalogue. `sentence` is an English key of the translations."""

    status: int
    code: str
    sentence: str


CATALOGUE = {
    problem.code: problem
    for problem in (
        Problem(400, "bad_request", "We could not read what was sent. Nothing was changed."),
        Problem(
            400,
            "unknown_host",
            "This server does not answer under that name. Please use the clinic's own address.",
        ),
        Problem(400, "https_needed", "Please use the address that begins with https. Nothing was changed."),
        Problem(400, "malformed_json", "This is not JSON we can read. Nothing was changed."),
        Problem(400, "wrong_shape", "What was sent does not have the expected form. Nothing was changed."),
        Problem(401, "not_signed_in", "Please sign in to see this."),
        Problem(
            401,
            "no_place",
            "You have no place at a clinic here at the moment, so you are signed out. Please ask the clinic."
            " What waits on your phone still arrives.",
        ),
        Problem(401, "no_credential", "Please sign in again on this phone. Your answers are kept here."),
        Problem(403, "cross_site", "This request came from another site, so nothing was done."),
        Problem(403, "not_allowed", "Your account may not do this."),
        Problem(
            403,
            "clinic_not_live",
            "The clinic has not opened here yet. Please come back when the clinic says so.",
        ),
        Problem(403, "suspended", "Your place at this clinic is suspended. Please ask the clinic."),
        Problem(
            403,
            "second_factor_needed",
            "Please show your second step first: a code from your app, or a passkey.",
        ),
        Problem(404, "not_found", "We could not find this page."),
        Problem(405, "wrong_method", "This address does not take that kind of request."),
        Problem(409, "already_done", "Somebody did this before you. Reload to see the newest state."),
        Problem(409, "already_patient", "You are a patient of this clinic already. Please ask at the desk."),
        Problem(
            409,
            "last_factor",
            "Your work here needs a second step. Add another one first, then remove this one.",
        ),
        Problem(
            410,
            "invitation_used",
            "This code is not known, was used, or has ended. Check the letters, or ask for a new one.",
        ),
        Problem(410, "tablet_over", "This link has ended. Please give the tablet back."),
        Problem(413, "too_large", "This is larger than we can take at once."),
        Problem(413, "too_many_items", "Too many items at once. Send at most 20 together."),
        Problem(415, "not_json", "Please send JSON."),
        Problem(422, "not_valid", "Something in this form needs another look."),
        Problem(422, "wrong_owner", "This was written by somebody else and stays on this phone."),
        Problem(422, "no_id", "This item has no usable id, so it was not taken."),
        Problem(422, "item_too_large", "This item is too large to be taken. It stays on this phone."),
        Problem(422, "passkey_refused", "This passkey was not taken. Please try again, or use another way."),
        Problem(429, "too_many_tries", "Too many tries. Please wait a few minutes, then try again."),
        Problem(500, "our_fault", "Something went wrong on our side. What you wrote is still where it was."),
        Problem(503, "busy", "We cannot store anything right now. Please try again in a moment."),
        Problem(503, "not_ready", "This server is not ready yet. Please try again in a moment."),
    )
}


class BetweenError(Exception):
    """A named error that reaches the person as `problem`'s status, code and sentence."""

    def __init__(self, code: str, *, retry_after: int | None = None) -> None:
        super().__init__(code)
        self.problem = CATALOGUE[code]
        self.retry_after = retry_after


class SettingError(click.ClickException):
    """A setting that stops the start. The message is one sentence, and `flask` prints no more."""


class UpkeepError(click.ClickException):
    """Why a backup, a restore or a move was not done. The message is one sentence for the operator."""


def problem_for_status(status: int) -> Problem:
    """The catalogue's general entry for a bare HTTP status, for errors that werkzeug raises."""
    general = {
        400: "bad_request",
        401: "not_signed_in",
        403: "not_allowed",
        404: "not_found",
        405: "wrong_method",
        410: "invitation_used",
        413: "too_large",
        415: "not_json",
        429: "too_many_tries",
        503: "busy",
    }
    if status in general:
        return CATALOGUE[general[status]]
    return CATALOGUE["bad_request" if status < 500 else "our_fault"]
