"""nginx in front of several processes, each of which watches the file for itself."""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.serving.servers import free_port, get, process, python, wait_until_it_answers

CONF = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream workers {{ {servers} keepalive 64; keepalive_requests 1000000; }}
  server {{
    listen 127.0.0.1:{port};
    keepalive_requests 1000000;
    location / {{
      proxy_pass http://workers;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_next_upstream off;
    }}
  }}
}}
"""


# Connections are kept longer than nginx keeps them (60 s), so that none is closed on which it may be sending.
UVICORN = "uvicorn --timeout-keep-alive 75 --log-level warning tests.serving.app:asgi --port {port}"
GEVENT = (
    "gunicorn --keep-alive 75 --no-control-socket --worker-class gevent --bind 127.0.0.1:{port} "
    "tests.serving.gaps:application"
)


@contextmanager
def balanced(workers, server=UVICORN):
    """The port of an nginx before so many servers of one process, and the port of each by its process."""
    with ExitStack() as stack:
        ports = [free_port() for _ in range(workers)]
        started = [stack.enter_context(python(*server.format(port=port).split())) for port in ports]
        for port, one in zip(ports, started, strict=True):
            wait_until_it_answers(port, one)
        folder, front = Path.cwd(), free_port()
        servers = " ".join(f"server 127.0.0.1:{port} max_fails=0;" for port in ports)
        Path("nginx.conf").write_text(CONF.format(folder=folder, port=front, servers=servers))
        words = ["nginx", "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "nginx-error.log"]
        proxy = stack.enter_context(process(*words))
        wait_until_it_answers(front, proxy)
        yield front, {json.loads(get(port)[1])["pid"]: port for port in ports}
