"""A breaker, in time that the test makes up."""

from hypothesis import given
from hypothesis import strategies as st

from receptionist.resilience.breaker import Admission, Breaker, Rules

RULES = Rules(least_requests=4, wait_s=10, longest_wait_s=35, most_in_a_row=8, probe_s=5)


def opened() -> Breaker:
    breaker = Breaker(RULES)
    for _ in range(4):
        breaker.failed(0)
    return breaker


def test_half_of_enough_requests_failing_opens_it() -> None:
    breaker = Breaker(RULES)

    changes = [breaker.succeeded(0), breaker.succeeded(1), breaker.failed(2), breaker.failed(3)]

    assert changes == [None, None, None, "opened"]
    assert breaker.admit(4) is Admission.SKIPPED


def test_too_few_requests_say_nothing() -> None:
    breaker = Breaker(RULES)

    assert [breaker.failed(at) for at in range(3)] == [None] * 3
    assert breaker.admit(3) is Admission.MADE


def test_less_than_half_leaves_it_closed() -> None:
    breaker = Breaker(RULES)
    for at in range(30):
        breaker.succeeded(at)

    assert [breaker.failed(40 + at) for at in range(7)] == [None] * 7


def test_failures_of_more_than_five_minutes_ago_do_not_count() -> None:
    breaker = Breaker(RULES)
    for at in range(3):
        breaker.failed(at)

    assert breaker.failed(400) is None


def test_many_failures_in_a_row_open_it_after_busy_minutes() -> None:
    breaker = Breaker(RULES)
    for _ in range(1000):
        breaker.succeeded(0)

    changes = [breaker.failed(1) for _ in range(8)]

    assert changes == [None] * 7 + ["opened"]


def test_one_request_at_a_time_probes_when_the_wait_is_over() -> None:
    breaker = opened()

    assert breaker.admit(9.9) is Admission.SKIPPED
    assert breaker.admit(10) is Admission.PROBE
    assert breaker.admit(10) is Admission.SKIPPED


def test_a_good_probe_closes_it() -> None:
    breaker = opened()

    assert breaker.succeeded(11, breaker.admit(10)) == "closed"
    assert breaker.admit(11) is Admission.MADE
    assert breaker.is_well


def test_a_bad_probe_doubles_the_wait_up_to_a_limit() -> None:
    breaker, at_s = opened(), 10.0
    waits = []
    for _ in range(3):
        breaker.failed(at_s, breaker.admit(at_s))
        waits.append(breaker.wait_s)
        at_s += breaker.wait_s

    assert waits == [20, 35, 35]


def test_a_probe_that_was_broken_off_leaves_the_next_one_to_try() -> None:
    breaker = opened()

    breaker.given_up(breaker.admit(10))

    assert breaker.admit(10) is Admission.PROBE


def test_a_probe_that_is_not_heard_of_is_given_up() -> None:
    breaker = opened()
    breaker.admit(10)

    assert breaker.admit(14.9) is Admission.SKIPPED
    assert breaker.admit(15) is Admission.PROBE


def test_what_was_asked_before_it_opened_does_not_close_it() -> None:
    breaker = opened()

    assert breaker.succeeded(1, Admission.MADE) is None
    assert breaker.is_open


def test_a_check_that_went_well_lets_the_next_request_probe() -> None:
    breaker = opened()

    breaker.checked(2)

    assert breaker.admit(2) is Admission.PROBE


def test_one_failure_makes_it_unwell_until_something_is_known_to_be_good() -> None:
    breaker = Breaker(RULES)
    breaker.failed(0)
    unwell = not breaker.is_well

    breaker.checked(1)

    assert unwell
    assert breaker.is_well


def test_another_process_opens_and_closes_it() -> None:
    breaker = Breaker(RULES)

    breaker.adopt(0, is_open=True, wait_s=3)
    skipped, probed = breaker.admit(2), breaker.admit(3)
    breaker.adopt(4, is_open=False, wait_s=0)

    assert (skipped, probed) == (Admission.SKIPPED, Admission.PROBE)
    assert breaker.admit(4) is Admission.MADE


@given(st.lists(st.tuples(st.sampled_from(["ok", "fail", "cancel"]), st.floats(0, 60))))
def test_at_no_time_are_there_two_probes_and_barge_ins_open_nothing(
    steps: list[tuple[str, float]],
) -> None:
    breaker, at_s, probes, failed = Breaker(RULES), 0.0, 0, 0
    for outcome, wait_s in steps:
        at_s += wait_s
        admission = breaker.admit(at_s)
        probes = int(admission is Admission.PROBE)
        if admission is Admission.SKIPPED:
            continue
        assert probes + (breaker.admit(at_s) is Admission.PROBE) <= 1
        match outcome:
            case "ok":
                breaker.succeeded(at_s, admission)
            case "fail":
                failed += 1
                breaker.failed(at_s, admission)
            case _:
                breaker.given_up(admission)

    assert failed >= RULES.least_requests / 2 or not breaker.is_open
