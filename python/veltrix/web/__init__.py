"""A configuration in web servers: pinned by each request, and what probes and Prometheus ask for.

request ──► pin(request) ──► config.pin(…) ──► the application, and all that it sends
"""

from veltrix.web.asgi import ASGIMiddleware
from veltrix.web.mounted_asgi import make_asgi_app
from veltrix.web.mounted_wsgi import make_wsgi_app
from veltrix.web.request import Request
from veltrix.web.wsgi import WSGIMiddleware

__all__ = ["ASGIMiddleware", "Request", "WSGIMiddleware", "make_asgi_app", "make_wsgi_app"]
