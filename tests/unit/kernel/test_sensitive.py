"""The second net (B3): card numbers, IBANs, e-mail addresses in the texts of a page that the server reads."""

from __future__ import annotations

import pytest

from opencobrowse.kernel.sensitive import MASKED, is_card_number, is_iban, scrub


@pytest.mark.parametrize(
    "secret",
    [
        "4111111111111111", "4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005",
        "6011.1111.1111.1117", "GB29 NWBK 6016 1331 9268 19", "DE89370400440532013000",
        "NO9386011117947", "ada@example.com", "ada%40example.co.uk", "ada.lovelace+shop@mail.example.org",
    ],
)  # fmt: skip
def test_what_looks_like_a_secret_does_not_go_on(secret: str) -> None:
    assert scrub(f"Order for {secret} today") == f"Order for {MASKED} today"
    assert secret not in scrub(f"https://shop.example/{secret}/paid")


@pytest.mark.parametrize(
    "harmless",
    [
        "Order 4711", "4111111111111112", "Room 12, floor 3", "2026-11-21 14:30", "12345678901234567890123",
        "GB29NWBK60161331926818", "me at example.com", "@handle", "DE89", "",
    ],
)  # fmt: skip
def test_what_does_not_stays(harmless: str) -> None:
    assert scrub(harmless) == harmless


def test_check_digits() -> None:
    assert is_card_number("4111 1111 1111 1111")
    assert not is_card_number("4111 1111 1111 1112")
    assert is_iban("GB29 NWBK 6016 1331 9268 19")
    assert not is_iban("GB28 NWBK 6016 1331 9268 19")
    assert not is_iban("ÄÖ29 NWBK 6016 1331 9268 19")
