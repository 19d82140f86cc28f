// Logging in with a QR code when something is different: expired, used, declined, another language, no JavaScript.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, inspect } from '../support/a11y.mjs';
import { Phone, Workplace } from '../support/browser.mjs';
import { answer, button, heading, home, link, linkText, pairingCode, paste, qrCode, registered, scan, unlock } from '../support/flows.mjs';
import { Server } from '../support/server.mjs';

let server, workplace, phone, profile;
before(async () => {
  server = await Server.start();
  workplace = await Workplace.start();
  profile = await workplace.newProfile();
  phone = await Phone.start(server);
  await registered(await profile.newPage(), server, phone);
  await phone.page.reload();
  await unlock(phone);
});
after(async () => {
  await phone?.stop();
  await workplace?.stop();
  await server?.stop();
});

test('an expired QR code is refused, and a click makes a new one that works', async () => {
  const page = await profile.newPage();
  await page.clock.install();
  await page.goto(server.portal);
  const old = await linkText(page);
  server.advance(5 * 60 + 1);
  await page.clock.fastForward('05:01');
  await heading(page, 'De QR-code is verlopen').waitFor();
  await inspect(page, 'inloggen-verlopen');
  await paste(phone, old);
  await phone.page.getByText('request-expired').waitFor();
  await home(phone);
  const proved = page.waitForResponse(/\/sleutel$/);
  await page.getByRole('link', { name: 'Nieuwe QR-code' }).click();
  await qrCode(page).waitFor();
  assert.notEqual(await linkText(page), old);
  await proved;
  await scan(phone, qrCode(page));
  await answer(phone, 'Accepteren');
  // The browser of the wizard: no koppelcode.
  await heading(page, 'Overzicht').waitFor();
  await home(phone);
  await page.close();
});

test('a used QR code opens nothing the second time', async () => {
  const page = await (await workplace.newProfile()).newPage();
  await page.goto(server.portal);
  const used = await linkText(page);
  await scan(phone, qrCode(page));
  await answer(phone, 'Accepteren');
  await page.getByRole('textbox', { name: 'Koppelcode' }).fill(await pairingCode(phone));
  await button(page, 'Verder').click();
  await heading(page, 'Overzicht').waitFor();
  await home(phone);
  await paste(phone, used);
  await phone.page.getByText(/al gebruikt/i).first().waitFor();
  await home(phone);
});

test('declining on the phone is told on the page', async () => {
  const page = await profile.newPage();
  await page.goto(`${server.portal}/inloggen`);
  await scan(phone, qrCode(page));
  await answer(phone, 'Weigeren');
  await heading(page, 'U hebt geweigerd').waitFor();
  await inspect(page, 'inloggen-geweigerd');
  await home(phone);
  await page.close();
});

test('a wrong koppelcode three times ends the request', async () => {
  const page = await (await workplace.newProfile()).newPage();
  await page.goto(server.portal);
  await scan(phone, qrCode(page));
  await answer(phone, 'Accepteren');
  const field = page.getByRole('textbox', { name: 'Koppelcode' });
  await field.waitFor();
  const right = await pairingCode(phone);
  const wrong = String((Number(right) + 1) % 10000).padStart(4, '0');
  for (const left of [2, 1]) {
    await field.fill(wrong);
    await button(page, 'Verder').click();
    await page.getByText(`nog ${left} keer`).first().waitFor();
  }
  await inspect(page, 'inloggen-koppelcode-fout');
  await field.fill(wrong);
  await button(page, 'Verder').click();
  await heading(page, 'Deze QR-code werkt niet meer').waitFor();
  assert.equal(await heading(page, 'Overzicht').count(), 0);
  await home(phone);
});

test('the page in English has no Dutch words left', async () => {
  const page = await (await workplace.newProfile({ locale: 'en-GB' })).newPage();
  await page.goto(server.portal);
  await heading(page, 'Log in').waitFor();
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
  assert.equal(await page.getByText('Inloggen', { exact: true }).count(), 0);
  await inspect(page, 'inloggen-en');
});

test('without JavaScript the Verder button does it', async () => {
  const page = await (await workplace.newProfile({ javaScriptEnabled: false })).newPage();
  await page.goto(server.portal);
  await scan(phone, qrCode(page));
  await answer(phone, 'Accepteren');
  const code = await pairingCode(phone);
  await button(page, 'Verder').click();
  await page.getByRole('textbox', { name: 'Koppelcode' }).fill(code);
  await button(page, 'Verder').click();
  if (await heading(page, 'Het is gelukt').isVisible()) await button(page, 'Verder').click();
  await heading(page, 'Overzicht').waitFor();
  await home(phone);
});

test('everything was accessible', () => assert.deepEqual(findings, []));

test('no page or app complained', () => {
  assert.deepEqual([...workplace.complaints, ...phone.complaints], []);
});
