"""The language of a request: what views import as `_`, and what templates get."""

from typing import Any

from flask import Flask, g, has_request_context, request

from app.languages.catalogue import LANGUAGES, ntranslate, read_catalogue, translate
from app.languages.dates import format_day, format_moment, format_short_day, format_time


def gettext(message: str, **values: object) -> str:
    return translate(request_language(), message, **values)


def ngettext(one: str, many: str, n: int, **values: object) -> str:
    return ntranslate(request_language(), one, many, n, **values)


def request_language() -> str:
    """The person's language once the gate knows it; before that the address's, then the browser's."""
    if "language" not in g:
        g.language = _asked_language() if has_request_context() else LANGUAGES[0]
    language: str = g.language
    return language


def _asked_language() -> str:
    asked = (request.view_args or {}).get("language") or request.args.get("language")
    if asked in LANGUAGES:
        return str(asked)
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def install_languages(app: Flask) -> None:
    """Reads every catalogue now, and gives templates `_`, `ngettext`, `{% trans %}` and dates."""
    for language in LANGUAGES:
        read_catalogue(language)
    environment: Any = app.jinja_env
    environment.add_extension("jinja2.ext.i18n")
    environment.policies["ext.i18n.trimmed"] = True
    # Old style on purpose: the new one would read a lone % in a sentence as a placeholder.
    environment.install_gettext_callables(gettext, ngettext, newstyle=False)
    environment.globals.update(
        _=gettext,
        format_day=format_day,
        format_short_day=format_short_day,
        format_time=format_time,
        format_moment=format_moment,
        request_language=request_language,
    )
