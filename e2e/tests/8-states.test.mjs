// States that no other flow passes through: a page without server-sent events, a session that ends, and the screens of
// wizard and app that people see when they wait, go back, decline or clean up.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, inspect } from '../support/a11y.mjs';
import { Phone, Workplace } from '../support/browser.mjs';
import { Desktop } from '../support/desktop.mjs';
import { activate, answer, button, choosePin, heading, home, launchLink, link, qrCode, register, scan, unlock, useCard } from '../support/flows.mjs';
import { Server } from '../support/server.mjs';

let server, workplace, phone;
before(async () => {
  server = await Server.start();
  workplace = await Workplace.start();
  phone = await Phone.start(server);
});
after(async () => {
  await phone?.stop();
  await workplace?.stop();
  await server?.stop();
});
const onPhone = (name) => inspect(phone.page, name, { widths: [320, 390, 768] });
const menu = (name) => phone.page.getByRole('navigation', { name: 'Menu' }).getByRole('button', { name, exact: true });

test('where server-sent events are blocked, the page asks and moves on all the same', async () => {
  const profile = await workplace.newProfile();
  let asked = 0;
  await profile.route('**/verzoeken/*/events', (route) => route.abort());
  await profile.route('**/verzoeken/*/status', (route) => { asked += 1; return route.continue(); });
  const page = await profile.newPage();
  await page.goto(server.portal);
  await link(page, 'Inloggen met UZI-pas').click();
  await useCard(page, new Desktop(server));
  await heading(page, 'Overzicht').waitFor();
  assert.ok(asked > 0, 'it asked');
});

test('a session that nobody uses warns, can be extended, and ends on the login page', async () => {
  const page = await (await workplace.newProfile()).newPage();
  await page.clock.install();
  await page.goto(server.portal);
  await link(page, 'Inloggen met UZI-pas').click();
  await useCard(page, new Desktop(server));
  await heading(page, 'Overzicht').waitFor();
  const warning = page.getByRole('region', { name: 'Uw sessie stopt bijna' });
  assert.equal(await warning.isVisible(), false);
  server.advance(13 * 60 + 1);
  await page.clock.fastForward('13:01');
  await warning.waitFor();
  await inspect(page, 'sessie-stopt-bijna');
  await button(page, 'Verlengen').click();
  await heading(page, 'Overzicht').waitFor();
  assert.equal(await warning.isVisible(), false);
  // Without the extension it would have ended by now.
  server.advance(13 * 60);
  await page.reload();
  await heading(page, 'Overzicht').waitFor();
  server.advance(15 * 60 + 1);
  await page.clock.fastForward('15:02');
  await heading(page, 'Uw sessie is afgelopen').waitFor();
  await inspect(page, 'sessie-afgelopen');
  await page.goto(`${server.portal}/overzicht`);
  assert.equal(await heading(page, 'Overzicht').count(), 0);
});

test('the test of the Desktop App says that it works', async () => {
  const page = await (await workplace.newProfile()).newPage();
  await page.goto(`${server.portal}/desktop/test`);
  await button(page, 'Test starten').click();
  await inspect(page, 'desktop-test-loopt');
  await new Desktop(server).answer(await launchLink(page), { answer: 'nee' });
  await heading(page, 'De Desktop App werkt').waitFor();
  await inspect(page, 'desktop-test-goed');
});

test('registering may be left and taken up again', async () => {
  const page = await (await workplace.newProfile()).newPage();
  await register(page, server);
  await link(page, 'Later verder').click();
  await heading(page, 'Later verder').waitFor();
  await inspect(page, 'registreren-later');
  await link(page, 'Terug naar de QR-code').click();
  await qrCode(page).waitFor();
  await button(page, 'Volgende').click();
  await heading(page, 'Wachten op uw telefoon').waitFor();
  await inspect(page, 'registreren-installeren');
  await link(page, 'Terug naar de QR-code').click();
  await choosePin(phone);
  await activate(phone, qrCode(page));
  await heading(page, 'Uw Mobile ID is klaar').waitFor();
});

test('the screens of the app beside the straight way', async () => {
  const { page } = phone;
  await home(phone);
  await page.getByRole('button', { name: /^Scan(?! QR)/ }).click();
  await button(page, 'Scan QR').waitFor();
  await onPhone('app-scan');
  await menu('Over').click();
  await heading(page, 'Over ZORG-ID').waitFor();
  await inspect(page, 'app-over', { widths: [320, 390, 768], mask: [[/\d+\.\d+\.\d+/, '<versie>']] });
  await menu('Scan').click();
  await page.getByRole('textbox', { name: 'Link of korte code' }).fill('dit is niets');
  await button(page, 'Volgende').click();
  await page.getByText('not-our-link').waitFor();
  await onPhone('app-onbekende-link');
  await home(phone);

  const asking = await (await workplace.newProfile()).newPage();
  await asking.goto(server.portal);
  await scan(phone, qrCode(asking));
  await heading(asking, 'Kijk op uw telefoon').waitFor();
  await inspect(asking, 'inloggen-kijk-op-telefoon');
  await answer(phone, 'Weigeren');
  await heading(page, 'Geweigerd').waitFor();
  await onPhone('app-geweigerd');
  await home(phone);

  await page.getByRole('button', { name: /^ID en Sessies/ }).click();
  await page.getByRole('button', { name: /verwijderen$/ }).click();
  await heading(page, 'ID verwijderen?').waitFor();
  await onPhone('app-verwijderen');
  await button(page, 'Annuleren').click();
  await menu('Vergrendelen').click();
  await heading(page, 'Pincode van de app').waitFor();
  await onPhone('app-ontgrendelen');
  await button(page, 'Pincode vergeten?').click();
  await heading(page, 'App leegmaken').waitFor();
  await onPhone('app-leegmaken');
});

test('the app locks itself after two minutes in the background, not before', async () => {
  const { page } = phone;
  await page.clock.install();
  await page.reload();
  await unlock(phone);
  // What the browser tells a page that is behind another app.
  const inBackground = (hidden) => page.evaluate((now) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (now ? 'hidden' : 'visible') });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
  for (const [seconds, locked] of [['01:50', false], ['02:01', true]]) {
    await inBackground(true);
    await page.clock.fastForward(seconds);
    await inBackground(false);
    if (locked) await heading(page, 'Pincode van de app').waitFor();
    else assert.equal(await heading(page, 'Pincode van de app').count(), 0);
  }
});

test('everything was accessible', () => assert.deepEqual(findings, []));
test('no page or app complained', () => assert.deepEqual([...workplace.complaints, ...phone.complaints], []));
