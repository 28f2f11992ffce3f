// The conversation on the page. Everything is put in as text, never as HTML.

import { pieces } from "/phone/static/words.js";

const SVG = "http://www.w3.org/2000/svg";

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/phone/static/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

export class Transcript {
  #bubble = null;

  constructor({ scroll, log, interim, welcome }) {
    this.scroll = scroll;
    this.log = log;
    this.interimLine = interim;
    this.welcome = welcome;
  }

  clear() {
    this.log.replaceChildren();
    this.welcome.hidden = true;
    this.#bubble = null;
    this.interim("");
  }

  note(text) {
    this.#append(element("li", "note", text));
  }

  caller(text) {
    this.interim("");
    const item = element("li", "said caller");
    item.append(element("span", "for-readers", "You: "), element("span", "words", text));
    this.#append(item);
  }

  keys(digits) {
    this.caller(digits.split("").join(" "));
  }

  // The sentence's element; sentences of one turn share a bubble.
  sentence({ text, filler, stretch }) {
    if (this.#bubble?.stretch !== stretch || filler || this.#bubble.filler) {
      const item = element("li", filler ? "said receptionist filler" : "said receptionist");
      item.append(element("span", "for-readers", "Receptionist: "));
      const words = element("span", "words");
      item.append(words);
      this.#append(item);
      this.#bubble = { stretch, filler, words };
    }
    const made = element("span", "sentence");
    for (const piece of pieces(text)) made.append(element("span", "word", piece));
    if (this.#bubble.words.childNodes.length) this.#bubble.words.append(" ");
    this.#bubble.words.append(made);
    this.#follow();
    return made;
  }

  reveal(made, count) {
    const words = made.children;
    for (let n = 0; n < Math.min(count, words.length); n += 1) words[n].classList.add("heard");
  }

  // The caller cut in: what is not heard by now never will be.
  cut() {
    for (const word of this.log.querySelectorAll(".word:not(.heard)")) {
      word.classList.add("unheard");
    }
    this.#bubble = null;
  }

  action({ kind, title, detail }) {
    const item = element("li", `done ${kind}`);
    const badge = element("span", "badge");
    badge.append(icon(kind));
    const words = element("span", "done-words");
    words.append(element("strong", "", detail ? `${title}: ` : title));
    if (detail) words.append(element("span", "", detail));
    item.append(badge, words);
    this.#append(item);
    this.#bubble = null;
  }

  interim(text) {
    this.interimLine.textContent = text;
    this.interimLine.hidden = text === "";
    if (text) this.#follow();
  }

  #append(item) {
    this.log.append(item);
    this.#follow();
  }

  #follow() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
  }
}
