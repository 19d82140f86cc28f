// Who is known: the person whom the wizard may know already, and the browser that needs no koppelcode.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, inspect } from '../support/a11y.mjs';
import { Phone, Workplace } from '../support/browser.mjs';
import { Desktop } from '../support/desktop.mjs';
import { activate, answer, button, choosePin, confirmRegistration, heading, home, linkText, loginPage, pairingCode, qrCode, register, scan, unlock, useCard } from '../support/flows.mjs';
import { Server } from '../support/server.mjs';

let server, workplace, phone;
before(async () => {
  server = await Server.start();
  workplace = await Workplace.start();
  phone = await Phone.start(server);
  await choosePin(phone);
});
after(async () => {
  await phone?.stop();
  await workplace?.stop();
  await server?.stop();
});

const freshPage = async (options) => (await workplace.newProfile(options)).newPage();
const koppelcode = (page) => page.getByRole('textbox', { name: 'Koppelcode' });
const question = (page) => heading(page, 'Wij kennen u mogelijk al');
const qrPage = (page) => heading(page, 'Activeer uw Mobile ID');
const stopped = (page) => heading(page, 'Uw registratie is gestopt');
/** Another tab of the same browser, where the wizard is opened. */
async function secondTab(page) {
  const tab = await page.context().newPage();
  await tab.goto(`${server.portal}/registreren`);
  return tab;
}

// ---- the person ----

let first; // the page of the registration that is there already
test('somebody registers; the same person with a new UZI number may be known, and nobody is named', async () => {
  first = await freshPage();
  await register(first, server);
  const page = await freshPage();
  await confirmRegistration(page, server, { card: 'n-new-number' });
  await question(page).waitFor();
  await inspect(page, 'registreren-bekend');
  const text = await page.locator('main').innerText();
  const { surname, uziNumber } = server.card('n');
  for (const told of [surname, uziNumber, '1980', server.organisation.name]) assert.ok(!text.includes(told), `the question tells "${told}"`);
});

test('reload and back lead to the question; Nee stops, for another tab too', async () => {
  const page = await freshPage();
  await confirmRegistration(page, server, { card: 'n-new-number' });
  await question(page).waitFor();
  await page.reload();
  await question(page).waitFor();
  await page.goBack();
  await question(page).waitFor();
  const tab = await secondTab(page);
  await question(tab).waitFor();
  await button(tab, 'Nee').click();
  await stopped(tab).waitFor();
  await tab.getByText('person-denied').first().waitFor();
  await inspect(tab, 'registreren-gestopt');
  // The first tab still shows the question: its Ja comes too late.
  await button(page, 'Ja, dat ben ik').click();
  await stopped(page).waitFor();
  assert.equal(await qrCode(page).count(), 0);
  await page.reload();
  await stopped(page).waitFor();
  await page.goBack();
  await stopped(page).waitFor();
  await tab.close();
});

let desk; // the page whose browser becomes known
test('Ja takes the new pass over and shows a QR code; reload, back and another tab show the same', async () => {
  const old = await linkText(first);
  desk = await freshPage();
  await confirmRegistration(desk, server, { card: 'n-new-number' });
  await question(desk).waitFor();
  const tab = await secondTab(desk);
  await question(tab).waitFor();
  await button(desk, 'Ja, dat ben ik').click();
  await qrPage(desk).waitFor();
  const shown = await linkText(desk);
  assert.notEqual(shown, old);
  // The other tab still shows the question: its Nee comes too late.
  await button(tab, 'Nee').click();
  await qrPage(tab).waitFor();
  assert.equal(await linkText(tab), shown);
  await tab.close();
  await desk.reload();
  await qrPage(desk).waitFor();
  assert.equal(await linkText(desk), shown);
  await desk.goBack();
  await qrPage(desk).waitFor();
  assert.equal(await linkText(desk), shown);
  const redeemed = await fetch(`${server.app}/api/v1/requests/redeem`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ nonce: old.split('/').at(-1) }),
  });
  assert.equal((await redeemed.json()).code, 'request-cancelled', 'the QR code of the first registration is dead');
  await activate(phone, qrCode(desk));
  await home(phone);
});

test('afterwards the new pass belongs to the person, once', async () => {
  const page = await freshPage();
  await page.goto(`${server.portal}/inloggen/uzi`);
  await useCard(page, new Desktop(server, 'n-new-number'));
  await heading(page, 'Overzicht').waitFor();
  await page.getByText(server.card('n').surname).first().waitFor();
  const organisations = page.getByRole('region', { name: 'Uw organisaties' });
  assert.equal(await organisations.getByRole('region', { name: server.organisation.name }).count(), 1);
  assert.equal(await heading(page, 'U hebt nog geen Mobile ID').count(), 0);
});

