// Flows 4 and 9, Beheer (HA-002 to HA-013): registering colleagues face to face, and everything that happens to them until
// they leave, by administrator, beheerder, helpdesk and auditor.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, inspect } from '../support/a11y.mjs';
import { Phone, Workplace } from '../support/browser.mjs';
import { button, choosePin, heading, home, link, linkText, login, noteRevocationCode, nothing, qrCode, scan } from '../support/flows.mjs';
import { activateAtDesk, becomeAdministrator, choice, confirmOnPhone, deskDigits, fact, field, fill, showPassport, told, typeDigits } from '../support/people.mjs';
import { Server } from '../support/server.mjs';
import { Wallet, logInWith } from '../support/wallet.mjs';

let server, workplace, phone, colleague, page, list;
const wallets = {};
before(async () => {
  server = await Server.start({ administrator: 'n' });
  workplace = await Workplace.start();
  phone = await Phone.start(server);
  colleague = await Phone.start(server, { name: 'colleague' });
  await choosePin(colleague);
  page = await freshPage();
  await becomeAdministrator(page, server, phone);
  await login(page, server, phone);
  for (const name of ['bram', 'dirk', 'olga']) wallets[name] = await Wallet.start(server, name);
});
after(async () => {
  await colleague?.stop();
  await phone?.stop();
  await workplace?.stop();
  await server?.stop();
});
const freshPage = async () => (await workplace.newProfile()).newPage();
const onPhone = (which) => (name) => inspect(which.page, name, { widths: [320, 390, 768] });
const people = (of) => of.getByRole('table', { name: 'Gebruikers' });
const row = (of, name) => people(of).getByRole('row').filter({ hasText: name });
/** Somebody's page, found by name. */
async function visit(of, name) {
  await of.goto(`${list}?zoek=${encodeURIComponent(name)}`);
  await link(of, name).click();
  await heading(of, name).waitFor();
}
/** A page that does something with who is shown: its link, what is filled in, its button. */
async function deed(of, name, { reason, button: text = name, before: prepare } = {}) {
  await link(of, name).click();
  await heading(of, name).waitFor();
  if (reason) await field(of, 'Reden').fill(reason);
  await prepare?.();
  await button(of, text).click();
}
/** + Registreren, filled in and sent. */
async function register(of, { given, prefix = '', surname, birthDate = '17-05-1990', number }) {
  await of.goto(list);
  await link(of, '+ Registreren').click();
  await fill(of, { Voornamen: given, Tussenvoegsel: prefix, Achternaam: surname, Geboortedatum: birthDate, Geboorteplaats: 'Utrecht' });
  await showPassport(of, number);
  await button(of, 'Opslaan').click();
}
const dialog = (of, name) => of.getByRole('dialog', { name });
const shownBefore = (of) => heading(of, 'Deze QR-code is al getoond');

test('HA-002: the list of colleagues; the only administrator is told what may go wrong', async () => {
  await link(page, 'Gebruikers').click();
  await heading(page, 'Gebruikers').waitFor();
  list = page.url().replace(/\?.*/, '');
  await heading(page, 'U bent de enige administrator').waitFor();
  await row(page, 'Jürgen de Vries').getByText('Administrator (Administrator)').waitFor();
  await inspect(page, 'beheer-gebruikers');
});

test('HA-008: mistakes in + Registreren stand beside their field, and what was typed stays', async () => {
  await link(page, '+ Registreren').click();
  await heading(page, 'Collega registreren').waitFor();
  await inspect(page, 'beheer-registreren');
  await fill(page, { Voornamen: 'Anna', Geboortedatum: '31-02-1990', Documentnummer: 'SPECI201', 'Geldig tot': '2020-01-01', 'E-mailadres': 'anna' });
  await button(page, 'Opslaan').click();
  await heading(page, 'Controleer deze velden').waitFor();
  for (const text of ['Dit is geen bestaande datum', 'Dit nummer past niet bij deze soort document', 'Dit document is verlopen', 'Dit is geen e-mailadres', 'Kruis aan dat u de collega']) {
    await page.getByText(text).first().waitFor();
  }
  assert.equal(await field(page, 'Geboortedatum').inputValue(), '31-02-1990');
  await inspect(page, 'beheer-registreren-fouten');
});

