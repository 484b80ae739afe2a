"""What a hostile page sends to the agent's browser: reliability.md G3, made from its classes.

A payload is a tree; the test sends each as part of a snapshot, as a mutation that brings it node by node, and as bare
elements that get their attributes afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.support.hostile import RUN, Ids, Node

Payloads = Iterator[Node]

_EVENTS = ["onerror", "onload", "onclick", "onfocus", "onblur", "onmouseover", "onmouseenter", "onpointerdown", "onpointerover", "onwheel", "onscroll", "onanimationstart", "onanimationend", "ontransitionend", "ontransitionrun", "ontoggle", "onbeforetoggle", "onbegin", "onend", "onrepeat", "onresize", "onpageshow", "onhashchange", "onmessage", "onpopstate", "onbeforeunload", "onunload", "onstorage", "onsubmit", "oninvalid", "oninput", "onloadstart", "oncanplay", "onplay", "onseeked", "onselectionchange", "oncontentvisibilityautostatechange", "onsecuritypolicyviolation", "ONERROR", "OnLoad", "onscrollend", "onslotchange"]  # fmt: skip
_SCHEMES = (
    f"javascript:{RUN}",
    f"JaVaScRiPt:{RUN}",
    f"java\tscript:{RUN}",
    f"java\nscript:{RUN}",
    f" \x01javascript:{RUN}",
    f"\u00a0javascript:{RUN}",
    f"vbscript:{RUN}",
    f"data:text/html,<script>{RUN}</script>",
    f"data:text/html;base64,{RUN}",
    f"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{RUN}'/>",
    f"data:application/xhtml+xml,<script xmlns='http://www.w3.org/1999/xhtml'>{RUN}</script>",
    "blob:https://x.test/0",
    "filesystem:https://x.test/temporary/x",
)
_PLACES = (
    ("a", "href", False), ("area", "href", False), ("a", "xlink:href", True), ("iframe", "src", False),
    ("object", "data", False), ("embed", "src", False), ("form", "action", False), ("button", "formaction", False),
    ("use", "href", True), ("frame", "src", False), ("base", "href", False), ("link", "href", False),
)  # fmt: skip


def handlers(ids: Ids, _: str) -> Payloads:
    for name in _EVENTS:
        for tag in ("img", "body", "svg"):
            yield ids.element(tag, {"src": "x:", name: RUN, "tabindex": "0"}, svg=tag == "svg")


def schemes(ids: Ids, _: str) -> Payloads:
    for scheme in _SCHEMES:
        for tag, name, svg in _PLACES:
            yield ids.element(tag, {name: scheme, "id": "link"}, ids.text("link"), svg=svg)


def scripts(ids: Ids, canary: str) -> Payloads:
    for tag in (
        "script",
        "SCRIPT",
        "svg:script",
        "scr\u0131pt",
        "noscript",
        "template",
        "style",
        "textarea",
        "title",
    ):
        yield ids.element(tag, {"src": f"{canary}/script.js"}, ids.text(RUN))
    for text in (f"<script>{RUN}</script>", f"</style><img src=x onerror='{RUN}'>", f"--><img src=x onerror='{RUN}'>",
                 f"<svg><style><img title='</style><img src onerror={RUN}>'>", f"]]><img src=x onerror='{RUN}'>"):  # fmt: skip
        for tag in (
            "noscript",
            "style",
            "template",
            "select",
            "table",
            "math",
            "iframe",
            "xmp",
            "noembed",
            "plaintext",
        ):
            yield ids.element(tag, {}, ids.text(text))
        yield ids.node(type=5, textContent=text)
        yield ids.node(type=4, textContent=text)
    yield ids.element("svg", {}, ids.element("script", {}, ids.text(RUN), svg=True), svg=True)
    html = ids.element("img", {"src": "x:", "onerror": RUN})
    yield ids.element("svg", {}, ids.element("foreignObject", {}, html, svg=True), svg=True)
    yield ids.element("x-y", {"is": "x-y", "onload": RUN}) | {"isCustom": True}
    yield ids.element("math", {"href": _SCHEMES[0]}, ids.element("maction", {"xlink:href": _SCHEMES[0]}))


def frames(ids: Ids, canary: str) -> Payloads:
    for name in ("srcdoc", "SRCDOC", "SrcDoc"):
        yield ids.element("iframe", {name: f"<script>{RUN}</script><img src={canary}/srcdoc>"})
    for sandbox in ("allow-scripts", "allow-scripts allow-same-origin allow-top-navigation"):
        yield ids.element("iframe", {"sandbox": sandbox, "src": f"{canary}/frame", "allow": "camera *"})
    inside = ids.element("img", {"src": f"{canary}/inside", "onerror": RUN})
    yield ids.element("iframe", {}, ids.document(inside, ids.element("script", {}, ids.text(RUN))))
    for tag in ("frame", "frameset", "portal", "fencedframe", "object", "embed", "applet"):
        yield ids.element(
            tag, {"src": f"{canary}/{tag}", "data": f"{canary}/{tag}", "code": f"{canary}/{tag}"}
        )


def document(ids: Ids, canary: str) -> Payloads:
    for content in (f"0;url={canary}/refresh", f"0;url={_SCHEMES[0]}", f"1; URL='{canary}/refresh'"):
        for name in ("http-equiv", "HTTP-EQUIV"):
            yield ids.element("meta", {name: "refresh", "content": content})
    policy = f"default-src *; img-src *; report-uri {canary}/report"
    yield ids.element("meta", {"http-equiv": "Content-Security-Policy", "content": policy})
    yield ids.element("meta", {"name": "referrer", "content": "unsafe-url"})
    yield ids.element("base", {"href": f"{canary}/base/", "target": "_top"})
    for rel in ("prefetch", "preload", "modulepreload", "prerender", "dns-prefetch", "preconnect", "import", "manifest",
                "icon", "apple-touch-icon", "pingback", "stylesheet import", "Stylesheet", "alternate stylesheet",
                "expect", "compression-dictionary", "next", "search"):  # fmt: skip
        yield ids.element(
            "link", {"rel": rel, "href": f"{canary}/link-{rel}", "as": "script", "type": "text/css"}
        )
    yield ids.element("link", {"rel": "preload", "imagesrcset": f"{canary}/set 1x", "as": "image"})
    button = ids.element("button", {"autofocus": "", "formaction": f"{canary}/send", "type": "submit"})
    yield ids.element("form", {"action": f"{canary}/send", "target": "_top", "method": "post"}, button)
    yield ids.element("a", {"href": f"{canary}/", "ping": f"{canary}/ping", "target": "_top", "download": ""})
    yield ids.element("a", {"href": f"{canary}/", "attributionsrc": f"{canary}/attribution"})
    yield ids.element(
        "script", {"type": "speculationrules"}, ids.text(f'{{"prefetch":[{{"urls":["{canary}/s"]}}]}}')
    )


def animated(ids: Ids, canary: str) -> Payloads:
    for tag in ("animate", "set", "animateTransform", "animateMotion"):
        for name in ("href", "xlink:href", "onclick", "style", "src"):
            moving = ids.element(
                tag,
                {"attributeName": name, "values": _SCHEMES[0], "to": f"{canary}/animated", "begin": "0s"},
                svg=True,
            )
            yield ids.element("svg", {}, ids.element("a", {}, moving, svg=True), svg=True)
        paint = ids.element(
            tag, {"attributeName": "fill", "to": f"url({canary}/to#x)", "dur": "1s"}, svg=True
        )
        yield ids.element(
            "svg", {}, ids.element("rect", {"width": "9", "height": "9"}, paint, svg=True), svg=True
        )


def loading(ids: Ids, canary: str) -> Payloads:
    """Every element that loads, with an address of somebody else's and relative to a page that lies."""
    for where in (
        canary,
        canary.removeprefix("http:"),
        "http://canary.test:9",
        "https://user:password@canary.test",
    ):
        for tag, name in (
            ("img", "src"), ("IMG", "SRC"), ("img", "srcset"), ("img", "lowsrc"), ("img", "longdesc"), ("input", "src"),
            ("audio", "src"), ("video", "src"), ("video", "poster"), ("source", "src"), ("source", "srcset"),
            ("track", "src"), ("embed", "src"), ("object", "data"), ("iframe", "src"), ("body", "background"),
            ("table", "background"), ("td", "background"), ("blockquote", "cite"), ("html", "manifest"),
            ("canvas", "rr_dataURL"), ("img", "rr_dataURL"), ("iframe", "rr_src"), ("div", "style"), ("style", "_cssText"),
            ("link", "_cssText"), ("x-card", "src"),
        ):  # fmt: skip
            value = f"background:url({where}/{tag})" if name == "style" else f"{where}/{tag}-{name}"
            if name == "_cssText":
                value = f"@import '{where}/css';p{{background:url({where}/csstext)}}"
            yield ids.element(tag, {name: value, "type": "image", "autoplay": "", "rr_mediaState": "played"})
        for tag in (
            "image",
            "use",
            "feImage",
            "textPath",
            "mpath",
            "linearGradient",
            "pattern",
            "filter",
            "script",
        ):
            for name in ("href", "xlink:href"):
                inner = ids.element(
                    tag, {name: f"{where}/svg-{tag}#x", "width": "9", "height": "9"}, svg=True
                )
                yield ids.element("svg", {}, inner, svg=True)
        for name in ("fill", "stroke", "filter", "mask", "clip-path", "marker-start", "cursor"):
            inner = ids.element("rect", {name: f"u\\72l({where}/paint-{name}#x)", "width": "9"}, svg=True)
            yield ids.element("svg", {}, inner, svg=True)


