"""A phone line as Twilio would work it, from the caller's side.

Places calls against a running server: signed webhooks, TwiML obeyed, media
streams in real time. Knows nothing of the server's inside.
"""
