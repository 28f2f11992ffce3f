// The browser's own speech recognition: words as they are said, then the whole of them.

const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;

export const canHear = Boolean(Recognition);

export class Ears {
  #recognition = null;
  #wanted = false;
  #failures = 0;

  // `onWords(text, isFinal)`, `onTrouble(sentence)`.
  constructor({ onWords, onTrouble }) {
    this.onWords = onWords;
    this.onTrouble = onTrouble;
  }

  start() {
    if (!Recognition || this.#wanted) return;
    this.#wanted = true;
    this.#failures = 0;
    this.#open();
  }

  stop() {
    this.#wanted = false;
    this.#recognition?.abort();
    this.#recognition = null;
  }

  #open() {
    const recognition = new Recognition();
    recognition.continuous = true;
    recognition.interimResults = true;
    recognition.lang = navigator.language || "en-US";
    recognition.onresult = (event) => {
      this.#failures = 0;
      let interim = "";
      for (let n = event.resultIndex; n < event.results.length; n += 1) {
        const result = event.results[n];
        if (result.isFinal) this.onWords(result[0].transcript.trim(), true);
        else interim += result[0].transcript;
      }
      if (interim.trim()) this.onWords(interim.trim(), false);
    };
    recognition.onerror = (event) => {
      if (event.error === "no-speech" || event.error === "aborted") return;
      this.#failures += 1;
      const refused = event.error === "not-allowed" || event.error === "service-not-allowed";
      if (!refused && this.#failures < 3) return;
      this.#wanted = false;
      this.onTrouble(
        refused
          ? "The microphone is not allowed. You can type instead."
          : "This browser cannot hear you right now. You can type instead.",
      );
    };
    // Browsers end a recognition by themselves after a while; a call goes on.
    recognition.onend = () => {
      if (this.#wanted && this.#recognition === recognition) setTimeout(() => this.#again(), 250);
    };
    this.#recognition = recognition;
    recognition.start();
  }

  #again() {
    if (this.#wanted) this.#open();
  }
}
