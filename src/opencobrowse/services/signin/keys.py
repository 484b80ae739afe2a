"""Public keys of programs: read from PEM or JWK, kept as JWK, and what they say of a signature.

A key's own type decides with which algorithm it verifies. What a JWT's header says is compared with that and
never followed: no `none`, no HMAC with a public key as the secret (RFC 8725 sections 2.1 and 3.1; B12).
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate
from jwt.algorithms import Algorithm, ECAlgorithm, OKPAlgorithm, RSAAlgorithm, RSAPSSAlgorithm

from opencobrowse.kernel import limits
from opencobrowse.kernel.errors import Detail, Invalid

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""What an assertion may be signed with."""

_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
# What identifies a key (RFC 7638 section 3.2, RFC 8037 section 2), and so all that is kept of it.
_PUBLIC: Final[Mapping[str, tuple[str, ...]]] = {
    "RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One key. `algorithms` are those that it can verify with, by the names of RFC 7518 and RFC 8037."""

    kid: str
    algorithms: tuple[str, ...]
    key: Any

    def verifies(self, algorithm: str, signed: bytes, signature: bytes) -> bool:
        """Whether `signature` of `signed` is this key's. False for an algorithm that is not the key's."""
        if algorithm not in self.algorithms:
            return False
        return _algorithm(algorithm).verify(signed, self.key, signature)


def public_jwk(text: str) -> str:
    """A public key as the JWK that is kept, from PEM (key or certificate) or a JWK. Its `kid`, where it has
    none, is its thumbprint (RFC 7638). Raises `Invalid`, a private key included."""
    if len(text) > limits.PUBLIC_KEY_CHARS:
        raise _no_key("it is too long")
    jwk = _from_pem(text) if "-----BEGIN" in text else _from_json(text)
    kind = str(jwk.get("kty"))
    if kind not in _PUBLIC:
        raise _no_key(f"a key of the kind {kind!r} signs no assertion: use RSA, EC P-256 or Ed25519")
    kept = {name: str(jwk.get(name, "")) for name in _PUBLIC[kind]}
    thumbprint = hashlib.sha256(json.dumps(kept, sort_keys=True, separators=(",", ":")).encode()).digest()
    for name in ("kid", "alg"):
        if jwk.get(name) is not None:
            kept[name] = str(jwk[name])
    kept.setdefault("kid", base64.urlsafe_b64encode(thumbprint).decode().rstrip("="))
    made = json.dumps(kept, sort_keys=True)
    load(made)
    return made


def load(jwk: str) -> PublicKey:
    """The key of a kept JWK. Raises `Invalid` for one that cannot verify."""
    fields = json.loads(jwk)
    try:
        key = jwt.PyJWK(fields, algorithm=_family(fields)).key
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise _no_key(str(error).rstrip(".")) from None
    algorithms = _fitting(key)
    named = fields.get("alg")
    if named is not None and named not in algorithms:
        raise _no_key(f"its alg is {named!r}; a key of its kind verifies {' or '.join(algorithms)}")
    return PublicKey(str(fields["kid"]), (str(named),) if named else algorithms, key)


def _from_pem(text: str) -> Mapping[str, Any]:
    if "PRIVATE KEY" in text:
        raise _private()
    try:
        if "BEGIN CERTIFICATE" in text:
            key: Any = load_pem_x509_certificate(text.encode()).public_key()
        else:
            key = load_pem_public_key(text.encode())
    except ValueError:
        raise _no_key("it is no PEM text of a public key") from None
    if isinstance(key, RSAPublicKey):
        return RSAAlgorithm.to_jwk(key, as_dict=True)
    if isinstance(key, EllipticCurvePublicKey):
        return ECAlgorithm.to_jwk(key, as_dict=True)
    if isinstance(key, Ed25519PublicKey):
        return OKPAlgorithm.to_jwk(key, as_dict=True)
    raise _no_key("use RSA, EC P-256 or Ed25519")


def _from_json(text: str) -> Mapping[str, Any]:
    try:
        jwk = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise _no_key("it is neither PEM nor JSON") from None
    if not isinstance(jwk, dict) or "keys" in jwk:
        raise _no_key("give one JWK, not a set of them")
    if jwk.get("kty") == "oct":
        raise _no_key("a shared secret is no public key")
    if _PRIVATE & set(jwk):
        raise _private()
    return jwk


def _fitting(key: Any) -> tuple[str, ...]:
    if isinstance(key, RSAPublicKey):
        if key.key_size < limits.RSA_BITS:
            raise _no_key(f"it has {key.key_size} bits, at least {limits.RSA_BITS} are needed")
        return ("RS256", "PS256")
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return ("ES256",)
    if isinstance(key, Ed25519PublicKey):
        return ("EdDSA",)
    raise _no_key("use RSA, EC P-256 or Ed25519")


def _family(fields: Mapping[str, Any]) -> str:
    """Any algorithm of the key's kind, so that its numbers are read; the size and the curve come after."""
    return {"RSA": "RS256", "EC": "ES256", "OKP": "EdDSA"}.get(str(fields.get("kty")), "none")


def _algorithm(name: str) -> Algorithm:
    match name:
        case "RS256":
            return RSAAlgorithm(RSAAlgorithm.SHA256)
        case "PS256":
            return RSAPSSAlgorithm(RSAPSSAlgorithm.SHA256)
        case "ES256":
            return ECAlgorithm(ECAlgorithm.SHA256)
    return OKPAlgorithm()


def _private() -> Invalid:
    return _no_key("it is a private key: keep that one, and give its public half")


def _no_key(why: str) -> Invalid:
    return Invalid(
        f"The public key cannot be used: {why}.",
        code="invalid.value",
        details=(Detail("invalid.value", "publicKeys"),),
        cure="Give a public key of RSA (2048 bits and more), EC P-256 or Ed25519, as PEM or as one JWK.",
    )
