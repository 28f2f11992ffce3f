"""Where rendered speech is shared between processes; without any, each has its own disk."""
