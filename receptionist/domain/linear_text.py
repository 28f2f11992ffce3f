"""A linear model of sentences: one small weight for each feature and label.

The weights are made by `scripts/train-intents` and shipped as one file: a line
of JSON (labels, scale), then one signed byte for each feature and label.
"""

import json
import math
import zlib
from array import array
from collections.abc import Iterable, Sequence
from importlib.resources import files

from receptionist.domain.text_features import BUCKETS, features


class LinearText:
    """Labels of sentences, likeliest first."""

    def __init__(self, labels: Sequence[str], scale: float, weights: Sequence[int]) -> None:
        """`weights` has a row for each feature and a last one for the labels themselves."""
        self.labels = tuple(labels)
        self._scale = scale
        self._weights = weights

    def scores(self, text: str, hints: Iterable[str] = ()) -> list[tuple[str, float]]:
        """Each label with its probability."""
        size, weights = len(self.labels), self._weights
        found = features(text, hints)
        rows = [weights[place * size : (place + 1) * size] for place in found]
        sums = [sum(column) for column in zip(*rows, strict=True)] if rows else [0] * size
        factor = self._scale / math.sqrt(max(len(found), 1))
        own = weights[BUCKETS * size :]
        logits = [s * factor + b * self._scale for s, b in zip(sums, own, strict=True)]
        return _probabilities(self.labels, logits)


def read_model(packed: bytes) -> LinearText:
    """A model from the bytes of its file."""
    head, _, body = zlib.decompress(packed).partition(b"\n")
    facts = json.loads(head)
    return LinearText(facts["labels"], facts["scale"], array("b", body))


def write_model(labels: Sequence[str], scale: float, weights: Sequence[int]) -> bytes:
    """The bytes of a model's file."""
    head = json.dumps({"labels": list(labels), "scale": scale}).encode()
    return zlib.compress(head + b"\n" + array("b", weights).tobytes(), 9)


def shipped(name: str) -> LinearText:
    """The model of that name that comes with the product."""
    return read_model(files("receptionist.domain").joinpath(f"data/{name}.bin").read_bytes())


def _probabilities(labels: Sequence[str], logits: Sequence[float]) -> list[tuple[str, float]]:
    highest = max(logits)
    powers = [math.exp(logit - highest) for logit in logits]
    total = sum(powers)
    ranked = zip(labels, (power / total for power in powers), strict=True)
    return sorted(ranked, key=lambda item: (-item[1], item[0]))
