"""Whose word is taken for Twilio's."""

from hashlib import sha256
from urllib.parse import parse_qs, urlencode

import pytest
from twilio.request_validator import RequestValidator

from receptionist.telephony.signature import RequestVerifier

TOKEN = "12345"
BASE = "https://reception.example.com"
FORM = {"CallSid": ["CA1"], "From": ["+14158675310"], "Empty": [""]}


def sign(url: str, form: dict[str, list[str]] | None = None, algorithm: str | None = None) -> str:
    flat = {name: values[0] for name, values in (form or {}).items()}
    return RequestValidator(TOKEN).compute_signature(url, flat, algorithm)


def headers(signature: str | None, **more: str) -> dict[str, str]:
    found = dict(more)
    if signature is not None:
        found["x-twilio-signature"] = signature
    return found


def accepts(
    verifier: RequestVerifier,
    given: dict[str, str],
    *,
    path: str = "/voice/incoming",
    query: str = "",
    form: dict[str, list[str]] | None = FORM,
    body: bytes = b"x",
    client: str = "203.0.113.7",
) -> bool:
    return verifier.webhook(path, query, given, form=form, body=body, client=client)


@pytest.mark.parametrize(
    ("url", "number", "signature"),
    [
        ("https://example.com", "+14158675310", "L/OH5YylLD5NRKLltdqwSvS0BnU="),
        ("https://mycompany.com", "+12349013030", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
    ],
)
def test_published_vectors_are_accepted(url: str, number: str, signature: str) -> None:
    verifier = RequestVerifier(url, TOKEN)
    form = {
        "CallSid": ["CA1234567890ABCDE"],
        "Caller": [number],
        "Digits": ["1234"],
        "From": [number],
        "To": ["+18005551212"],
    }

    assert accepts(verifier, headers(signature), path="/myapp.php", query="foo=1&bar=2", form=form)


def test_a_missing_or_wrong_signature_is_refused() -> None:
    verifier = RequestVerifier(BASE, TOKEN)

    assert not accepts(verifier, headers(None))
    assert not accepts(verifier, headers(""))
    assert not accepts(verifier, headers("ünïcode"))
    assert not accepts(verifier, headers(sign(f"{BASE}/voice/incoming", {"CallSid": ["CA2"]})))


def test_a_changed_parameter_is_refused() -> None:
    verifier = RequestVerifier(BASE, TOKEN)
    signature = sign(f"{BASE}/voice/incoming", FORM)

    assert accepts(verifier, headers(signature))
    assert not accepts(verifier, headers(signature), form={**FORM, "From": ["+1555"]})


def test_the_public_address_counts_and_not_what_a_proxy_made_of_it() -> None:
    verifier = RequestVerifier("https://reception.example.com/clinic", TOKEN)
    signature = sign("https://reception.example.com/clinic/voice/incoming", FORM)

    assert accepts(verifier, headers(signature, host="10.0.0.3:8000"))


@pytest.mark.parametrize("form", ["", ":443", ":8443"])
def test_the_port_may_be_kept_or_left_out(form: str) -> None:
    public = BASE + (":8443" if form == ":8443" else "")
    verifier = RequestVerifier(public, TOKEN)

    with_port = sign(f"{BASE}{form}/voice/incoming", FORM)
    without_port = sign(f"{BASE}/voice/incoming", FORM)

    assert accepts(verifier, headers(with_port))
    assert accepts(verifier, headers(without_port))


def test_parameters_that_may_be_added_after_signing_may_be_unsigned() -> None:
    verifier = RequestVerifier(BASE, TOKEN)
    late = {**FORM, "CallToken": ["abc"], "StirVerstat": ["TN-Validation-Passed-A"]}

    assert accepts(verifier, headers(sign(f"{BASE}/voice/incoming", FORM)), form=late)
    assert accepts(verifier, headers(sign(f"{BASE}/voice/incoming", late)), form=late)


def test_a_json_body_must_match_its_hash() -> None:
    verifier = RequestVerifier(BASE, TOKEN)
    body = b'{"CallSid":"CA1234567890ABCDE","Caller":"+12349013030"}'
    query = urlencode({"bodySHA256": sha256(body).hexdigest()})
    signature = headers(sign(f"{BASE}/voice/status?{query}"))

    def check(sent: bytes) -> bool:
        return accepts(verifier, signature, path="/voice/status", query=query, form=None, body=sent)

    assert parse_qs(query)["bodySHA256"][0].startswith("5ccde714")
    assert check(body)
    assert not check(body + b" ")


def test_the_newer_algorithm_is_taken_from_its_header() -> None:
    verifier = RequestVerifier(BASE, TOKEN)
    signature = sign(f"{BASE}/voice/incoming", FORM, "HMAC_SHA256")
    settings = {"x-twilio-webhooks-signature-settings": "key=k,algorithm=HMAC_SHA256"}
    unknown = {"x-twilio-webhooks-signature-settings": "key=k,algorithm=HMAC_MD5"}

    assert accepts(verifier, headers(signature, **settings))
    assert not accepts(verifier, headers(signature))
    assert not accepts(verifier, headers(signature, **unknown))


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("port", ["", ":443"])
def test_every_form_of_the_streams_signature_is_accepted(slash: str, port: str) -> None:
    verifier = RequestVerifier(BASE, TOKEN)
    signature = sign(f"wss://reception.example.com{port}/voice/stream/t{slash}")

    assert verifier.stream("/voice/stream/t", "", headers(signature), client="203.0.113.7")


def test_the_streams_signature_is_not_the_webhooks() -> None:
    verifier = RequestVerifier(BASE, TOKEN)
    signature = sign(f"{BASE}/voice/stream/t")

    assert not verifier.stream("/voice/stream/t", "", headers(signature), client="127.0.0.1")
    assert not verifier.stream("/voice/stream/t", "", {}, client="127.0.0.1")


@pytest.mark.parametrize(
    ("client", "more", "accepted"),
    [
        ("127.0.0.1", {}, True),
        ("::1", {}, True),
        ("192.168.1.5", {}, False),
        ("testclient", {}, False),
        ("127.0.0.1", {"x-forwarded-for": "203.0.113.7"}, False),
    ],
)
def test_without_an_account_only_direct_loopback_clients_are_answered(
    client: str, more: dict[str, str], accepted: bool
) -> None:
    verifier = RequestVerifier("http://127.0.0.1:8000", None)

    assert accepts(verifier, more, client=client) is accepted
    assert verifier.stream("/voice/stream/t", "", more, client=client) is accepted
