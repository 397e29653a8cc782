"""What looks as if it should be masked: by its form, by its label, by the names the page itself gives it.

This is a net with small holes, made for a person who looks at what it caught: an accepted finding costs a line in a
file, a missed one costs a customer. It knows English and German labels.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from cobrowse.core import forms
from cobrowse.core.addresses import changes_often
from cobrowse.core.patterns import Patterns
from cobrowse.core.wash import MASK
from cobrowse.page_check.lines import LABEL_TAGS, Line

Kind = Literal[
    "card",
    "iban",
    "pattern",
    "email",
    "token",
    "birth_date",
    "phone",
    "number",
    "name",
    "address",
    "secret",
    "field",
    "editor",
]

# What a finding of this kind is, as the rest of a sentence.
WHY: dict[Kind, str] = {
    "card": "a card number",
    "iban": "an IBAN",
    "pattern": "what one of the site's own patterns (wash) finds",
    "email": "an e-mail address",
    "token": "a token or another secret text of random characters",
    "birth_date": "a date of birth",
    "phone": "a telephone number",
    "number": "a customer, order or account number",
    "name": "a person's name",
    "address": "a postal address",
    "secret": "a secret",
    "field": "a field whose value the policy shows",
    "editor": "edited text that the policy shows",
}
# What the hub masks as well. It is a finding all the same: it has left the tab.
WASHED: frozenset[Kind] = frozenset({"card", "iban", "pattern"})

LABELLED_NUMBER_DIGITS = 4
NUMBER_DIGITS = 7
TOKEN_MIN_CHARACTERS = 20
NAME_MAX_CHARACTERS = 60
NAME_MAX_WORDS = 6

_EMAIL = re.compile(r"[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_MONTH = r"(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-zé]{0,6}\.?"
_DATE = re.compile(
    r"\b(?:[0-9]{1,2}[./-][0-9]{1,2}[./-](?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}"
    rf"|[0-9]{{1,2}}\.? {_MONTH} (?:19|20)[0-9]{{2}}|{_MONTH} [0-9]{{1,2}}, (?:19|20)[0-9]{{2}})\b",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"(?<![\w+])(?:\+[1-9][0-9]{0,3}(?:[ ()/.-]{0,3}[0-9]){6,13}"
    r"|\(?0[1-9][0-9]{1,4}\)?[ /-]{1,3}[0-9](?:[ /-]?[0-9]){4,9}"
    r"|\(?[2-9][0-9]{2}\)?[ .-][2-9][0-9]{2}[ .-][0-9]{4})(?!\w)"
)
_NUMBER = re.compile(r"(?<![\w.,:/%€$£])[A-Za-z0-9]+(?:[-/][A-Za-z0-9]+|(?<=[0-9]) (?=[0-9]{2})[0-9]+)*(?![\w%€$£])")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?: [0-9]{3})+")
_WORD = re.compile(r"[A-Za-z0-9_+=-]+")
_TIME = re.compile(r"[0-9:. -]+")
_LETTERS = re.compile(r"[^\W\d_]")
_TWO_WORDS = re.compile(r"\w+\W+\w+")

# What a page says to somebody it knows.
_GREETED = re.compile(
    r"\b(?:hello|hi|dear|hallo|welcome(?: back)?|willkommen(?: zurück)?|guten tag|(?:signed|logged) in as"
    r"|angemeldet als)(?: (?:mr|mrs|ms|herr|frau))?[.,]? +(?-i:([A-ZÄÖÜ][\w'-]+(?: [A-ZÄÖÜ][\w'.-]+){0,2}))",
    re.IGNORECASE,
)

_NO_NAMES = frozenset({"Back", "Zurück", "Customer", "Kunde", "Guest", "Gast"})

_BIRTH = re.compile(r"\bbirth|\bborn\b|\bdob\b|geboren|geburt|\bgeb\.", re.IGNORECASE)
_NUMBER_OF = re.compile(
    r"\b(?:order|customer|client|account|invoice|contract|policy|member(?:ship)?|booking|case|ticket|claim|insurance"
    r"|social security|tax|passport|licen[cs]e|patient|employee|tracking|reference)\b.{0,12}?(?:\bno\b|number|\bid\b|#)"
    r"|(?:kunden|bestell|auftrags|rechnungs|vertrags|konto|versicherten|versicherungs|steuer|ausweis|mitglieds|buchungs"
    r"|sendungs|vorgangs|personal|patienten)-?(?:nr|nummer|id)",
    re.IGNORECASE,
)
# Between a word that says what comes and what comes.
_BETWEEN_CHARACTERS = 20

# Labels, as they stand before a value; a number's may also be all there is of a column's header.
_LABELS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "secret",
        re.compile(
            r"pass(?:word|wort|phrase)\b|\bpin\b|\b(?:cvv|cvc)\b|security (?:code|number|answer)|\bsecret|api.?key"
            r"|access token|recovery code|one.?time|\btan\b|voucher|gutschein|coupon",
            re.IGNORECASE,
        ),
    ),
    ("birth_date", _BIRTH),
    ("email", re.compile(r"e-?mail", re.IGNORECASE)),
    ("phone", re.compile(r"\b(?:tele)?phone\b|\bmobile\b|telefon|mobil(?:nummer|funk)|handy|\btel\.?$", re.IGNORECASE)),
    (
        "number",
        re.compile(
            r"^(?:order|invoice|booking|contract|policy|claim|bestellung|auftrag|rechnung|vertrag|buchung)s?$|"
            + _NUMBER_OF.pattern,
            re.IGNORECASE,
        ),
    ),
    (
        "address",
        re.compile(
            r"^(?:(?:delivery|shipping|billing|home|postal|mailing|invoice) )?address$|^(?:deliver(?:ed)?|ship(?:ped)?"
            r"|sent) to$|^street|post ?code|\bzip\b|(?:liefer|rechnungs|post)?(?:adresse|anschrift)$|stra(?:ß|ss)e"
            r"|wohnort|postleitzahl|\bplz\b",
            re.IGNORECASE,
        ),
    ),
    (
        "name",
        re.compile(
            r"^(?:your |full |first |last |middle |given |family |user ?|customer |contact |account |cardholder )?name$"
            r"|^surname$|(?:account|card) ?holder|^recipient|^(?:vor|nach|familien|geburts|benutzer|kunden)?name$"
            r"|(?:konto|karten)inhaber|ansprechpartner|empf[äa]nger",
            re.IGNORECASE,
        ),
    ),
)

# What ids, classes, names and the like say, in lower case.
_HINTS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("birth_date", re.compile(r"birth[-_]?da(?:y|te)|\bbday|\bdob\b|geburtsdatum")),
    ("phone", re.compile(r"\btel(?:ephone)?\b|phone[-_]?n|\bphone\b|\bmobile[-_]?(?:no|number)|telefon")),
    (
        "number",
        re.compile(
            r"(?:order|customer|client|account|invoice|contract|member|booking|case|ticket|patient|tracking|kunden|bestell"
            r"|auftrags|rechnungs|vertrags|konto)[-_]?(?:no|nr|num(?:ber)?|nummer|id)\b"
        ),
    ),
    ("address", re.compile(r"street[-_]?address|address[-_]?line|postal[-_]?code|\bzip(?:code)?\b|adresse|anschrift")),
    (
        "name",
        re.compile(
            r"(?:full|first|last|given|family|user|customer|account|holder|member|contact|additional)[-_]?name"
            r"|\bsurname|\bvorname|\bnachname|cc-name"
        ),
    ),
)


class Hit(NamedTuple):
    """A stretch of a line that looks sensitive."""

    kind: Kind
    start: int
    end: int


def number_kind(text: str) -> Kind:
    """What `forms.find` has found."""
    return "iban" if text[0].isalpha() else "card"


def hits(line: Line, hint: str, patterns: Patterns, known: Sequence[Hit] = ()) -> list[Hit]:
    """What in this line looks sensitive, none over another; `hint` is what the page's own names say of it. `known` are
    the card numbers and IBANs in it."""
    found = list(known)
    for hit in _candidates(line, hint, patterns):
        if MASK not in line.text[hit.start : hit.end] and all(
            hit.end <= other.start or other.end <= hit.start for other in found
        ):
            found.append(hit)
    return sorted(found, key=lambda hit: hit.start)


def _candidates(line: Line, hint: str, patterns: Patterns) -> Iterator[Hit]:
    """Surer ones first."""
    text = line.text
    if line.where or not line.pieces:
        yield from (Hit(number_kind(text[start:end]), start, end) for start, end in forms.find(text))
    for start, end in patterns.find(text):
        yield Hit("pattern", start, end)
    yield from (Hit("email", *found.span()) for found in _EMAIL.finditer(text))
    yield from (Hit("token", *found.span()) for found in _WORD.finditer(text) if looks_random(found[0]))
    label, at = _label(line)
    kind = _kind_of_label(label) or _kind_of_hint(line, hint)
    if kind is not None:
        yield from _labelled(kind, text, at)
    yield from _announced(text)
    yield from (Hit("name", *found.span(1)) for found in _GREETED.finditer(text) if found[1] not in _NO_NAMES)
    yield from (Hit("phone", *found.span()) for found in _PHONE.finditer(text) if not _DATE.fullmatch(found[0]))
    yield from _numbers(text, NUMBER_DIGITS)


def _announced(text: str) -> Iterator[Hit]:
    """Dates of birth and numbers that running text says are such."""
    for said in _BIRTH.finditer(text):
        date = _DATE.search(text, said.end())
        if date is not None and date.start() <= said.end() + _BETWEEN_CHARACTERS:
            yield Hit("birth_date", *date.span())
    for said in _NUMBER_OF.finditer(text):
        number = next(_numbers(text, LABELLED_NUMBER_DIGITS, said.end()), None)
        if number is not None and number.start <= said.end() + _BETWEEN_CHARACTERS:
            yield number


def looks_random(word: str) -> bool:
    """A word of 20 characters and more in which letters, digits and cases change places all the time."""
    return len(word) >= TOKEN_MIN_CHARACTERS and changes_often(word, len(word))


def _label(line: Line) -> tuple[str, int]:
    """The label, and where in the line the value begins."""
    before, colon, after = line.text.partition(":")
    if colon and after.strip() and _kind_of_label(before.strip()):
        return before.strip(), len(before) + 1
    return (line.label, 0) if not line.where else (line.where, 0)


def _kind_of_label(label: str) -> Kind | None:
    return next((kind for kind, form in _LABELS if form.search(label.strip().rstrip(":"))), None)


def _kind_of_hint(line: Line, hint: str) -> Kind | None:
    if line.where or line.tag in LABEL_TAGS:
        return None
    return next((kind for kind, form in _HINTS if form.search(hint)), None)


def _labelled(kind: Kind, text: str, at: int) -> Iterator[Hit]:
    """The value that such a label stands before, if it can be one."""
    value = text[at:].strip()
    if not value or _kind_of_label(value) is not None:
        return
    start = text.index(value, at)
    if kind == "birth_date":
        yield from (Hit(kind, *found.span()) for found in _DATE.finditer(text, at))
    elif kind == "number":
        yield from _numbers(text, LABELLED_NUMBER_DIGITS, at)
    elif kind in _PLAUSIBLE and _PLAUSIBLE[kind](value):
        yield Hit(kind, start, start + len(value))


def _is_name(value: str) -> bool:
    return (
        len(value) <= NAME_MAX_CHARACTERS
        and len(value.split()) <= NAME_MAX_WORDS
        and sum(1 for _ in _LETTERS.finditer(value)) >= 2
        and value[-1] not in "?!:…"
    )


_PLAUSIBLE: dict[Kind, Callable[[str], bool]] = {
    "name": _is_name,
    "address": lambda value: bool(re.search("[0-9]", value)) or bool(_TWO_WORDS.search(value)),
    "phone": lambda value: len(re.findall("[0-9]", value)) >= LABELLED_NUMBER_DIGITS,
    "secret": lambda value: bool(re.search("[0-9]", value)) and len(value.split()) == 1,
}


def _numbers(text: str, digits: int, at: int = 0) -> Iterator[Hit]:
    for found in _NUMBER.finditer(text, at):
        number = found[0]
        if len(re.findall("[0-9]", number)) < digits or _DATE.fullmatch(number) or _THOUSANDS.fullmatch(number):
            continue
        yield Hit("number", *found.span())
