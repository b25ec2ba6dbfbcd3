// Shows what is older below what is there, in its place. The link leads to a page with the older part;
// without this script, that page is simply opened.

const list = document.querySelector("[data-more]");
const status = document.querySelector("[data-shown]");

// A day that goes on is one day.
function append(days) {
  const first = days[0];
  for (const day of days) {
    const last = list.lastElementChild;
    if (day === first && last?.getAttribute("aria-label") === day.getAttribute("aria-label")) {
      last.querySelector("ul").append(...day.querySelectorAll("li"));
    } else {
      list.append(day);
    }
  }
}

async function older(address) {
  const answer = await fetch(address);
  if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return { page, entries: page.querySelectorAll("[data-more] a.entry"), next: page.querySelector("a[rel=next]") };
}

async function show(event) {
  const link = event.target.closest("a[rel=next]");
  if (!link || !list || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  if (link.ariaBusy === "true") return;
  link.ariaBusy = "true";
  try {
    let found = await older(link.href);
    // A page of what a filter found may hold nothing, though there is more behind it.
    while (found.entries.length === 0 && found.next) found = await older(found.next.href);
    append([...found.page.querySelectorAll("[data-more] > *")]);
    // Whoever came here by keyboard goes on where the new part begins.
    found.entries[0]?.focus({ preventScroll: true });
    status.textContent = found.entries.length === 0 ? link.dataset.all : status.dataset.shown;
    if (found.next) {
      link.href = found.next.href;
      link.ariaBusy = "false";
    } else {
      link.parentElement.className = "fine";
      link.replaceWith(link.dataset.all);
    }
  } catch {
    // Signed out, or no connection: the page itself says so.
    location.assign(link.href);
  }
}

document.addEventListener("click", show);
