"""Deepgram's wire without its SDK, behind `providers/stt/deepgram.py`."""
