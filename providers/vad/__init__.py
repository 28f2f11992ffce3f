"""Voice detectors: whether the caller is speaking."""
