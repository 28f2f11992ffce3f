"""What may be had how often, and what may be spent: callers, addresses, outgoing calls, texts."""
