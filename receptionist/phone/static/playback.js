// Says sentences one after another and knows how much of them was heard.
//
// With a voice, the browser's `boundary` events tell which word it is at; a voice that
// sends none, and the silent mode for readers, are followed by time.

import { pieces, wordsHeard } from "/phone/static/words.js";

const READING_CHARACTERS_PER_S = 40;
const VOICE_CHARACTERS_PER_S = 14;
const VOICE_START_MS = 2500;
const TICK_MS = 50;

export class Playback {
  #queue = [];
  #current = null;
  #heard = { stretch: 0, text: "" };

  // `onWords(sentence, count)`, `onStart(sentence)`, `onDrained({stretch, text})`.
  constructor({ onStart, onWords, onDrained }) {
    this.onStart = onStart;
    this.onWords = onWords;
    this.onDrained = onDrained;
    this.voice = null;
  }

  get speaking() {
    return this.#current !== null;
  }

  // What is on the air now, for telling echo from speech.
  get spokenNow() {
    return this.#current?.sentence.spoken ?? "";
  }

  add(sentence) {
    this.#queue.push(sentence);
    if (!this.#current) this.#next();
  }

  // Stop at once. What was heard of the present stretch, or null when nothing was playing.
  cut() {
    const current = this.#current;
    if (!current) return null;
    this.#stop(current);
    this.#current = null;
    this.#queue = [];
    const said = pieces(current.sentence.text).slice(0, current.words).join("").trimEnd();
    this.#add(current.sentence, said);
    return { ...this.#heard };
  }

  // Change of voice in the middle of a sentence: the rest of it is shown, not said again.
  useVoice(voice) {
    this.voice = voice;
    const current = this.#current;
    if (!voice && current?.utterance) {
      this.#stop(current);
      this.#followByTime(current, READING_CHARACTERS_PER_S, true);
    }
  }

  #next() {
    const sentence = this.#queue.shift();
    if (!sentence) {
      this.onDrained({ ...this.#heard });
      return;
    }
    const current = { sentence, words: 0, fraction: 0, timer: 0, utterance: null };
    this.#current = current;
    this.onStart(sentence);
    if (this.voice) this.#speak(current);
    else this.#followByTime(current, READING_CHARACTERS_PER_S, true);
  }

  #speak(current) {
    const utterance = new SpeechSynthesisUtterance(current.sentence.spoken);
    utterance.voice = this.voice;
    utterance.lang = this.voice.lang;
    current.utterance = utterance;
    const mine = () => this.#current === current && current.utterance === utterance;
    const silent = () => {
      if (!mine()) return;
      this.#stop(current);
      this.#followByTime(current, READING_CHARACTERS_PER_S, true);
    };
    current.watch = setTimeout(silent, VOICE_START_MS);
    utterance.onstart = () => {
      clearTimeout(current.watch);
      if (mine()) this.#followByTime(current, VOICE_CHARACTERS_PER_S, false);
    };
    utterance.onboundary = (event) => {
      if (!mine()) return;
      clearInterval(current.timer);
      this.#reach(current, event.charIndex / current.sentence.spoken.length);
    };
    utterance.onend = () => mine() && this.#finish(current);
    utterance.onerror = silent;
    speechSynthesis.speak(utterance);
  }

  #followByTime(current, charactersPerS, finishes) {
    const from = current.fraction;
    const startedAt = performance.now();
    const wholeMs = (current.sentence.text.length / charactersPerS) * 1000;
    current.timer = setInterval(() => {
      const fraction = from + (performance.now() - startedAt) / wholeMs;
      if (fraction >= 1 && finishes) this.#finish(current);
      else this.#reach(current, Math.min(fraction, 0.95));
    }, TICK_MS);
  }

  #reach(current, fraction) {
    current.fraction = Math.max(current.fraction, fraction);
    const words = wordsHeard(current.sentence.text, current.fraction);
    if (words <= current.words) return;
    current.words = words;
    this.onWords(current.sentence, words);
  }

  #finish(current) {
    this.#stop(current);
    this.#reach(current, 1);
    this.#add(current.sentence, current.sentence.text);
    this.#current = null;
    this.#next();
  }

  #stop(current) {
    clearTimeout(current.watch);
    clearInterval(current.timer);
    if (!current.utterance) return;
    current.utterance = null;
    speechSynthesis.cancel();
  }

  #add(sentence, said) {
    if (this.#heard.stretch !== sentence.stretch) {
      this.#heard = { stretch: sentence.stretch, text: "" };
    }
    this.#heard.text = [this.#heard.text, said].filter(Boolean).join(" ");
  }
}

// The best installed voice for the page's language, or null; some browsers list them late.
export async function findVoice(language = "en") {
  if (!("speechSynthesis" in window)) return null;
  const pick = () => {
    const voices = speechSynthesis.getVoices().filter((v) => v.lang.startsWith(language));
    return (
      voices.find((v) => /natural|premium|enhanced/i.test(v.name)) ??
      voices.find((v) => v.default) ??
      voices[0] ??
      null
    );
  };
  const found = pick();
  if (found) return found;
  await new Promise((resolve) => {
    speechSynthesis.addEventListener("voiceschanged", resolve, { once: true });
    setTimeout(resolve, 1500);
  });
  return pick();
}
