"""Ten calls held with the embedded engine, printed as they went.

    VAR_DIRECTORY=$(mktemp -d) PRACTICE_FILE=examples/maple-street.yaml receptionist serve
    python -m benchmarks.understanding.transcripts http://127.0.0.1:8000

The callers' lines are fixed, so a question of the engine's may be answered beside the
point, as callers do.
`docs/transcripts.md` holds one run of it, with what went wrong.
"""

import asyncio
import sys

from receptionist.line.console import options_for
from receptionist.line.line import place_call
from receptionist.line.script import Say

CALLS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "A check-up, with a wish for Thursday afternoon",
        "+12125550141",
        (
            "hello um I'd like to see doctor patel sometime next week",
            "just a regular check up",
            "thursday after three would be best",
            "the second one please",
            "it's Margaret Okafor",
            "yes that's right",
            "no that's all thank you",
        ),
    ),
    (
        "The same caller, whose Thursday has come to nothing",
        "+12125550141",
        (
            "hi this is Margaret Okafor I can't make my appointment on thursday",
            "can I come friday instead",
            "in the morning",
            "the first one",
            "yes please",
            "thanks bye",
        ),
    ),
    (
        "A flu shot on Saturday, at a time that was not offered",
        "+12125550142",
        (
            "yeah hi I need a flu shot",
            "can you do saturday",
            "nine thirty is good",
            "Tom Brennan",
            "yep",
            "what should i bring",
            "nope bye",
        ),
    ),
    (
        "Cancelled again",
        "+12125550142",
        ("I want to cancel the flu shot on saturday", "Tom Brennan", "yes", "thank you bye"),
    ),
    (
        "An emergency",
        "+12125550143",
        ("my mother fell and she isn't waking up", "yes"),
    ),
    (
        "A bill nobody understands",
        "+12125550144",
        (
            "I got a bill I don't understand can someone call me back",
            "Priya Nair",
            "I was charged for a visit in october that I cancelled",
            "yes",
            "that's it",
        ),
    ),
    (
        "In a hurry, and changing their mind",
        "+12125550151",
        (
            "do you have anything today",
            "a follow up",
            "what about tomorrow then",
            "monday first thing",
            "eight thirty",
            "Daniel O'Connor",
            "yes",
            "and can you tell doctor lee that my knee is better",
            "yes",
            "no thanks",
        ),
    ),
    (
        "A headache, and a question that is a doctor's to answer",
        "+12125550153",
        (
            "I have had a headache for three days should I take ibuprofen",
            "ok then a check up as soon as possible",
            "yes that one",
            "Lucy Tan",
            "correct",
            "no",
        ),
    ),
    (
        "Questions only",
        "+12125550154",
        (
            "how much is it without insurance and where do I park",
            "great and are you open on christmas",
            "do you do blood tests",
            "what's the weather like",
            "let me talk to a human",
            "no",
        ),
    ),
    (
        "For a daughter, whose name is heard wrong",
        "+12125550155",
        (
            "hola hablas español",
            "sorry do you speak spanish",
            "I need to book for my daughter she has a check up",
            "wednesday at ten with doctor lee",
            "Sofia Ramires",
            "no it's with a z R A M I R E Z",
            "yes",
            "bye",
        ),
    ),
)


async def main(url: str) -> None:
    """Place the calls one after another."""
    for number, (title, caller, lines) in enumerate(CALLS, 1):
        options = options_for(url, from_number=caller)
        report = await place_call(options, [Say(line) for line in lines])
        print(f"## {number}. {title}\n")
        for line in report.transcript:
            if line.side in ("caller", "receptionist"):
                who = "Caller" if line.side == "caller" else "Receptionist"
                print(f"- **{who}:** {line.text}")
        print()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"))
