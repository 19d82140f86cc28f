// Keeps the whole app on the phone, so that it opens without internet. The build fills in both marks.
"use strict";

const VERSION = "@VERSION@";
const FILES = "@FILES@";
const CACHE = `zorgid-${VERSION}`;

self.addEventListener("install", (event) => {
  const keep = async () => {
    const cache = await caches.open(CACHE);
    // "reload" goes past the HTTP cache: every file is of this very version.
    await cache.addAll(FILES.map((file) => new Request(file, { cache: "reload", credentials: "omit" })));
  };
  event.waitUntil(keep());
});

self.addEventListener("activate", (event) => {
  const clean = async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith("zorgid-") && name !== CACHE).map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(clean());
});

// A newer version waits until the person says so, or until the app was closed.
self.addEventListener("message", (event) => {
  if (event.data === "activate") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const path = request.mode === "navigate" && url.pathname === "/index.html" ? "/" : url.pathname;
  if (!FILES.includes(path)) return; // the API and /.well-known go to the network
  const answer = async () => {
    const cache = await caches.open(CACHE);
    return (await cache.match(path)) ?? fetch(request);
  };
  event.respondWith(answer());
});