test('HA-008: the QR code is shown once; the phone shows 4 digits, which the beheerder types', async () => {
  await register(page, { given: 'Anna', prefix: 'van', surname: 'Dijk' });
  await dialog(page, 'QR-code voor Anna van Dijk').waitFor();
  await inspect(page, 'beheer-qr');
  const tab = await page.context().newPage();
  await tab.goto(page.url());
  await shownBefore(tab).waitFor();
  assert.equal(await qrCode(tab).count(), 0);
  await inspect(tab, 'beheer-qr-al-getoond');
  await tab.close();

  await scan(colleague, qrCode(page));
  await heading(colleague.page, 'ID activeren').waitFor();
  await colleague.page.getByText('Anna van Dijk').first().waitFor();
  await colleague.page.getByText('Jürgen de Vries').first().waitFor();
  assert.equal(await colleague.page.getByRole('textbox').count(), 0, 'face to face: the phone asks no birth date');
  await heading(page, 'De QR-code is gescand').waitFor();
  await onPhone(colleague)('app-activeren-bij-beheerder');
  await button(colleague.page, 'Accepteren').click();
  const digits = await deskDigits(colleague);
  await onPhone(colleague)('app-cijfers');
  await heading(page, 'Vul de 4 cijfers in').waitFor();
  await inspect(page, 'beheer-cijfers');
  await typeDigits(page, digits === '1234' ? '4321' : '1234');
  await page.getByText('U kunt het nog 2 keer proberen').waitFor();
  await inspect(page, 'beheer-cijfers-fout');
  await typeDigits(page, digits);
  await heading(page, 'De ID is actief').waitFor();
  await inspect(page, 'beheer-actief');
  await button(colleague.page, 'Volgende').click();
  await noteRevocationCode(colleague);
  await home(colleague);
  await link(page, 'Sluiten').click();
  await heading(page, 'Anna van Dijk').waitFor();
  await page.getByText(/Nederlands paspoort, bij het registreren, door Jürgen de Vries/).waitFor();
  await inspect(page, 'beheer-persoon');
});

test('reload and back do not show the QR code again; a new one is made after looking at the document again', async () => {
  await register(page, { given: 'Bram', surname: 'Bakker', number: 'SPECI2022' });
  const old = await linkText(page);
  await page.reload();
  await shownBefore(page).waitFor();
  await page.goBack();
  await page.goForward();
  await shownBefore(page).waitFor();
  assert.equal(await qrCode(page).count(), 0);
  await visit(page, 'Bram Bakker');
  await page.getByText('Er wacht een QR-code tot').waitFor();
  await deed(page, 'Nieuwe QR-code maken', { reason: 'De code was weg', before: () => showPassport(page, 'SPECI2022') });
  await qrCode(page).waitFor();
  assert.equal((await wallets.bram.activate(old)).code, 'request-cancelled', 'the first QR code is dead');
  await activateAtDesk(page, wallets.bram);
  await link(page, 'Sluiten').click();
});

test('closed before it was scanned: the QR code is dead; the name is corrected, then the registration removed', async () => {
  await register(page, { given: 'Carla', surname: 'Cornelissen', number: 'SPECI2033' });
  const closed = await linkText(page);
  await button(page, 'Sluiten').click();
  await heading(page, 'Carla Cornelissen').waitFor();
  assert.equal((await wallets.olga.activate(closed)).code, 'request-cancelled');
  await deed(page, 'Naam en geboortedatum wijzigen', { reason: 'Typefout', button: 'Opslaan', before: () => field(page, 'Voornamen').fill('Carola') });
  const sentence = await confirmOnPhone(page, phone, { at: (name) => (name === 'bevestigen' ? inspect(page, 'beheer-bevestigen') : nothing()) });
  assert.match(sentence, /^Persoonsgegevens wijzigen in Carola Cornelissen van Carla Cornelissen \(\d{9}\) bij .*Reden: Typefout$/);
  await told(page, 'De naam en de geboortedatum zijn gewijzigd.').waitFor();
  await heading(page, 'Carola Cornelissen').waitFor();
  await deed(page, 'Verwijderen');
  await told(page, 'De registratie is verwijderd.').waitFor();
  assert.equal(await row(page, 'Cornelissen').count(), 0);
});

