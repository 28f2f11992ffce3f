"""What a caller wants: a small linear model, and the rules of `intent_rules.py` beside it.

The model is trained by `scripts/train-intents`; it knows how much each word and each rule
says about each intent. What was just asked decides the rest (`turn_rules.py`).
"""

from dataclasses import dataclass
from functools import cache, lru_cache

from receptionist.domain import intent_rules, turn_rules
from receptionist.domain.linear_text import LinearText, shipped
from receptionist.domain.text_features import words

INFORM = "inform"
"""Only information, a name or a time: the model knows it, the interface does not name it."""

VAGUE = frozenset({"out_of_scope", "question", "faq", "faq_detail", "book", "help"})
DOING = frozenset({"book", "cancel", "reschedule", "check_appointment", "human", "message"})
MISTAKEN_FOR_CANCELLING = frozenset({"book", "check_appointment", "out_of_scope"})
LEAST = 0.002
"""What every intent has before a rule speaks for it, however sure the model is."""
WORTH_NAMING = 0.02

Leaning = tuple[str, float]
"""An intent that is likelier than the model thinks, and how many times."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One sentence as far as its intent goes."""

    ranked: tuple[tuple[str, float], ...]
    """Every intent with its probability, likeliest first; `inform` among them."""
    rules: frozenset[str]
    opening: str | None

    @property
    def first(self) -> str:
        """The likeliest, `inform` too."""
        return self.ranked[0][0]

    def score(self, name: str) -> float:
        """How likely that intent is."""
        return next((score for label, score in self.ranked if label == name), 0.0)


@dataclass(frozen=True, slots=True)
class _Said:
    """What is known of a sentence besides the model's opinion."""

    plain: str
    opening: str | None
    rules: frozenset[str]
    answer: frozenset[str]
    top: str


@lru_cache(maxsize=512)
def hear(text: str, previous: str = "") -> Heard:
    """Read one sentence; `previous` is what was said to the caller before it."""
    plain = intent_rules.plain(text)
    opening, rules = intent_rules.opening(plain), frozenset(intent_rules.fitting(plain))
    ranked = dict(_model().scores(text, hints(text)))
    top = max(ranked, key=ranked.__getitem__)
    said = _Said(plain, opening, rules, turn_rules.answered(plain), top)
    leanings = _leanings(said)
    if previous:
        leanings += _after(turn_rules.asked(previous.casefold()), said)
    for name, factor in leanings:
        ranked[name] = (ranked.get(name, 0.0) + LEAST) * factor
    total = sum(ranked.values())
    order = sorted(ranked.items(), key=lambda item: (-item[1], item[0]))
    return Heard(tuple((name, score / total) for name, score in order), rules, opening)


def intents(text: str, *, previous: str = "") -> list[tuple[str, float]]:
    """Every intent of the interface, likeliest first, with a score from 0 to 1."""
    named = [item for item in hear(text, previous).ranked if item[0] != INFORM]
    return [(name, round(score, 3)) for name, score in named if score >= WORTH_NAMING] or named[:1]


def intent_of(text: str, *, previous: str = "") -> str:
    """The likeliest one."""
    return intents(text, previous=previous)[0][0]


def hints(text: str) -> tuple[str, ...]:
    """Which rules fit, as the model is told."""
    plain = intent_rules.plain(text)
    return (*intent_rules.fitting(plain), f"opens {intent_rules.opening(plain)}")


@cache
def _model() -> LinearText:
    return shipped("intents")


def _leanings(said: _Said) -> list[Leaning]:
    """What the words alone make likelier."""
    rules, opening = said.rules, said.opening
    found = [(name, 6.0) for name in intent_rules.FIRM & rules if "other_options" not in rules]
    if "upset" in rules and "deny" not in (opening, said.top) and said.top not in DOING:
        found.append(("human", 60.0))  # Whoever is fed up with a machine is given a person.
    if opening is not None and said.top in VAGUE and "find_provider" not in rules:
        found.append((opening, 4.0 if said.top in DOING else 8.0))
    if opening == "acknowledge" and said.top == "affirm" and len(said.plain.split()) > 3:
        found.append((opening, 6.0))
    if "farewell" in said.answer and said.top not in DOING:
        found.append(("goodbye", 6.0))
    if "reschedule" in rules and "undoing" not in said.answer:
        found.append(("reschedule", 6.0))
    if "undoing" in said.answer and said.top in MISTAKEN_FOR_CANCELLING:
        found.append(("cancel", 4.0))
    if "find_provider" in rules and "search" in said.answer:
        found.append(("find_provider", 3.0))
    return found


def _after(asked: frozenset[str], said: _Said) -> list[Leaning]:
    """What the words mean after what was just said to the caller."""
    if "for_more" in asked:
        is_no = "goodbye" in said.rules or said.opening == "deny"
        return [("deny", 60.0)] if is_no and "farewell" not in said.answer else []
    leaves = "goodbye" in said.rules and said.top not in DOING
    return [("goodbye", 8.0)] * leaves + _reply(asked, said)


def _reply(asked: frozenset[str], said: _Said) -> list[Leaning]:
    """What is meant by an answer that does not end the call."""
    says_yes = said.opening == "affirm" or "yes" in said.answer
    details = [("faq_detail", 6.0)] if "faq_detail" in said.rules else []
    names_time = any(word.startswith("<") for word in words(said.plain))
    if "to_confirm" in asked:
        if says_yes or ("agreement" in said.answer and said.opening != "deny"):
            return [("affirm", 8.0), *details]
        return [("deny", 60.0)] if "change" in said.answer or names_time else []
    if "to_book" in asked:
        if says_yes:
            return [("affirm", 25.0)]
        if said.opening == "deny" or "later" in said.answer:
            return [("deny", 60.0)]
    if {"find_provider", "other_options"} & said.rules and not says_yes and "openly" not in asked:
        return [("other_options", 30.0)]
    books = says_yes and ("book" in said.rules or names_time)
    return [("book", 5.0)] * books + details
