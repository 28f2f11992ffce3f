// A call's words as they are said. What has been said is in the conversation above, which the
// server draws; here is only what is not in it yet. Words are text, never markup.

const now = document.getElementById("now");
const caller = document.getElementById("now-caller");
const receptionist = document.getElementById("now-receptionist");
const quiet = document.getElementById("now-quiet");

function show(place, text) {
  place.textContent = text;
  place.hidden = !text;
  quiet.hidden = !(caller.hidden && receptionist.hidden);
}

function clear() {
  show(caller, "");
  show(receptionist, "");
}

const words = new EventSource(`/admin/live/${encodeURIComponent(now.dataset.call)}/words`);
words.addEventListener("caller", (event) => show(caller, JSON.parse(event.data)));
words.addEventListener("receptionist", (event) => {
  show(receptionist, `${receptionist.textContent} ${JSON.parse(event.data)}`.trim());
});

// What is in the conversation is not said twice.
new MutationObserver((changes) => {
  const fresh = changes.some((change) =>
    [...change.addedNodes].some((node) => node.id === "conversation"),
  );
  if (fresh) clear();
  if (document.querySelector("#state .verdict")) {
    words.close();
    now.hidden = true;
    for (const form of document.querySelectorAll(".steer")) form.hidden = true;
  }
}).observe(document.getElementById("main"), { childList: true, subtree: true });

addEventListener("pagehide", () => words.close());
