"""Regular expressions out of named pieces."""


def words(listed: str) -> str:
    """A pattern for any one of the words listed, in this order: `(?:at|around)`."""
    return one_of(*listed.split())


def one_of(*patterns: str) -> str:
    """A pattern for any one of these, in this order; None of them captures more than it did."""
    return f"(?:{'|'.join(patterns)})"


def longest_first(listed: dict[str, int]) -> str:
    """A pattern for any one of the keys, so that "sept" is not taken for "sep"."""
    return one_of(*sorted(listed, key=len, reverse=True))
