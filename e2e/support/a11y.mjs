// Accessibility of every page and state a test visits: axe-core at three widths with nothing switched off, the narrowest in
// dark, an aria snapshot, and a walk with the Tab key. With PICTURES=folder each is also pictured there, for people. What
// axe cannot decide is listed in results/axe-incomplete.json and judged in docs/src/accessibility.md; a new kind of incomplete result fails.
import AxeBuilder from '@axe-core/playwright';
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { results, snapshots } from './paths.mjs';

const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const widths = [320, 768, 1440];
/** Rules whose incomplete results people looked at; each is explained in docs/src/accessibility.md. */
const judged = JSON.parse(readFileSync(join(snapshots, 'axe-judged.json'), 'utf8'));

/** What is wrong, in words. Every test file ends with `assert.deepEqual(findings, [])`, so that one run tells everything. */
export const findings = [];

/** Axe at three widths (or others, `{ widths: [390] }`), aria snapshot `name`, Tab walk. */
export async function inspect(page, name, options) {
  try {
    await look(page, name, options ?? {});
  } catch (error) {
    if (error.code !== 'ERR_ASSERTION') throw error;
    findings.push(error.message);
  }
}

async function look(page, name, options) {
  const size = page.viewportSize();
  const all = options.widths ?? widths;
  for (const width of all) {
    await page.setViewportSize({ width, height: size.height });
    await page.emulateMedia({ colorScheme: width === Math.min(...all) ? 'dark' : 'light' });
    // Colours on their way from light to dark are nobody's colours.
    await page.evaluate(() => Promise.allSettled(
      document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished)));
    if (process.env.PICTURES) await page.screenshot({ path: join(process.env.PICTURES, `${name}-${width}.png`), fullPage: true });
    const found = await new AxeBuilder({ page }).withTags(wcag).analyze();
    const told = found.violations.map((v) => `${v.id}: ${v.help}\n  ${v.nodes.map((n) => `${n.target.join(' ')} ${n.failureSummary}`).join('\n  ')}`);
    assert.deepEqual(told, [], `axe on "${name}" at ${width} px`);
    note(name, width, found.incomplete);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(overflow <= 0, `"${name}" scrolls sideways at ${width} px (${overflow} px too wide)`);
  }
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme: null });
  if (options.snapshot !== false) await matchAria(page, name, options.mask ?? []);
  if (options.keyboard !== false) await walk(page, name);
}

function note(name, width, incomplete) {
  const file = join(results, 'axe-incomplete.json');
  const all = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  for (const rule of incomplete) {
    const targets = rule.nodes.map((n) => n.target.join(' '));
    all.push({ page: name, width, rule: rule.id, help: rule.help, targets });
    assert.ok(judged[rule.id], `axe could not decide "${rule.id}" on "${name}" at ${width} px (${targets.join(', ')}): look, and explain it in e2e/snapshots/axe-judged.json`);
  }
  writeFileSync(file, JSON.stringify(all, null, 1));
}

/** Compares what a screen reader meets with the stored text; UPDATE_SNAPSHOTS=1 writes it. */
async function matchAria(page, name, mask) {
  let text = await page.locator('body').ariaSnapshot();
  for (const [pattern, replacement] of [...mask, ...always]) text = text.replace(pattern, replacement);
  const file = join(snapshots, `${name}.aria.yml`);
  if (process.env.UPDATE_SNAPSHOTS || !existsSync(file)) {
    assert.ok(process.env.UPDATE_SNAPSHOTS || !process.env.CI, `no aria snapshot of "${name}" yet: run with UPDATE_SNAPSHOTS=1 and read it`);
    mkdirSync(snapshots, { recursive: true });
    writeFileSync(file, `${text}\n`);
    return;
  }
  assert.equal(`${text}\n`, readFileSync(file, 'utf8'), `what a screen reader meets on "${name}" changed (UPDATE_SNAPSHOTS=1 accepts it)`);
}
/** What differs from run to run. */
const always = [
  [/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<id>'],
  [/\b\d \d \d \d\b/g, '<cijfers>'],
  [/\b(?!9000)[1-9]\d{8}\b/g, '<persoonsnummer>'], // the test passes' UZI numbers begin with 9000
  [/(Referentie|Kenmerk|kenmerk|Reference): [0-9A-Z]{8}\b/g, '$1: <referentie>'],
  [/zojuist|\d+ seconden geleden/g, '<geleden>'],
  [/\n *- button "App installeren"/g, ''], // there when the browser has made up its mind
  [/https?:\/\/localhost:\d+\/?#[^\s"]*/g, '<link>'],
  [/https?:\/\/(localhost|127\.0\.0\.1):\d+/g, '<origin>'],
  [/zorgid:\/\/launch\/[\w-]+/g, 'zorgid://launch/<token>'],
  [/\b[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){1,3}\b/g, '<korte code>'],
  [/\b[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){3}\b/g, '<intrekkingscode>'],
  [/"\d{4}"/g, "<cijfers>"],
  [/\b\d{1,2}:\d{2}\b/g, '<tijd>'],
  [/\b\d{2}-\d{2}-20[2-9]\d\b/g, '<datum>'],
];

/** Every control can be reached with Tab, in some order, and shows where the focus is. */
async function walk(page, name) {
  const wanted = await page.evaluate(() => {
    const visible = (e) => e.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && e.getClientRects().length > 0;
    const all = [...document.querySelectorAll('a[href], button:not([disabled]), input:not([disabled]):not([type=hidden]), select, textarea, summary, [tabindex="0"]')].filter(visible);
    // Of a group of radio buttons Tab reaches one.
    const groups = new Set();
    const one = all.filter((e) => e.type !== 'radio' || (!groups.has(e.name) && groups.add(e.name)));
    one.forEach((e, i) => (e.dataset.walk = e.type === 'radio' ? `radio-${e.name}` : String(i)));
    all.filter((e) => e.type === 'radio').forEach((e) => (e.dataset.walk = `radio-${e.name}`));
    document.activeElement?.blur?.();
    return one.map((e) => [e.dataset.walk, (e.innerText || e.ariaLabel || e.name || e.tagName).trim()]);
  });
  const met = new Set();
  const invisible = [];
  for (let presses = 0; presses < wanted.length * 3 + 8 && met.size < wanted.length; presses += 1) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const e = document.activeElement;
      if (!e || e === document.body) return null;
      const drawn = (style) => (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
      // On the control itself, on what it paints over its tile, or on the label right after it.
      const styles = [getComputedStyle(e), getComputedStyle(e, '::after'), ...(e.nextElementSibling ? [getComputedStyle(e.nextElementSibling)] : [])];
      const shown = styles.some(drawn);
      return { key: e.dataset.walk, shown, text: (e.innerText || e.name || e.tagName).trim() };
    });
    if (!at?.key) continue;
    met.add(at.key);
    if (!at.shown) invisible.push(at.text);
  }
  const missed = wanted.filter(([key]) => !met.has(key)).map(([, text]) => text);
  assert.deepEqual(missed, [], `not reachable with the keyboard on "${name}"`);
  assert.deepEqual([...new Set(invisible)], [], `focus is not visible on "${name}"`);
}
