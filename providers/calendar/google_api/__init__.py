"""Google's dialect and connections, behind `providers/calendar/google.py`."""
