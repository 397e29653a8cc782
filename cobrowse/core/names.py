"""Names that customers are shown: an agent's, a site's. A name may say anything, but it may not hide what it says."""

import unicodedata

from cobrowse.core.errors import BadInput

NAME_MAX_CHARACTERS = 64
# Controls, what turns the direction of text around or is not seen (Cf), and separators of lines and paragraphs.
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"})


def check_name(text: str) -> str:
    """The name, trimmed. Raises `BadInput` where it is empty, too long, or has characters that are not seen."""
    name = text.strip()
    if not 0 < len(name) <= NAME_MAX_CHARACTERS:
        raise BadInput(f"A name has 1 to {NAME_MAX_CHARACTERS} characters.", code="bad_name")
    if any(unicodedata.category(char) in _UNSEEN for char in name):
        raise BadInput("A name has no characters that are not seen or turn text around.", code="bad_name")
    return name


def shown_name(text: str) -> str:
    """A name that was stored without being checked, as it may be shown: without such characters, and cut."""
    seen = "".join(char for char in text if unicodedata.category(char) not in _UNSEEN)
    return seen.strip()[:NAME_MAX_CHARACTERS]