_STYLES = (
    "background:url({0}/a)", "background:URL( '{0}/b' )", 'background:url("{0}/c")', "background:u\\72l({0}/d)",
    "background:\\75\\72\\6c({0}/e)", "background:url({0}/f", "list-style:url({0}/g)", "cursor:url({0}/h),auto",
    "border-image:url({0}/i) 1", "mask:url({0}/j)", "-webkit-mask-image:url({0}/k)", "filter:url({0}/l#x)",
    "clip-path:url({0}/m#x)", "background:image-set('{0}/n' 1x)", 'background:-webkit-image-set(url("{0}/o") 1x)',
    "background:image-set(url({0}/p) 1x type('image/png'))", "content:url({0}/q)", "shape-outside:url({0}/r)",
    "background:/**/url({0}/s)", "--x:url({0}/t);background:var(--x)", "--x:'{0}/u';background:image-set(var(--x) 1x)",
    "offset-path:url({0}/v#x)", "background:cross-fade(url({0}/w),red)", "background:src('{0}/x')",
    "background:url(\\\n{0}/y)", "behavior:url({0}/z)", "-moz-binding:url({0}/z2)", "width:expression(alert(1))",
    "position:fixed;inset:0;z-index:2147483647;background:url({0}/overlay)",
)  # fmt: skip
_SHEETS = (
    "@import '{0}/i1';", "@import url({0}/i2);", '@import url("{0}/i3") screen;', "@\\69mport '{0}/i4';",
    "@IMPORT/**/'{0}/i5';", "@import url('{0}/i6') layer(x) supports(display:grid);",
    "@font-face{{font-family:f;src:url({0}/f1)}}p{{font-family:f}}",
    "@font-face{{font-family:g;src:url('{0}/f2') format('woff2');unicode-range:U+0041}}p{{font-family:g}}",
    "input[value^=a]{{background:url({0}/v)}}", "a:visited{{background:url({0}/visited)}}",
    "@namespace url({0}/n);", "p{{}}</style><img src={0}/s>", "@media all{{p{{background:url({0}/m)}}}}",
    "@supports(display:block){{p{{background:url({0}/p)}}}}", "p::before{{content:'a' url({0}/c)}}",
    "@layer x{{@import '{0}/l';}}", "@page{{background:url({0}/page)}}", "/* ' */p{{background:url({0}/q)}}/* ' */",
    "@keyframes k{{from{{background:url({0}/k)}}}}p{{animation:k 1s}}", "@charset 'x';@import '{0}/j';",
    "p{{background:url({0}/x)}}<!-- -->", "@import '{0}/unclosed", "p{{--a:url({0}/y);background:var(--a)}}",
    "@view-transition{{navigation:auto}}p{{background:\\u\\rl({0}/z);background:url({0}/z)}}",
    "@document url({0}){{}}", "@counter-style c{{system:cyclic;symbols:url({0}/cs)}}li{{list-style:c}}",
    "@property --p{{syntax:'<url>';inherits:false;initial-value:url({0}/prop)}}p{{background:var(--p)}}",
)  # fmt: skip


