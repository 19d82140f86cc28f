// Flow 1, Aanvragen (BA-004, BA-009): an organisation applies and follows its application; operators decide; everybody
// concerned is mailed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, inspect } from '../support/a11y.mjs';
import { Phone, Workplace } from '../support/browser.mjs';
import { button, choosePin, finishActivation, heading, home, link, linkText, login, paste } from '../support/flows.mjs';
import { choice, confirmOnPhone, fact, field, fill, told, unfold } from '../support/people.mjs';
import { Server } from '../support/server.mjs';
import { Wallet, logInWith } from '../support/wallet.mjs';

const operators = 'operators@zorg-id.example';
const representative = 'pim@praktijk.example';
const practice = {
  'Naam van de organisatie': 'Praktijk De Linde', 'URA (abonneenummer)': '90099999', 'Zorgapplicatie die u gebruikt': 'HuisartsInfo',
  Voornamen: 'Noor', Achternaam: 'Hendriks', 'UZI-nummer': '900090002', 'E-mailadres': 'noor@praktijk.example',
  'Naam van de vertegenwoordiger': 'Pim de Groot', 'E-mailadres van de vertegenwoordiger': representative,
};

let server, workplace, phone, page;
before(async () => {
  server = await Server.start({ config: `[mail]\noperators = "${operators}"\n` });
  workplace = await Workplace.start();
  phone = await Phone.start(server);
  page = await (await workplace.newProfile()).newPage();
});
after(async () => {
  await phone?.stop();
  await workplace?.stop();
  await server?.stop();
});
const freshPage = async () => (await workplace.newProfile()).newPage();
const statusIs = (word) => fact(page, 'Status').getByText(word, { exact: true }).waitFor();
// A minute later each time: lists show the newest first.
const send = () => {
  server.advance(60);
  return button(page, 'Versturen').click();
};
/** The newest mail of a kind to somebody. */
const newest = async (kind, to) => (await server.mails(kind)).find((mail) => mail.to === to);

test('BA-004: the login page leads to what each of the four roles needs, then to the form', async () => {
  await page.goto(server.portal);
  await link(page, 'Aanvragen').click();
  await heading(page, 'Uw organisatie aanmelden').waitFor();
  for (const role of ['Administrator', 'Beheerder', 'Zorgmedewerker', 'Vertegenwoordiger']) await heading(page, new RegExp(`^\\d\\. ${role}$`)).waitFor();
  await inspect(page, 'aanvragen');
  await link(page, 'Naar het formulier').click();
  await heading(page, 'Aanvraagformulier').waitFor();
  await inspect(page, 'aanvragen-formulier');
});

test('mistakes are told beside their field, while typing and after Versturen; what was typed stays', async () => {
  const ura = field(page, 'URA (abonneenummer)');
  const message = page.getByRole('main').locator('form').getByText('Een URA heeft precies 8 cijfers.', { exact: true });
  await ura.fill('1234');
  await ura.press('Tab');
  await message.waitFor();
  await ura.fill('12345678');
  await message.waitFor({ state: 'detached' });
  await fill(page, { 'Naam van de organisatie': practice['Naam van de organisatie'], 'URA (abonneenummer)': '1234567A', 'E-mailadres': 'noor' });
  await send();
  await heading(page, 'Controleer deze velden').waitFor();
  const list = page.getByRole('alert');
  for (const label of ['URA (abonneenummer)', 'Achternaam', 'UZI-nummer', 'E-mailadres', 'Naam van de vertegenwoordiger']) await list.getByRole('link', { name: label, exact: true }).waitFor();
  assert.equal(await list.getByRole('link', { name: 'Voornamen' }).count(), 0, 'who has one name leaves it empty');
  for (const [label, value] of [['Naam van de organisatie', 'Praktijk De Linde'], ['URA (abonneenummer)', '1234567A'], ['E-mailadres', 'noor']]) {
    assert.equal(await field(page, label).inputValue(), value);
  }
  await list.getByRole('link', { name: 'Achternaam', exact: true }).click();
  assert.equal(await field(page, 'Achternaam').evaluate((element) => element === document.activeElement), true, 'the link leads into the field');
  await inspect(page, 'aanvragen-fouten');
});

