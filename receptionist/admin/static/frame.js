// What every page does: ages go on counting, and the page one is on is seen in the navigation.

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

const here = document.querySelector("header nav [aria-current]");
if (here) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.clientWidth / 2;
