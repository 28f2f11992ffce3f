"""The embedded language engine: dialogue state, how it is heard, what is said next."""
