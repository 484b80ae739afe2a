"""Join codes and tokens: derived, unguessable, forgiving in what people type (reliability.md B6)."""

from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from opencobrowse.kernel.ids import is_id, iso, new_id
from opencobrowse.kernel.secrets import CODE_ALPHABET, Keyring, Secret, digest, new_token, normal_code, same

KEYRING = Keyring(b"k" * 32)


@given(session_id=st.uuids().map(str))
def test_a_join_code(session_id: str) -> None:
    """Eight consonants, the same each time, another with another server's key."""
    code = KEYRING.join_code(session_id)
    letters = code.replace("-", "")
    assert len(letters) == 8 and code[4] == "-"
    assert set(letters) <= set(CODE_ALPHABET)
    assert not set(letters) & set("AEIOUY" + string.digits)
    assert KEYRING.join_code(session_id) == code
    assert Keyring(b"o" * 32).join_code(session_id) != code
    assert len(KEYRING.join_token(session_id)) == 32


@given(session_id=st.uuids().map(str), typed=st.sampled_from([str.lower, str.upper, lambda c: f" {c} "]))
def test_a_code_is_found_however_it_is_typed(session_id: str, typed: object) -> None:
    code = KEYRING.join_code(session_id)
    assert callable(typed)
    assert KEYRING.index(typed(code)) == KEYRING.index(code.replace("-", " ")) == KEYRING.index(code)


def test_codes_use_the_whole_alphabet_evenly() -> None:
    """20,000 codes: every letter in every place, none more than a fifth off its share."""
    codes = [KEYRING.join_code(str(number)).replace("-", "") for number in range(20_000)]
    for place in range(8):
        counts = [sum(code[place] == letter for code in codes) for letter in CODE_ALPHABET]
        assert all(800 < count < 1200 for count in counts)
    assert len(set(codes)) == len(codes)


def test_what_is_stored_tells_nothing() -> None:
    code = KEYRING.join_code("s")
    assert normal_code(code) not in KEYRING.index(code).upper()
    assert Keyring(b"o" * 32).index(code) != KEYRING.index(code)


def test_tokens() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(len(token) == 43 for token in tokens)
    assert len(digest("x")) == 64 and digest("x") != digest("y")
    assert same("a", "a") and not same("a", "b")
    assert "x" not in repr(Secret("xxxx"))


@given(moment=st.integers(0, 4_102_444_800_000))
def test_times_are_iso_with_milliseconds(moment: int) -> None:
    text = iso(moment)
    assert len(text) == 24 and text.endswith("Z") and text[19] == "."
    assert int(text[20:23]) == moment % 1000


def test_ids() -> None:
    assert is_id(new_id()) and is_id(new_id().upper())
    assert not any(
        is_id(text) for text in ("", "cobrowse", "12345", new_id().replace("-", ""), "{" + new_id() + "}")
    )
