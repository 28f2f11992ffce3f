// What words tell about whose turn it is. No page, no socket, no clock.

const BACKCHANNELS = new Set([
  "mm", "mhm", "mmhm", "mm-hm", "mm-hmm", "uh-huh", "uhhuh", "hm", "hmm", "ok", "okay",
  "right", "yeah", "aha", "ah", "oh", "i see", "all right", "alright", "sure",
]);
const UNFINISHED = new Set([
  "and", "or", "but", "is", "my", "the", "a", "an", "at", "on", "for", "with", "to", "of",
  "um", "uh", "because", "so", "from", "by", "it's", "i", "i'm",
]);

export function tokens(text) {
  return text.toLowerCase().match(/[\p{L}\p{N}'’-]+/gu) ?? [];
}

// "Mm-hm" while the receptionist talks means "go on", not "stop".
export function isBackchannel(text) {
  return BACKCHANNELS.has(tokens(text).join(" "));
}

// The microphone hears the loudspeaker: words that are nearly all the receptionist's own,
// in her order, are not the caller's.
export function isEcho(heard, spoken) {
  const mine = tokens(spoken);
  const theirs = tokens(heard);
  if (theirs.length === 0) return true;
  let at = 0;
  let same = 0;
  for (const word of theirs) {
    const found = mine.indexOf(word, at);
    if (found >= 0) {
      same += 1;
      at = found + 1;
    }
  }
  return same / theirs.length >= 0.7;
}

// A trailing "my number is…" is waited for longer than a whole sentence.
export function pauseAfterMs(text) {
  const words = tokens(text);
  return UNFINISHED.has(words.at(-1)) ? 1600 : 450;
}

// Words with the white space after them, so that joined they are the text again.
export function pieces(text) {
  return text.match(/\S+\s*/gu) ?? [];
}

// How many whole words of `text` are out when `fraction` of its spoken form is.
export function wordsHeard(text, fraction) {
  if (fraction >= 1) return pieces(text).length;
  const reached = Math.floor(text.length * Math.max(0, fraction));
  let end = 0;
  let count = 0;
  for (const piece of pieces(text)) {
    end += piece.trimEnd().length;
    if (end > reached) break;
    end += piece.length - piece.trimEnd().length;
    count += 1;
  }
  return count;
}