let code;
test('BA-004: the application is sent, copied by mail at once, and told to representative and operators', async () => {
  await fill(page, practice);
  await send();
  await heading(page, 'Status van uw aanvraag').waitFor();
  await told(page, 'Uw aanvraag is verstuurd').waitFor();
  await statusIs('Ingediend');
  await inspect(page, 'aanvragen-status');
  [code] = (await page.locator('main').innerText()).match(/\b[0-9A-HJKMNP-TV-Z]{4,5}(-[0-9A-HJKMNP-TV-Z]{4,5})+\b/);
  const copy = await newest('application-copy', practice['E-mailadres']);
  assert.ok(copy.text.includes(code), copy.text);
  assert.ok(copy.text.includes('Praktijk De Linde') && copy.text.includes('90099999'));
  assert.ok((await newest('application-received', representative)).text.includes('Praktijk De Linde'));
  assert.ok(!(await newest('application-for-operators', operators)).text.includes(code), 'operators decide, they do not hold the code');
});

test('who holds the code sees the status elsewhere: by the link of the mail, or typed', async () => {
  const other = await freshPage();
  await other.goto(`${server.portal}/aanvragen/status#${code}`);
  await fact(other, 'Status').getByText('Ingediend').waitFor();
  assert.ok(!other.url().includes(code), 'the code left the address bar');
  await button(other, 'Sluiten').click();
  await heading(other, 'Uw organisatie aanmelden').waitFor();
  await link(other, 'Status van een aanvraag bekijken').click();
  await inspect(other, 'aanvragen-code');
  await field(other, 'Code van de aanvraag').fill('ABCD');
  await button(other, 'Status bekijken').click();
  await other.getByText('Wij kennen deze code niet').waitFor();
  await field(other, 'Code van de aanvraag').fill(code.toLowerCase().replaceAll('-', ''));
  await button(other, 'Status bekijken').click();
  await fact(other, 'Status').getByText('Ingediend').waitFor();
  await other.close();
});

test('a second application for the same URA, or for an organisation that takes part, is told in words', async () => {
  const other = await freshPage();
  const sent = (await server.mails('application-copy')).length;
  await other.goto(`${server.portal}/aanvragen/formulier`);
  await fill(other, { ...practice, 'E-mailadres': 'ander@praktijk.example', 'Naam van de organisatie': 'Een ander' });
  await button(other, 'Versturen').click();
  await other.getByText('Voor deze URA loopt al een aanvraag').waitFor();
  assert.equal(await field(other, 'Naam van de organisatie').inputValue(), 'Een ander');
  assert.ok(!(await other.locator('main').innerText()).includes('De Linde'), 'nothing of the other application is told');
  await field(other, 'URA (abonneenummer)').fill(server.organisation.ura);
  await button(other, 'Versturen').click();
  await other.getByText('Deze organisatie doet al mee').waitFor();
  assert.equal((await server.mails('application-copy')).length, sent, 'nothing was mailed');
  await other.close();
});

test('the applicant withdraws, both are told, and applying again starts with what was filled in', async () => {
  await (await unfold(page, 'Aanvraag intrekken')).getByRole('button', { name: 'Ja, aanvraag intrekken' }).click();
  await told(page, 'Uw aanvraag is ingetrokken').waitFor();
  await statusIs('Ingetrokken');
  for (const to of [practice['E-mailadres'], representative]) assert.ok(await newest('application-withdrawn', to));
  await link(page, 'Opnieuw aanvragen').click();
  assert.equal(await field(page, 'UZI-nummer').inputValue(), '900090002');
  await send();
  await statusIs('Ingediend');
});

// ---- the operators ----