// ---- the browser ----

/** Scans and accepts; gives whether the page asked for the koppelcode, and types it. */
async function logIn(page) {
  await scan(phone, qrCode(page));
  await answer(phone, 'Accepteren');
  await koppelcode(page).or(heading(page, 'Overzicht')).first().waitFor();
  const asked = await koppelcode(page).isVisible();
  if (asked) {
    await koppelcode(page).fill(await pairingCode(phone));
    await button(page, 'Verder').click();
    await heading(page, 'Overzicht').waitFor();
  }
  await home(phone);
  return asked;
}
const isNew = (page) => page.getByText('Deze browser is nieuw voor u').isVisible();

test('the browser of the wizard, where the Desktop App came back, needs no koppelcode', async () => {
  await loginPage(desk, server);
  assert.equal(await logIn(desk), false);
  assert.equal(await isNew(desk), false);
  await button(desk, 'Uitloggen').click();
  await loginPage(desk, server);
  assert.equal(await logIn(desk), false, 'nor the next time');
});

/** A browser with a copy of another's cookie. */
async function copyOf(page) {
  const [cookie] = (await page.context().cookies()).filter(({ name }) => name === '__Host-zorgid-browser');
  const copy = await freshPage();
  const session = await copy.context().newCDPSession(copy);
  const { success } = await session.send('Network.setCookie', { name: cookie.name, value: cookie.value, url: server.portal, path: '/', secure: true, httpOnly: true, sameSite: 'Lax' });
  assert.ok(success);
  const of = async (context) => (await context.cookies()).find(({ name }) => name === cookie.name)?.value;
  await loginPage(copy, server);
  assert.equal(await of(copy.context()), await of(page.context()), 'the server takes the copied cookie');
  return copy;
}

test('a copy of its cookie in another browser is asked for the koppelcode', async () => {
  const copy = await copyOf(desk);
  await scan(phone, qrCode(copy));
  await answer(phone, 'Accepteren');
  await koppelcode(copy).waitFor();
  await home(phone);
  await copy.close();
  await loginPage(desk, server);
  assert.equal(await logIn(desk), false, 'and for the browser itself nothing changed');
});

test('a copy of its cookie cannot take what was accepted for the browser itself', async () => {
  const copy = await copyOf(desk);
  // Held back, as on a slow line: the copy is first.
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await desk.route('**/inloggen/verder', async (route) => (await held, route.continue()));
  await loginPage(desk, server);
  const taking = desk.waitForRequest('**/inloggen/verder');
  await scan(phone, qrCode(desk));
  await answer(phone, 'Accepteren');
  const id = new URLSearchParams((await taking).postData()).get('verzoek');
  await copy.goto(`${server.portal}/inloggen/wachten/${id}`);
  await copy.getByText('browser-key').first().waitFor();
  await inspect(copy, 'inloggen-andere-sleutel');
  release();
  await heading(desk, 'Overzicht').waitFor();
  await desk.unroute('**/inloggen/verder');
  await home(phone);
  await copy.close();
});

test('a browser that cannot keep a key is asked each time, and works', async () => {
  const context = await workplace.newProfile();
  await context.addInitScript(() => Object.defineProperty(window, 'indexedDB', { get: () => { throw new DOMException('denied', 'SecurityError'); } }));
  const page = await context.newPage();
  for (let time = 0; time < 2; time += 1) {
    await page.goto(`${server.portal}/inloggen/uzi`);
    await useCard(page, new Desktop(server, 'n-new-number'));
    await heading(page, 'Overzicht').waitFor();
    assert.equal(await isNew(page), true);
    await page.goto(`${server.portal}/inloggen`);
    assert.equal(await logIn(page), true);
  }
});

test('the second login on another day makes a browser known', async () => {
  const page = await freshPage();
  await loginPage(page, server);
  assert.equal(await logIn(page), true);
  assert.equal(await isNew(page), true);
  await loginPage(page, server);
  assert.equal(await logIn(page), true, 'the same day counts once');
  server.advance(24 * 60 * 60);
  await phone.page.reload();
  await unlock(phone);
  await loginPage(page, server);
  assert.equal(await logIn(page), true);
  assert.equal(await isNew(page), false, 'from now on');
  await loginPage(page, server);
  assert.equal(await logIn(page), false);
});

test('everything was accessible', () => assert.deepEqual(findings, []));
test('the log verifies, and no page or app complained', async () => {
  assert.deepEqual((await server.verifyLog()).errors, []);
  assert.deepEqual([...workplace.complaints, ...phone.complaints], []);
});
