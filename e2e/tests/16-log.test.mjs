// The log and files: who reads what, exports, the report of roles, and colleagues from and to CSV files.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { findings, inspect } from '../support/a11y.mjs';
import { Phone, Workplace } from '../support/browser.mjs';
import { button, heading, link, login, qrCode } from '../support/flows.mjs';
import { activateAtDesk, becomeAdministrator, choice, confirmOnPhone, field, fill, showPassport, told } from '../support/people.mjs';
import { Server } from '../support/server.mjs';
import { Wallet } from '../support/wallet.mjs';

let server, workplace, phone, page, list, log;
before(async () => {
  server = await Server.start({ administrator: 'n' });
  workplace = await Workplace.start();
  phone = await Phone.start(server);
  page = await (await workplace.newProfile()).newPage();
  await becomeAdministrator(page, server, phone);
  await login(page, server, phone);
  await link(page, 'Gebruikers').click();
  await heading(page, 'Gebruikers').waitFor();
  list = page.url().replace(/\?.*/, '');
  log = `${list}/log`;
});
after(async () => {
  await phone?.stop();
  await workplace?.stop();
  await server?.stop();
});
const table = (name) => page.getByRole('table', { name });
/** A file to choose, with this text. */
function csv(name, text, encoding = 'utf8') {
  const file = join(server.folder, name);
  writeFileSync(file, text, encoding);
  return file;
}
async function chooseFile(file) {
  await page.getByLabel('CSV-bestand').setInputFiles(file);
  await button(page, 'Bestand controleren').click();
}
/** What a button downloads. */
async function saved(press) {
  const saving = page.waitForEvent('download');
  await press();
  const download = await saving;
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
}

