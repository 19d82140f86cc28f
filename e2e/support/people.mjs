// What people of an organisation and of the back office do on many pages: forms, confirming with the phone, the desk.
import assert from 'node:assert/strict';
import { Desktop } from './desktop.mjs';
import { activate, button, choosePin, confirmCardData, heading, linkText, nothing, paste, qrCode, useCard } from './flows.mjs';

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
/** A line or text field by its label; what may be empty says so in its label. */
export const field = (within, label) => within.getByRole('textbox', { name: new RegExp(`^${escape(label)}( \\(hoeft niet\\))?$`) });
export const choice = (within, label) => within.getByRole('combobox', { name: label });
/** Fills fields by their labels. */
export async function fill(within, values) {
  for (const [label, value] of Object.entries(values)) await field(within, label).fill(value);
}
/** A part of a page that folds out; opened. */
export async function unfold(page, title) {
  const part = page.getByRole('group').filter({ has: page.getByText(title, { exact: true }) });
  if ((await part.getAttribute('open')) === null) await part.getByText(title, { exact: true }).first().click();
  return part;
}
/** What a page tells after something was done. */
export const told = (page, text) => page.getByRole('status').getByText(text);
/** The value beside a label in a list of facts. */
export const fact = (page, label) => page.getByRole('term').filter({ hasText: new RegExp(`^${escape(label)}$`) }).locator('xpath=following-sibling::dd[1]');

// ---- validating ----

/** *Valideren* up to where the card was read. */
export async function readCardToValidate(page, server, { card = 'n', at = nothing } = {}) {
  await page.goto(`${server.portal}/valideren`);
  await heading(page, 'Valideren').waitFor();
  await at('valideren');
  await page.getByRole('checkbox', { name: /ga akkoord/ }).check();
  await button(page, 'Volgende').click();
  await heading(page, 'UZI-pas lezen').waitFor();
  await at('valideren-pas');
  return useCard(page, new Desktop(server, card));
}
/** *Valideren* up to the page that says what became of it. */
export async function validate(page, server, { card = 'n', at = nothing } = {}) {
  await readCardToValidate(page, server, { card, at });
  await heading(page, 'Controleer uw organisatie').waitFor();
  await at('valideren-organisatie');
  await button(page, 'Volgende').click();
  await heading(page, 'Validatie ondertekenen').waitFor();
  await at('valideren-ondertekenen');
  await useCard(page, new Desktop(server, card));
  await heading(page, 'Organisatie gevalideerd').waitFor();
}
/** From the end of *Valideren* into registering, up to the QR code; the phone activates it and the role follows. */
export async function registerAfterValidating(page, server, phone, options) {
  await button(page, 'Nu registreren').click();
  await confirmCardData(page, server, options);
  await heading(page, 'Activeer uw Mobile ID').waitFor();
  const revocationCode = await activate(phone, qrCode(page), options);
  await heading(page, 'Uw Mobile ID is klaar').waitFor();
  return revocationCode;
}
/** The first administrator, on a server that was started with this card as `administrator`. The browser is known then. */
export async function becomeAdministrator(page, server, phone, options) {
  await choosePin(phone);
  await validate(page, server, options);
  return registerAfterValidating(page, server, phone, options);
}

// ---- confirming ----

/** The sentence that a page asks to confirm is answered on the phone, where the same one stands; gives the sentence. */
export async function confirmOnPhone(page, phone, { answer = 'Accepteren', at = nothing } = {}) {
  await heading(page, 'Bevestig uw wijziging').waitFor();
  const sentence = (await page.getByRole('region', { name: 'Wat u bevestigt' }).getByRole('paragraph').innerText()).trim();
  await at('bevestigen');
  await paste(phone, await linkText(page));
  await heading(phone.page, 'Wilt u dit bevestigen?').waitFor();
  assert.equal((await phone.page.getByRole('blockquote').innerText()).trim(), sentence, 'page and phone show the same sentence');
  await at('app-bevestigen');
  await button(phone.page, answer).click();
  return sentence;
}

// ---- the desk ----

/** A Dutch passport that is valid, and the statement that it was looked at. */
export async function showPassport(page, number = 'SPECI2014') {
  await choice(page, 'Soort identiteitsbewijs').selectOption({ label: 'Nederlands paspoort' });
  await fill(page, { Documentnummer: number, 'Geldig tot': '2031-01-01' });
  await page.getByRole('checkbox', { name: /^Ik heb deze collega in persoon gezien/ }).check();
}
/** The digits that the phone shows for the beheerder. */
export async function deskDigits(phone) {
  await heading(phone.page, 'Lees deze 4 cijfers voor aan de beheerder').waitFor();
  const [digits] = (await phone.page.locator('main').innerText()).match(/\b\d{4}\b/) ?? [];
  assert.ok(digits, 'four digits on the phone');
  return digits;
}
/** Types the digits of the phone in the beheerder's dialog. */
export async function typeDigits(page, digits) {
  await heading(page, 'Vul de 4 cijfers in').waitFor();
  await field(page, 'De 4 cijfers van de telefoon').fill(digits);
  await button(page, 'Activeren').click();
}
/** The QR code in the dialog is activated by a wallet. */
export async function activateAtDesk(page, wallet) {
  const { pairingCode } = await wallet.activate(await linkText(page));
  await typeDigits(page, pairingCode);
  await heading(page, 'De ID is actief').waitFor();
}
