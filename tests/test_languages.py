"""Every sentence a person can meet has a Spanish one, nothing is left over, and placeholders agree."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from flask import Flask, g, render_template_string
from markupsafe import Markup

from app import languages
from app.domain.words import domain_words
from app.errors import CATALOGUE
from app.languages import format_day, format_moment, install_languages, ntranslate, phone_strings, translate
from app.languages import phone as phone_words

APP = Path(__file__).parent.parent / "app"
SPANISH = APP / "translations" / "es.po"
# Which arguments of a call are keys.
KEY_ARGUMENTS = {
    "_": (0,),
    "gettext": (0,),
    "mark": (0,),
    "ngettext": (0,),
    "translate": (1,),
    "ntranslate": (1,),
}
JINJA_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"\{(\w+)\}|%\((\w+)\)s")
FAMILIAR = re.compile(r"\b(tú|tu|tus|ti|contigo|puedes|tienes|eres|estás|quieres|debes|necesitas)\b", re.I)


def test_every_sentence_has_a_spanish_one() -> None:
    translated = languages.catalogue.read_catalogue("es")
    missing = sorted(f"{key!r} ({where})" for key, where in keys_in_use().items() if key not in translated)
    assert not missing, "no Spanish for:\n" + "\n".join(missing)


def test_no_spanish_sentence_is_left_over() -> None:
    used = {*keys_in_use(), *every_literal()}
    unused = sorted(key for key in languages.catalogue.read_catalogue("es") if key not in used)
    assert not unused, "nothing shows:\n" + "\n".join(unused)


def test_placeholders_agree() -> None:
    wrong = [
        f"{keys[-1]}: {form}"
        for keys, forms in spanish_entries()
        for form in forms
        if not same_placeholders(keys[-1], form, may_omit_count=form is not forms[-1])
    ]
    assert not wrong, "other placeholders than the English:\n" + "\n".join(wrong)


def test_a_key_stands_once_in_the_catalogue() -> None:
    keys = re.findall(r'^msgid (".*"(?:\n".*")*)', SPANISH.read_text(encoding="utf-8"), re.M)
    joined = ["".join(re.findall(r'^"(.*)"$', key, re.M)) for key in keys]
    twice = sorted({key for key in joined if joined.count(key) > 1})
    assert not twice, "translated twice:\n" + "\n".join(twice)


def test_spanish_says_usted() -> None:
    familiar = [form for _, forms in spanish_entries() for form in forms if FAMILIAR.search(form)]
    assert not familiar, "\n".join(familiar)


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        ("Help now", "Ayuda ahora"),
        ("Call 988", "Llamar al 988 (oprima 2)"),
        ("Text 988", "Envíe AYUDA al 988"),
        (
            "Calls and texts need phone signal, not internet.",
            "Las llamadas y los mensajes necesitan señal de teléfono, no internet.",
        ),
        (
            "If you might hurt yourself, or are not sure, call now.",
            "Si podría hacerse daño, o tiene dudas, llame ahora.",
        ),
        (
            "This answer is only on this phone. Nobody at the clinic has seen it.",
            "Esta respuesta está solo en este teléfono. Nadie en la clínica la ha visto.",
        ),
        ("Skip. Your clinician will see it was skipped.", "Omitir. Su clínica verá que no la contestó."),
        (
            "Between has something for you, whenever you have a minute.",
            "Between tiene algo para usted, cuando tenga un momento.",
        ),
    ],
)
def test_words_that_were_settled_stay(english: str, spanish: str) -> None:
    """These were agreed on for people in danger or unwell; nobody rewords them in passing."""
    assert translate("es", english) == spanish


def test_a_plural_has_both_forms_in_spanish() -> None:
    single = [
        one
        for one in {one for source in phone_words.phone_sources() for one, _ in phone_words.plurals(source)}
        if not isinstance(languages.catalogue.read_catalogue("es").get(one), tuple)
    ]
    assert not single, "no plural in the catalogue for:\n" + "\n".join(sorted(single))


@pytest.mark.parametrize(
    ("key", "translation", "singular", "same"),
    [
        ("Read by {name}", "Lo leyó {name}", False, True),
        ("Read by {name}", "Lo leyó {nombre}", False, False),
        ("Read by {name}", "Leído", False, False),
        ("%(n)s visits", "%(n)s visitas", False, True),
        ("{n} visits", "una visita", True, True),
        ("{n} visits", "visitas", False, False),
        ("{n} of {m}", "una", True, False),
    ],
)
def test_how_placeholders_are_compared(key: str, translation: str, singular: bool, same: bool) -> None:
    assert same_placeholders(key, translation, may_omit_count=singular) is same


def test_keys_are_found_on_the_phone() -> None:
    source = """
      html`<p>${t("It's {n}", {n})}</p>`; other.t("not this"); start("nor this");
      t('one ' +
        "sentence"); tn("{n} visit", "{n} visits", n); const NAMES = {tms: mark("TMS")};
      t(`plain`); t(`with ${value}`);
    """
    assert phone_words.sentences(source) == ["It's {n}", "one sentence", "TMS", "plain"]
    assert phone_words.plurals(source) == [("{n} visit", "{n} visits")]


def test_keys_are_found_in_python() -> None:
    source = 'a = _("One" " sentence"); translate(language, "Two"); ngettext("{n} a", "{n} b", 2); f("No")'
    assert set(python_keys(source)) == {"One sentence", "Two", "{n} a"}


def test_keys_are_found_in_templates(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("{{ _('One') }}{% trans n=2 %}{{ n }} visit{% pluralize %}{{ n }} visits{% endtrans %}")
    assert set(template_keys(page)) == {"One", "%(n)s visit"}


def test_what_the_phone_gets() -> None:
    spanish = phone_strings("es", also=domain_words())
    english = phone_strings("en", also=domain_words())
    assert spanish["Harder"] == "Más difícil"
    assert english["Harder"] == "Harder"
    for entry in spanish.values():
        assert isinstance(entry, str) or set(entry) == {"one", "other"}


def test_a_missing_key_is_english() -> None:
    assert translate("es", "Nobody wrote {this}.", this="that") == "Nobody wrote that."
    assert ntranslate("es", "{n} thing", "{n} things", 2) == "2 things"
    assert ntranslate("es", "{n} thing", "{n} things", 1) == "1 thing"


def test_templates_speak_the_language_of_the_request() -> None:
    app = Flask(__name__)
    install_languages(app)
    with app.test_request_context():
        assert render_template_string("{{ _('Harder') }}") == "Harder"
        g.language = "es"
        assert render_template_string("{{ _('Harder') }}") == "Más difícil"
        assert render_template_string("{% trans %}Harder{% endtrans %} 100%") == "Más difícil 100%"
        assert render_template_string("{{ _('<{x}>', x='<b>') }}") == "&lt;&lt;b&gt;&gt;"
        assert render_template_string("{{ _('<{x}>', x=link) }}", link=Markup("<b>")) == "&lt;<b>&gt;"


NOW = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "english", "spanish"),
    [
        (datetime(2026, 11, 22, 15, 30, tzinfo=UTC), "tomorrow at 10:30 AM", "mañana a las 10:30 a.m."),
        (datetime(2026, 11, 21, 4, 59, tzinfo=UTC), "yesterday at 11:59 PM", "ayer a las 11:59 p.m."),
        (datetime(2026, 11, 21, 18, 5, tzinfo=UTC), "today at 1:05 PM", "hoy a la 1:05 p.m."),
        (
            datetime(2026, 12, 4, 15, 30, tzinfo=UTC),
            "Friday, December 4 at 10:30 AM",
            "viernes 4 de diciembre a las 10:30 a.m.",
        ),
    ],
)
def test_a_moment_is_read_where_it_happens(moment: datetime, english: str, spanish: str) -> None:
    assert format_moment(moment, "America/New_York", "en", now=NOW) == english
    assert format_moment(moment, "America/New_York", "es", now=NOW) == spanish


def test_another_year_is_named() -> None:
    assert format_day(date(2027, 1, 4), "en", today=NOW.date()) == "Monday, January 4, 2027"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        format_moment(datetime(2026, 11, 21, 10, 30), "America/New_York", "en")  # noqa: DTZ001


# ---- where keys are ----------------------------------------------------------------------------


def keys_in_use() -> dict[str, str]:
    """Every key with one place that shows it."""
    found: dict[str, str] = {}
    for path in python_files():
        found |= dict.fromkeys(python_keys(path.read_text(encoding="utf-8")), str(path.relative_to(APP)))
    for path in template_files():
        found |= dict.fromkeys(template_keys(path), str(path.relative_to(APP)))
    for source in phone_words.phone_sources():
        found |= dict.fromkeys(phone_words.sentences(source), "phone")
        found |= dict.fromkeys((one for one, _ in phone_words.plurals(source)), "phone")
    found |= dict.fromkeys(domain_words(), "domain")
    return found | {problem.sentence: "errors.py" for problem in CATALOGUE.values()}


def python_files() -> list[Path]:
    return sorted(APP.rglob("*.py"))


def template_files() -> list[Path]:
    return sorted(path for path in (APP / "templates").rglob("*") if path.is_file())


def python_keys(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and called(node) in KEY_ARGUMENTS:
            for position in KEY_ARGUMENTS[called(node)]:
                argument = node.args[position] if position < len(node.args) else None
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


def called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def template_keys(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        # Without silent=false a template that does not parse would count as one without sentences.
        options = {"trimmed": "true", "silent": "false"}
        for _, messages, _, _ in extract("jinja2", file, JINJA_KEYWORDS, (), options):
            yield messages if isinstance(messages, str) else messages[0]


def every_literal() -> set[str]:
    """Keys that reach `_()` through a variable are literals somewhere."""
    found = {literal for source in phone_words.phone_sources() for literal in phone_words.literals(source)}
    for path in template_files():
        found |= set(phone_words.literals(path.read_text(encoding="utf-8")))
    for path in python_files():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    return found


def spanish_entries() -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    with SPANISH.open("rb") as file:
        messages = [message for message in read_po(file, abort_invalid=True) if message.id]
    return [(as_tuple(message.id), as_tuple(message.string)) for message in messages]


def as_tuple(text: object) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(str(part) for part in text)  # type: ignore[attr-defined]


def same_placeholders(key: str, translation: str, *, may_omit_count: bool) -> bool:
    """A singular may write its count as a word."""
    wanted, found = placeholders(key), placeholders(translation)
    return found == wanted or (may_omit_count and found == wanted - {"n"})


def placeholders(text: str) -> set[str]:
    return {brace or percent for brace, percent in PLACEHOLDER.findall(text)}
