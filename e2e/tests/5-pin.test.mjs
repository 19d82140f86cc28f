// The PIN of the app: its rules, and four wrong tries. The server counts; the phone only shows.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, inspect } from '../support/a11y.mjs';
import { Phone } from '../support/browser.mjs';
import { button, choosePin, heading, pincode, typePin, unlock } from '../support/flows.mjs';
import { Server } from '../support/server.mjs';

let server, phone;
before(async () => {
  server = await Server.start();
  phone = await Phone.start(server);
});
after(async () => {
  await phone?.stop();
  await server?.stop();
});
const onPhone = (name) => inspect(phone.page, name, { widths: [320, 390, 768] });

test('a PIN that breaks a rule is refused with the rule', async () => {
  await button(phone.page, 'Volgende').click();
  await heading(phone.page, 'Kies een pincode').waitFor();
  for (const [weak, why] of [['111111', /alle cijfers zijn gelijk/], ['123456', /op een rij/], ['654321', /op een rij/]]) {
    await typePin(phone, weak);
    await phone.page.getByText(why).first().waitFor();
  }
  await onPhone('app-pincode-te-makkelijk');
});

test('four wrong PINs: tries left are told, then wait; after the minute the right one opens', async () => {
  await phone.page.reload();
  await choosePin(phone);
  await phone.page.reload();
  await heading(phone.page, 'Pincode van de app').waitFor();
  for (const left of [3, 2, 1]) {
    await typePin(phone, '132435');
    await phone.page.getByText(new RegExp(`nog ${left} keer`)).first().waitFor();
    if (left === 3) await onPhone('app-pincode-fout');
  }
  await typePin(phone, '132435');
  await heading(phone.page, 'Even wachten').waitFor();
  await onPhone('app-pincode-wachten');
  server.advance(61);
  await phone.page.reload();
  await unlock(phone);
});

test('sixteen wrong PINs block for good, and the app says what now', async () => {
  const { page } = phone;
  await page.reload();
  for (const wait of [60, 5 * 60, 60 * 60, null]) {
    await heading(page, 'Pincode van de app').waitFor();
    for (const left of [3, 2, 1]) {
      await typePin(phone, '132435');
      await page.getByText(new RegExp(`nog ${left} keer`)).first().waitFor();
    }
    await typePin(phone, '132435');
    await heading(page, wait ? 'Even wachten' : 'De pincode is geblokkeerd').waitFor();
    if (wait) server.advance(wait + 1);
    if (wait) await page.reload();
  }
  await onPhone('app-pincode-geblokkeerd');
  server.advance(365 * 24 * 60 * 60);
  await page.reload();
  await heading(page, 'Pincode van de app').waitFor();
  await typePin(phone, pincode);
  await heading(page, 'De pincode is geblokkeerd').waitFor();
});

test('everything was accessible', () => assert.deepEqual(findings, []));
test('the app complained of nothing', () => assert.deepEqual(phone.complaints, []));
