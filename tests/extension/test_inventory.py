"""Every route is walked: without a token, without XSRF, from elsewhere, without permission."""

import re
import urllib.request
from http.cookiejar import CookieJar

import pytest

from automl_magic_lab.inventory import ROUTES, RUN_ID, permissions

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
LINES = list(permissions())
PATHS = sorted({line.path for line in LINES})


def concrete(path, run_id="20261121-053512-k3f9"):
    return path.replace(RUN_ID, run_id)


def shown(line):
    return f"{line.method} {concrete(line.path)}"


def body_for(method):
    return {} if method == "POST" else None


def test_the_inventory_is_complete():
    assert len(PATHS) >= 15
    assert {line.action for line in LINES} <= {"read", "write", "execute"}
    assert all(line.resource.startswith("automl-magic:") for line in LINES)


@pytest.mark.parametrize("line", LINES, ids=shown)
def test_without_a_token_nobody_is_answered(server, line):
    asked = server.ask(concrete(line.path), line.method, body_for(line.method), token=None)

    assert asked.status in (401, 403)
    assert "run_id" not in asked.text


@pytest.mark.parametrize("line", LINES, ids=shown)
def test_a_wrong_token_is_no_token(server, line):
    asked = server.ask(concrete(line.path), line.method, body_for(line.method), token="x")

    assert asked.status in (401, 403)


@pytest.fixture(scope="module")
def browser(server):
    """Cookies of somebody who has logged in, as a browser keeps them."""
    jar = CookieJar()
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(jar)
    )
    opener.open(f"{server.url}api/status?token=t0ken-of-the-tests").read()
    opener.open(f"{server.url}login").read()
    return {cookie.name: cookie.value for cookie in jar}


def cookies(browser):
    return "; ".join(f"{name}={value}" for name, value in browser.items())


@pytest.mark.parametrize("line", [line for line in LINES if line.method == "POST"], ids=shown)
def test_a_form_of_another_site_lacks_the_xsrf_token(server, browser, line):
    asked = server.ask(concrete(line.path), "POST", {}, token=None, Cookie=cookies(browser))

    assert asked.status == 403


def test_the_cookies_with_the_xsrf_token_do_work(server, browser):
    asked = server.ask(
        "validate",
        "POST",
        {"text": ""},
        token=None,
        Cookie=cookies(browser),
        X_XSRFToken=browser["_xsrf"],
    )

    assert asked.status == 200


@pytest.mark.parametrize("line", LINES, ids=shown)
def test_another_origin_is_refused(server, browser, line):
    asked = server.ask(
        concrete(line.path),
        line.method,
        body_for(line.method),
        token=None,
        Cookie=cookies(browser),
        X_XSRFToken=browser["_xsrf"],
        Origin="https://elsewhere.example",
    )

    assert asked.status in (403, 404)
    assert "The request was refused" in asked.text


@pytest.mark.parametrize("line", LINES, ids=shown)
def test_who_lacks_the_permission_is_refused(server, line):
    asked = server.ask(
        concrete(line.path),
        line.method,
        body_for(line.method),
        X_Denied=f"{line.action} {line.resource}",
    )

    assert asked.status == 403


UNDECLARED = sorted(
    {(path, method) for path in PATHS for method in METHODS}
    - {(line.path, line.method) for line in LINES}
)


@pytest.mark.parametrize(("path", "method"), UNDECLARED)
def test_a_method_that_is_not_declared_is_not_allowed(server, path, method):
    asked = server.ask(
        concrete(path), method, b"{}" if method in ("POST", "PUT", "PATCH") else None
    )

    assert asked.status == 405


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_route_whose_author_forgot_the_permission_answers_nobody(server, method):
    asked = server.ask("forgotten", method, body_for(method))

    assert asked.status == 403
    assert "secret" not in asked.text


def test_a_path_is_no_run_id(server):
    for wrong in ("..%2F..%2Fetc", "last", "20261121-053512-k3f9%2F..", "20261121-053512-K3F9"):
        assert server.get(f"runs/{wrong}").status == 404


def test_jupyter_server_finds_no_route_of_ours_without_authentication(server):
    log = (server.home.parent / "log").read_text()
    named = set(re.findall(r"- \w+ of (\w+) registered for", log))

    assert "Forgotten" in named
    assert named & {handler.__name__ for _, handler in ROUTES} == set()
