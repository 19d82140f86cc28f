// The UZI-pas: what is refused and how it is told, the wizard's back button and reload, and life without a Desktop App.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, inspect } from '../support/a11y.mjs';
import { Workplace } from '../support/browser.mjs';
import { Desktop } from '../support/desktop.mjs';
import { button, controlCode, heading, launchLink, link, linkText, register, startRegistration, useCard } from '../support/flows.mjs';
import { Server } from '../support/server.mjs';

let server, workplace;
before(async () => {
  server = await Server.start();
  workplace = await Workplace.start();
});
after(async () => {
  await workplace?.stop();
  await server?.stop();
});
/** What the phone does with a link, as its API call. */
const redeem = async (qrLink) => {
  const answer = await fetch(`${server.app}/api/v1/requests/redeem`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ nonce: qrLink.split('/').at(-1) }),
  });
  return answer.json();
};
const freshPage = async (options) => (await workplace.newProfile(options)).newPage();

for (const [card, code, why] of [
  ['n-revoked', 'card-revoked', 'a revoked pass'],
  ['n-expired', 'card-expired', 'an expired pass'],
  ['m', 'card-type', 'a pass that is not in a person’s name'],
  ['s', 'card-type', 'a server certificate'],
]) {
  test(`${why} is refused, with the reason`, async () => {
    const page = await freshPage();
    await startRegistration(page, server);
    await useCard(page, new Desktop(server, card));
    await heading(page, 'Deze UZI-pas kan niet worden gebruikt').waitFor();
    await page.getByText(code).first().waitFor();
    if (card === 'n-revoked') await inspect(page, 'registreren-pas-geweigerd');
    await page.goto(`${server.portal}/registreren`);
    assert.equal(await heading(page, /Stap 3 van 5/).count(), 0, 'the wizard went no further');
  });
}

test('a pass of an organisation that does not take part is refused', async () => {
  const page = await freshPage();
  await startRegistration(page, server);
  await useCard(page, new Desktop(server, 'n-unknown-ura'));
  await heading(page, 'Deze UZI-pas kan niet worden gebruikt').waitFor();
  await page.getByText('ura-unknown').first().waitFor();
});

test('a wrong card PIN is told and nothing happens', async () => {
  const page = await freshPage();
  await startRegistration(page, server);
  const answer = await new Desktop(server).answer(await launchLink(page), { pin: '999999' });
  assert.notEqual(answer.exit, 0);
  assert.equal(answer.returnUrl ?? null, null);
  await page.reload();
  await heading(page, /Stap 2 van 5/).waitFor();
});

test('Nee in the Desktop App is told on the page', async () => {
  const page = await freshPage();
  await startRegistration(page, server);
  await useCard(page, new Desktop(server), { answer: 'nee' });
  await heading(page, 'U hebt Nee gekozen').waitFor();
  await inspect(page, 'desktop-nee');
  await button(page, 'Verversen').or(link(page, 'Verversen')).first().click();
  await launchLink(page);
});

test('a launch link works once', async () => {
  const page = await freshPage();
  await startRegistration(page, server);
  const launch = await launchLink(page);
  const desktop = new Desktop(server);
  assert.equal((await desktop.answer(launch)).exit, 0);
  const again = await desktop.answer(launch);
  assert.notEqual(again.exit, 0);
  assert.match(JSON.stringify(again), /launch-unknown/);
});

test('without a Desktop App the page says so after a minute, and Verversen makes a new attempt', async () => {
  const page = await freshPage();
  await page.clock.install();
  await startRegistration(page, server);
  const launch = await launchLink(page);
  await page.clock.fastForward('01:01');
  await heading(page, 'Gebeurt er niets?').waitFor();
  await inspect(page, 'desktop-geen-antwoord');
  await button(page, 'Verversen').or(link(page, 'Verversen')).first().click();
  await page.waitForFunction((old) => {
    const now = [...document.querySelectorAll('a')].find((a) => a.href.startsWith('zorgid:'));
    return now && now.href !== old;
  }, launch);
  server.advance(61);
  const late = await new Desktop(server).answer(await launchLink(page));
  assert.notEqual(late.exit, 0, 'the token lives 60 seconds');
  assert.match(JSON.stringify(late), /launch-expired/);
});

