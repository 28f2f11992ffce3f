"""Plain mode: Twilio's own ears (`<Gather>`) and voice (`<Say>`), our router."""

from collections.abc import Sequence

from twilio.twiml.voice_response import Gather, VoiceResponse


def ask(
    sentences: Sequence[str],
    *,
    action_url: str,
    language: str = "en-US",
    timeout_s: int = 6,
    hints: Sequence[str] = (),
) -> str:
    """Say what there is to say and listen meanwhile; silence is posted as well as speech."""
    response = VoiceResponse()
    gather = Gather(
        input="speech dtmf",
        action=action_url,
        method="POST",
        timeout=timeout_s,
        speech_timeout="auto",
        num_digits=None,
        finish_on_key="#",
        language=language,
        barge_in=True,
        action_on_empty_result=True,
        profanity_filter=False,
        hints=", ".join(hints) or None,
    )
    for sentence in sentences:
        gather.say(sentence, language=language)
    response.append(gather)
    # Reached only if Twilio falls out of the Gather without asking.
    response.redirect(action_url, method="POST")
    return str(response)


def hang_up_after(sentences: Sequence[str], *, language: str = "en-US") -> str:
    """The goodbye, heard to its end."""
    response = VoiceResponse()
    for sentence in sentences:
        response.say(sentence, language=language)
    response.hangup()
    return str(response)
