"""Rules, scrapes and the dashboard: valid, and about what is exported."""

import itertools
from pathlib import PurePosixPath
from typing import Any

import pytest

from tests.deploy.files import DEPLOY, KUBERNETES, compose, dashboard, read_yaml, rule_groups
from tests.deploy.queries import parse, unknown

RULES = [rule for group in rule_groups() for rule in group["rules"]]
PANELS = [panel for panel in dashboard()["panels"] if panel["type"] != "row"]
TARGETS = [
    pytest.param(target["expr"], id=f"{panel['title']} {target['refId']}")
    for panel in PANELS
    for target in panel["targets"]
]


@pytest.mark.parametrize(
    "expression",
    ["receptionist_gone", 'receptionist_active_calls{colour="red"}', "sum by (x) (up)"],
)
def test_the_check_itself_finds_what_nobody_exports(expression: str) -> None:
    assert unknown(expression)


def test_the_check_itself_refuses_what_prometheus_would() -> None:
    with pytest.raises(ValueError, match="unclosed"):
        parse("sum by (le")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.get("alert") or rule["record"])
def test_a_rule_reads_only_what_is_exported(rule: Any) -> None:
    assert unknown(rule["expr"]) == []


@pytest.mark.parametrize("rule", [r for r in RULES if "alert" in r], ids=lambda rule: rule["alert"])
def test_an_alert_says_what_to_think_and_whom_to_wake(rule: Any) -> None:
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"].endswith((".", "?"))


@pytest.mark.parametrize("expression", TARGETS)
def test_a_panel_reads_only_what_is_exported(expression: str) -> None:
    assert unknown(expression) == []


def test_panels_stand_beside_each_other_and_nowhere_on_each_other() -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in dashboard()["panels"]:
        place = panel["gridPos"]
        columns = range(place["x"], place["x"] + place["w"])
        for cell in itertools.product(columns, range(place["y"], place["y"] + place["h"])):
            assert taken.setdefault(cell, panel["title"]) == panel["title"]
        assert columns.stop <= 24


def test_every_panel_has_a_number_a_title_a_unit_and_says_what_it_shows() -> None:
    numbers = [panel["id"] for panel in dashboard()["panels"]]
    assert len(set(numbers)) == len(numbers)
    for panel in PANELS:
        assert panel["title"]
        assert panel["description"].endswith(".")
        assert panel["fieldConfig"]["defaults"]["unit"]


def test_panels_read_the_data_source_that_is_chosen_above_them() -> None:
    variables = {each["name"]: each for each in dashboard()["templating"]["list"]}
    assert variables["datasource"]["query"] == "prometheus"
    for panel in PANELS:
        sources = [panel["datasource"], *(target["datasource"] for target in panel["targets"])]
        assert all(each["uid"] == "${datasource}" for each in sources)


def test_grafana_finds_the_data_source_and_the_dashboard_where_they_are_mounted() -> None:
    provisioning = DEPLOY / "grafana" / "provisioning"
    (source,) = read_yaml(provisioning / "datasources" / "prometheus.yaml")["datasources"]
    (provider,) = read_yaml(provisioning / "dashboards" / "receptionist.yaml")["providers"]
    services = compose()["services"]
    mounts = dict(volume.split(":")[:2] for volume in services["grafana"]["volumes"])
    home = services["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]

    assert source["url"] == "http://prometheus:9090"
    assert "prometheus" in services
    assert mounts["./grafana/dashboards"] == provider["options"]["path"]
    assert PurePosixPath(home) == PurePosixPath(provider["options"]["path"], "receptionist.json")


def test_prometheus_reads_the_rules_that_are_beside_its_settings() -> None:
    settings = read_yaml(DEPLOY / "prometheus" / "prometheus.yml")

    assert set(settings) == {"global", "rule_files", "scrape_configs"}
    assert all((DEPLOY / "prometheus" / name).is_file() for name in settings["rule_files"])
    assert [job["job_name"] for job in settings["scrape_configs"]] == ["receptionist"]


def test_kubernetes_has_the_same_rules() -> None:
    assert read_yaml(KUBERNETES / "monitoring" / "rules.yaml")["spec"]["groups"] == rule_groups()
