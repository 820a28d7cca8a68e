"""The least that can be started here: Flask with one handler, served by gunicorn."""

import os
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication


class BareServer(BaseApplication):  # type: ignore[misc]
    """One worker with threads, as Between's own."""

    def load_config(self) -> None:
        """On this machine only."""
        for name, value in self.options().items():
            self.cfg.set(name, value)

    def options(self) -> dict[str, Any]:
        """gunicorn's settings."""
        bind = f"127.0.0.1:{os.environ['BETWEEN_PORT']}"
        return {"bind": bind, "worker_class": "gthread", "threads": 16, "control_socket_disable": True}

    def load(self) -> Flask:
        """The application, in the worker."""
        app = Flask("bare")
        app.add_url_rule("/healthz", "healthz", lambda: "ok")
        return app


if __name__ == "__main__":
    BareServer().run()
