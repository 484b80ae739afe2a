"""The second net: card numbers, IBANs and e-mail addresses in the few texts of a page that the server reads.

The first net is the page's own mask. This one is for what the server itself keeps or passes on as text: a
page's title and address. It never sees a picture's frames (docs/adr/0008).
"""

from __future__ import annotations

import re
from typing import Final

MASKED: Final = "••••••"

_DIGITS: Final = re.compile(r"(?<!\d)\d(?:[ \-./]?\d){12,18}(?!\d)")
_IBAN: Final = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ \-]?[A-Za-z0-9]){11,30}(?![A-Za-z0-9])")
_EMAIL: Final = re.compile(r"[^\s@<>\"'/]{1,64}(?:@|%40)[^\s@<>\"'/]{1,255}\.[^\s@<>\"'/.]{2,63}")


def scrub(text: str) -> str:
    """`text` without card numbers (Luhn, 13 to 19 digits), IBANs (ISO 13616) and e-mail addresses."""
    text = _EMAIL.sub(MASKED, text)
    text = _IBAN.sub(lambda found: _without_iban(found[0]), text)
    return _DIGITS.sub(lambda found: MASKED if is_card_number(found[0]) else found[0], text)


def _without_iban(text: str) -> str:
    """`text` begins like an IBAN and may go on with other words."""
    for end in [len(text), *(found.start() for found in reversed([*re.finditer(r"[ \-]", text)]))]:
        if is_iban(text[:end]):
            return MASKED + text[end:]
    return text


def is_card_number(text: str) -> bool:
    """Whether the digits of `text` are a card's number by length and check digit (ISO/IEC 7812)."""
    digits = [int(ch) for ch in text if ch in "0123456789"]
    if not 13 <= len(digits) <= 19:
        return False
    doubled = [sum(divmod(2 * d, 10)) for d in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def is_iban(text: str) -> bool:
    """Whether `text` is an IBAN by its check digits: the remainder of 97 is 1."""
    plain = "".join(ch for ch in text.upper() if ch.isalnum())
    if not 15 <= len(plain) <= 34 or not plain.isascii():
        return False
    return int("".join(str(int(ch, 36)) for ch in plain[4:] + plain[:4])) % 97 == 1
