// Keeps the bedside form on the phone: its page, without anybody in it, and what that page loads.
// Answers and names never pass into this cache.
"use strict";

const CACHE = "bedside-1";
const PATIENCE_MS = 4000;
const FORM = /^(\/assessments\/bedside\/(?!people\/)[^/]+\/\d+)(\/[^/]+)?$/;

const isKept = (path) => FORM.test(path) || path.startsWith("/static/");
const nameOf = (path) => (path.match(FORM) || [path, path])[1];

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(tidy()));

async function tidy() {
  for (const name of await caches.keys()) {
    if (name.startsWith("bedside-") && name !== CACHE) {
      await caches.delete(name);
    }
  }
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method === "GET" && origin === location.origin && isKept(pathname)) {
    event.respondWith(answer(event.request, nameOf(pathname)));
  }
});

async function answer(request, name) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(name);
  const fresh = fetch(request).then(async (found) => {
    if (found.ok && !found.redirected) {
      // A phone without room still shows what came.
      await cache.put(name, found.clone()).catch(() => {});
    }
    return found;
  });
  if (!kept) {
    return fresh;
  }
  const tired = new Promise((done) => setTimeout(done, PATIENCE_MS, kept));
  return Promise.race([fresh, tired]).catch(() => kept);
}

// The page that was open before this script tells what it is made of.
self.addEventListener("message", (event) => {
  event.waitUntil(keep(event.data.urls).finally(() => event.ports[0]?.postMessage("kept")));
});

async function keep(urls) {
  const cache = await caches.open(CACHE);
  const paths = urls.map((url) => new URL(url, location).pathname).filter(isKept).map(nameOf);
  await Promise.all([...new Set(paths)].map(async (name) => {
    const found = await fetch(name, { cache: "no-cache", credentials: "same-origin" });
    if (found.ok && !found.redirected) {
      await cache.put(name, found);
    }
  }));
}
