"""A server that can't listen is refused before a deployment is created."""

import os
import socket
import subprocess
import sys

import pytest

from automl_magic.cli.apps.serving import check_ports
from automl_magic.errors import DeploymentError

AUTOML = [sys.executable, "-c", "from automl_magic.cli import main; main()"]


@pytest.fixture
def used_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_used_port_is_refused_for_http_and_grpc(used_port):
    for ports in ((used_port, None), (0, used_port)):
        with pytest.raises(DeploymentError) as caught:
            check_ports("127.0.0.1", *ports)
        assert caught.value.what == f"Can't listen on 127.0.0.1:{used_port}."
        assert caught.value.why == "Address already in use."
        assert "--grpc-port" in caught.value.fix


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("192.0.2.1", "Cannot assign requested address."),
        ("no-such-host.invalid", "Name or service not known."),
    ],
)
def test_an_address_of_another_machine_is_refused(host, why):
    with pytest.raises(DeploymentError) as caught:
        check_ports(host, 0)
    assert caught.value.why in (why, "Temporary failure in name resolution.")


def test_serve_with_a_used_port_creates_nothing(used_port, tmp_path):
    """The store isn't even opened, so nothing can be left in it."""
    done = subprocess.run(
        [*AUTOML, "serve", "churn", "--port", str(used_port)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "AUTOML_MAGIC_HOME": str(tmp_path / "home")},
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == f"Can't listen on 127.0.0.1:{used_port}."
    assert not (tmp_path / "home").exists()
