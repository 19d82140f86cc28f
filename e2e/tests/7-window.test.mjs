// The Desktop App with its window, on a display of its own, driven through the accessibility tree as a screen reader does.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { Workplace } from '../support/browser.mjs';
import { heading, launchLink, link } from '../support/flows.mjs';
import { e2e, images, pkcs11Module, program } from '../support/paths.mjs';
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

test('log in with the UZI-pas: a wrong PIN is told, Ja goes back to the browser', async () => {
  const page = await (await workplace.newProfile()).newPage();
  await page.goto(server.portal);
  await link(page, 'Inloggen met UZI-pas').click();
  const { stdout } = await run('/usr/bin/python3', [
    join(e2e, 'desktop', 'window.py'), '--app', program('zorgid-desktop'), '--module', pkcs11Module, '--card', 'n',
    '--server-config', `${server.app}/.well-known/zorgid-app.json`, '--link', await launchLink(page),
    '--wrong-pin', '999999', '--screenshot', join(images, 'desktop'),
  ], { env: { SOFTHSM2_CONF: join(server.pki, 'softhsm2.conf'), HOME: server.folder } });
  const facts = JSON.parse(stdout.trim().split('\n').at(-1));
  assert.deepEqual(facts.wrong, []);
  const tab = await page.context().newPage();
  await tab.goto(facts.returnUrl);
  await heading(tab, 'U kunt dit tabblad sluiten').waitFor();
  await heading(page, 'Overzicht').waitFor();
});
