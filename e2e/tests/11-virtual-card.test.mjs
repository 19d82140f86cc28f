// The Desktop App's window with a card in a reader: a PIV card that counts PINs and can be pulled out, through the
// computer's own card service and OpenSC. SoftHSM, which the other tests use, can do neither.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { Workplace } from '../support/browser.mjs';
import { heading, launchLink, link } from '../support/flows.mjs';
import { e2e, images, openscModule, program, virtualCard } from '../support/paths.mjs';
import { run } from '../support/run.mjs';
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
const askForCard = async () => {
  const page = await (await workplace.newProfile()).newPage();
  await page.goto(server.portal);
  await link(page, 'Inloggen met UZI-pas').click();
  return page;
};
/** Plays a scene of desktop/virtual_card.py with the pass of N on the card, and gives what was seen. */
async function play(scene, links) {
  const { stdout } = await run('/usr/bin/python3', [
    join(e2e, 'desktop', 'virtual_card.py'), scene, '--app', program('zorgid-desktop'), '--virtual-card', virtualCard(),
    '--pass', join(server.pki, 'cards', 'n', 'auth.p12'), '--module', openscModule,
    '--server-config', `${server.app}/.well-known/zorgid-app.json`, ...links.flatMap((one) => ['--link', one]),
    '--screenshot', join(images, 'desktop'),
  ], { env: { HOME: server.folder } });
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

test('the third wrong PIN locks the card, and the window says what to do', async () => {
  const facts = await play('locked', [await launchLink(await askForCard()), await launchLink(await askForCard())]);
  for (const names of [facts.locked, facts.lockedAgain]) {
    assert.ok(names.some((name) => /Deblokkeer de pas met de pukcode uit de brief/.test(name)), names.join('\n'));
    assert.ok(names.some((name) => /card-pin-blocked/.test(name)), names.join('\n'));
    assert.ok(!names.includes('Pincode van de pas'), 'no PIN is asked any more');
  }
  assert.equal(facts.exit, 1);
});

test('a card that is pulled out is told at every step, and put back it logs in', async () => {
  const page = await askForCard();
  const facts = await play('removed', [await launchLink(page)]);
  assert.deepEqual(facts.away.map(({ at }) => at), ['remove', 'pull pin', 'remove', 'pull sign']);
  for (const { at, nothingToAnswer, names } of facts.away) {
    assert.ok(nothingToAnswer, `${at}: ${names.join('\n')}`);
    assert.ok(names.some((name) => /card-removed/.test(name)), `${at}: ${names.join('\n')}`);
  }
  assert.equal(facts.exit, 0);
  const tab = await page.context().newPage();
  await tab.goto(facts.returnUrl);
  await heading(tab, 'U kunt dit tabblad sluiten').waitFor();
  await heading(page, 'Overzicht').waitFor();
});
