"""`wire.live` against `schema/`: the definition, the golden vectors, in both directions."""

from __future__ import annotations

import json
import typing
from pathlib import Path
from typing import Any, Final

import jsonschema
import msgspec
import pytest

from opencobrowse.domain.session import SessionState
from opencobrowse.live.closing import FOR_REFUSAL, Close
from opencobrowse.relay.authority import RULES, Refusal, Role
from opencobrowse.wire import live
from opencobrowse.wire.live import HEADER, Flags, Kind
from tests.unit.relay.peers import Stage

ROOT: Final = Path(__file__).parents[3] / "schema"


def read(name: str) -> Any:
    return json.loads((ROOT / name).read_text())


SCHEMA: Final = read("live.schema.json")
MESSAGES: Final = read("vectors/messages.json")
FRAMES: Final = read("vectors/frames.json")
CODES: Final = read("vectors/close-codes.json")
UP: Final = typing.get_args(live.FromPeer)
DOWN: Final = typing.get_args(live.FromServer)
_from_server: Final = msgspec.json.Decoder(live.FromServer)


def validator(part: str) -> Any:
    return jsonschema.Draft202012Validator({**SCHEMA, "oneOf": [{"$ref": f"#/$defs/{part}"}]})


def is_valid(part: str, value: Any) -> bool:
    return bool(validator(part).is_valid(value))


# -- the definition and the types say the same ---------------------------------------------------------------


@pytest.mark.parametrize(("part", "types"), [("FromPeer", UP), ("FromServer", DOWN)])
def test_both_have_the_same_messages(part: str, types: tuple[type, ...]) -> None:
    named = {ref["$ref"].rsplit("/", 1)[1] for ref in SCHEMA["$defs"][part]["oneOf"]}
    assert named == {kind.__name__ for kind in types}


@pytest.mark.parametrize("kind", sorted({*UP, *DOWN, live.Position, live.PageInfo, live.Viewer}, key=str))
def test_both_have_the_same_fields(kind: type[msgspec.Struct]) -> None:
    defined = SCHEMA["$defs"][kind.__name__]
    config = kind.__struct_config__
    fields = msgspec.structs.fields(kind)
    names = {field.encode_name for field in fields} | ({"type"} if config.tag else set())
    required = {field.encode_name for field in fields if field.required} | ({"type"} if config.tag else set())
    assert set(defined["properties"]) == names
    assert set(defined.get("required", [])) == required
    if config.tag:
        assert defined["properties"]["type"] == {"const": config.tag}


def test_the_binary_frame_is_as_defined() -> None:
    binary = SCHEMA["x-binary-frame"]
    assert binary["headerBytes"] == HEADER.size
    assert {name: kind["value"] for name, kind in binary["kinds"].items()} == {k.name: int(k) for k in Kind}
    assert binary["flags"] == {f.name: int(f) for f in Flags}
    for name, kind in binary["kinds"].items():
        rule = RULES[Kind[name]]
        assert {role.value for role in rule.roles} == set(kind["from"])
        assert (rule.max_bytes, rule.ordered) == (kind["maxBytes"], kind["ordered"])
        assert {f.name for f in Flags if f & rule.flags} == set(kind["flags"])


def test_versions_and_subprotocol() -> None:
    assert SCHEMA["x-versions"] == list(live.SUPPORTED)
    assert SCHEMA["x-subprotocol"] == live.SUBPROTOCOL
    assert max(live.SUPPORTED) == live.VERSION


# -- messages ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("message", MESSAGES["fromPeer"], ids=str)
def test_what_peers_send(message: dict[str, Any]) -> None:
    assert is_valid("FromPeer", message)
    decoded = live.decode(json.dumps(message))
    again = json.loads(live.encode(decoded))
    assert is_valid("FromPeer", again)
    assert live.decode(json.dumps(again)) == decoded
    assert {k: again[k] for k in again if k in message} == {k: message[k] for k in again if k in message}
    newer = {**message, "fromTheFuture": {"a": [1]}}
    assert live.decode(json.dumps(newer)) == decoded, "unknown fields are ignored"


@pytest.mark.parametrize("message", MESSAGES["fromServer"], ids=str)
def test_what_the_server_sends(message: dict[str, Any]) -> None:
    assert is_valid("FromServer", message)
    decoded = _from_server.decode(json.dumps(message))
    assert json.loads(live.encode(decoded)) == message


def test_every_message_has_a_vector() -> None:
    assert {m["type"] for m in MESSAGES["fromPeer"]} == {t.__struct_config__.tag for t in UP}
    assert {m["type"] for m in MESSAGES["fromServer"]} == {t.__struct_config__.tag for t in DOWN}


@pytest.mark.parametrize("bad", MESSAGES["bad"], ids=lambda bad: str(bad["why"]))
def test_what_peers_may_not_send(bad: dict[str, str]) -> None:
    with pytest.raises(msgspec.DecodeError):
        live.decode(bad["text"])
    try:
        value = json.loads(bad["text"])
    except ValueError:
        return
    assert not is_valid("FromPeer", value)


# -- frames --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", FRAMES["good"], ids=lambda v: str(v["name"]))
def test_good_frames(vector: dict[str, Any]) -> None:
    raw, header = bytes.fromhex(vector["hex"]), vector["header"]
    kind, flags, peer, epoch, offset = HEADER.unpack_from(raw)
    got = {"kind": kind, "flags": flags, "peer": peer, "epoch": epoch, "offset": offset}
    assert got == header
    body = bytes.fromhex(vector["bodyHex"])
    assert live.frame(Kind(kind), flags, epoch, offset, body, peer=peer) == raw


@pytest.mark.parametrize("bad", FRAMES["bad"], ids=lambda v: str(v["name"]))
def test_bad_frames_are_refused_as_written(bad: dict[str, Any]) -> None:
    stage = Stage(epoch=FRAMES["room"]["epoch"] - 1)
    viewer, seen = stage.viewer()
    stage.snapshot(b"page")
    stage.events(*[b"e"] * (FRAMES["room"]["nextOffset"] - 1))
    room = stage.room
    assert (room.position.epoch, room.position.offset) == (7, 5)
    room.state = SessionState(bad["state"])
    before = (len(seen.frames), len(stage.socket.frames))
    got = room.receive(
        stage.sharer if Role(bad["from"]) is Role.SHARER else viewer, bytes.fromhex(bad["hex"])
    )
    assert got is Refusal[bad["refusal"]]
    assert FOR_REFUSAL.get(got) == bad["close"]
    assert got.droppable == (bad["close"] is None)
    assert (len(seen.frames), len(stage.socket.frames)) == before


def test_close_codes() -> None:
    """Reliability.md D: two ranges, so that no client guesses."""
    assert {c["name"]: c["code"] for c in CODES} == {c.name: int(c) for c in Close}
    for code in CODES:
        assert code["comeBack"] == (code["code"] < 4500)
