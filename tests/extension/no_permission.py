"""A test server extension with a route that has no permission."""

from jupyter_server.auth import Authorizer

from automl_magic_lab.handlers import ApiHandler


class NoPermissionHandler(ApiHandler):
    async def get(self):
        self.finish({"secret": 1})

    async def post(self):
        self.finish({"secret": 1})


class HeaderAuthorizer(Authorizer):
    """Deny the `action resource` in the header X-Denied."""

    def is_authorized(self, handler, user, action, resource):
        return handler.request.headers.get("X-Denied") != f"{action} {resource}"


def _jupyter_server_extension_points():
    return [{"module": "no_permission"}]


def _load_jupyter_server_extension(server_app):
    server_app.web_app.add_handlers(
        ".*$", [("/automl-magic/api/no-permission", NoPermissionHandler)]
    )