let desk;
test('the first operator is invited on the console, activates the phone, and logs in', async () => {
  const { link: invitation, name } = await server.inviteOperator();
  await choosePin(phone);
  await paste(phone, invitation);
  await finishActivation(phone, { birthDate: '02-03-1975' });
  desk = await freshPage();
  await login(desk, server, phone);
  await desk.getByText(name).first().waitFor();
  const { code: why } = await server.inviteOperator({ surname: 'Indringer' }, { ok: [1] });
  assert.equal(why, 'operator-exists', 'there is one who can invite others');
});

test('BA-009: the queue shows what waits, the oldest first, and who takes it in hand', async () => {
  await link(desk, 'Backoffice').click();
  await heading(desk, 'Aanvragen').first().waitFor();
  const row = desk.getByRole('row').filter({ hasText: 'Praktijk De Linde' });
  await row.getByText('niemand').waitFor();
  await inspect(desk, 'backoffice-aanvragen');
  await row.getByRole('link', { name: 'Praktijk De Linde' }).click();
  await heading(desk, 'Aanvraag van Praktijk De Linde').waitFor();
  await inspect(desk, 'backoffice-aanvraag');
  await (await unfold(desk, 'Ik behandel deze')).getByRole('button', { name: 'Ik behandel deze' }).click();
  // A browser that is not known yet: every change is confirmed with the phone.
  const sentence = await confirmOnPhone(desk, phone, { at: (name) => (name === 'bevestigen' ? inspect(desk, name) : inspect(phone.page, name, { widths: [320, 390, 768] })) });
  assert.match(sentence, /^Aanvraag van .*Praktijk De Linde.* behandelen\.$/);
  await told(desk, 'U behandelt deze aanvraag.').waitFor();
  assert.equal((await fact(desk, 'In behandeling bij').innerText()).trim(), 'Olga Operator');
});

test('BA-009: rejecting takes a reason, which the applicant and the representative read', async () => {
  const reject = () => unfold(desk, 'Afwijzen');
  await (await reject()).getByRole('button', { name: 'Afwijzen' }).click();
  await heading(desk, 'Controleer deze velden').waitFor();
  const reason = 'De naam staat niet bij het UZI-register.';
  await field(await reject(), 'Reden').fill(reason);
  await (await reject()).getByRole('button', { name: 'Afwijzen' }).click();
  await confirmOnPhone(desk, phone);
  await told(desk, 'De aanvraag is afgewezen.').waitFor();
  for (const to of [practice['E-mailadres'], representative]) assert.ok((await newest('application-rejected', to)).text.includes(reason));
  await page.reload();
  await statusIs('Afgewezen');
  await page.getByText(reason).waitFor();
  await inspect(page, 'aanvragen-afgewezen');
});

