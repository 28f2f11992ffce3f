"""A wrong setting stops the start with one message that names every wrong one."""

import pytest

from receptionist.bootstrap.adapters import build_adapters, build_vendors
from receptionist.bootstrap.preparing import check_settings
from receptionist.errors import ConfigurationError
from receptionist.settings import read_settings

VENDOR_KEYS = ("DEEPGRAM_API_KEY", "OPENAI_API_KEY", "ELEVENLABS_API_KEY", "TWILIO_AUTH_TOKEN")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*VENDOR_KEYS, "PORT", "PUBLIC_URL", "STT_PROVIDER", "LLM_PROVIDER"):
        monkeypatch.delenv(name, raising=False)


def test_every_wrong_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "eighty")
    monkeypatch.setenv("PUBLIC_URL", "reception.example.com")
    monkeypatch.setenv("PHONE_PAGE", "maybe")
    monkeypatch.setenv("OPERATIONS_NUMBER", "5550190")

    with pytest.raises(ConfigurationError) as caught:
        read_settings()

    message = str(caught.value)
    assert "PORT='eighty'" in message
    assert "PUBLIC_URL='reception.example.com': expected an address such as https://" in message
    assert "PHONE_PAGE='maybe'" in message
    assert "OPERATIONS_NUMBER='5550190': expected a number such as +15550100" in message


def test_operations_cannot_be_told_by_text_where_no_text_can_be_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPERATIONS_NUMBER", "+15550190")

    with pytest.raises(ConfigurationError, match="OPERATIONS_NUMBER: no text can be sent"):
        check_settings(read_settings())


def test_a_secrets_value_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "oracle://scott:tiger@host/db")

    with pytest.raises(ConfigurationError) as caught:
        check_settings(read_settings())

    assert "DATABASE_URL" in str(caught.value)
    assert "tiger" not in str(caught.value)


def test_an_unknown_adapter_is_answered_with_those_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LLM_PROVIDER", "finch,embedded")

    with pytest.raises(ConfigurationError) as caught:
        check_settings(read_settings())

    assert str(caught.value) == (
        "LLM_PROVIDER='finch': is not an adapter; choose from: embedded, openai"
    )


def test_a_named_adapter_without_its_key_is_a_mistake() -> None:
    problems: list[str] = []

    build_adapters("llm", ["openai"], problems)

    assert problems == ["LLM_PROVIDER='openai': its key is not set; see .env.example"]


def test_without_keys_the_embedded_adapters_serve() -> None:
    vendors = build_vendors(read_settings(), [])

    assert [model.name for model in vendors.models] == ["embedded"]
    assert not vendors.streaming


def test_adapters_whose_key_is_set_come_before_the_embedded_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")

    vendors = build_vendors(read_settings(), [])

    assert [model.name for model in vendors.models] == ["openai", "embedded"]
