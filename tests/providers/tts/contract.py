"""What every voice that makes audio must do."""

from receptionist.ports.text_to_speech import TextToSpeech
from tests.emulators.spoken_audio import SpokenAudioReader


class TextToSpeechContract:
    """Subclass it with a fixture `tts` that speaks through an emulator."""

    async def test_it_says_every_word(self, tts: TextToSpeech) -> None:
        reader = SpokenAudioReader()

        words = [
            w async for chunk in tts.synthesize("Hello, how are you?") for w in reader.feed(chunk)
        ]

        assert words == ["Hello,", "how", "are", "you?"]

    async def test_it_can_be_left_in_the_middle_and_used_again(self, tts: TextToSpeech) -> None:
        stream = tts.synthesize("This is a rather long sentence to be left early.")
        first = await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]

        again = b"".join([chunk async for chunk in tts.synthesize("Again.")])

        assert first
        assert again

    async def test_it_is_well(self, tts: TextToSpeech) -> None:
        await tts.check()
        await tts.warm()
        assert tts.streaming
        assert tts.voice