test('HA-005: e-mail, personnel number and department are changed, and found again', async () => {
  await visit(page, 'Bram Bakker');
  await link(page, 'Gegevens wijzigen').click();
  await inspect(page, 'beheer-wijzigen');
  await fill(page, { 'E-mailadres': 'bram@zorg.example', Personeelsnummer: 'P-0042', Afdeling: 'Apotheek' });
  await button(page, 'Opslaan').click();
  await told(page, 'De gegevens zijn gewijzigd.').waitFor();
  assert.ok((await server.mails('confirm-address')).some((mail) => mail.to === 'bram@zorg.example'));
  await page.goto(list);
  for (const text of ['apotheek', 'P-0042', 'bram@zorg', 'bakk']) {
    await page.getByRole('searchbox', { name: 'Zoeken' }).fill(text);
    await button(page, 'Zoeken').click();
    await row(page, 'Bram Bakker').waitFor();
    assert.equal(await row(page, 'Anna').count(), 0, text);
  }
  await page.getByRole('searchbox', { name: 'Zoeken' }).fill('niemand heet zo');
  await button(page, 'Zoeken').click();
  await page.getByText('Niemand gevonden.').waitFor();
  await inspect(page, 'beheer-niemand-gevonden');
  await link(page, 'Laat iedereen zien').click();
  await choice(page, 'Sorteren op').selectOption({ label: 'Naam' });
  await page.getByRole('checkbox', { name: 'Andersom' }).check();
  await button(page, 'Zoeken').click();
  const names = () => people(page).getByRole('link').allInnerTexts();
  assert.deepEqual(await names(), ['Jürgen de Vries', 'Anna van Dijk', 'Bram Bakker']);
  await page.getByRole('checkbox', { name: 'Andersom' }).uncheck();
  await button(page, 'Zoeken').click();
  assert.deepEqual(await names(), ['Bram Bakker', 'Anna van Dijk', 'Jürgen de Vries']);
});

test('HA-009: appointing is confirmed on the phone; declining changes nothing', async () => {
  await visit(page, 'Bram Bakker');
  const appoint = (role) => ({ reason: 'Rooster', button: 'Opslaan', before: () => choice(page, 'Rollen').selectOption({ label: role }) });
  await link(page, 'Rollen').click();
  await inspect(page, 'beheer-rollen');
  await button(page, 'Opslaan').click();
  await page.getByText('Kies welke rol u geeft of afneemt.').first().waitFor();
  await visit(page, 'Bram Bakker');
  await deed(page, 'Rollen', appoint('Geven: Helpdesk (Helpdesk)'));
  await confirmOnPhone(page, phone, { answer: 'Weigeren' });
  await heading(page, 'U hebt geweigerd').waitFor();
  await inspect(page, 'beheer-bevestigen-geweigerd');
  await link(page, 'Opnieuw bevestigen').click();
  const sentence = await confirmOnPhone(page, phone);
  assert.match(sentence, /^De rol helpdesk \(Helpdesk\) geven aan Bram Bakker \(\d{9}\) bij Zorggroep Sint Jérôme \(90012345\)\. Reden: Rooster$/);
  await told(page, 'De rol is gegeven.').waitFor();
  assert.match(await fact(page, 'Rollen').innerText(), /Helpdesk/);

  await visit(page, 'Anna van Dijk');
  await deed(page, 'Rollen', appoint('Geven: Administrator (Administrator)'));
  await confirmOnPhone(page, phone);
  await told(page, 'De rol is gegeven.').waitFor();
  await page.goto(list);
  await row(page, 'Anna van Dijk').waitFor();
  assert.equal(await heading(page, 'U bent de enige administrator').count(), 0);
  await visit(page, 'Anna van Dijk');
  await deed(page, 'Rollen', appoint('Afnemen: Administrator (Administrator)'));
  await confirmOnPhone(page, phone);
  await told(page, 'De rol is afgenomen.').waitFor();
  await deed(page, 'Rollen', appoint('Geven: Beheerder (Manager)'));
  await confirmOnPhone(page, phone);
  await told(page, 'De rol is gegeven.').waitFor();
});

test('nobody changes their own roles or access', async () => {
  await visit(page, 'Jürgen de Vries');
  await page.getByText('Dit bent u zelf.').waitFor();
  for (const name of ['Rollen', 'Nieuwe QR-code maken', 'Toegang blokkeren', 'Ontkoppelen']) assert.equal(await link(page, name).count(), 0, name);
});

test('HA-010: access is blocked here and given back; the person is told at the next login', async () => {
  await visit(page, 'Bram Bakker');
  await deed(page, 'Toegang blokkeren', { reason: 'Schorsing' });
  await told(page, 'De toegang is geblokkeerd.').waitFor();
  const other = await freshPage();
  await other.goto(server.portal);
  assert.equal((await wallets.bram.accept(await linkText(other))).code, 'no-membership');
  await other.close();
  await page.goto(list);
  await choice(page, 'Laat zien').selectOption({ label: 'Geblokkeerd' });
  await button(page, 'Zoeken').click();
  await row(page, 'Bram Bakker').getByText('Toegang geblokkeerd').waitFor();
  await visit(page, 'Bram Bakker');
  await deed(page, 'Toegang deblokkeren', { reason: 'Schorsing voorbij' });
  await told(page, 'De toegang is gedeblokkeerd.').waitFor();
});