test('a file of colleagues only prepares them, after a preview that tells what is not right per row', async () => {
  await page.goto(list);
  await link(page, 'Importeren').click();
  await heading(page, 'Importeren').waitFor();
  await inspect(page, 'beheer-importeren');
  await chooseFile(csv('niets.csv', ''));
  await heading(page, 'Controleer deze velden').waitFor();
  await inspect(page, 'beheer-importeren-fout');
  const rows = ['Voornamen;Tussenvoegsel;Achternaam;Geboortedatum;Personeelsnummer;Afdeling', 'Zoë;de;Boer;17-05-1990;P-1;Apotheek', 'Ruud;;Ëngel;31-02-1990;P-2;Apotheek', ';;Zonder;00-00-1975;P-3;Balie', ';;;;P-4;'];
  await chooseFile(csv('collegas.csv', rows.join('\r\n'), 'latin1'));
  await heading(page, 'Bestand gecontroleerd').waitFor();
  await page.getByText("2 collega's kunnen worden voorbereid.").waitFor();
  await table('Deze collega\'s worden voorbereid').getByText('Zoë de Boer').waitFor();
  await inspect(page, 'beheer-importeren-gecontroleerd');
  await link(page, 'Bevestigen').click();
  const sentence = await confirmOnPhone(page, phone);
  assert.match(sentence, /^2 collega's voorbereiden bij Zorggroep Sint Jérôme \(90012345\)\.$/);
  await table('Voorbereid').getByText('Zoë de Boer').waitFor();
  await inspect(page, 'beheer-voorbereid');
  await page.goto(list);
  assert.equal(await table('Gebruikers').getByText('Boer').count(), 0, 'nobody works here yet');
});

test('somebody who was prepared is registered face to face; the form is filled in', async () => {
  await page.goto(`${list}?filter=voorbereid`);
  await link(page, 'Zoë de Boer').click();
  await heading(page, 'Collega registreren').waitFor();
  assert.equal(await field(page, 'Achternaam').inputValue(), 'Boer');
  assert.equal(await field(page, 'Afdeling').inputValue(), 'Apotheek');
  await showPassport(page);
  await button(page, 'Opslaan').click();
  await qrCode(page).waitFor();
  await activateAtDesk(page, await Wallet.start(server, 'zoe'));
  await link(page, 'Sluiten').click();
  await page.goto(`${list}?filter=voorbereid`);
  await table('Voorbereid').getByText('Zonder').waitFor();
  assert.equal(await table('Voorbereid').getByText('Boer').count(), 0);
});

test('the list is exported without cells that a spreadsheet would run', async () => {
  await page.goto(`${list}?zoek=Boer`);
  await link(page, 'Zoë de Boer').click();
  await link(page, 'Gegevens wijzigen').click();
  await fill(page, { Afdeling: '=SOM(A1:A9)' });
  await button(page, 'Opslaan').click();
  await told(page, 'De gegevens zijn gewijzigd.').waitFor();
  await page.goto(list);
  const { name, text } = await saved(() => button(page, 'Exporteren').click());
  assert.match(name, /\.csv$/);
  assert.match(text, /Boer/);
  assert.doesNotMatch(text, /(^|[;,"])=SOM/m, 'a formula is no formula any more');
});

test('the log of the organisation: filtered, by whom and about whom, and every look is in it', async () => {
  await link(page, 'Log').click();
  await heading(page, 'Logboek').waitFor();
  await inspect(page, 'log', { snapshot: false });
  const lines = table('Logboek').getByRole('row');
  await lines.filter({ hasText: 'Gegevens gewijzigd' }).first().waitFor();
  await choice(page, 'Soort').selectOption({ label: 'Lezen en exporteren' });
  await button(page, 'Zoeken').click();
  await lines.filter({ hasText: 'Jürgen de Vries' }).first().waitFor();
  assert.equal(await lines.filter({ hasText: 'Gegevens gewijzigd' }).count(), 0);
  const reads = await lines.count();
  await page.reload();
  assert.equal(await lines.count(), reads + 1, 'the look before this one');
  await field(page, 'Referentie').fill('te kort');
  await button(page, 'Zoeken').click();
  await heading(page, 'Controleer deze velden').waitFor();
  assert.equal(await field(page, 'Referentie').inputValue(), 'te kort');
  await inspect(page, 'log-fout');
  await link(page, 'Wis het filter').click();
  await lines.filter({ hasText: 'Gegevens gewijzigd' }).first().waitFor();
});

test('the log is exported as CSV and as FHIR AuditEvent', async () => {
  await page.goto(log);
  const { text } = await saved(() => button(page, 'Exporteren als CSV').click());
  assert.match(text, /Jürgen de Vries/);
  await page.goto(log);
  const fhir = JSON.parse((await saved(() => button(page, 'Exporteren als FHIR AuditEvent (NEN 7513)').click())).text);
  assert.equal(fhir.resourceType, 'Bundle');
  assert.ok(fhir.entry.length > 5 && fhir.entry.every(({ resource }) => resource.resourceType === 'AuditEvent'));
  await page.goto(log);
  await choice(page, 'Soort').selectOption({ label: 'Lezen en exporteren' });
  await button(page, 'Zoeken').click();
  for (const what of ['Logboek geëxporteerd als CSV', 'Logboek geëxporteerd als FHIR AuditEvent']) await page.getByText(what).first().waitFor();
});

test('who had which role on a day', async () => {
  await page.goto(log);
  await link(page, 'Rollen op een dag').click();
  await heading(page, 'Rollen op een dag').waitFor();
  await table('Rollen op een dag').getByText('Administrator (Administrator)').waitFor();
  await inspect(page, 'rollen-op-een-dag', { mask: [[/\b20\d\d-\d\d-\d\d\b/g, '<datum>']] });
  await field(page, 'Datum').fill('2020-01-01');
  await button(page, 'Tonen').click();
  await page.getByText('Op deze dag had niemand een rol.').waitFor();
});

test('who leaves is unlinked with a file, and the page names whose mandates must go', async () => {
  await page.goto(list);
  await link(page, 'Ontkoppelen met een bestand').click();
  await inspect(page, 'beheer-ontkoppelen-bestand');
  await page.getByLabel('CSV-bestand').setInputFiles(csv('weg.csv', 'Personeelsnummer\nP-1\nP-99\n'));
  await field(page, 'Reden').fill('Locatie gesloten');
  await button(page, 'Bestand controleren').click();
  await page.getByText('1 collega kan worden ontkoppeld.').waitFor();
  await inspect(page, 'beheer-ontkoppelen-gecontroleerd');
  await link(page, 'Bevestigen').click();
  await confirmOnPhone(page, phone);
  await heading(page, /^Ontkoppeld$/).waitFor();
  await page.getByText('Trek ook de mandaten van deze collega\'s in.').waitFor();
  await inspect(page, 'beheer-ontkoppeld');
});

test('everything was accessible', () => assert.deepEqual(findings, []));
test('the log verifies, and no page or app complained', async () => {
  assert.deepEqual((await server.verifyLog()).errors, []);
  assert.deepEqual([...workplace.complaints, ...phone.complaints], []);
});
