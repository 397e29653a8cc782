"""What a line looks like, by its form, its label and the page's own names, in English and German."""

import pytest

from cobrowse.core.patterns import compiled
from cobrowse.page_check.lines import Line
from cobrowse.page_check.picture import Node
from cobrowse.page_check.sensitive import hits

NOTHING = compiled(())


def found(text: str, label: str = "", hint: str = "", tag: str = "p") -> list[tuple[str, str]]:
    line = Line(text=text, pieces=[(0, Node(id=1, text=text))], tag=tag, label=label)
    return [(hit.kind, text[hit.start : hit.end]) for hit in hits(line, hint, NOTHING)]


@pytest.mark.parametrize(
    ("label", "text", "kind"),
    [
        ("Name", "Ada Lovelace", "name"),
        ("Account holder", "Lady Ada King-Noel", "name"),
        ("Kontoinhaberin", "Ada Lovelace", "name"),
        ("Nachname", "Lovelace", "name"),
        ("Empfänger", "Ada Lovelace", "name"),
        ("Born", "10 December 1985", "birth_date"),
        ("Geburtsdatum", "1985-12-10", "birth_date"),
        ("DOB", "12/10/1985", "birth_date"),
        ("Mobile", "0171 234", "phone"),
        ("Telefonnummer", "4711", "phone"),
        ("Customer number", "A-4711", "number"),
        ("Kundennr.", "47110", "number"),
        ("Kunden-Nummer", "47110", "number"),
        ("Order", "4711", "number"),
        ("Rechnung", "RE4711", "number"),
        ("Passport no.", "C01X00T47", "number"),
        ("Lieferadresse", "Gartenweg 12, Springstadt", "address"),
        ("Billing address", "12 Orchard Lane", "address"),
        ("PIN", "4711", "secret"),
        ("Gutschein", "SPRING-7788", "secret"),
    ],
)
def test_a_label_says_what_stands_behind_it(label: str, text: str, kind: str) -> None:
    assert found(text, label=label) == [(kind, text)]
    assert found(f"{label}: {text}") == [(kind, text)]


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("Name", "Email"),
        ("Name", "-"),
        ("Name", "Which name do you want to give to this list of yours?"),
        ("Product name", "River teapot"),
        ("Order", "River teapot"),
        ("Order", "3 things"),
        ("Address", "—"),
        ("PIN", "Please keep it to yourself"),
        ("Born", "in a barn"),
        ("Phone", "Ask us"),
        ("Name", "•••••"),
        ("Customer number", "•••••"),
    ],
)
def test_a_label_alone_is_nothing(label: str, text: str) -> None:
    assert found(text, label=label) == []


@pytest.mark.parametrize(
    ("hint", "text", "kind"),
    [
        ("customer-name", "Ada Lovelace", "name"),
        ("user_name", "ada", "name"),
        ("givenname vorname", "Ada", "name"),
        ("order-number", "4711", "number"),
        ("kundennummer", "4711", "number"),
        ("street-address", "12 Orchard Lane", "address"),
        ("bday", "10.12.1985", "birth_date"),
    ],
)
def test_the_pages_own_names_say_it_too(hint: str, text: str, kind: str) -> None:
    assert found(text, hint=hint) == [(kind, text)]
    assert found(text, hint=hint, tag="th") == [], "a header is no value"


@pytest.mark.parametrize(
    "text",
    [
        "+44 20 7946 0958",
        "+49 (0)30 1234567",
        "030 / 123 45 67",
        "0171 1234567",
        "(212) 555-0123",
        "212-555-0123",
    ],
)
def test_telephone_numbers(text: str) -> None:
    assert found(f"Call {text}, please") == [("phone", text)]


@pytest.mark.parametrize(
    "text",
    ["EX-2041-8837", "20418837", "RE2041883", "1Z999AA10123456784", "2041 8837 1192", "A/2041/8837"],
)
def test_numbers_of_things(text: str) -> None:
    assert found(f"It is {text} then") == [("number", text)]


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22",
        "22.11.2026",
        "1 000 000 things",
        "1,234,567.00",
        "€1234567",
        "12345678%",
        "10:30:15",
        "3.14159265",
        "Model X200, 2026 edition",
        "https://shop.example/catalogue?page=2",
        "A-very-long-word-that-means-nothing-at-all",
        "Hello Guest",
        "Willkommen Zurück",
        "Welcome to our shop",
    ],
)
def test_other_numbers_and_words_are_left_alone(text: str) -> None:
    assert found(text) == []


def test_one_stretch_is_one_finding_and_the_surer_kind_wins() -> None:
    assert found("Order no. 20418837 for ada@mail.example, born 10.12.1985, call +44 20 7946 0958") == [
        ("number", "20418837"),
        ("email", "ada@mail.example"),
        ("birth_date", "10.12.1985"),
        ("phone", "+44 20 7946 0958"),
    ]


def test_random_words_are_tokens() -> None:
    token = "aB3dE5fG7hI9jK1lM3nO"
    assert found(f"https://shop.example/r/{token}?x=1") == [("token", token)]
    assert found("internationalisation-of-everything") == []
