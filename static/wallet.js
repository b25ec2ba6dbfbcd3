// Shows on the wallet's page what happens to it in the meantime. The community sends those parts of the
// page which change, made as they were made for the page itself (data-live names each). While nobody
// looks, nobody listens. Without this script, the page shows it when it is loaded again.

const [SOON, LATE] = [2_000, 300_000];
let source;
let timer;
let wait = SOON;

function show({ data }) {
  wait = SOON;
  const news = new DOMParser().parseFromString(data, "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = news.querySelector(`[data-live="${part.dataset.live}"]`);
    // What is the same is left alone: it may be under somebody's finger, or be read aloud just now.
    if (fresh && fresh.innerHTML !== part.innerHTML) part.replaceChildren(...fresh.childNodes);
  }
}

// Browsers take up by themselves what breaks off. But whoever was refused (a proxy before a community that
// is just starting anew, too many open windows) must ask again: later and later, for it may be for good.
function refused({ target }) {
  if (target.readyState !== EventSource.CLOSED) return;
  timer = setTimeout(listen, wait);
  wait = Math.min(2 * wait, LATE);
}

function listen() {
  clearTimeout(timer);
  source?.close();
  if (document.hidden) return;
  source = new EventSource("/events");
  source.addEventListener("wallet", show);
  source.addEventListener("error", refused);
}

// Where there is no connection, the worker shows a page that says so.
navigator.serviceWorker?.register("/worker.js").then(({ active }) => active?.postMessage("look"), () => {});

document.addEventListener("visibilitychange", listen);
// When the page is there, and when somebody comes back to it.
window.addEventListener("pageshow", listen);
window.addEventListener("pagehide", () => source?.close());
