"""How well the embedded engine understands, on public evaluation data."""