test('a lost phone: the guided page leads to blocking, unblocking after a WID check, or revoking and a new QR code', async () => {
  await link(page, 'Telefoon kwijt').click();
  await heading(page, 'Telefoon kwijt').waitFor();
  await inspect(page, 'beheer-telefoon-kwijt');
  await deed(page, 'ID blokkeren', { reason: 'Telefoon kwijt' });
  await told(page, 'De ID is geblokkeerd').waitFor();
  const other = await freshPage();
  await other.goto(server.portal);
  assert.equal((await wallets.bram.accept(await linkText(other))).code, 'identity-blocked');
  await other.close();
  await link(page, 'ID deblokkeren').click();
  await inspect(page, 'beheer-id-deblokkeren');
  await field(page, 'Reden').fill('Telefoon gevonden');
  await showPassport(page, 'SPECI2022');
  await button(page, 'ID deblokkeren').click();
  await told(page, 'De ID is gedeblokkeerd').waitFor();
  await link(page, 'ID intrekken').click();
  await inspect(page, 'beheer-id-intrekken');
  await field(page, 'Reden').fill('Toch gestolen');
  await button(page, 'ID intrekken').click();
  await confirmOnPhone(page, phone);
  await told(page, 'De ID is voorgoed ingetrokken.').waitFor();
  await deed(page, 'Nieuwe QR-code maken', { reason: 'Nieuwe telefoon', before: () => showPassport(page, 'SPECI2022') });
  await qrCode(page).waitFor();
  wallets.bram = await Wallet.start(server, 'bram-2');
  await activateAtDesk(page, wallets.bram);
});

test('Koppelen: somebody with an ID from elsewhere scans, and is compared with the identity document', async () => {
  await wallets.olga.activate((await server.inviteOperator()).link, '02-03-1975');
  await page.goto(list);
  await link(page, 'Koppelen').click();
  await inspect(page, 'beheer-koppelen');
  await button(page, 'QR-code tonen').click();
  await qrCode(page).waitFor();
  await inspect(page, 'beheer-koppelen-qr');
  const accepted = await wallets.olga.accept(await linkText(page));
  assert.deepEqual([accepted.askedBy, accepted.organisation.name], ['Jürgen de Vries', server.organisation.name]);
  await heading(page, 'Is dit uw collega?').waitFor();
  await page.getByText('02-03-1975').waitFor();
  await inspect(page, 'beheer-koppelen-vergelijken');
  await button(page, 'Koppelen').click();
  await heading(page, 'Controleer deze velden').waitFor();
  await showPassport(page, 'SPECI2044');
  await button(page, 'Koppelen').click();
  await told(page, 'De collega is gekoppeld.').waitFor();
  await row(page, 'Olga Operator').getByText('Zorgmedewerker (Signer)').waitFor();
});

test('the helpdesk finds people and blocks an ID, and nothing else', async () => {
  const desk = await freshPage();
  await logInWith(desk, server, wallets.bram);
  await link(desk, 'Gebruikers').click();
  await row(desk, 'Olga Operator').waitFor();
  assert.equal(await link(desk, '+ Registreren').count(), 0);
  assert.equal(await link(desk, 'Log').count(), 0);
  await inspect(desk, 'helpdesk-gebruikers');
  await visit(desk, 'Olga Operator');
  assert.ok(!(await desk.locator('main').innerText()).includes('02-03-1975'), 'no birth date for the helpdesk');
  await inspect(desk, 'helpdesk-persoon');
  for (const name of ['Gegevens wijzigen', 'Rollen', 'Nieuwe QR-code maken', 'ID intrekken', 'Ontkoppelen', 'Beheergeschiedenis']) assert.equal(await link(desk, name).count(), 0, name);
  await deed(desk, 'ID blokkeren', { reason: 'Gebeld: telefoon kwijt' });
  await wallets.bram.confirm(desk);
  await told(desk, 'De ID is geblokkeerd').waitFor();
  await desk.goto(`${list}/registreren`);
  await desk.getByText('forbidden').waitFor();
  await visit(desk, 'Anna van Dijk');
  await desk.getByText('Deze collega heeft een rol.').waitFor();
  assert.equal(await link(desk, 'ID blokkeren').count(), 0);
  await desk.close();
  await visit(page, 'Olga Operator');
  await deed(page, 'ID deblokkeren', { reason: 'Gevonden', before: () => showPassport(page, 'SPECI2044') });
  await told(page, 'De ID is gedeblokkeerd').waitFor();
});

