"""PromQL, parsed by Prometheus' own grammar, and the series it reads."""

from collections.abc import Iterator
from typing import Any

import promql_parser

from receptionist.observability import Metrics
from tests.deploy.files import rule_groups

ADDED_BY_SCRAPE = {"job", "instance", "namespace", "pod"}
GRAFANA = {"$__rate_interval": "5m", "$instance": ".*"}
NODES = {
    promql_parser.AggregateExpr: ("expr",),
    promql_parser.BinaryExpr: ("lhs", "rhs"),
    promql_parser.ParenExpr: ("expr",),
    promql_parser.SubqueryExpr: ("expr",),
    promql_parser.UnaryExpr: ("expr",),
}


def exported() -> dict[str, set[str]]:
    """Series that a process exports or a rule records, with their labels."""
    series: dict[str, set[str]] = {"up": ADDED_BY_SCRAPE}
    for family in Metrics().registry.collect():
        labels = _labels_of(family.name)
        names = {f"{family.name}{end}" for end in _ENDINGS.get(family.type, ("",))}
        series |= dict.fromkeys(names, labels | ADDED_BY_SCRAPE)
        if family.type == "histogram":
            series[f"{family.name}_bucket"] = labels | {"le"} | ADDED_BY_SCRAPE
    for group in rule_groups():
        series |= {rule["record"]: set() for rule in group["rules"] if "record" in rule}
    return series


_ENDINGS = {"counter": ("_total",), "histogram": ("_sum", "_count")}


def _labels_of(family: str) -> set[str]:
    for metric in vars(Metrics()).values():
        if getattr(metric, "_name", None) == family:
            return set(metric._labelnames)
    return set()


def parse(expression: str) -> Any:
    """The tree. Raises `ValueError` where Prometheus would refuse it."""
    for variable, value in GRAFANA.items():
        expression = expression.replace(variable, value)
    return promql_parser.parse(expression)


def selectors(node: Any) -> Iterator[Any]:
    """Every vector selector below a node."""
    if isinstance(node, promql_parser.VectorSelector):
        yield node
    elif isinstance(node, promql_parser.MatrixSelector):
        yield node.vector_selector
    elif isinstance(node, promql_parser.Call):
        for argument in node.args:
            yield from selectors(argument)
    else:
        for child in NODES.get(type(node), ()):
            yield from selectors(getattr(node, child))


def groupings(node: Any) -> Iterator[tuple[set[str], Any]]:
    """Labels that an aggregation keeps, with what it aggregates."""
    if isinstance(node, promql_parser.AggregateExpr):
        if node.modifier is not None:
            yield set(node.modifier.labels), node.expr
        yield from groupings(node.expr)
    elif isinstance(node, promql_parser.Call):
        for argument in node.args:
            yield from groupings(argument)
    else:
        for child in NODES.get(type(node), ()):
            yield from groupings(getattr(node, child))


def unknown(expression: str) -> list[str]:
    """Series and labels that the expression names and nobody exports."""
    tree, known = parse(expression), exported()
    found = []
    for selector in selectors(tree):
        name = selector.name
        if name not in known:
            found.append(name)
            continue
        named = {matcher.name for matcher in selector.matchers.matchers} - {"__name__"}
        found += [f"{name}{{{label}}}" for label in named - known[name]]
    for labels, below in groupings(tree):
        for selector in selectors(below):
            found += [f"{selector.name}{{{label}}}" for label in labels - known[selector.name]]
    return found
