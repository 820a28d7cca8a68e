"""`python app.py`: make ready, tell the address, serve."""

import gc
import os
import sys

from app.config import load_settings
from app.errors import SettingError
from app.server import run_server

READY = "--ready"


def serve() -> None:
    """Migrate, fill an empty database with the demo clinic, and serve. A wrong setting stops here.

    What it takes to make ready, gunicorn's master would hold for ever. So this program starts itself once
    more, as the same process, when all is ready.
    """
    try:
        settings = load_settings()
        if READY not in sys.argv:
            # What is imported stays: looking through it for what does not would be a tenth of the start.
            gc.disable()
            from app.ready import prepare, tell_address, tell_faults

            gc.enable()
            prepare(settings)
            tell_faults(settings)
            tell_address(settings)
            os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:], READY])  # noqa: S606 (this very program)
        run_server(settings)
    except SettingError as error:
        sys.exit(f"Between did not start. {error}")