test('a beheerder registers, confirming each change on the phone in a new browser, and leaves those with a role alone', async () => {
  const desk = await freshPage();
  await login(desk, server, colleague);
  await link(desk, 'Gebruikers').click();
  await visit(desk, 'Bram Bakker');
  await desk.getByText('Deze collega heeft een rol. Alleen een administrator kan hier iets wijzigen.').waitFor();
  assert.equal(await link(desk, 'Gegevens wijzigen').count(), 0);
  await register(desk, { given: 'Dirk', surname: 'Dekker', number: 'SPECI2055' });
  const sentence = await confirmOnPhone(desk, colleague);
  assert.match(sentence, /^Dirk Dekker registreren bij Zorggroep Sint Jérôme/);
  await qrCode(desk).waitFor();
  await activateAtDesk(desk, wallets.dirk);
  await link(desk, 'Sluiten').click();
  await heading(desk, 'Dirk Dekker').waitFor();
  for (const name of ['Rollen', 'ID intrekken']) assert.equal(await link(desk, name).count(), 0, name);
  await home(colleague);
  await desk.close();
});

test('an auditor reads the log, and sees no colleagues to manage', async () => {
  await visit(page, 'Dirk Dekker');
  await deed(page, 'Rollen', { reason: 'Controle', button: 'Opslaan', before: () => choice(page, 'Rollen').selectOption({ label: 'Geven: Auditor (Auditor)' }) });
  await confirmOnPhone(page, phone);
  await told(page, 'De rol is gegeven.').waitFor();
  const desk = await freshPage();
  await logInWith(desk, server, wallets.dirk);
  await link(desk, 'Log').waitFor();
  assert.equal(await link(desk, 'Gebruikers').count(), 0);
  await desk.goto(list);
  await desk.getByText('forbidden').waitFor();
  await desk.close();
});

test('HA-013: the management history tells who did what and why, and that it was looked at', async () => {
  await visit(page, 'Bram Bakker');
  await link(page, 'Beheergeschiedenis').click();
  await heading(page, 'Beheergeschiedenis').waitFor();
  const lines = page.getByRole('table', { name: 'Beheergeschiedenis' }).getByRole('row');
  for (const [what, why] of [['Toegang geblokkeerd', 'Schorsing'], ['ID ingetrokken', 'Toch gestolen'], ['Rol gegeven', 'Rooster']]) {
    await lines.filter({ hasText: what }).filter({ hasText: why }).filter({ hasText: 'Jürgen de Vries' }).first().waitFor();
  }
  await inspect(page, 'beheer-geschiedenis', { snapshot: false });
});

test('the organisation tells colleagues whom to ask', async () => {
  await page.goto(list);
  await link(page, 'Organisatie').click();
  await field(page, 'Contact voor collega\'s').fill('Servicedesk, toestel 1234');
  await button(page, 'Opslaan').click();
  await told(page, 'Het contact is gewijzigd.').waitFor();
  await inspect(page, 'beheer-organisatie');
});

test('HA-012: who leaves is unlinked, and keeps the ID for elsewhere', async () => {
  await visit(page, 'Olga Operator');
  await link(page, 'Uit dienst').click();
  await inspect(page, 'beheer-uit-dienst');
  await deed(page, 'Einddatum', { reason: 'Contract loopt af', button: 'Opslaan', before: () => field(page, 'Laatste werkdag').fill('2027-01-31') });
  await told(page, 'De laatste werkdag is vastgelegd.').waitFor();
  await page.getByText('31-01-2027').first().waitFor();
  await link(page, 'Ontkoppelen').click();
  await inspect(page, 'beheer-ontkoppelen');
  await field(page, 'Reden').fill('Nu al weg');
  await button(page, 'Ontkoppelen').click();
  await told(page, 'De collega is ontkoppeld. Trek ook de mandaten in uw zorgapplicatie in.').waitFor();
  await page.goto(list);
  assert.equal(await row(page, 'Olga Operator').count(), 0);
  await choice(page, 'Laat zien').selectOption({ label: 'Werkt hier niet meer' });
  await button(page, 'Zoeken').click();
  await row(page, 'Olga Operator').waitFor();
  // She is an operator still.
  const desk = await freshPage();
  await logInWith(desk, server, wallets.olga);
  await link(desk, 'Backoffice').waitFor();
  await desk.close();
});

test('everything was accessible', () => assert.deepEqual(findings, []));
test('the log verifies, and no page or app complained', async () => {
  assert.deepEqual((await server.verifyLog()).errors, []);
  assert.deepEqual([...workplace.complaints, ...phone.complaints, ...colleague.complaints], []);
});
