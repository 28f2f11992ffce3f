"""The practice's book: offers, bookings, and what follows them."""
