"""The parts of the neural voice detector: the model, the thread that runs it, one call's ear."""
