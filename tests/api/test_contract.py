"""The API against its own OpenAPI document: whatever is asked, only what is written is answered."""

import asyncio
import threading
from base64 import urlsafe_b64encode as b64encode
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from db import SqlDatabase, open_database
from receptionist.admin.access import require_account, require_manager
from receptionist.admin.accounts import PasswordAccounts
from receptionist.api.routes import create_api
from tests.admin.clinic import PASSWORD, fill
from tests.phone.browser import serving
from tests.postgres import drop_database, make_database, server_url

pytestmark = pytest.mark.call

EXAMPLES = 40


def in_a_loop(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """In a thread, because the test may have a loop of its own."""
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(asyncio.run(work())))
    thread.start()
    thread.join()
    return found[0]


async def made(url: str) -> None:
    database = open_database(url)
    await database.start()
    await database.upgrade()
    await fill(database)
    await database.aclose()


def application(database: SqlDatabase) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await database.start()
        yield
        await database.aclose()

    app = FastAPI(title="Receptionist", version="1", lifespan=lifespan)
    signed_in = require_account(PasswordAccounts(database))
    api = create_api(database, signed_in=signed_in, managers=require_manager(signed_in))
    app.include_router(api, prefix="/api/v1")
    return app


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)]
)
def schema(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    folder: Path = tmp_path_factory.mktemp("api")
    url, server, name = f"sqlite:///{folder / 'api.db'}", None, ""
    if request.param == "postgresql":
        server = in_a_loop(server_url)
        if server is None:
            pytest.skip("no PostgreSQL here: set TEST_DATABASE_URL")
        url, name = in_a_loop(lambda: make_database(server))
    in_a_loop(lambda: made(url))
    with serving(application(open_database(url))) as address:
        document = httpx.get(f"{address}/openapi.json").json()
        # Whoever has no account is told so whatever else is wrong; that is tested elsewhere.
        for operations in document["paths"].values():
            for operation in operations.values():
                assert operation.pop("security") == [{"HTTPBasic": []}]
        schema = schemathesis.openapi.from_dict(document)
        schema.config.update(base_url=address)
        yield schema
    if server is not None:
        in_a_loop(lambda: drop_database(server, name))


ROUTES = [
    ("GET", "/api/v1/calls"),
    ("GET", "/api/v1/calls/{call_sid}"),
    ("GET", "/api/v1/messages"),
    ("PATCH", "/api/v1/messages/{message_id}"),
    ("GET", "/api/v1/appointments"),
    ("GET", "/api/v1/audit"),
    ("GET", "/api/v1/stats"),
]


def test_every_route_is_tried(schema: Any) -> None:
    operations = [each.ok() for each in schema.get_all_operations()]

    assert sorted((each.method.upper(), each.path) for each in operations) == sorted(ROUTES)


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_only_what_is_written_is_answered(
    schema: Any, method: str, path: str, mode: GenerationMode
) -> None:
    operation = schema[path][method]

    @settings(
        max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(auth=("omar", PASSWORD))

    ask()


@pytest.mark.parametrize(
    "query",
    [
        "after=%00",
        "after=" + "A" * 500,
        "limit=99999999999999999999",
        "from=2026-01-01T00:00:00",
    ],
)
@pytest.mark.parametrize("path", ["calls", "messages", "appointments", "audit"])
def test_what_cannot_be_stored_cannot_be_asked_for(schema: Any, path: str, query: str) -> None:
    answer = get(schema, f"{path}?{query}")

    assert answer.status_code == 422
    assert answer.json()["detail"]


@pytest.mark.parametrize("path", ["calls", "messages", "appointments", "audit", "stats"])
@pytest.mark.parametrize(
    "query", ["from=0001-01-01T00:00:00%2B14:00", "to=9999-12-31T23:59:59-12:00"]
)
def test_the_ends_of_time_can_be_asked_for(schema: Any, path: str, query: str) -> None:
    assert get(schema, f"{path}?{query}").status_code == 200


@pytest.mark.parametrize("path", ["calls", "messages", "appointments", "audit"])
@pytest.mark.parametrize(
    "key", ["-1", "99999999999999999999", '"\\u0000"', "[]", '{"a": 1}', "1.5"]
)
def test_a_cursor_of_no_page_is_not_found(schema: Any, path: str, key: str) -> None:
    cursor = b64encode(f'["2026-01-01T00:00:00+00:00", {key}]'.encode()).decode()

    assert get(schema, f"{path}?after={cursor}").status_code == 404


def get(schema: Any, path: str) -> httpx.Response:
    base = schema.config.base_url
    return httpx.get(f"{base}/api/v1/{path}", auth=("omar", PASSWORD), timeout=20)