test('BA-009: approving records how name, URA and representative were checked', async () => {
  await link(page, 'Opnieuw aanvragen').click();
  await field(page, 'Naam van de organisatie').fill('Praktijk Linde');
  await send();
  await statusIs('Ingediend');
  await link(desk, 'Aanvragen').first().click();
  await desk.getByRole('row').filter({ hasText: 'Praktijk Linde' }).getByRole('link').click();
  const approve = () => unfold(desk, 'Goedkeuren');
  await (await approve()).getByRole('button', { name: 'Goedkeuren' }).click();
  await heading(desk, 'Controleer deze velden').waitFor();
  await inspect(desk, 'backoffice-goedkeuren-fouten');
  await fill(await approve(), {
    'Naam van de organisatie, zoals gecontroleerd': 'Huisartsenpraktijk De Linde',
    'Hoe is de naam gecontroleerd?': 'Uittreksel KvK van 12-11-2026', 'Hoe is de URA gecontroleerd?': 'UZI-register',
    'Hoe is de vertegenwoordiger gecontroleerd?': 'Gebeld op het nummer van de KvK',
  });
  await (await approve()).getByRole('button', { name: 'Goedkeuren' }).click();
  const sentence = await confirmOnPhone(desk, phone);
  assert.ok(sentence.includes('Huisartsenpraktijk De Linde (90099999)'), sentence);
  await told(desk, 'De aanvraag is goedgekeurd.').waitFor();
  await fact(desk, 'Status').getByText('Goedgekeurd', { exact: true }).waitFor();
  await desk.getByText('Uittreksel KvK van 12-11-2026').waitFor();
  await inspect(desk, 'backoffice-goedgekeurd');
  for (const to of [practice['E-mailadres'], representative]) assert.ok(await newest('application-approved', to));
  await page.reload();
  await statusIs('Goedgekeurd');
  await link(page, 'Valideren').click();
  await heading(page, 'Valideren').first().waitFor();
});
test('the back office shows organisations, people, operators, auditors and the mail that went out', async () => {
  const office = desk.getByRole('navigation', { name: 'Aanvragen beheren' });
  const visit = async (name, title = name) => {
    await office.getByRole('link', { name, exact: true }).click();
    await heading(desk, title).first().waitFor();
  };
  await visit('Organisaties');
  await desk.getByRole('searchbox', { name: 'Zoeken' }).fill('linde');
  await button(desk, 'Zoek').click();
  const row = desk.getByRole('row').filter({ hasText: 'Huisartsenpraktijk De Linde' });
  await row.getByText('Goedgekeurd, nog niet gevalideerd').waitFor();
  await inspect(desk, 'backoffice-organisaties');
  await row.getByRole('link').click();
  await heading(desk, 'Huisartsenpraktijk De Linde').waitFor();
  await inspect(desk, 'backoffice-organisatie');
  await visit('Personen');
  await desk.getByRole('searchbox', { name: 'Zoeken' }).fill('Operator');
  await button(desk, 'Zoek').click();
  await desk.getByRole('link', { name: 'Olga Operator' }).waitFor();
  await inspect(desk, 'backoffice-personen');
  await visit('Besluiten');
  await inspect(desk, 'backoffice-besluiten');
  await visit('Operators');
  await inspect(desk, 'backoffice-operators');
  await visit('Auditors');
  await inspect(desk, 'backoffice-auditors');
  await visit('Meldingen');
  await inspect(desk, 'backoffice-meldingen');
  await visit('Zorgapplicaties');
  await inspect(desk, 'backoffice-zorgapplicaties');
  await visit('Mail');
  await desk.getByRole('link', { name: /Uw aanvraag voor .* is goedgekeurd$/ }).first().waitFor();
});

test('BA-009: an operator invites a colleague face to face, whose phone shows the digits', async () => {
  await desk.goto(`${server.portal}/backoffice/operators`);
  const invite = await unfold(desk, 'Operator uitnodigen');
  await fill(invite, { Voornamen: 'Karel', Achternaam: 'Collega', Geboortedatum: '01-01-1970', Geboorteplaats: 'Zwolle', Documentnummer: 'SPECI2014', 'Geldig tot': '2031-01-01', Reden: 'Vervanging' });
  await choice(invite, 'Soort identiteitsbewijs').selectOption({ label: 'Nederlands paspoort' });
  await invite.getByRole('button', { name: 'Operator uitnodigen' }).click();
  await confirmOnPhone(desk, phone);
  await heading(desk, 'QR-code van wie u uitnodigt').waitFor();
  await inspect(desk, 'backoffice-operator-qr');
  const wallet = await Wallet.start(server, 'karel');
  const { pairingCode } = await wallet.activate(await linkText(desk));
  await heading(desk, 'Typ de cijfers van de telefoon').waitFor();
  await inspect(desk, 'backoffice-operator-cijfers');
  await field(desk, '4 cijfers van de telefoon').fill(pairingCode);
  await button(desk, 'Verder').click();
  await heading(desk, 'De Mobile ID werkt').waitFor();
  const other = await freshPage();
  await logInWith(other, server, wallet);
  await link(other, 'Backoffice').click();
  await heading(other, 'Aanvragen').first().waitFor();
  await other.close();
});

test('everything was accessible', () => assert.deepEqual(findings, []));
test('the log verifies, and no page or app complained', async () => {
  await home(phone);
  assert.deepEqual((await server.verifyLog()).errors, []);
  assert.deepEqual([...workplace.complaints, ...phone.complaints], []);
});
