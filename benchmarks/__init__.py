"""What is known only by measuring."""
