"""The interactive documentation, served from this process: a town hall's network has no CDN.

Swagger UI's files come from the package `fastapi-offline` (files only; its code is not used).
"""

from importlib.util import find_spec
from pathlib import Path

from fastapi import FastAPI, Response
from starlette.staticfiles import StaticFiles

PAGE = """<!doctype html>
<html lang="de"><head><meta charset="utf-8"><title>Handschlag: API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/docs/assets/favicon.png"><link rel="stylesheet" href="/docs/assets/swagger-ui.css"></head>
<body><div id="ui"></div><script src="/docs/assets/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script>
</body></html>
"""
START = """window.ui = SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#ui", deepLinking: true, persistAuthorization: true, displayRequestDuration: true,
  filter: true, docExpansion: "none", tryItOutEnabled: true, validatorUrl: null,
  requestInterceptor: (request) => {
    if (request.method === "POST" && !request.url.endsWith("/oauth/token") && !request.headers["Idempotency-Key"]) {
      request.headers["Idempotency-Key"] = crypto.randomUUID ? crypto.randomUUID() : String(Date.now() + Math.random());
    }
    return request;
  },
});
"""
_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"


def install(app: FastAPI) -> None:
    """Serve `/docs`, with the login usable there."""
    spec = find_spec("fastapi_offline")
    if spec is None or spec.origin is None:
        raise RuntimeError("the files of /docs are missing: install the package fastapi-offline")
    files = StaticFiles(directory=Path(spec.origin).parent / "static")
    app.mount("/docs/assets", files, name="docs-assets")

    async def page() -> Response:
        return Response(PAGE, media_type="text/html", headers={"Content-Security-Policy": _POLICY})

    async def start() -> Response:
        return Response(START, media_type="text/javascript")

    app.add_api_route("/docs", page, include_in_schema=False)
    app.add_api_route("/docs/start.js", start, include_in_schema=False)