def styles(ids: Ids, canary: str) -> Payloads:
    for style in _STYLES:
        yield ids.element("p", {"style": style.format(canary)}, ids.text("styled"))
        yield ids.element("style", {}, ids.text(f"p,p::before{{{style.format(canary)}}}"))
    for sheet in _SHEETS:
        yield ids.element("style", {}, ids.text(sheet.format(canary)))
        yield ids.element("style", {"_cssText": sheet.format(canary)})


def clobbering(ids: Ids, _: str) -> Payloads:
    for name in ("documentElement", "head", "body", "fonts", "styleSheets", "defaultView", "createElement", "images",
                 "querySelector", "adoptedStyleSheets"):  # fmt: skip
        yield ids.element("img", {"name": name, "id": name})
        yield ids.element("form", {"name": name})
    for name in ("attributes", "childNodes", "parentNode", "setAttribute", "insertBefore", "removeChild", "nodeType",
                 "classList", "scrollTo", "ownerDocument", "getRootNode", "shadowRoot"):  # fmt: skip
        yield ids.element(
            "form", {}, ids.element("input", {"name": name}), ids.element("button", {"id": name})
        )
    for name in ("__proto__", "constructor", "prototype", "__defineGetter__"):
        yield ids.element("p", {name: RUN, "style": {name: RUN, "color": ["red", RUN]}})
    shadow = ids.element(
        "template", {"shadowrootmode": "open"}, ids.element("img", {"src": "x:", "onerror": RUN})
    )
    yield ids.element("div", {}, shadow)
    host = ids.element("div", {}, ids.element("img", {"src": "x:", "onerror": RUN}) | {"isShadow": True})
    yield host | {"isShadowHost": True}
    yield ids.element("input", {}) | {"isShadowHost": True}


