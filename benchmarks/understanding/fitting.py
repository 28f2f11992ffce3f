"""Fit a linear model of sentences: multinomial logistic regression, by small steps.

Build time only; needs NumPy. The same rows and seed give the same weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from receptionist.domain.linear_text import LinearText
from receptionist.domain.text_features import BUCKETS, features

PASSES = 14
STEP = 0.2
SHRINK = 2e-7
"""How much weights are drawn to nothing at each step."""
BATCH = 32
ADDED = BUCKETS
"""The place of padding, and of the labels' own weights."""


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence, the labels it may have, and what it counts for."""

    text: str
    labels: tuple[str, ...]
    hints: tuple[str, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights as they are shipped: one signed byte each."""

    labels: tuple[str, ...]
    scale: float
    weights: list[int]

    def model(self) -> LinearText:
        """Ready to read sentences."""
        return LinearText(self.labels, self.scale, self.weights)


def fit(examples: Sequence[Example], *, shrink: float = SHRINK, seed: int = 7) -> Fitted:
    """Weights with which every example's labels come out likeliest."""
    labels = tuple(sorted({label for example in examples for label in example.labels}))
    places, values = _places(examples)
    wanted = _wanted(examples, labels)
    trust = np.array([example.weight for example in examples], dtype=np.float32)
    weights = np.zeros((BUCKETS + 1, len(labels)), dtype=np.float32)
    own = np.zeros(len(labels), dtype=np.float32)
    seen = np.full_like(weights, 1e-6)
    seen_own = np.full_like(own, 1e-6)
    order = np.random.default_rng(seed)
    for _ in range(PASSES):
        rows = order.permutation(len(examples))
        for first in range(0, len(rows), BATCH):
            batch = rows[first : first + BATCH]
            at, of = places[batch], values[batch]
            logits = (weights[at] * of[:, :, None]).sum(axis=1) + own
            error = (_softmax(logits) - wanted[batch]) * trust[batch][:, None]
            touched, back = np.unique(at, return_inverse=True)
            slope = np.zeros((len(touched), len(labels)), dtype=np.float32)
            np.add.at(
                slope,
                back.reshape(-1),
                (error[:, None, :] * of[:, :, None]).reshape(-1, len(labels)),
            )
            slope += shrink * len(examples) * weights[touched]
            seen[touched] += slope**2
            weights[touched] -= STEP * slope / np.sqrt(seen[touched])
            change = error.sum(axis=0)
            seen_own += change**2
            own -= STEP * change / np.sqrt(seen_own)
            weights[ADDED] = 0
    return _packed(labels, weights, own)


def _places(examples: Sequence[Example]) -> tuple[np.ndarray, np.ndarray]:
    found = [features(example.text, example.hints) for example in examples]
    longest = max(len(row) for row in found)
    places = np.full((len(found), longest), ADDED, dtype=np.int32)
    values = np.zeros((len(found), longest), dtype=np.float32)
    for number, row in enumerate(found):
        places[number, : len(row)] = row
        values[number, : len(row)] = 1 / max(len(row), 1) ** 0.5
    return places, values


def _wanted(examples: Sequence[Example], labels: Sequence[str]) -> np.ndarray:
    column = {label: number for number, label in enumerate(labels)}
    wanted = np.zeros((len(examples), len(labels)), dtype=np.float32)
    for number, example in enumerate(examples):
        for label in example.labels:
            wanted[number, column[label]] = 1 / len(example.labels)
    return wanted


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _packed(labels: tuple[str, ...], weights: np.ndarray, own: np.ndarray) -> Fitted:
    highest = max(float(np.abs(weights).max()), float(np.abs(own).max()))
    scale = highest / 127
    whole = np.vstack([weights[:BUCKETS], own[None, :]])
    return Fitted(labels, scale, np.rint(whole / scale).astype(int).reshape(-1).tolist())
