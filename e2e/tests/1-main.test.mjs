// The main job, from an empty data folder: register with a UZI-pas, activate the phone, log in with a QR code.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { findings, inspect } from '../support/a11y.mjs';
import { Phone, Workplace } from '../support/browser.mjs';
import { activate, answer, button, choosePin, heading, home, link, pairingCode, qrCode, register, scan, useCard } from '../support/flows.mjs';
import { Desktop } from '../support/desktop.mjs';
import { images } from '../support/paths.mjs';
import { Server } from '../support/server.mjs';

let server, workplace, phone, profile, page;
before(async () => {
  server = await Server.start();
  workplace = await Workplace.start();
  profile = await workplace.newProfile();
  page = await profile.newPage();
  phone = await Phone.start(server);
});
after(async () => {
  await phone?.stop();
  await workplace?.stop();
  await server?.stop();
});

// Pictures of the README; the QR code in them is long expired.
const pictures = new Set(['inloggen', 'registreren-controleren', 'registreren-qr', 'overzicht', 'app-start', 'app-verzoek', 'app-id-en-sessies']);
const shoot = async (of, name) => pictures.has(name) && of.screenshot({ path: join(images, `${name}.png`) });
const onPage = async (name) => {
  await shoot(page, name);
  await inspect(page, name);
};
const onPhone = async (name) => {
  await shoot(phone.page, name);
  await inspect(phone.page, name, { widths: [320, 390, 768] });
};

test('flow 3: register with a UZI-pas', async () => {
  await page.goto(server.portal);
  await qrCode(page).waitFor();
  await onPage('inloggen');
  await register(page, server, { at: onPage });
});

test('flow 5: activate the phone by scanning the QR code', async () => {
  await choosePin(phone, undefined, onPhone);
  await onPhone('app-start');
  await activate(phone, qrCode(page), { at: onPhone });
  await home(phone);
  await phone.page.getByRole('button', { name: /^ID en Sessies/ }).or(phone.page.getByRole('link', { name: /^ID en Sessies/ })).click();
  const { surname } = server.card('n');
  await phone.page.getByText(surname).first().waitFor();
  await phone.page.getByText(server.organisation.name).first().waitFor();
  await onPhone('app-id-en-sessies');
  if (await button(page, 'Volgende').isVisible()) await button(page, 'Volgende').click();
  await heading(page, 'Uw Mobile ID is klaar').waitFor();
  await onPage('registreren-klaar');
});

test('flow 6: log in with the QR code on a browser that was never logged in', async () => {
  const other = await (await workplace.newProfile()).newPage();
  await other.goto(server.portal);
  await scan(phone, qrCode(other));
  await button(phone.page, 'Weigeren').waitFor();
  await onPhone('app-verzoek');
  await answer(phone, 'Accepteren');
  const field = other.getByRole('textbox', { name: 'Koppelcode' });
  await field.waitFor();
  await inspect(other, 'inloggen-koppelcode');
  await onPhone('app-koppelcode');
  await field.fill(await pairingCode(phone));
  await button(other, 'Verder').click();
  await heading(other, 'Overzicht').waitFor();
  const { surname } = server.card('n');
  await other.getByText(surname).first().waitFor();
  await other.getByText('Zorgmedewerker (Signer)').first().waitFor();
  await shoot(other, 'overzicht');
  await inspect(other, 'overzicht');
});

test('a browser where the person used their UZI-pas is known: no koppelcode; then log out', async () => {
  await page.goto(server.portal);
  await link(page, 'Inloggen met UZI-pas').click();
  await useCard(page, new Desktop(server));
  await heading(page, 'Overzicht').waitFor();
  await page.goto(`${server.portal}/inloggen`);
  await scan(phone, qrCode(page));
  await answer(phone, 'Accepteren');
  await heading(page, 'Overzicht').waitFor();
  await page.getByText('Ingelogd met uw telefoon').first().waitFor();
  await button(page, 'Uitloggen').or(link(page, 'Uitloggen')).first().click();
  await heading(page, 'U bent uitgelogd').waitFor();
  await onPage('uitgelogd');
  await page.goto(`${server.portal}/overzicht`);
  assert.equal(await heading(page, 'Overzicht').count(), 0, 'no overview after logging out');
});

test('everything was accessible', () => assert.deepEqual(findings, []));

test('the log of it all verifies, and no page or app complained', async () => {
  const { entries, errors } = await server.verifyLog();
  assert.ok(entries > 5, `${entries} entries`);
  assert.deepEqual(errors, []);
  assert.deepEqual([...workplace.complaints, ...phone.complaints], []);
});
