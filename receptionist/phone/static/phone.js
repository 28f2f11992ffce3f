// The softphone: joins the line, the voice, the ears and the page.

import { Ears, canHear } from "/phone/static/ears.js";
import { Line } from "/phone/static/line.js";
import { Playback, findVoice } from "/phone/static/playback.js";
import { Transcript } from "/phone/static/transcript.js";
import { isBackchannel, isEcho, pauseAfterMs } from "/phone/static/words.js";

const ACTIVE_EVERY_MS = 4000;
const STATES = {
  idle: "Ready when you are",
  calling: "Calling…",
  listening: "Listening",
  thinking: "Thinking…",
  speaking: "Speaking",
  ended: "Call ended",
};
const ENDED = {
  caller: "You hung up",
  receptionist: "The receptionist hung up",
  transfer: "You would now be talking to a person",
  lost: "The connection was lost",
  refused: "The call was refused",
};
const UNANSWERED = { busy: "All lines are busy just now. Please try again in a minute." };

const $ = (id) => document.getElementById(id);
const keyButtons = [...document.querySelectorAll(".key")];
const transcript = new Transcript({
  scroll: $("scroll"),
  log: $("log"),
  interim: $("interim"),
  welcome: $("welcome"),
});
const playback = new Playback({
  onStart: () => showState(),
  onWords: (sentence, count) => transcript.reveal(sentence.element, count),
  onDrained: (heard) => {
    line?.send({ type: "heard", ...heard });
    showState();
  },
});
const ears = new Ears({ onWords: hear, onTrouble: microphoneTrouble });

let line = null;
let serverState = "idle";
let startedAt = 0;
let clock = 0;
let activeAt = 0;
let pending = "";
let pendingTimer = 0;
let digits = "";
let digitsTimer = 0;
let voice = null;
let microphoneOn = canHear;

function call() {
  transcript.clear();
  notice("");
  serverState = "calling";
  const opened = new Line({
    practice: document.body.dataset.practice,
    onMessage: (message) => line === opened && receive(message),
    onLost: () => line === opened && ended("lost"),
  });
  line = opened;
  setInCall(true);
  showState();
}

function hangUp() {
  if (!line) return;
  line.send({ type: "hangup" });
  ended("caller");
}

function ended(by) {
  playback.cut();
  transcript.cut();
  line = null;
  ears.stop();
  clearTimeout(pendingTimer);
  clearInterval(clock);
  pending = "";
  flushDigits();
  transcript.interim("");
  const why = ENDED[by] ?? ENDED.lost;
  transcript.note(startedAt ? `${why} · ${duration()}` : (UNANSWERED[by] ?? "Nobody could answer"));
  startedAt = 0;
  serverState = "ended";
  setInCall(false);
  showState();
  $("call").focus();
}

function receive(message) {
  switch (message.type) {
    case "call":
      answered(message);
      break;
    case "sentence":
      message.element = transcript.sentence(message);
      playback.add(message);
      break;
    case "action":
      transcript.action(message);
      break;
    case "state":
      serverState = message.state;
      if (serverState === "thinking") flushDigits();
      showState();
      break;
    case "ended":
      ended(message.by);
      break;
  }
}

function answered({ practice }) {
  $("practice").textContent = practice;
  document.title = `${practice} · Call the receptionist`;
  startedAt = Date.now();
  tick();
  clock = setInterval(tick, 1000);
  if (microphoneOn) ears.start();
}

// The caller takes the floor: stop talking and say how far we came.
function cutIn() {
  const heard = playback.cut();
  if (!heard) return;
  transcript.cut();
  line?.send({ type: "heard", cut: true, ...heard });
  showState();
}

function say(text) {
  const words = text.trim().slice(0, 1000);
  if (!words || !line) return;
  cutIn();
  flushDigits();
  notice("");
  transcript.caller(words);
  serverState = "thinking";
  line.send({ type: "say", text: words });
  showState();
}

function press(digit) {
  if (!line) return;
  cutIn();
  digits += digit;
  transcript.interim(digits.split("").join(" "));
  line.send({ type: "key", digit });
  clearTimeout(digitsTimer);
  digitsTimer = setTimeout(flushDigits, 2500);
}

function flushDigits() {
  clearTimeout(digitsTimer);
  if (digits) transcript.keys(digits);
  digits = "";
}

// Words from the microphone, so far (`isFinal` false) or for good.
function hear(text, isFinal) {
  if (!line || !text) return;
  if (playback.speaking && (isBackchannel(text) || isEcho(text, playback.spokenNow))) return;
  cutIn();
  stillHere();
  clearTimeout(pendingTimer);
  const soFar = [pending, text].filter(Boolean).join(" ");
  transcript.interim(soFar);
  if (!isFinal) return;
  pending = soFar;
  pendingTimer = setTimeout(() => {
    const whole = pending;
    pending = "";
    say(whole);
  }, pauseAfterMs(soFar));
}

function stillHere() {
  const now = Date.now();
  if (now - activeAt < ACTIVE_EVERY_MS) return;
  activeAt = now;
  line?.send({ type: "active" });
}

function microphoneTrouble(sentence) {
  setMicrophone(false);
  notice(sentence);
}

function setMicrophone(on) {
  microphoneOn = on && canHear;
  $("microphone").setAttribute("aria-pressed", String(microphoneOn));
  if (microphoneOn && startedAt) ears.start();
  if (!microphoneOn) ears.stop();
}

function setVoice(on) {
  const button = $("voice");
  button.setAttribute("aria-pressed", String(on && Boolean(voice)));
  playback.useVoice(on ? voice : null);
}

function setInCall(inCall) {
  $("words").disabled = !inCall;
  $("words").placeholder = inCall ? "Say something…" : "Call to start talking";
  $("send").disabled = !inCall;
  for (const key of keyButtons) key.disabled = !inCall;
  $("call-label").textContent = inCall ? "Hang up" : "Call again";
  $("call").classList.toggle("hang-up", inCall);
  $("timer").hidden = !inCall;
  if (inCall) $("words").focus();
  else $("words").value = "";
}

function showState() {
  const state = line && playback.speaking ? "speaking" : serverState;
  document.body.dataset.state = state;
  $("state").textContent = STATES[state];
}

function duration() {
  const seconds = Math.floor((Date.now() - startedAt) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function tick() {
  $("timer").textContent = duration();
}

function notice(text) {
  $("notice").textContent = text;
}

function showKeypad(open) {
  $("keys").setAttribute("aria-expanded", String(open));
  $("keypad").hidden = !open;
}

$("call").addEventListener("click", () => (line ? hangUp() : call()));
$("microphone").addEventListener("click", () => setMicrophone(!microphoneOn));
$("voice").addEventListener("click", () => {
  if (!voice) notice("This browser has no voice; the words are shown instead.");
  setVoice($("voice").getAttribute("aria-pressed") !== "true");
});
$("keys").addEventListener("click", () => showKeypad($("keypad").hidden));
for (const key of keyButtons) key.addEventListener("click", () => press(key.dataset.digit));
$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  say($("words").value);
  $("words").value = "";
});
$("words").addEventListener("input", () => {
  if (!$("words").value.trim()) return;
  cutIn();
  stillHere();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hangUp();
});

// Wide screens have room for the keypad at all times.
const wide = matchMedia("(min-width: 860px)");
wide.addEventListener("change", () => showKeypad(wide.matches));
showKeypad(wide.matches);
$("microphone").disabled = !canHear;
setMicrophone(canHear);
if (!canHear) $("microphone").title = "This browser cannot turn speech into text";
findVoice().then((found) => {
  voice = found;
  setVoice(Boolean(found));
});
