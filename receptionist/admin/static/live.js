// What is marked data-live="topic" is asked for again when its topic has changed, and so is
// what is marked data-again="ms" until an answer is no longer marked so. The page itself comes
// from the server each time: nothing is put together here.

const regions = () => [...document.querySelectorAll("[data-live][id], [data-again][id]")];
let asking = false;
let again = false;

async function refresh() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.ok) replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // The server is away; the event stream comes back with it, and tells what has changed.
  } finally {
    asking = false;
    if (again) {
      again = false;
      refresh();
    }
  }
}

function replace(page) {
  document.body.dataset.marks = page.body.dataset.marks ?? "";
  const focused = document.activeElement?.id;
  const before = announced();
  for (const region of regions()) {
    const fresh = page.getElementById(region.id);
    if (fresh && fresh.innerHTML !== region.innerHTML) {
      region.replaceWith(document.importNode(fresh, true));
    }
  }
  // Its element may be a new one: the keyboard stays where it was.
  if (focused && document.activeElement?.id !== focused) {
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
  const after = announced();
  if (after !== before) document.getElementById("announcement").textContent = after;
  askLater();
}

function announced() {
  return document.querySelector("[data-announce]")?.textContent.trim() ?? "";
}

function askLater() {
  const waits = [...document.querySelectorAll("[data-again]")].map((each) => each.dataset.again);
  if (waits.length) setTimeout(refresh, Math.max(100, Math.min(...waits.map(Number))));
}

let events = null;

function listen() {
  const topics = new Set([...document.querySelectorAll("[data-live]")].map((e) => e.dataset.live));
  if (events || document.hidden || !topics.size) return;
  // With their marks: what has changed since the page was drawn is told at once.
  const marks = (document.body.dataset.marks ?? "").split(",");
  const asked = marks.filter((mark) => topics.has(mark.split(".")[0]));
  events = new EventSource(`/admin/events?topics=${asked.map(encodeURIComponent).join(",")}`);
  for (const topic of topics) events.addEventListener(topic, refresh);
}

function hush() {
  events?.close();
  events = null;
}

// A browser opens only six connections to a server: tabs that nobody sees hold none.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) hush();
  else listen();
});
addEventListener("pagehide", hush);
addEventListener("pageshow", (event) => event.persisted && location.reload());

listen();
askLater();
