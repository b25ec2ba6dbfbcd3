// Puts this browser in, or takes it out, by the two forms of the page. Without this script, or where a browser
// cannot be told anything, the forms stay hidden.

const place = document.querySelector("[data-push-key]");
const add = place.querySelector("form[data-act=add]");
const remove = place.querySelector("form[data-act=remove]");
const said = place.querySelector("[data-said]");

async function begin() {
  const registration = await navigator.serviceWorker.register("/worker.js");
  const there = await registration.pushManager.getSubscription();
  // What the page says of this browser counts only as long as the browser says so, too.
  const isIn = place.dataset.in === "true" && there !== null;
  add.hidden = isIn;
  remove.hidden = !isIn;
  place.hidden = false;
  add.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      if (there !== null) await there.unsubscribe();
      const ready = await navigator.serviceWorker.ready;
      const key = place.dataset.pushKey.replace(/-/g, "+").replace(/_/g, "/");
      const applicationServerKey = Uint8Array.from(atob(key), (letter) => letter.charCodeAt(0));
      const made = (await ready.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey })).toJSON();
      add.elements.endpoint.value = made.endpoint;
      add.elements.public_key.value = made.keys.p256dh;
      add.elements.secret.value = made.keys.auth;
      add.submit();
    } catch {
      said.textContent = place.dataset.failed;
    }
  });
  remove.addEventListener("submit", async (event) => {
    event.preventDefault();
    await there?.unsubscribe().catch(() => {});
    remove.submit();
  });
}

if ("serviceWorker" in navigator && "PushManager" in window && "Notification" in window) begin().catch(() => {});
