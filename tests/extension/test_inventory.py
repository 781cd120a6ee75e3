"""Authorization of every route: no token, no XSRF token, another origin, no permission."""

import re
import urllib.request
from http.cookiejar import CookieJar

import pytest

from automl_magic_lab.inventory import ROUTES, RUN_ID, permissions

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PERMISSIONS = list(permissions())
PATHS = sorted({permission.path for permission in PERMISSIONS})


def fill_run_id(path, run_id="20261121-053512-k3f9"):
    return path.replace(RUN_ID, run_id)


def request_line(permission):
    return f"{permission.method} {fill_run_id(permission.path)}"


def body_for(method):
    return {} if method == "POST" else None


def test_the_inventory_is_complete():
    assert len(PATHS) >= 15
    assert {permission.action for permission in PERMISSIONS} <= {"read", "write", "execute"}
    assert all(permission.resource.startswith("automl-magic:") for permission in PERMISSIONS)


@pytest.mark.parametrize("permission", PERMISSIONS, ids=request_line)
def test_a_request_without_a_token_is_rejected(server, permission):
    response = server.request(
        fill_run_id(permission.path), permission.method, body_for(permission.method), token=None
    )

    assert response.status in (401, 403)
    assert "run_id" not in response.text


@pytest.mark.parametrize("permission", PERMISSIONS, ids=request_line)
def test_a_wrong_token_is_rejected(server, permission):
    response = server.request(
        fill_run_id(permission.path), permission.method, body_for(permission.method), token="x"
    )

    assert response.status in (401, 403)


@pytest.fixture(scope="module")
def browser(server):
    """The cookies of a logged-in user."""
    jar = CookieJar()
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(jar)
    )
    opener.open(f"{server.url}api/status?token=t0ken-of-the-tests").read()
    opener.open(f"{server.url}login").read()
    return {cookie.name: cookie.value for cookie in jar}


def cookies(browser):
    return "; ".join(f"{name}={value}" for name, value in browser.items())


@pytest.mark.parametrize(
    "permission",
    [permission for permission in PERMISSIONS if permission.method == "POST"],
    ids=request_line,
)
def test_a_request_without_the_xsrf_token_is_rejected(server, browser, permission):
    response = server.request(
        fill_run_id(permission.path), "POST", {}, token=None, Cookie=cookies(browser)
    )

    assert response.status == 403


def test_cookies_with_the_xsrf_token_are_accepted(server, browser):
    response = server.request(
        "validate",
        "POST",
        {"text": ""},
        token=None,
        Cookie=cookies(browser),
        X_XSRFToken=browser["_xsrf"],
    )

    assert response.status == 200


@pytest.mark.parametrize("permission", PERMISSIONS, ids=request_line)
def test_another_origin_is_rejected(server, browser, permission):
    response = server.request(
        fill_run_id(permission.path),
        permission.method,
        body_for(permission.method),
        token=None,
        Cookie=cookies(browser),
        X_XSRFToken=browser["_xsrf"],
        Origin="https://elsewhere.example",
    )

    assert response.status in (403, 404)
    assert "The request was refused" in response.text


@pytest.mark.parametrize("permission", PERMISSIONS, ids=request_line)
def test_a_user_without_the_permission_is_rejected(server, permission):
    response = server.request(
        fill_run_id(permission.path),
        permission.method,
        body_for(permission.method),
        X_Denied=f"{permission.action} {permission.resource}",
    )

    assert response.status == 403


UNDECLARED = sorted(
    {(path, method) for path in PATHS for method in METHODS}
    - {(permission.path, permission.method) for permission in PERMISSIONS}
)


@pytest.mark.parametrize(("path", "method"), UNDECLARED)
def test_an_undeclared_method_is_not_allowed(server, path, method):
    response = server.request(
        fill_run_id(path), method, b"{}" if method in ("POST", "PUT", "PATCH") else None
    )

    assert response.status == 405


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_route_without_a_permission_rejects_all_requests(server, method):
    response = server.request("no-permission", method, body_for(method))

    assert response.status == 403
    assert "secret" not in response.text


def test_a_path_is_not_a_run_id(server):
    for invalid in ("..%2F..%2Fetc", "last", "20261121-053512-k3f9%2F..", "20261121-053512-K3F9"):
        assert server.get(f"runs/{invalid}").status == 404


def test_jupyter_server_reports_no_unauthenticated_route(server):
    log = (server.home.parent / "log").read_text()
    reported = set(re.findall(r"- \w+ of (\w+) registered for", log))

    assert "NoPermissionHandler" in reported
    assert reported & {handler.__name__ for _, handler in ROUTES} == set()
