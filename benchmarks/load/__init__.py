"""How many calls one core carries: callers, vendors and the server in processes of their own."""
