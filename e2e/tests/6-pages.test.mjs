// Every page that needs no login: reachable, accessible, and clear when the address is wrong.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, inspect } from '../support/a11y.mjs';
import { Phone, Workplace } from '../support/browser.mjs';
import { heading } from '../support/flows.mjs';
import { Server } from '../support/server.mjs';

let server, workplace, page;
before(async () => {
  server = await Server.start();
  workplace = await Workplace.start();
  page = await (await workplace.newProfile()).newPage();
});
after(async () => {
  await workplace?.stop();
  await server?.stop();
});

// Their words change more often than what a screen reader meets.
const LONG = new Set(['foutmeldingen', 'hulp', 'privacy', 'toegankelijkheid', 'welk-middel']);

for (const [path, title, name] of [
  ['/valideren', 'Valideren', 'valideren'],
  ['/voorwaarden', 'Voorwaarden', 'voorwaarden'],
  ['/foutmeldingen', 'Foutmeldingen', 'foutmeldingen'],
  ['/foutmeldingen?zoek=pincode', 'Foutmeldingen', 'foutmeldingen'],
  ['/hulp', 'Hulp', 'hulp'],
  ['/hulp/zorgmedewerker', 'Hulp voor zorgmedewerkers', 'hulp'],
  ['/hulp/techniek', /^Techniek/, 'hulp'],
  ['/privacy', 'Privacy', 'privacy'],
  ['/toegankelijkheid', 'Toegankelijkheid', 'toegankelijkheid'],
  ['/welk-middel', 'Welk middel past bij mij?', 'welk-middel'],
  ['/welk-middel?deelname=ja&pas=misschien', 'Welk middel past bij mij?', 'welk-middel'],
  ['/welk-middel?deelname=ja&pas=ja&telefoon=ja&mobile=nee', 'Mobile ID, zelf gemaakt met uw UZI-pas', 'welk-middel'],
  ['/desktop/test', 'Desktop App testen', 'desktop-test'],
  ['/bestaat-niet', /./, 'niet-gevonden'],
]) {
  test(`${path} is accessible`, async () => {
    await page.goto(server.portal + path);
    await heading(page, title).first().waitFor();
    await page.getByText('Testomgeving (acceptatie): geen echte gegevens').first().waitFor();
    await inspect(page, name, { snapshot: !LONG.has(name) });
  });
}

test('the overview without a session leads to the login page', async () => {
  await page.goto(`${server.portal}/overzicht`);
  await heading(page, 'Inloggen').first().waitFor();
});

test('cookies and headers are what we promise', async () => {
  const answer = await page.goto(server.portal);
  const headers = answer.headers();
  const csp = headers['content-security-policy'];
  assert.match(csp, /default-src 'none'/);
  assert.doesNotMatch(csp, /unsafe/);
  assert.match(headers['cache-control'] ?? '', /no-store/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  for (const cookie of await page.context().cookies()) {
    assert.ok(cookie.name.startsWith('__Host-'), cookie.name);
    assert.ok(cookie.secure && cookie.path === '/', cookie.name);
    if (cookie.name !== '__Host-zorgid-lang') assert.ok(cookie.httpOnly, cookie.name);
  }
  const app = await page.request.get(server.app);
  assert.doesNotMatch(app.headers()['content-security-policy'], /'unsafe-(inline|eval)'/);
});

test('the app opens offline with a clear message', async () => {
  const phone = await Phone.start(server, { name: 'offline' });
  try {
    await phone.page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
    await phone.page.reload();
    await phone.context.setOffline(true);
    await phone.page.reload();
    await heading(phone.page, /./).first().waitFor();
    await inspect(phone.page, 'app-offline', { widths: [320, 390, 768] });
    const client = await phone.context.newCDPSession(phone.page);
    const { errors } = await client.send('Page.getAppManifest');
    assert.deepEqual(errors, []);
    const { installabilityErrors } = await client.send('Page.getInstallabilityErrors');
    assert.deepEqual(installabilityErrors, []);
  } finally {
    await phone.stop();
  }
});

test('everything was accessible', () => assert.deepEqual(findings, []));
test('no page complained', () => assert.deepEqual(workplace.complaints, []));
