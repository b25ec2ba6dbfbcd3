// Shows on the wallet's page what happens to it in the meantime. The community sends those parts of the
// page which change, made as they were made for the page itself (data-live names each). While nobody
// looks, nobody listens. Without this script, the page shows it when it is loaded again.

let source;

function show({ data }) {
  const news = new DOMParser().parseFromString(data, "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = news.querySelector(`[data-live="${part.dataset.live}"]`);
    // What is the same is left alone: it may be under somebody's finger, or be read aloud just now.
    if (fresh && fresh.innerHTML !== part.innerHTML) part.replaceChildren(...fresh.childNodes);
  }
}

function listen() {
  source?.close();
  source = undefined;
  if (document.hidden) return;
  source = new EventSource("/events");
  source.addEventListener("wallet", show);
}

document.addEventListener("visibilitychange", listen);
// After going back to this page, too.
window.addEventListener("pageshow", listen);
window.addEventListener("pagehide", () => source?.close());
