// Flow 2, Valideren (seed 1 step 5): the applicant's UZI-pas, through the real Desktop App, makes an approved organisation
// take part and its holder administrator.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, inspect } from '../support/a11y.mjs';
import { Phone, Workplace } from '../support/browser.mjs';
import { Desktop } from '../support/desktop.mjs';
import { activate, button, choosePin, heading, home, launchLink, link, login, qrCode, register, useCard } from '../support/flows.mjs';
import { fact, fill, readCardToValidate, registerAfterValidating, told, unfold, validate } from '../support/people.mjs';
import { Server } from '../support/server.mjs';
import { Wallet, logInWith } from '../support/wallet.mjs';

const applicant = 'n-unknown-ura';
let server, workplace, phone, operator, desk;
before(async () => {
  server = await Server.start({ administrator: 'n' });
  workplace = await Workplace.start();
  phone = await Phone.start(server);
  await choosePin(phone);
  operator = await Wallet.start(server, 'operator');
  await operator.activate((await server.inviteOperator()).link, '02-03-1975');
  desk = await freshPage();
  await logInWith(desk, server, operator);
});
after(async () => {
  await phone?.stop();
  await workplace?.stop();
  await server?.stop();
});
const freshPage = async () => (await workplace.newProfile()).newPage();
const onPage = (page) => (name) => inspect(page, name);
const refused = (page) => heading(page, 'Deze UZI-pas kan niet worden gebruikt');

/** Somebody applies for the card's organisation, naming this UZI number, and the operator approves. Gives the applicant's page. */
async function approved(uziNumber) {
  const page = await freshPage();
  await page.goto(`${server.portal}/aanvragen/formulier`);
  await fill(page, {
    'Naam van de organisatie': 'Praktijk Onbekend', 'URA (abonneenummer)': server.card(applicant).ura, 'Zorgapplicatie die u gebruikt': 'HuisartsInfo',
    Voornamen: 'Noor', Achternaam: 'Hendriks', 'UZI-nummer': uziNumber, 'E-mailadres': 'noor@praktijk.example',
    'Naam van de vertegenwoordiger': 'Pim de Groot', 'E-mailadres van de vertegenwoordiger': 'pim@praktijk.example',
  });
  await button(page, 'Versturen').click();
  await heading(page, 'Status van uw aanvraag').waitFor();
  await desk.goto(`${server.portal}/backoffice`);
  await link(desk, 'Praktijk Onbekend').click();
  const form = await unfold(desk, 'Goedkeuren');
  await fill(form, { 'Hoe is de naam gecontroleerd?': 'KvK', 'Hoe is de URA gecontroleerd?': 'UZI-register', 'Hoe is de vertegenwoordiger gecontroleerd?': 'Gebeld' });
  await form.getByRole('button', { name: 'Goedkeuren' }).click();
  await operator.confirm(desk);
  await told(desk, 'De aanvraag is goedgekeurd.').waitFor();
  return page;
}

test('with a Mobile ID: the end names the one to which the role administrator was added', async () => {
  const page = await freshPage();
  await register(page, server);
  await activate(phone, qrCode(page));
  await heading(page, 'Uw Mobile ID is klaar').waitFor();
  await validate(page, server, { at: onPage(page) });
  await page.getByText(/De rol administrator is toegevoegd aan de Mobile ID van Jürgen de Vries, gemaakt op \d\d-\d\d-\d{4}\./).waitFor();
  await inspect(page, 'valideren-klaar');
  await home(phone);
  await login(page, server, phone);
  await page.getByRole('region', { name: server.organisation.name }).getByText('Administrator (Administrator)').waitFor();
});

test('once: the same pass is told that the organisation was validated', async () => {
  const page = await freshPage();
  await readCardToValidate(page, server);
  await refused(page).waitFor();
  await page.getByText('already-validated').waitFor();
  await inspect(page, 'valideren-al-gedaan');
});

