"""English and Spanish, for server and phone, from `translations/<language>.po`.

The keys are English sentences. Placeholders are `{name}` everywhere: `_("Read by {name}", name=…)`,
`translate(language, "Read by {name}", name=…)` and, on the phone, `t("Read by {name}", {name})`. The count
of a plural is always `{n}`. (`{% trans %}` alone writes `%(name)s`, because Jinja does.) A sentence kept in a
table is marked where it stands, in Python and on the phone: `mark("…")`. A key that has no translation is
shown in English.

What the phone gets, `phone_strings(language)`, is one flat JSON object:

    {"Send": "Enviar", "{n} visit": {"one": "{n} visita", "other": "{n} visitas"}}

A plain sentence maps to its translation. A plural, `tn("{n} visit", "{n} visits", n)`, is keyed by its
English singular and maps to an object keyed by category as `Intl.PluralRules` names it; a category that is
not there (Spanish has "many" for a million) means "other". In English both map to themselves.
"""

from app.languages.catalogue import LANGUAGES, LOCALES, mark, ntranslate, translate
from app.languages.dates import (
    format_day,
    format_full_day,
    format_moment,
    format_short_day,
    format_time,
    local,
)
from app.languages.phone import phone_strings
from app.languages.request import gettext, install_languages, ngettext, request_language

__all__ = [
    "LANGUAGES",
    "LOCALES",
    "format_day",
    "format_full_day",
    "format_moment",
    "format_short_day",
    "format_time",
    "gettext",
    "install_languages",
    "local",
    "mark",
    "ngettext",
    "ntranslate",
    "phone_strings",
    "request_language",
    "translate",
]
