"""Many calls at once: an open load, placed by several processes and told in figures.

Open: a call is placed when its time has come, whether or not others are answered.
"""