test('without an approved application there is nothing to validate', async () => {
  const page = await freshPage();
  await readCardToValidate(page, server, { card: applicant });
  await refused(page).waitFor();
  await page.getByText('application-missing').waitFor();
});

test('another UZI number than the application names is refused, and the application stays open', async () => {
  const application = await approved('900090009');
  const page = await freshPage();
  await readCardToValidate(page, server, { card: applicant });
  await refused(page).waitFor();
  await page.getByText('application-other').waitFor();
  await application.reload();
  await fact(application, 'Status').getByText('Goedgekeurd').waitFor();
  await (await unfold(application, 'Aanvraag intrekken')).getByRole('button', { name: 'Ja, aanvraag intrekken' }).click();
  await fact(application, 'Status').getByText('Ingetrokken').waitFor();
});

test('a pass that is not in a person’s name is refused', async () => {
  const page = await freshPage();
  await readCardToValidate(page, server, { card: 'm' });
  await refused(page).waitFor();
  await page.getByText('card-type').waitFor();
});

test('from the overview, without a Mobile ID: Afronden, and on into registering', async () => {
  const application = await approved(server.card(applicant).uziNumber);
  const page = await freshPage();
  await page.goto(`${server.portal}/inloggen/uzi`);
  await useCard(page, new Desktop(server, applicant));
  await heading(page, 'Organisatieregistratie afronden').waitFor();
  await inspect(page, 'overzicht-afronden');
  await link(page, 'Afronden').click();
  await page.getByText('Praktijk Onbekend').first().waitFor();
  await page.getByText('90099999').first().waitFor();
  await inspect(page, 'afronden');
  await page.getByRole('checkbox', { name: /ga akkoord/ }).check();
  await button(page, 'Volgende').click();
  // The pass is not read again: it signs. Verversen is a new attempt; the launch before it is dead.
  await heading(page, 'Validatie ondertekenen').waitFor();
  const first = await launchLink(page);
  await button(page, 'Verversen').or(link(page, 'Verversen')).first().click();
  await page.waitForFunction((old) => [...document.querySelectorAll('a')].some((a) => a.href.startsWith('zorgid:') && a.href !== old), first);
  const old = await new Desktop(server, applicant).answer(first);
  assert.notEqual(old.exit, 0);
  await heading(page, 'Validatie ondertekenen').waitFor();
  await useCard(page, new Desktop(server, applicant));
  await heading(page, 'Organisatie gevalideerd').waitFor();
  await page.getByText('Noor Hendriks heeft nog geen Mobile ID.').waitFor();
  await inspect(page, 'valideren-wacht');
  await application.reload();
  await fact(application, 'Status').getByText('Gevalideerd').waitFor();
  for (const to of ['noor@praktijk.example', 'pim@praktijk.example']) assert.ok((await server.mails('application-validated')).some((mail) => mail.to === to));

  const second = await Phone.start(server, { name: 'noor' });
  try {
    await choosePin(second);
    await registerAfterValidating(page, server, second, { card: applicant, birthDate: '31-12-1980' });
    await link(page, 'Terug naar Valideren').click();
    await page.getByText(/De rol administrator is toegevoegd aan de Mobile ID van Noor Hendriks/).waitFor();
    await button(page, 'Uitloggen').click();
    await login(page, server, second);
    await page.getByRole('region', { name: 'Praktijk Onbekend' }).getByText('Administrator (Administrator)').waitFor();
    await link(page, 'Gebruikers').click();
    await heading(page, 'Gebruikers').waitFor();
    assert.deepEqual(second.complaints, []);
  } finally {
    await second.stop();
  }
});

test('everything was accessible', () => assert.deepEqual(findings, []));
test('the log verifies, and no page or app complained', async () => {
  assert.deepEqual((await server.verifyLog()).errors, []);
  assert.deepEqual([...workplace.complaints, ...phone.complaints], []);
});
