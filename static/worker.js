// Stands between the pages and the network for one purpose: to show a page of ours where there is no
// connection. It keeps that page and what it is made of, and never anything of a member's.

const KEPT = "offline-1";

async function keep() {
  const page = await fetch("/offline", { credentials: "omit", cache: "reload" });
  const text = await page.clone().text();
  const parts = new Set([...text.matchAll(/(?:href|src)="(\/(?:static\/|look\.css|logo)[^"]*)"/g)].map(([, url]) => url));
  const cache = await caches.open(KEPT);
  await cache.put("/offline", page);
  await cache.addAll([...parts].map((url) => new Request(url, { credentials: "omit" })));
}

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));

self.addEventListener("activate", (event) => {
  const old = async () => {
    for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(old());
});

// Nobody asked for: a page that is wanted while there is no connection, and its parts.
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate" && request.method === "GET") {
    event.respondWith(fetch(request).catch(() => caches.match("/offline").then((page) => page ?? Response.error())));
  } else if (request.method === "GET" && /^\/(static\/|look\.css|logo)/.test(new URL(request.url).pathname)) {
    event.respondWith(fetch(request).catch(() => caches.match(request).then((part) => part ?? Response.error())));
  }
});

// The community may have another name or look by now: the page is fetched anew, once a day at most.
async function look() {
  const page = await caches.match("/offline");
  const since = Date.now() - Date.parse(page?.headers.get("date") ?? 0);
  if (!(since < 86_400_000)) await keep();
}
self.addEventListener("message", (event) => event.waitUntil(look().catch(() => {})));

// What the community tells this browser, and where it leads.
self.addEventListener("push", (event) => {
  const { title, body, lang, url } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { body, lang, data: url, icon: "/tile.png" }));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data));
});
