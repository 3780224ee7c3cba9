"""What is asked before anything starts: is the data folder ours alone, is the port free."""

import os
import socket
from pathlib import Path

import pytest

from gridgov.embedded.errors import EmbeddedError
from gridgov.embedded.lock import exclusive_home
from gridgov.embedded.port import require_free_port
from gridgov.settings import Settings, read_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({"GRIDGOV_HOME": str(tmp_path / "home")})


def test_a_second_up_on_the_same_folder_names_the_first(settings: Settings) -> None:
    with (
        exclusive_home(settings),
        pytest.raises(EmbeddedError, match=rf"already runs.*process {os.getpid()}"),
        exclusive_home(settings),
    ):
        pytest.fail("both hold the folder")
    with exclusive_home(settings):
        assert (settings.home / "up.lock").read_text() == f"{os.getpid()}\n"


def test_a_taken_port_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(EmbeddedError, match=f"Port {port} .*GRIDGOV_PORT"):
            require_free_port("127.0.0.1", port)
    require_free_port("127.0.0.1", port)


def test_an_address_that_is_not_ours_is_one_sentence() -> None:
    with pytest.raises(EmbeddedError, match=r"cannot listen on 192\.0\.2\.1 .*GRIDGOV_HOST"):
        require_free_port("192.0.2.1", 8000)
