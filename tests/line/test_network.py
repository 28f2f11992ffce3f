"""Frames on their way."""

from receptionist.line.network import Network, Weather


def arrivals(weather: Weather, frames: int = 500) -> list[tuple[float, str]]:
    network, found = Network(weather, seed=7), []
    for number in range(frames):
        at_s = number * 0.02
        network.put(str(number), at_s)
        found += [(at_s, message) for message in network.due(at_s)]
    return found + [(frames * 0.02, message) for message in network.rest()]


def test_jitter_neither_loses_nor_reorders() -> None:
    found = arrivals(Weather(jitter_ms=100))

    assert [message for _, message in found] == [str(number) for number in range(500)]
    assert any(at_s - int(message) * 0.02 > 0.05 for at_s, message in found)


def test_a_bunch_arrives_together() -> None:
    found = arrivals(Weather(bunch_every_s=2, bunch_ms=200))

    together = max(sum(at_s == other_s for other_s, _ in found) for at_s, _ in found)
    assert together >= 9
    assert [message for _, message in found] == [str(number) for number in range(500)]


def test_calm_weather_is_known() -> None:
    assert Weather().is_calm
    assert not Weather(jitter_ms=1).is_calm
