"""Whether the address of the web server is free, asked before anything starts."""

import errno
import socket

from gridgov.embedded.errors import EmbeddedError


def require_free_port(host: str, port: int) -> None:
    """Say in one sentence, by raising EmbeddedError, why the web server could not listen on `host` and `port`."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            # As gunicorn does: connections that are still closing do not keep the port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        raise _not_free(host, port, error) from None


def _not_free(host: str, port: int, error: OSError) -> EmbeddedError:
    if error.errno == errno.EADDRINUSE:
        return EmbeddedError(
            f"Port {port} on {host} is taken by another program: choose another one with GRIDGOV_PORT.",
            f"{host} 的端口 {port} 已被其他程序占用：请用 GRIDGOV_PORT 选择另一个端口。",
        )
    if error.errno == errno.EACCES:
        return EmbeddedError(
            f"This user may not listen on port {port}: choose one above 1023 with GRIDGOV_PORT.",
            f"当前用户不能监听端口 {port}：请用 GRIDGOV_PORT 选择 1023 以上的端口。",
        )
    return EmbeddedError(
        f"The web server cannot listen on {host} port {port} ({error.strerror}): check GRIDGOV_HOST and GRIDGOV_PORT.",
        f"网页服务无法监听 {host} 端口 {port}（{error.strerror}）：请检查 GRIDGOV_HOST 和 GRIDGOV_PORT。",
    )
