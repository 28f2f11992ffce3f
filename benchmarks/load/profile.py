"""Where the event loop's CPU time went: `python -m benchmarks.load.profile FOLDER`.

The folder is what `python -m benchmarks.load --profile FOLDER` has filled. Shares are of the
server's main thread; a stage holds all that its functions called, so shares overlap where one
stage calls another.
"""

import argparse
import pickle
from collections import Counter
from pathlib import Path

STAGES = {
    "frames in: picows and the call": ("PicowsSocket.on_ws_frame",),
    "  the call's handling of a message, of which": ("TwilioCallHandler._message",),
    "    parsed": ("MediaStreamProtocol.receive",),
    "    the detector's gate and windows": ("LiveEar.feed", "VoiceDetector.feed"),
    "    media time": ("MediaClock.frame",),
    "    queued for the recogniser": ("Hearing.feed",),
    "audio out to the recogniser": ("Hearing._send",),
    "the recogniser's words in": ("Hearing._receive",),
    "turn machine and decisions": (
        "TwilioCallHandler._feed",
        "TwilioCallHandler._expire",
    ),
    "the model asked and read": ("Answering._run",),
    "  the model's client": ("OpenAILanguageModel.stream",),
    "the voice asked, read and sent": ("Speaker.run", "Speaker._synthesise"),
    "  the voice's client": ("ElevenLabsTextToSpeech.synthesize",),
    "messages out to the stream": ("Outgoing.run",),
    "webhooks and the stream's request": ("FastAPI.__call__",),
    "database, of these and by itself": ("greenlet_spawn", "Connection.execute"),
    "  the journal": ("SqlJournal._write_for_ever",),
    "background: connections opened at the ring": ("Background._guarded",),
}
MOST = 60
EVERYBODY = 0.8
"""What is on so many of the stacks runs the loop, and says nothing."""


def main() -> None:
    """Stages, then functions by what they and all they call took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load.profile")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--skip", type=int, default=1, help="files of 5 s from the beginning")
    asked = parser.parse_args()
    files = sorted(asked.folder.iterdir(), key=lambda each: each.stat().st_mtime)[asked.skip :]
    stacks = [sample for file in files for sample in pickle.loads(file.read_bytes())]
    whole_s = sum(spent_s for spent_s, _ in stacks)
    print(f"{whole_s:.1f} s of CPU in {len(files)} files")
    for stage, functions in STAGES.items():
        spent_s = sum(s for s, stack in stacks if any(name in functions for _, name in stack))
        print(f"{spent_s / whole_s:6.1%}  {stage}")
    inside: Counter[str] = Counter()
    for spent_s, stack in stacks:
        for file, name in set(stack):
            inside[f"{name} ({'/'.join(Path(file).parts[-2:])})"] += spent_s  # type: ignore[assignment]
    print()
    for function, spent_s in inside.most_common(MOST):
        if spent_s < EVERYBODY * whole_s:
            print(f"{spent_s / whole_s:6.1%}  {function}")


if __name__ == "__main__":
    main()
