"""The machine of deploy/compose.yaml: valid, private, and no call lost when it is renewed."""

import re
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from receptionist.commands.draining import HAND_OVER_S
from receptionist.commands.serving import STOP_S
from receptionist.settings import Settings
from tests.deploy.files import DEPLOY, ROOT, app_services, compose, read_yaml

SERVICES: dict[str, Any] = compose()["services"]
REFERENCE = re.compile(r"\$\{(\w+)(:?[?-][^}]*)?\}")


def seconds(duration: str) -> float:
    return float(duration.removesuffix("s"))


def test_the_file_fits_the_compose_specification() -> None:
    schema = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"

    jsonschema.validate(compose(), read_yaml(schema))  # type: ignore[arg-type]


def test_what_a_service_needs_is_there() -> None:
    document = compose()
    for name, service in SERVICES.items():
        assert set(service.get("depends_on", ())) <= set(SERVICES), name
        assert set(service["networks"]) <= set(document["networks"]), name
        for volume in service.get("volumes", ()):
            source = REFERENCE.sub(lambda found: found[2][2:], volume).split(":")[0]
            known = source in document["volumes"] or (DEPLOY / source).exists()
            assert known, f"{name}: {source}"


@pytest.mark.parametrize("condition", ["service_healthy", "service_completed_successfully"])
def test_what_is_waited_for_can_come_to_pass(condition: str) -> None:
    waited_for = {
        needed
        for service in SERVICES.values()
        if isinstance(service.get("depends_on"), dict)
        for needed, how in service["depends_on"].items()
        if how["condition"] == condition
    }

    assert waited_for
    for name in waited_for:
        if condition == "service_healthy":
            assert SERVICES[name]["healthcheck"]["test"]
        else:
            assert SERVICES[name]["restart"] == "no"


def test_every_process_gets_new_calls_and_is_scraped() -> None:
    places = {f"{name}:8000" for name in app_services()}
    caddy = (DEPLOY / "caddy" / "Caddyfile").read_text()
    (proxied,) = re.findall(r"reverse_proxy (.+) {", caddy)
    (job,) = read_yaml(DEPLOY / "prometheus" / "prometheus.yml")["scrape_configs"]

    assert len(places) >= 2
    assert set(proxied.split()) == places
    assert set(job["static_configs"][0]["targets"]) == places
    assert set(SERVICES["proxy"]["depends_on"]) == set(app_services())


def test_a_process_is_not_killed_before_its_calls_and_last_writes_are_done() -> None:
    for name, service in app_services().items():
        drain_s = float(service["environment"]["DRAIN_SECONDS"])
        assert seconds(service["stop_grace_period"]) > drain_s + HAND_OVER_S + STOP_S, name


def test_the_proxy_asks_whether_a_process_takes_calls_and_shows_no_metrics() -> None:
    caddy = (DEPLOY / "caddy" / "Caddyfile").read_text()

    assert "health_uri /ready" in caddy
    assert "@inside path /metrics /ready /healthz" in caddy
    assert "respond @inside 404" in caddy
    assert caddy.index("respond @inside") < caddy.index("reverse_proxy")


def test_only_the_proxy_is_reached_from_outside_this_machine() -> None:
    public = [
        name
        for name, service in SERVICES.items()
        if any(not port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    ]

    assert public == ["proxy"]


def test_the_trusted_proxies_are_the_network_the_proxy_is_on() -> None:
    (subnet,) = compose()["networks"]["inside"]["ipam"]["config"]
    for service in app_services().values():
        assert service["environment"]["TRUSTED_PROXIES"] == subnet["subnet"]
        assert service["networks"] == ["inside"]


@pytest.mark.parametrize("name", [*app_services(), "migrate"])
def test_our_processes_can_do_no_more_than_they_must(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service


def test_every_secret_is_asked_for_and_none_is_written_down() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    example = (DEPLOY / "example.env").read_text()
    required = {name for name, how in REFERENCE.findall(text) if how.startswith(":?")}

    assert required == {"DOMAIN", "POSTGRES_PASSWORD", "ADMIN_PASSWORD", "GRAFANA_PASSWORD"}
    for name in required:
        assert f"{name}=\n" in example
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            assert "PASSWORD" not in variable or value.startswith("${"), f"{name}: {variable}"


def test_the_settings_exist_and_their_values_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    for service in app_services().values():
        for variable, value in service["environment"].items():
            assert variable.lower() in Settings.model_fields
            monkeypatch.setenv(variable, REFERENCE.sub("x", value))
        assert Settings().drain_seconds == 300


def test_processes_hold_fewer_connections_than_the_database_has() -> None:
    fields = Settings.model_fields
    most = fields["database_pool_size"].default + fields["database_pool_overflow"].default
    command = " ".join(SERVICES["postgres"]["command"])
    (allowed,) = re.findall(r"max_connections=(\d+)", command)

    # One process more than usual while one is replaced, and a few for people.
    assert (len(app_services()) + 1) * most + 10 <= int(allowed)


def test_the_image_is_built_from_what_is_in_this_repository() -> None:
    for service in app_services().values():
        assert (DEPLOY / service["build"]["context"]).resolve() == ROOT
