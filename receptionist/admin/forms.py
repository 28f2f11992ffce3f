"""Forms that only our own pages can post, and that keep what was typed.

Three checks: the browser says the page was ours (`Sec-Fetch-Site`, else `Origin`), and a
token in the form equals the one in a cookie that no other site can read or set. Nothing is kept
on the server, so any process may answer.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qs

from fastapi import HTTPException
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from receptionist.pages import same_origin

COOKIE = "receptionist_form"
MAX_FORM_BYTES = 65_536
MAX_FIELDS = 2_000

Model = TypeVar("Model", bound=BaseModel)


class Form(Mapping[str, str]):
    """What was posted. A field that came several times gives its last value, `all` every one."""

    def __init__(self, fields: Mapping[str, list[str]] | None = None) -> None:
        self._fields = fields or {}

    def __getitem__(self, name: str) -> str:
        return self._fields[name][-1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def all(self, name: str) -> Sequence[str]:
        """Every value of a field, in their order."""
        return self._fields.get(name, [])

    def number(self, name: str) -> int:
        """A hidden number of our own. Raises 400 when somebody has changed it."""
        text = self.get(name, "")
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise HTTPException(400, f"The form lacks its {name}.")
        return int(text)


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it is shown: what stands in its fields, and what is wrong with them."""

    values: Mapping[str, Any] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)

    def value(self, name: str) -> Any:
        """Empty where nothing stands."""
        return self.values.get(name, "")

    def problem(self, name: str) -> str:
        """Empty where nothing is wrong."""
        return self.problems.get(name, "")


@dataclass(frozen=True, slots=True)
class Checked(Generic[Model]):
    """What a form came to: `value`, or None and the form again with what is wrong."""

    value: Model | None
    filled: Filled


def checked(model: type[Model], form: Form) -> Checked[Model]:
    """Read a form as a model. A field the model calls a list or tuple takes every value."""
    given: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        many = getattr(info.annotation, "__origin__", None) in (list, tuple)
        if name in form:
            given[name] = list(form.all(name)) if many else form[name].strip()
    try:
        return Checked(model.model_validate(given), Filled(given))
    except ValidationError as exc:
        problems: dict[str, str] = {}
        for error in exc.errors():
            name = str(error["loc"][0]) if error["loc"] else ""
            problems.setdefault(name, sentence(error))
        return Checked(None, Filled(given, problems))


def sentence(error: Any) -> str:
    """What is wrong, of one of a `ValidationError`'s errors."""
    limits = error.get("ctx", {})
    match error["type"]:
        case "missing" | "string_too_short":
            return "Please fill this in."
        case "string_too_long":
            return f"Please use at most {limits['max_length']} characters."
        case "literal_error" | "enum":
            return "Please choose one of these."
        case "int_parsing" | "int_type" | "int_from_float":
            return "Please give a whole number."
        case "greater_than_equal":
            return f"Please give at least {limits['ge']}."
        case "less_than_equal":
            return f"Please give at most {limits['le']}."
        case "value_error":
            return str(error["msg"]).removeprefix("Value error, ")
    return "This cannot be read."


def form_token(request: Request) -> str:
    """The browser's token, or a new one."""
    token = request.cookies.get(COOKIE, "")
    return token if len(token) == 43 and token.isascii() else secrets.token_urlsafe(32)


def keep_token(response: Response, token: str, *, secure: bool) -> None:
    """Give the browser its token for the admin pages."""
    response.set_cookie(
        COOKIE, token, path="/admin", secure=secure, httponly=True, samesite="strict"
    )


async def posted_form(request: Request) -> Form:
    """The fields of a form of ours. Raises 403 when it is another site's, 413 when too long."""
    if not same_origin(request):
        raise HTTPException(403, "The form was sent by another site.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise HTTPException(413, "The form is too long.")
    try:
        text = body.decode("utf-8", "replace").replace("%00", "").replace("\0", "")
        fields = parse_qs(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as exc:
        raise HTTPException(400, "The form cannot be read.") from exc
    form = Form(fields)
    wanted = request.cookies.get(COOKIE, "")
    given = form.get("token", "")
    if not wanted or not secrets.compare_digest(wanted.encode(), given.encode()):
        raise HTTPException(403, "The form is out of date; open the page again.")
    return form
