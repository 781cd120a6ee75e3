"""The server's home page. Its content security policy allows its script and style by digest."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib import resources

from automl_magic.display.html import lines, stylesheet, tag, text
from automl_magic.records.codec import dumps
from automl_magic_serving.endpoint import Endpoint
from automl_magic_serving.http.openapi.columns import example_row

_FILES = resources.files(__package__)
SCRIPT = _FILES.joinpath("page.js").read_text("utf-8")
STYLE = stylesheet() + _FILES.joinpath("page.css").read_text("utf-8")


def _digest(source: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode() + "'"


CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; script-src {_digest(SCRIPT)}; style-src {_digest(STYLE)}; "
    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


def page(serving: Sequence[Endpoint], *, needs_key: bool) -> str:
    """Return the page as HTML."""
    head = (
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        '<link rel="icon" href="data:,">',
        tag("title", "Deployments"),
        tag("style", STYLE),
    )
    no_model = tag(
        "p", "No model is loaded. For the reason, run ", tag("code", "automl deployments")
    )
    main = tag(
        "main",
        tag("h1", "Deployments"),
        *(_deployment(endpoint, needs_key=needs_key) for endpoint in serving),
        "" if serving else no_model,
        tag("h2", "APIs"),
        _links(),
        class_="am",
        id="content",
        tabindex=-1,
    )
    skip = tag("a", "Skip to content", class_="skip", href="#content")
    body = tag("body", skip, main, tag("script", SCRIPT))
    return f'<!DOCTYPE html>\n<html lang="en"><head>{"".join(head)}</head>{body}</html>\n'


def _deployment(endpoint: Endpoint, *, needs_key: bool) -> str:
    name, route, schema = endpoint.name, endpoint.route, endpoint.schema
    facts = [
        ("Model", route.model),
        ("Stable", f"version {route.stable}"),
        ("Predicts", schema.target),
        ("Task", str(schema.task)),
    ]
    if route.canary is not None:
        facts.insert(2, ("Canary", f"version {route.canary}, {route.percent:g}% of requests"))
    fact_list = "".join(tag("div", tag("dt", key), tag("dd", text(value))) for key, value in facts)
    example = {"instances": [example_row(schema) or {}]}
    field, key, out = f"row-{name}", f"key-{name}", f"answer-{name}"
    key_input = (
        tag("label", "API key", for_=key)
        + f'<input id="{text(key)}" name="key" type="password" autocomplete="off">'
        if needs_key
        else ""
    )
    form = tag(
        "form",
        tag("label", "Rows as JSON", for_=field),
        tag("textarea", lines(dumps(example)), id=field, name="row", rows=14, spellcheck="false"),
        key_input,
        tag("button", "Predict", type="submit"),
        tag("output", id=out, for_=field, aria_live="polite"),
        data_ask=f"/v1/inference/{name}:predict",
        aria_label=f"Predict with {name}",
    )
    facts_html = tag("dl", fact_list, class_="am-facts")
    return tag("section", tag("h2", text(name), id=f"of-{name}"), facts_html, form)


def _links() -> str:
    links = {
        "/openapi.json": "OpenAPI document with every path",
        "/health": "server health",
        "/metrics": "Prometheus metrics",
        "/v2": "Open Inference Protocol metadata",
    }
    items = (
        tag("li", tag("a", tag("code", address), href=address), f": {description}")
        for address, description in links.items()
    )
    return tag("ul", *items)
