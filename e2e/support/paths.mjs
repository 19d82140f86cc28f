// Where things are: the built programs, the results, and where people's expectations are stored.
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const e2e = resolve(dirname(fileURLToPath(import.meta.url)), '..');
export const root = resolve(e2e, '..');
export const results = join(e2e, 'results');
export const snapshots = join(e2e, 'snapshots');
export const images = join(root, 'docs', 'images');
for (const folder of [results, snapshots, images]) mkdirSync(folder, { recursive: true });

const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
const bin = join(target, 'debug');
/** The built Mobile App (`cargo run -p xtask -- wasm`). */
export const mobileApp = join(target, 'mobile-app');
/** Full path of one of our programs; says what to do when it was not built. */
export function program(name) {
  const path = join(bin, name);
  if (!existsSync(path)) throw new Error(`${path} is missing: run ./dev build, or ./dev test e2e`);
  return path;
}

/** The card in a virtual reader (`e2e/virtual-card`, a workspace of its own). */
export function virtualCard() {
  const path = join(target, 'virtual-card', 'debug', 'virtual-card');
  if (!existsSync(path)) throw new Error(`${path} is missing: run ./dev test e2e`);
  return path;
}

export const chromiumPath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  .find((path) => path && existsSync(path));
export const pkcs11Module = [
  process.env.SOFTHSM2_MODULE,
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
].find((path) => path && existsSync(path));
export const openscModule = [
  '/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so',
  '/usr/lib/aarch64-linux-gnu/opensc-pkcs11.so',
  '/usr/lib/opensc-pkcs11.so',
].find(existsSync);
