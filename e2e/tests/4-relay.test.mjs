// The relay: someone else's page starts a request of its own, shows its live controlecode to the victim, and the victim
// says Ja with the real pass. The answer goes to no one: not to the attacker's browser, not to the victim's.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, inspect } from '../support/a11y.mjs';
import { Workplace } from '../support/browser.mjs';
import { Desktop } from '../support/desktop.mjs';
import { button, controlCode, heading, launchLink, link, qrCode, startRegistration } from '../support/flows.mjs';
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

async function relay(attack) {
  const attacker = await workplace.newProfile();
  const victim = await workplace.newProfile();
  const theirs = await attacker.newPage();
  await attack(theirs);
  const code = await controlCode(theirs);
  const launch = await launchLink(theirs);
  // The victim meets the attacker's link on a page that shows the same code, and answers.
  const answer = await new Desktop(server).answer(launch);
  assert.equal(answer.exit, 0);
  assert.equal(answer.code, code, 'the attacker can show the right controlecode: it is a hint, not a proof');
  // The Desktop App opens the return in the victim's own browser, which did not start this.
  const back = await victim.newPage();
  await back.goto(answer.returnUrl);
  await back.getByText('other-browser').first().waitFor();
  await inspect(back, 'desktop-andere-browser');
  // The attacker goes on, tries the wait page, guesses codes.
  return { theirs, attacker, victim };
}

test('login: no session for the attacker, none for the victim', async () => {
  const { theirs, attacker, victim } = await relay(async (page) => {
    await page.goto(`${server.portal}/`);
    await button(page, 'Inloggen met UZI-pas').or(link(page, 'Inloggen met UZI-pas')).first().click();
  });
  for (const context of [attacker, victim]) {
    const page = await context.newPage();
    await page.goto(`${server.portal}/overzicht`);
    assert.equal(await heading(page, 'Overzicht').count(), 0);
    assert.ok(!(await context.cookies()).some((c) => c.name === '__Host-zorgid-session'), 'no session cookie');
  }
  for (let guess = 0; guess < 6; guess += 1) {
    const field = theirs.getByRole('textbox', { name: 'Code van de Desktop App' });
    if (!(await field.isVisible())) break;
    await field.fill('0000-000' + guess);
    await button(theirs, 'Code versturen').click();
    await theirs.waitForLoadState();
  }
  await theirs.goto(`${server.portal}/overzicht`);
  assert.equal(await heading(theirs, 'Overzicht').count(), 0);
});

test('registration: no card data and no QR code for the attacker', async () => {
  const { theirs } = await relay((page) => startRegistration(page, server));
  const { surname } = server.card('n');
  await theirs.goto(`${server.portal}/registreren`);
  assert.equal(await heading(theirs, /Stap [345] van 5/).count(), 0);
  assert.equal(await theirs.getByText(surname).count(), 0);
  assert.equal(await qrCode(theirs).count(), 0);
});

test('everything was accessible', () => assert.deepEqual(findings, []));
