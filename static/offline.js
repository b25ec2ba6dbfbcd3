// Without a connection: what the wallet held when it was last looked at, and when that was. The cookie that
// says so goes with the session, so that nothing is shown after signing out.

const place = document.querySelector("[data-last-seen]");
const cookies = new Map(document.cookie.split("; ").map((pair) => pair.split("=", 2)));
const [, balance, at] = /^(\d{1,19})\.(\d{13,15})$/.exec(cookies.get(place.dataset.lastSeen) ?? "") ?? [];
if (balance) {
  const lang = document.documentElement.lang;
  const then = new Date(Number(at));
  place.querySelector("[data-balance]").textContent = BigInt(balance).toLocaleString(lang);
  const time = place.querySelector("[data-at]");
  time.dateTime = then.toISOString();
  time.textContent = then.toLocaleString(lang, { dateStyle: "long", timeStyle: "short" });
  place.hidden = false;
  document.querySelector("[data-nothing]").hidden = true;
}
// As soon as there is a connection again, the page that was wanted.
window.addEventListener("online", () => location.reload());