test('the wizard survives reload and the back button', async () => {
  const page = await freshPage();
  const desktop = new Desktop(server);
  await startRegistration(page, server);
  await useCard(page, desktop);
  await heading(page, /Stap 3 van 5/).waitFor();
  await page.reload();
  await heading(page, /Stap 3 van 5/).waitFor();
  await button(page, 'Volgende').click();
  await heading(page, /Stap 4 van 5/).waitFor();
  await page.getByRole('textbox', { name: 'Geboortedatum' }).fill('31-02-1980');
  await button(page, 'Volgende').click();
  await page.getByText('Dit is geen bestaande datum').first().waitFor();
  assert.equal(await page.getByRole('textbox', { name: 'Geboortedatum' }).inputValue(), '31-02-1980', 'what was typed stays');
  await inspect(page, 'registreren-geboortedatum-fout');
  await page.getByRole('textbox', { name: 'Geboortedatum' }).fill('31121980');
  await button(page, 'Volgende').click();
  await heading(page, /Stap 5 van 5/).waitFor();
  await page.goBack();
  await page.goForward();
  await heading(page, /Stap 5 van 5/).waitFor();
  // A second tab of the same browser is at the same step.
  const second = await page.context().newPage();
  await second.goto(`${server.portal}/registreren`);
  await heading(second, /Stap 5 van 5/).waitFor();
});

test('log in with the UZI-pas: no Mobile ID yet, so Start', async () => {
  const page = await freshPage();
  await register(page, server);
  const other = await freshPage();
  await other.goto(server.portal);
  await button(other, 'Inloggen met UZI-pas').or(link(other, 'Inloggen met UZI-pas')).first().click();
  await heading(other, 'Inloggen met UZI-pas').waitFor();
  await inspect(other, 'inloggen-uzi');
  await controlCode(other);
  await useCard(other, new Desktop(server), { returned: (tab) => inspect(tab, 'desktop-terug', { mask: [] }) });
  await heading(other, 'Overzicht').waitFor();
  await heading(other, 'U hebt nog geen Mobile ID').waitFor();
  await inspect(other, 'overzicht-pas');
  // Start goes on with the pass of this session: it is not read again, it signs.
  await link(other, 'Start').click();
  await heading(other, 'Registreren met uw UZI-pas').waitFor();
  await other.getByText(server.card('n').uziNumber).first().waitFor();
  await inspect(other, 'start');
  await button(other, 'Opslaan').click();
  await other.getByRole('alert').filter({ hasText: 'Vul uw geboortedatum in.' }).waitFor();
  await inspect(other, 'start-fout');
  await other.getByRole('textbox', { name: 'Geboortedatum' }).fill('31-12-1980');
  await other.getByRole('checkbox', { name: /ga akkoord/ }).check();
  await button(other, 'Opslaan').click();
  await heading(other, 'Bevestig in de Desktop App').waitFor();
  await useCard(other, new Desktop(server));
  await heading(other, 'Activeer uw Mobile ID').waitFor();
});

test('the same card gives a new enrolment QR on the same registration, and the old one is dead', async () => {
  const first = await freshPage();
  await startRegistration(first, server);
  await useCard(first, new Desktop(server));
  await heading(first, 'Activeer uw Mobile ID').waitFor();
  const old = await linkText(first);
  const second = await freshPage();
  await startRegistration(second, server);
  await useCard(second, new Desktop(server));
  await heading(second, 'Activeer uw Mobile ID').waitFor();
  assert.equal((await redeem(old)).code, 'request-cancelled');
  const fresh = await redeem(await linkText(second));
  assert.ok(fresh.request, JSON.stringify(fresh));
});

test('everything was accessible', () => assert.deepEqual(findings, []));
test('no page complained', () => assert.deepEqual(workplace.complaints, []));
