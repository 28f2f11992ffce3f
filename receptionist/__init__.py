"""A telephone receptionist for clinics and other practices."""
