"""Which sentences say that something was done."""

import pytest

from receptionist.conversation.claims import Claim, claims, unbacked
from receptionist.conversation.context import CommittedAction

SAID = {
    Claim.BOOKED: [
        "You're booked for Tuesday at ten.",
        "You’re all booked in with Dr. Lee.",
        "I've booked you in for a check-up on Tuesday.",
        "I have you down for Tuesday at ten.",
        "Your appointment is confirmed for March 10th.",
        "Great, your appointment has been scheduled.",
        "I've gone ahead and scheduled that for you.",
        "It's booked.",
        "See you on Tuesday at ten!",
        "We'll see you next Tuesday.",
        "I've made an appointment for you.",
        "You're booked for ten, is there anything else?",
        "Okay, I booked you with Dr. Lee.",
        "You have been scheduled for Friday.",
        "Perfect, you're set for Tuesday at ten.",
        "I have Tuesday at ten booked for you.",
        "Appointment booked!",
        "You have an appointment on Tuesday at ten.",
    ],
    Claim.MOVED: [
        "I've moved your appointment to Friday.",
        "I have rescheduled it to noon.",
        "Your visit on Tuesday has been moved to Friday.",
    ],
    Claim.CANCELLED: [
        "I've cancelled your appointment.",
        "Your appointment has been canceled.",
        "That's cancelled for you.",
    ],
    Claim.MESSAGE: [
        "I've passed that on to the team.",
        "Your message has been sent.",
        "I've left a message for Dr. Lee.",
    ],
    Claim.WAITING: [
        "I've put you on the waiting list.",
        "You're on our waiting list now.",
        "I added you to the cancellation list.",
    ],
    Claim.DONE: ["You're all set.", "All done!", "That's all sorted."],
}
NOT_SAID = [
    "Would you like to go on the waiting list?",
    "I can put you on the waiting list.",
    "Shall I book that for you?",
    "Would you like me to cancel it?",
    "I can book you in for Tuesday at ten.",
    "Once it's booked, you'll get a text.",
    "I haven't cancelled anything yet.",
    "Dr. Lee is fully booked on Tuesday.",
    "That time is already booked.",
    "I'm sorry, that slot is already taken.",
    "I'll book that now.",
    "Let me move your appointment.",
    "Is that booked under your name?",
    "So that's Tuesday at ten with Dr. Lee, is that right?",
    "We have ten o'clock or eleven thirty on Tuesday.",
    "Would you like to leave a message?",
    "We're open from nine to five.",
    "If you're booked with us, I can look it up.",
    "What time were you booked for?",
    "I'm not able to book that.",
    "You can cancel up to a day before.",
    "Parking is behind the building.",
    "I've made a note of your name.",
    "Thanks, I've noted that.",
    "I have you as Ann Poe, is that right?",
    "Do you have an appointment with us already?",
]
MAKER = {
    Claim.BOOKED: "schedule_appointment",
    Claim.MOVED: "reschedule_appointment",
    Claim.CANCELLED: "cancel_appointment",
    Claim.MESSAGE: "take_message",
    Claim.WAITING: "join_waiting_list",
    Claim.DONE: "schedule_appointment",
}


def done(name: str, **result: object) -> CommittedAction:
    return CommittedAction(name, {}, {"ok": True, **result})


@pytest.mark.parametrize(
    ("claim", "sentence"), [(claim, text) for claim, texts in SAID.items() for text in texts]
)
def test_a_claim_needs_its_own_action(claim: Claim, sentence: str) -> None:
    assert unbacked(sentence, []) is claim
    assert unbacked(sentence, [done("answer_faq")]) is claim
    assert unbacked(sentence, [done(MAKER[claim])]) is None


@pytest.mark.parametrize("sentence", NOT_SAID)
def test_offers_questions_and_denials_are_no_claims(sentence: str) -> None:
    assert claims(sentence) == frozenset()


def test_an_appointment_that_was_found_may_be_read_out() -> None:
    found = done("find_appointments", appointments=[{"id": "a1"}])

    assert unbacked("You're booked for Tuesday at ten.", [found]) is None
    assert unbacked("I've booked you for Tuesday at ten.", [found]) is Claim.BOOKED


def test_finding_nothing_backs_nothing() -> None:
    nothing = done("find_appointments", appointments=[])

    assert unbacked("You're booked for Tuesday at ten.", [nothing]) is Claim.BOOKED
