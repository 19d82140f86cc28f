// The browsers: one for the workplace, and one per phone (a phone has its own camera, so its own process).
import { chromium } from 'playwright-core';
import { join } from 'node:path';
import { chromiumPath } from './paths.mjs';
import { filmElement, filmNothing } from './camera.mjs';

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Fails a test on any script error or CSP violation of ours. */
export function watch(page, complaints) {
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && /Content.Security.Policy|Refused to|Uncaught/i.test(text)) complaints.push(`${page.url()}: ${text}`);
  });
}

/**
 * Stops a click on zorgid:// just before the browser asks "Open ZORG-ID?": that question belongs to the browser, blocks the
 * keyboard, and cannot be answered from a test. What the page wanted to open stays in `data-launched` of <html>.
 */
function noLaunch() {
  window.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href^="zorgid:"]');
    if (!link) return;
    event.preventDefault();
    document.documentElement.dataset.launched = link.getAttribute('href');
  }, true);
}

/** A workplace: every `newProfile` is a browser that knows nothing. */
export class Workplace {
  static async start() {
    const workplace = new Workplace();
    workplace.complaints = [];
    workplace.browser = await chromium.launch({ executablePath: chromiumPath, args: flags });
    return workplace;
  }
  async newProfile(options = {}) {
    const context = await this.browser.newContext({ locale: 'nl-NL', viewport: { width: 1280, height: 900 }, ...options });
    context.setDefaultTimeout(20_000);
    await context.addInitScript(noLaunch);
    context.on('page', (page) => watch(page, this.complaints));
    return context;
  }
  async stop() {
    await this.browser?.close();
  }
}

/** A phone: the installed Mobile App in a browser of its own, 390 x 844, with a camera. */
export class Phone {
  static async start(server, { name = 'phone' } = {}) {
    const phone = new Phone();
    phone.server = server;
    phone.complaints = [];
    phone.camera = join(server.folder, `${name}.mjpeg`);
    await filmNothing(phone.camera);
    phone.context = await chromium.launchPersistentContext(join(server.folder, `${name}-profile`), {
      executablePath: chromiumPath,
      locale: 'nl-NL',
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      args: [...flags, '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', `--use-file-for-fake-video-capture=${phone.camera}`],
    });
    phone.context.setDefaultTimeout(20_000);
    phone.page = phone.context.pages()[0] ?? (await phone.context.newPage());
    watch(phone.page, phone.complaints);
    await phone.page.goto(server.app);
    return phone;
  }
  /** Points the camera at something on another screen. */
  look(locator) {
    return filmElement(locator, this.camera);
  }
  async stop() {
    await this.context?.close();
  }
}
