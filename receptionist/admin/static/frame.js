// What every page does: ages go on counting, and a menu closes when one turns elsewhere.

const MINUTE = 60_000;

function age(since) {
  const minutes = Math.max(0, Math.floor((Date.now() - since) / MINUTE));
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h`;
  return `${Math.floor(minutes / (24 * 60))} days`;
}

function count() {
  for (const shown of document.querySelectorAll("time [data-age]")) {
    shown.textContent = age(Date.parse(shown.parentElement.dateTime));
  }
}

setInterval(count, MINUTE / 2);

const rare = document.getElementById("rare");

function closeRare(event) {
  if (!rare.contains(event.target)) rare.open = false;
}

if (rare) {
  addEventListener("pointerdown", closeRare);
  addEventListener("focusin", closeRare);
  rare.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !rare.open) return;
    rare.open = false;
    rare.querySelector("summary").focus();
  });
}
