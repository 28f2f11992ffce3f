"""The application: routes, life-cycle, and what an error looks like from outside."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import HTTPConnection

from receptionist.admin.accounts import require_account
from receptionist.admin.routes import create_admin
from receptionist.api.routes import create_api
from receptionist.bootstrap import Services, open_services
from receptionist.domain.spoken_text import speakable
from receptionist.errors import ReceptionistError
from receptionist.phone.routes import create_phone
from receptionist.settings import Settings
from receptionist.telephony.signature import is_direct_loopback

log = structlog.get_logger()
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


def create_app(settings: Settings, *, on_ready: Callable[[Services], Any] | None = None) -> FastAPI:
    """The whole server. Its services are built when it starts and taken down when it stops."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_services(settings) as services:
            app.state.services = services
            _add_routes(app, services)
            log.info("ready", streaming=services.vendors.streaming)
            if on_ready is not None:
                on_ready(services)
            yield

    app = FastAPI(title="Receptionist", version="1", lifespan=lifespan, redoc_url=None)
    app.add_exception_handler(ReceptionistError, _answer_error)
    _add_probes(app)
    return app


def _add_routes(app: FastAPI, services: Services) -> None:
    account = require_account(services.accounts)
    app.include_router(services.webhooks.router())
    app.include_router(services.streams.router())
    app.include_router(create_api(services.database, account), prefix="/api/v1")
    app.include_router(create_admin(services.database, account))
    app.include_router(
        create_phone(
            services.softphone,
            enabled=_phone_enabled(services.settings),
            spoken=speakable,
        )
    )


def _phone_enabled(settings: Settings) -> Callable[[HTTPConnection], bool]:
    def enabled(connection: HTTPConnection) -> bool:
        if settings.phone_page == "auto":
            client = connection.client.host if connection.client else None
            # A page of another site may have its name point here: its Host gives it away.
            is_local_name = connection.url.hostname in LOCAL_NAMES
            return is_local_name and is_direct_loopback(client, connection.headers)
        return settings.phone_page == "on"

    return enabled


def _add_probes(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False)
    async def index() -> RedirectResponse:
        return RedirectResponse("/phone")

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/ready", include_in_schema=False)
    async def ready(request: Request) -> JSONResponse:
        services: Services = request.app.state.services
        reasons = await services.not_ready()
        return JSONResponse(
            {"ready": not reasons, "reasons": reasons}, status_code=503 if reasons else 200
        )

    @app.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> Response:
        services: Services = request.app.state.services
        return Response(generate_latest(services.metrics.registry), media_type=CONTENT_TYPE_LATEST)


async def _answer_error(_request: Request, exc: Exception) -> JSONResponse:
    """An error that reached a route: its code, never its text."""
    code = exc.code if isinstance(exc, ReceptionistError) else "error"
    log.error("request_failed", error_code=code)
    return JSONResponse({"error": code}, status_code=500)
