"""A page that is shared with nobody: the SDK's parts as they are served, and a link that is a list. What a
hostile or broken server would say can be said, and what the page answers is read."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx
from playwright.sync_api import Page

from tests.support.wire import Sent

START = """async ([url, settings, control]) => {
  const { Sharer } = await import(url);
  const told = [], frames = [];
  window.link = {
    told, frames, open: true, buffered: 0,
    tell(message) { if (this.open) told.push(message); return this.open; },
    send(frame) { frames.push([...frame]); },
  };
  const share = {
    type: 'share', sessionId: 's-1', position: { epoch: 1, offset: 0 }, resumeToken: 't', settings,
    agentName: 'Ana', control,
  };
  window.stopped = 0;
  window.sharer = new Sharer(window.link, share, () => window.stopped++);
}"""
SETTINGS = {
    "privacy": "inputs",
    "maskSelectors": [".veiled"],
    "showSelectors": [],
    "readonlySelectors": [".locked"],
    "allowAgentNavigation": True,
}
AGENT = 7


@dataclass
class Shared:
    """One page and its sharer. `ids`: the mirror's ids of what has an `id` (or else a class), by that;
    `order`: those of all elements, as they stand in the document: also of what keeps its names to itself."""

    page: Page
    ids: dict[str, int] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    count: int = 0

    def start(self, server_url: str, *, control: bool = False, **settings: Any) -> Shared:
        manifest = httpx.get(f"{server_url}/sdk/manifest.json").json()
        url = f"{server_url}/sdk/{manifest['share']}"
        self.page.evaluate(START, [url, SETTINGS | settings, control])
        self.page.wait_for_function("link.frames.length > 0")
        self.learn()
        return self

    def learn(self) -> None:
        """Read the ids out of all that the page has sent."""
        self.read([bytes(frame) for frame in self.page.evaluate("link.frames.splice(0)")])

    def read(self, frames: list[bytes]) -> None:
        sent = Sent()
        for frame in frames:
            sent.frame(frame)
        for _, body in sent.bodies:
            try:
                events = json.loads(body)
            except ValueError:
                continue  # a pointer
            for event in events:
                self._walk(event)

    def after(self, name: str, count: int) -> int:
        """The id of the element that stands so many after this one."""
        return self.order[self.order.index(self.ids[name]) + count]

    def _walk(self, value: Any) -> None:
        if isinstance(value, dict):
            attributes = value.get("attributes")
            if isinstance(attributes, dict) and isinstance(value.get("id"), int):
                self.order.append(value["id"])
                if "id" in attributes:
                    self.ids[str(attributes["id"])] = value["id"]
                elif "class" in attributes:
                    self.ids.setdefault(str(attributes["class"]), value["id"])
            for inner in value.values():
                self._walk(inner)
        elif isinstance(value, list):
            for inner in value:
                self._walk(inner)

    # -- what the server says ------------------------------------------------------------------------------

    def says(self, type_: str, **values: Any) -> None:
        self.page.evaluate("m => sharer.message(m)", {"type": type_, **values})

    def state(self, control: str = "none", controller: int = 0, viewers: tuple[int, ...] = (AGENT,)) -> None:
        self.says(
            "state", sessionId="s-1", state="active", control=control, sharing=True, controller=controller,
            viewers=[{"peer": peer, "name": f"Ana {peer}" if peer != AGENT else "Ana"} for peer in viewers],
        )  # fmt: skip

    def granted(self) -> Shared:
        """The customer has agreed to control together with viewing, and the agent has come."""
        self.state("held", AGENT)
        return self

    # -- what the agent does -------------------------------------------------------------------------------

    def act(self, kind: str, target: str | int | None = None, *, peer: int = AGENT, **more: Any) -> str:
        """The page's answer: the result, and the reason where there is one."""
        return self._ask("act", kind, target, peer, more)

    def propose(self, kind: str, target: str | int | None = None, *, peer: int = AGENT, **more: Any) -> int:
        self.count += 1
        self.says(
            "propose", id=self.count, peer=peer, agentName="Ana", action=self._action(kind, target, more)
        )
        return self.count

    def _action(self, kind: str, target: str | int | None, more: dict[str, Any]) -> dict[str, Any]:
        node = self.ids[target] if isinstance(target, str) else target
        return {"kind": kind, **({"node": node} if node is not None else {}), **more}

    def _ask(self, type_: str, kind: str, target: str | int | None, peer: int, more: dict[str, Any]) -> str:
        self.count += 1
        self.says(type_, id=self.count, peer=peer, action=self._action(kind, target, more))
        return self.answered(self.count)

    def answered(self, id_: int) -> str:
        self.page.wait_for_function("id => link.told.some(m => m.type === 'acted' && m.id === id)", arg=id_)
        told = self.page.evaluate("id => link.told.find(m => m.type === 'acted' && m.id === id)", id_)
        return str(told["result"] + (f" {told['reason']}" if "reason" in told else ""))

    def told(self, type_: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.page.evaluate(
            "type => link.told.filter(m => m.type === type)", type_
        )
        return found

    def seen(self) -> list[str]:
        """What has happened on the page since the last look."""
        found: list[str] = self.page.evaluate("seen.splice(0)")
        return found

    def value(self, expression: str) -> Any:
        return self.page.evaluate(expression)
