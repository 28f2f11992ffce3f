"""A time that is held: nobody else is offered it, until it is booked or let go."""

from datetime import datetime

from receptionist.domain.booking import Slot
from receptionist.domain.practice import Practice, Service
from receptionist.ports.records import Appointment


def held(
    practice: Practice, service: Service, slot: Slot, *, whose: str, until: datetime
) -> Appointment:
    """The row of a time that is held in the name of a call, or of somebody on the waiting list."""
    return Appointment(
        id="",
        practice_id=practice.id,
        call_sid=whose,
        service=service.name,
        practitioner=slot.practitioner,
        start=slot.start,
        end=slot.end,
        blocks_until=slot.blocks_until,
        caller_name="",
        phone=None,
        date_of_birth=None,
        status="held",
        units=slot.units,
        held_until=until,
    )
