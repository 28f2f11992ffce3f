"""The application: routes, life-cycle, and what an error looks like from outside."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import HTTPConnection

from receptionist.admin.access import require_manager
from receptionist.admin.routes import create_admin
from receptionist.api.calendar_changes import create_calendar_changes
from receptionist.api.calendar_file import create_calendar_file
from receptionist.api.routes import create_api
from receptionist.bootstrap import Services, open_services
from receptionist.call.file import utc_now
from receptionist.call.neighbours import Neighbours
from receptionist.domain.spoken_text import speakable
from receptionist.errors import ReceptionistError
from receptionist.limits.gate import Gate
from receptionist.phone.routes import create_phone
from receptionist.settings import Settings
from receptionist.stalls import watched_stalls
from receptionist.telephony.signature import is_direct_loopback

log = structlog.get_logger()
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


def create_app(
    settings: Settings,
    *,
    on_ready: Callable[[Services], Any] | None = None,
    neighbours: Neighbours | None = None,
) -> FastAPI:
    """The whole server. Its services are built when it starts and taken down when it stops."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_services(settings, neighbours) as services:
            app.state.services = services
            _add_routes(app, services)
            log.info("ready", streaming=services.vendors.streaming)
            if on_ready is not None:
                on_ready(services)
            with watched_stalls(services.metrics):
                yield

    app = FastAPI(title="Receptionist", version="1", lifespan=lifespan, redoc_url=None)
    app.add_exception_handler(ReceptionistError, _answer_error)

    async def allow(address: str) -> bool:
        services: Services = app.state.services
        return await services.limits.allow("address", address)

    app.add_middleware(
        Gate, allow=allow, is_local=is_direct_loopback, trusted=settings.trusted_proxies
    )
    _add_probes(app)
    return app


def _add_routes(app: FastAPI, services: Services) -> None:
    enabled = _phone_enabled(services.settings)
    room = replace(services.staff_room, phone_page=enabled)
    app.include_router(services.webhooks.router())
    app.include_router(services.call_backs.router())
    app.include_router(services.texts.router())
    app.include_router(services.streams.router())
    app.include_router(create_calendar_changes(services.booking.told))
    app.include_router(create_calendar_file(services.database, utc_now))
    api = create_api(
        services.database, signed_in=room.signed_in, managers=require_manager(room.signed_in)
    )
    app.include_router(api, prefix="/api/v1")
    app.include_router(create_admin(room))
    app.include_router(
        create_phone(
            services.softphone,
            enabled=enabled,
            spoken=speakable,
            most_calls=services.settings.phone_calls,
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
        return Response(services.metrics.page(), media_type=CONTENT_TYPE_LATEST)


async def _answer_error(_request: Request, exc: Exception) -> JSONResponse:
    """An error that reached a route: its code, never its text."""
    code = exc.code if isinstance(exc, ReceptionistError) else "error"
    log.error("request_failed", error_code=code)
    return JSONResponse({"error": code}, status_code=500)
