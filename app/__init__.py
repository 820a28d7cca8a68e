"""Between: the place between treatment sessions. `create_app` is the only place where the parts meet."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

from app.config import LARGEST_BODY, Settings, load_settings


def create_app(settings: Settings | None = None) -> Flask:
    """The whole application, its database migrated. Raises SettingError for a setting that cannot work."""
    # Imported here, so that a single noun of the package can be used without the whole of it.
    from flask import Flask
    from werkzeug.middleware.proxy_fix import ProxyFix

    from app import api, pages
    from app.assets import build_assets, serve_assets
    from app.commands import install_commands
    from app.cookies import configure_cookies
    from app.db import Database
    from app.door import Door
    from app.failures import install_failures
    from app.headers import apply_headers
    from app.http import Parts, install_gate, refuse_unguarded
    from app.keys import make_folder, session_secret
    from app.languages import install_languages
    from app.limits import install_limits
    from app.logs import configure_logs
    from app.metrics import Metrics
    from app.opening import open_database
    from app.phone import install_phone
    from app.pwa import pwa
    from app.reentry import sign_in_again
    from app.services.code_apps import load_factor_key
    from app.services.intake import Intake
    from app.upkeep import is_asked_for, make_upkeep_app
    from app.watch import Watch

    if settings is None and is_asked_for(sys.argv):
        return make_upkeep_app()
    settings = settings or load_settings()
    configure_logs(settings.log_level, settings.log_form)
    make_folder(settings.instance)
    database = Database(settings.database_url)
    keyring = open_database(database, settings.instance, datetime.now(UTC)).keyring
    database.hurry()
    assets = build_assets(settings.instance)

    app = Flask(__name__, static_folder=None, instance_path=str(settings.instance))
    app.config.update(
        CRISIS=dict(settings.crisis), MAX_CONTENT_LENGTH=LARGEST_BODY, MAX_FORM_MEMORY_SIZE=LARGEST_BODY // 2
    )
    configure_cookies(app, settings, session_secret(settings.instance))
    factor_key = load_factor_key(settings.instance)
    app.extensions["between"] = Parts(settings, database, keyring, Intake(database), assets, factor_key)
    app.extensions["assets"] = assets
    app.jinja_env.globals["assets"] = assets
    app.jinja_env.globals["crisis"] = settings.crisis

    install_languages(app)
    install_gate(app, sign_in_again)
    install_limits(app, settings)
    install_failures(app)
    for blueprint in (pwa, *api.BLUEPRINTS, *pages.BLUEPRINTS):
        app.register_blueprint(blueprint)
    refuse_unguarded(app)
    views = app.wsgi_app
    serve_assets(app, assets)
    app.wsgi_app = Door(app.wsgi_app, views, settings)  # type: ignore[method-assign]
    apply_headers(app, assets, over_https=settings.secure_cookies)
    metrics = app.extensions["metrics"] = Metrics()
    app.wsgi_app = Watch(app.wsgi_app, metrics, behind_proxy=settings.proxies > 0)  # type: ignore[method-assign]
    if settings.proxies:
        # Without this everybody behind the proxy is one address, and one person's tries throttle all others.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)  # type: ignore[method-assign]
    install_commands(app)
    install_phone(app)
    return app
