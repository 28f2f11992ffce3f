"""The softphone page as a caller uses it, in a real browser."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

from receptionist.phone import create_phone
from tests.phone.browser import (
    CHROMIUM,
    NO_CHROMIUM,
    chromium,
    complaints,
    scrolls_sideways,
    serving,
)
from tests.phone.receptionist import GREETING, Conversations

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM),
]

# A voice that says a word every 20 ms, and stops mid-sentence when cancelled.
VOICE = """
(() => {
  const voice = { name: "Test", lang: "en-US", default: true };
  let timer = 0;
  let now = null;
  window.spoken = [];
  class Utterance { constructor(text) { this.text = text; } }
  const synthesis = Object.assign(new EventTarget(), {
    getVoices: () => [voice],
    cancel() { clearInterval(timer); window.cancelled = true; },
    speak(utterance) {
      now = utterance;
      window.spoken.push(utterance.text);
      const starts = [...utterance.text.matchAll(/\\S+/g)].map((m) => m.index);
      let at = 0;
      setTimeout(() => utterance.onstart?.({}), 0);
      if (utterance.text.startsWith("LET ME")) starts.length = 2;
      timer = setInterval(() => {
        if (at < starts.length) utterance.onboundary?.({ charIndex: starts[at++] });
        else if (!utterance.text.startsWith("LET ME")) {
          clearInterval(timer);
          utterance.onend?.({});
        }
      }, 20);
    },
  });
  Object.defineProperty(window, "speechSynthesis", { value: synthesis });
  window.SpeechSynthesisUtterance = Utterance;
  window.SpeechRecognition = class {
    start() { window.recognition = this; }
    abort() {}
  };
  window.hear = (text, isFinal) => window.recognition.onresult({
    resultIndex: 0, results: [Object.assign([{ transcript: text }], { isFinal })],
  });
})();
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, Conversations]]:
    conversations = Conversations()
    app = FastAPI()
    app.include_router(
        create_phone(conversations, enabled=lambda _: True, spoken=lambda t: t.upper())
    )
    with serving(app) as address:
        yield address, conversations


def open_page(browser: Browser, address: str, *, width: int = 1280, voice: bool = False) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 760})
    page.set_default_timeout(10_000)
    if voice:
        page.add_init_script(VOICE)
    page.goto(f"{address}/phone")
    return page


@pytest.fixture
def page(browser: Browser, served: tuple[str, Conversations]) -> Iterator[Page]:
    opened = open_page(browser, served[0])
    yield opened
    opened.close()


@pytest.fixture
def talking(browser: Browser, served: tuple[str, Conversations]) -> Iterator[Page]:
    opened = open_page(browser, served[0], voice=True)
    expect(opened.locator("#voice")).to_have_attribute("aria-pressed", "true")
    opened.click("#call")
    expect(opened.locator("body")).to_have_attribute("data-state", "listening")
    yield opened
    opened.close()


def test_a_typed_conversation_books_and_shows_the_card(page: Page) -> None:
    page.click("#call")
    expect(page.locator("#log")).to_contain_text(GREETING)
    expect(page.locator("#practice")).to_have_text("Maple Street Clinic")

    page.fill("#words", "I want to book a check-up")
    page.click("#send")
    expect(page.locator("#log")).to_contain_text("Which would you like?")
    page.fill("#words", "half past ten")
    page.click("#send")

    expect(page.locator(".done.booked")).to_have_text(
        "Booked: Check-up, Tue 24 Nov 10:30 with Dr. Lee"
    )
    expect(page.locator(".said.caller").last).to_contain_text("half past ten")


def test_a_call_needs_no_mouse(page: Page) -> None:
    page.keyboard.press("Enter")
    expect(page.locator("#words")).to_be_focused()
    page.keyboard.type("hello")
    page.keyboard.press("Enter")
    expect(page.locator("#log")).to_contain_text("You said: hello")

    page.keyboard.press("Escape")

    expect(page.locator("#state")).to_have_text("Call ended")
    expect(page.locator("#log")).to_contain_text("You hung up")
    expect(page.locator("#call")).to_be_focused()


def test_every_control_shows_where_the_focus_is(page: Page) -> None:
    page.keyboard.press("Enter")
    expect(page.locator("#words")).to_be_focused()
    seen = set()
    for _ in range(24):
        page.keyboard.press("Tab")
        seen.add(
            page.evaluate(
                """() => {
                  const at = document.activeElement;
                  const ring = [at, at.querySelector(".icon"), at.closest("form")]
                    .some((e) => e && getComputedStyle(e).outlineStyle !== "none");
                  return at === document.body || ring ? "" : at.outerHTML.slice(0, 80);
                }"""
            )
        )

    assert seen == {""}


