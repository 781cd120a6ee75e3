"""A server extension of the tests: a route of ours whose author forgot to say who may ask it."""

from jupyter_server.auth import Authorizer

from automl_magic_lab.handlers import ApiHandler


class Forgotten(ApiHandler):
    async def get(self):
        self.finish({"secret": 1})

    async def post(self):
        self.finish({"secret": 1})


class AsTheHeaderSays(Authorizer):
    """Denies `action resource` where the header X-Denied names them."""

    def is_authorized(self, handler, user, action, resource):
        return handler.request.headers.get("X-Denied") != f"{action} {resource}"


def _jupyter_server_extension_points():
    return [{"module": "open_door"}]


def _load_jupyter_server_extension(server_app):
    server_app.web_app.add_handlers(".*$", [("/automl-magic/api/forgotten", Forgotten)])
