"""Two ways to ElevenLabs' API, behind `providers/tts/elevenlabs.py`."""
