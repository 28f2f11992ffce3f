"""What the subcommands of `receptionist` do."""
