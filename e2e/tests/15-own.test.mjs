// Mijn gegevens, the attributes of the UZI-pas (flow 8), and a phone that is lost (flow 11): what a person does alone.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { findings, inspect } from '../support/a11y.mjs';
import { Phone, Workplace } from '../support/browser.mjs';
import { Desktop } from '../support/desktop.mjs';
import { activate, answer, button, choosePin, heading, home, link, linkText, login, paste, qrCode, register, useCard } from '../support/flows.mjs';
import { field, told } from '../support/people.mjs';
import { Server } from '../support/server.mjs';

/** The serial number of a test pass differs from run to run. */
const certificate = [/certificaat [0-9A-Fa-f]+/g, 'certificaat <nummer>'];
const address = 'jurgen@zorg.example';
let server, workplace, phone, page, revocationCode;
before(async () => {
  server = await Server.start();
  workplace = await Workplace.start();
  phone = await Phone.start(server);
  page = await freshPage();
  await choosePin(phone);
  await register(page, server);
  revocationCode = await activate(phone, qrCode(page));
  await heading(page, 'Uw Mobile ID is klaar').waitFor();
  await login(page, server, phone);
});
after(async () => {
  await phone?.stop();
  await workplace?.stop();
  await server?.stop();
});
const freshPage = async () => (await workplace.newProfile()).newPage();
const table = (name) => page.getByRole('table', { name });

test('Mijn gegevens: an e-mail address counts once the mailed code was typed', async () => {
  await link(page, 'Mijn gegevens').click();
  await heading(page, 'Mijn gegevens').waitFor();
  await inspect(page, 'mijn-gegevens', { mask: [certificate] });
  await field(page, 'E-mailadres').fill('jurgen@zorg');
  await field(page, 'E-mailadres').press('Enter');
  await page.getByText('Vul een e-mailadres in, zoals naam@voorbeeld.nl.').waitFor();
  assert.equal(await field(page, 'E-mailadres').inputValue(), 'jurgen@zorg');
  await field(page, 'E-mailadres').fill(address);
  await button(page, 'Adres opslaan').click();
  await told(page, 'Uw e-mailadres is opgeslagen.').waitFor();
  const [mail] = await server.mails('confirm-address');
  assert.equal(mail.to, address);
  const [code] = mail.text.match(/\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b/);
  await field(page, 'Code uit de e-mail').fill(code.startsWith('0') ? '1111-1111' : '0000-0000');
  await button(page, 'Adres bevestigen').click();
  await page.getByText('Deze code hoort niet bij uw adres.').waitFor();
  await inspect(page, 'mijn-gegevens-code-fout', { mask: [certificate] });
  await field(page, 'Code uit de e-mail').fill(code.toLowerCase());
  await button(page, 'Adres bevestigen').click();
  await told(page, 'Uw e-mailadres is bevestigd.').waitFor();
});

test('a session elsewhere is mailed about, and ended from here', async () => {
  const other = await freshPage();
  await login(other, server, phone);
  assert.ok((await server.mails('new-browser')).some((mail) => mail.to === address), 'a login in a new browser is mailed');
  await page.reload();
  const rows = table('Al uw sessies in het portaal').getByRole('row');
  assert.equal(await rows.count(), 3, 'a heading and two sessions');
  await rows.filter({ hasNotText: 'deze sessie' }).getByRole('button', { name: /^Sessie beëindigen/ }).click();
  await told(page, 'De sessie is beëindigd.').waitFor();
  await other.reload();
  await heading(other, 'Inloggen').first().waitFor();
  await login(other, server, phone);
  await page.goto(`${server.portal}/mijn-gegevens`);
  await button(page, 'Alle andere sessies beëindigen').click();
  await told(page, 'Alle andere sessies zijn beëindigd.').waitFor();
  await other.reload();
  await heading(other, 'Inloggen').first().waitFor();
  await other.close();
});

test('flow 8: the own UZI-pas is linked; another person’s, or one with another number, is refused', async () => {
  await link(page, 'Mijn gegevens').click();
  await link(page, 'Attributen registreren').click();
  await heading(page, 'Attributen registreren').waitFor();
  await inspect(page, 'attributen', { mask: [certificate] });
  const begin = async () => {
    await page.goto(`${server.portal}/attributen`);
    await link(page, 'Attributen registreren').click();
    await heading(page, 'UZI-pas koppelen').waitFor();
  };
  for (const [card, code] of [['z', 'attributes-name'], ['n-new-number', 'attributes-number']]) {
    await begin();
    await useCard(page, new Desktop(server, card));
    await page.getByText(code).first().waitFor();
  }
  await inspect(page, 'attributen-geweigerd');
  await begin();
  await inspect(page, 'attributen-pas');
  await useCard(page, new Desktop(server));
  await heading(page, 'Uw UZI-pas is gekoppeld').waitFor();
  await table('Nu gekoppeld').getByText(server.card('n').uziNumber).first().waitFor();
  await inspect(page, 'attributen-klaar', { mask: [certificate] });
});

test('what is known about oneself is downloaded, and the own log tells what happened', async () => {
  await page.goto(`${server.portal}/mijn-gegevens`);
  const saving = page.waitForEvent('download');
  await button(page, 'Mijn gegevens downloaden').click();
  const file = JSON.parse(readFileSync(await (await saving).path(), 'utf8'));
  const text = JSON.stringify(file);
  for (const known of ['Vries', address, server.card('n').uziNumber, server.organisation.ura]) assert.ok(text.includes(known), known);
  await link(page, 'Mijn logboek bekijken').click();
  await heading(page, 'Mijn logboek').waitFor();
  await table('Mijn logboek').getByText('ID geactiveerd').waitFor();
  await inspect(page, 'mijn-logboek', { snapshot: false });
});

test('a browser that is forgotten asks for the koppelcode again', async () => {
  await page.goto(`${server.portal}/mijn-gegevens`);
  await table('Mijn browsers').getByRole('button', { name: /^Vergeten/ }).first().click();
  await told(page, 'De browser is vergeten.').waitFor();
  await page.goto(`${server.portal}/inloggen`);
  await home(phone);
  await paste(phone, await linkText(page));
  await answer(phone, 'Accepteren');
  await page.getByRole('textbox', { name: 'Koppelcode' }).waitFor();
});

test('flow 11: the intrekkingscode blocks the ID at once; the page tells nobody whether a code was right', async () => {
  const public_ = await freshPage();
  await public_.goto(`${server.portal}/telefoon-kwijt`);
  await heading(public_, 'Telefoon kwijt of gestolen').waitFor();
  await inspect(public_, 'telefoon-kwijt');
  const answers = [];
  for (const code of ['00000-00000-00000-00000', revocationCode]) {
    await field(public_, 'Intrekkingscode').fill(code);
    await button(public_, 'Blokkeren').click();
    await told(public_, 'Uw code is ontvangen.').waitFor();
    answers.push(await public_.locator('main').innerText());
  }
  assert.equal(answers[0], answers[1], 'the same answer for every code');
  assert.ok((await server.mails('identity-blocked')).some((mail) => mail.to === address));
  await public_.goto(server.portal);
  await home(phone);
  await paste(phone, await linkText(public_));
  await answer(phone, 'Accepteren');
  await phone.page.getByText('identity-blocked').waitFor();
  await public_.close();
});

test('everything was accessible', () => assert.deepEqual(findings, []));
test('the log verifies, and no page or app complained', async () => {
  assert.deepEqual((await server.verifyLog()).errors, []);
  assert.deepEqual([...workplace.complaints, ...phone.complaints], []);
});
