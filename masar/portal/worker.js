/* The service worker: the shell at once, pages fresh when there is a network, else as they were last seen. */
const SHELL = "masar-shell-" + MARK, PAGES = "masar-pages", MOST = 40;
const OFFLINE = KEEP.languages.map((l) => `/${l}/offline/`);
const PRIVATE = /\/(login|logout|phone|account|signed-out|offline|withdraw|appeal|answer|papers|sent|apply|track|slip|preferences|_components)\//;

addEventListener("install", (e) => e.waitUntil((async () => {
  const shell = await caches.open(SHELL);
  await shell.addAll([...KEEP.shell, ...OFFLINE]);
  await skipWaiting();
})()));
addEventListener("activate", (e) => e.waitUntil((async () => {
  for (const key of await caches.keys()) if (key !== SHELL && key !== PAGES) await caches.delete(key);
  await clients.claim();
})()));

addEventListener("fetch", (e) => {
  const q = e.request, u = new URL(q.url);
  if (u.origin !== location.origin) return;
  if (/^\/\w\w\/(logout|signed-out|login)\//.test(u.pathname) && (q.method === "POST" || q.mode === "navigate")) {
    e.waitUntil(caches.delete(PAGES));
    return;
  }
  if (q.method !== "GET") return;
  if (u.pathname.startsWith("/static/")) e.respondWith(kept(q));
  else if (q.mode === "navigate" && /^\/\w\w\//.test(u.pathname)) e.respondWith(page(e, q, u));
});

const kept = async (q) => {
  const found = await caches.match(q);
  if (found) return found;
  const r = await fetch(q);
  if (r.ok) (await caches.open(SHELL)).put(q, r.clone());
  return r;
};
const page = async (e, q, u) => {
  try {
    const r = await fetch(q);
    if (r.ok && !PRIVATE.test(u.pathname)) e.waitUntil(keep(q, r.clone()));
    return r;
  } catch {
    return (await caches.match(q)) || (await caches.match(q, { ignoreSearch: true })) ||
      (await caches.match(OFFLINE.find((o) => u.pathname.startsWith(o.slice(0, 4))) || OFFLINE[0]));
  }
};
const keep = async (q, r) => {
  const pages = await caches.open(PAGES);
  await pages.put(q, r);
  const keys = await pages.keys();
  for (const old of keys.slice(0, Math.max(0, keys.length - MOST))) await pages.delete(old);
};