CLASSES: tuple[Callable[[Ids, str], Payloads], ...] = (
    handlers, schemes, scripts, frames, document, animated, loading, styles, clobbering,
)  # fmt: skip


def events(target: int, sheet: int, canary: str) -> list[Any]:
    """Events beside mutations that a recorder of ours sends, or does not. `target`: an element, `sheet`: a style."""
    rule = f"p{{background:url({canary}/rule)}}"
    place = {"type": 3, "timestamp": 1}
    sources: list[dict[str, Any]] = [
        {"source": 8, "id": sheet, "adds": [{"rule": rule, "index": 0}]},
        {"source": 8, "id": sheet, "adds": [{"rule": f"@import '{canary}/inserted'", "index": 0}]},
        {"source": 8, "id": sheet, "replace": f"@import '{canary}/replace';{rule}"},
        {"source": 8, "id": sheet, "replaceSync": rule},
        {"source": 13, "id": sheet, "index": [0], "set": {"property": "background", "value": f"url({canary}/set)"}},
        {"source": 15, "id": target, "styleIds": [1], "styles": [{"styleId": 1, "rules": [{"rule": rule, "index": 0}]}]},
        {"source": 8, "styleId": 1, "adds": [{"rule": rule, "index": 0}]},
        {"source": 10, "family": "f", "fontSource": f"url({canary}/font)", "buffer": False, "descriptors": {}},
        {"source": 9, "id": target, "type": 0, "commands": [{"property": "drawImage", "args": [canary]}]},
        {"source": 2, "type": 2, "id": target, "x": 1, "y": 1},
        {"source": 2, "type": 5, "id": target},
        {"source": 14, "ranges": [{"start": target, "startOffset": 0, "end": target, "endOffset": 9**20}]},
        {"source": 16, "id": target, "define": {"name": "x-z"}},
        {"source": 3, "id": target, "x": "9e999", "y": None},
        {"source": 4, "width": -1, "height": 9e15},
        {"source": 5, "id": target, "text": f"<img src=x onerror={RUN}>", "isChecked": "yes"},
        {"source": 7, "id": target, "type": 0, "currentTime": -1},
        {"source": 99}, {"source": "__proto__"}, {},
    ]  # fmt: skip
    found: list[Any] = [{**place, "data": data} for data in sources]
    found += [
        {"type": 5, "timestamp": 1, "data": {"tag": "x", "payload": {}}},
        {"type": 6, "timestamp": 1, "data": {"plugin": "rrweb/console@1", "payload": {}}},
        {"type": 4, "timestamp": -1, "data": {"href": _SCHEMES[0], "width": 9e99, "height": "x"}},
        {"type": 0, "timestamp": 1, "data": {}},
        {"type": "__proto__", "timestamp": "x", "data": {"__proto__": {"polluted": 1}}},
    ]  # fmt: skip
    return found