@pytest.mark.parametrize("width", [360, 640, 860, 1280])
def test_no_width_scrolls_sideways(
    browser: Browser, served: tuple[str, Conversations], width: int
) -> None:
    page = open_page(browser, served[0], width=width)
    page.click("#call")
    page.fill("#words", "x" * 300)
    page.click("#send")
    expect(page.locator(".said.caller")).to_be_visible()

    assert not scrolls_sideways(page)
    page.close()


def test_a_long_conversation_scrolls_in_its_place_and_not_the_page(
    browser: Browser, served: tuple[str, Conversations]
) -> None:
    page = open_page(browser, served[0], width=375)
    page.click("#call")
    for number in range(8):
        page.fill("#words", f"{number} {'more words ' * 20}")
        page.click("#send")
        expect(page.locator("#log")).to_contain_text(f"You said: {number}")

    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    page.close()


def test_nothing_complains_and_nothing_comes_from_elsewhere(
    browser: Browser, served: tuple[str, Conversations]
) -> None:
    page = browser.new_page()
    found = complaints(page)
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.goto(f"{served[0]}/phone")
    page.click("#call")
    page.fill("#words", "half past ten")
    page.click("#send")
    expect(page.locator(".done.booked")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#state")).to_have_text("Call ended")

    assert found == []
    assert hosts == {served[0].removeprefix("http://")}
    page.close()


def test_words_are_shown_as_text_and_never_run(page: Page) -> None:
    page.click("#call")
    page.fill("#words", "<img src=x onerror=alert(1)>")
    page.click("#send")

    expect(page.locator("#log")).to_contain_text("You said: <img src=x onerror=alert(1)>")
    assert page.locator("#log img").count() == 0


def test_the_voice_says_what_is_fit_for_speech(talking: Page) -> None:
    assert talking.evaluate("window.spoken") == [GREETING.upper()]


def test_talking_over_the_voice_stops_it_and_keeps_what_was_heard(
    talking: Page, served: tuple[str, Conversations]
) -> None:
    talking.evaluate("hear('slow', true)")
    expect(talking.locator(".word.heard", has_text="Let")).to_be_visible()

    talking.evaluate("hear('stop', false)")
    expect(talking.locator("#interim")).to_have_text("stop")
    talking.evaluate("hear('stop please', true)")

    expect(talking.locator("#log")).to_contain_text("You said: stop please")
    assert talking.evaluate("window.cancelled") is True
    assert served[1].opened[-1].heard == ["Let"]
    expect(talking.locator(".word.unheard").first).to_have_text("me ")


def test_a_nod_and_an_echo_do_not_stop_the_voice(
    talking: Page, served: tuple[str, Conversations]
) -> None:
    talking.evaluate("hear('slow', true)")
    expect(talking.locator(".word.heard", has_text="Let")).to_be_visible()

    talking.evaluate("hear('mm-hm', true)")
    talking.evaluate("hear('let me think about', false)")

    expect(talking.locator("body")).to_have_attribute("data-state", "speaking")
    assert served[1].opened[-1].heard == []


def test_an_unfinished_sentence_is_waited_for(
    talking: Page, served: tuple[str, Conversations]
) -> None:
    talking.evaluate("hear('my number is', true)")
    talking.evaluate("hear('five five five', true)")

    expect(talking.locator("#log")).to_contain_text("You said: my number is five five five")
    assert served[1].opened[-1].asked == ["my number is five five five"]


def test_a_refused_microphone_leaves_typing(talking: Page) -> None:
    talking.evaluate("recognition.onerror({ error: 'not-allowed' })")

    expect(talking.locator("#notice")).to_contain_text("You can type instead")
    expect(talking.locator("#microphone")).to_have_attribute("aria-pressed", "false")


def test_the_keypad_sends_digits(page: Page) -> None:
    page.click("#call")
    for digit in "42#":
        page.click(f'[data-digit="{digit}"]')

    expect(page.locator("#log")).to_contain_text("You said: 42")


def test_a_goodbye_is_played_and_then_the_receptionist_hangs_up(page: Page) -> None:
    page.click("#call")
    page.fill("#words", "bye")
    page.click("#send")

    expect(page.locator("#log")).to_contain_text("The receptionist hung up")
    expect(page.locator(".word.unheard", has_text="Goodbye")).to_have_count(0)
    expect(page.locator("#call-label")).to_have_text("Call again")


def test_a_caller_who_finds_every_line_taken_is_told_so(browser: Browser) -> None:
    app = FastAPI()
    app.include_router(create_phone(Conversations(), enabled=lambda _: True, most_calls=1))
    with serving(app) as address:
        first, second = (open_page(browser, address) for _ in range(2))
        first.click("#call")
        expect(first.locator("#log")).to_contain_text(GREETING)
        second.click("#call")
        expect(second.locator("#log")).to_contain_text("All lines are busy just now.")
        first.close()
        second.close()
