// The steps people take, in their words. Tests are written with these; a changed word is changed in one place.
import assert from 'node:assert/strict';
import { Desktop } from './desktop.mjs';

export const nothing = async () => {};
export const heading = (page, name) => page.getByRole('heading', { name });
export const button = (page, name) => page.getByRole('button', { name, exact: true });
export const link = (page, name) => page.getByRole('link', { name, exact: true });
export const qrCode = (page) => page.getByRole('img', { name: /^QR-code om/ });

/** The text of the link under a QR code. */
export async function linkText(page) {
  const details = page.getByText('Link tonen', { exact: true });
  if (await details.isVisible()) await details.click();
  return (await page.getByText(/^https?:\/\/\S+\/#\S+$/).first().textContent()).trim();
}
/** The four digits that the page shows for comparison with the Desktop App. */
export async function controlCode(page) {
  const text = await page.locator('main').innerText();
  const found = text.match(/Controlecode\s+(\d{4})/);
  assert.ok(found, `no controlecode on the page:\n${text}`);
  return found[1];
}
export async function launchLink(page) {
  const anchor = link(page, 'Desktop App openen');
  await anchor.waitFor();
  return anchor.getAttribute('href');
}
/** The page opens the Desktop App by itself, once. */
export async function launchedByItself(page) {
  return (await launchLink(page)) === (await page.locator('html').getAttribute('data-launched'));
}

/** The Desktop App reads the card for the page that waits, and brings its answer back in a tab of the same browser. */
export async function useCard(page, desktop, options) {
  const code = await controlCode(page);
  const answer = await desktop.answer(await launchLink(page), options);
  if (answer.returnUrl) {
    assert.equal(answer.code, code, 'page and Desktop App show the same controlecode');
    const tab = await page.context().newPage();
    await tab.goto(answer.returnUrl);
    await heading(tab, 'U kunt dit tabblad sluiten').waitFor();
    assert.ok(!tab.url().includes('#'), 'the one-time code left the address bar');
    await options?.returned?.(tab);
    await tab.close();
  }
  return answer;
}

/** From *Registreren* to the page that asks for the card. */
export async function startRegistration(page, server, at = nothing) {
  await page.goto(server.portal);
  await link(page, 'Registreren').click();
  await heading(page, /Stap 1 van 5/).waitFor();
  await at('registreren-voorwaarden');
  await page.getByRole('checkbox', { name: /ga akkoord/ }).check();
  await button(page, 'Volgende').click();
  await heading(page, /Stap 2 van 5/).waitFor();
  assert.ok(await launchedByItself(page));
  await at('registreren-pas');
}

/** The wizard up to and including *Bevestigen*. */
export async function confirmRegistration(page, server, { card = 'n', at = nothing, ...options } = {}) {
  await startRegistration(page, server, at);
  await useCard(page, new Desktop(server, card));
  await confirmCardData(page, server, { card, at, ...options });
}
/** The wizard from the card's data on, up to and including *Bevestigen*. */
export async function confirmCardData(page, server, { card = 'n', birthDate = '31-12-1980', at = nothing } = {}) {
  await heading(page, /Stap 3 van 5/).waitFor();
  await at('registreren-controleren');
  await button(page, 'Volgende').click();
  await heading(page, /Stap 4 van 5/).waitFor();
  await at('registreren-geboortedatum');
  await page.getByRole('textbox', { name: 'Geboortedatum' }).fill(birthDate);
  await button(page, 'Volgende').click();
  await heading(page, /Stap 5 van 5/).waitFor();
  await at('registreren-samenvatting');
  await button(page, 'Bevestigen').click();
  await heading(page, 'Bevestig in de Desktop App').waitFor();
  await at('registreren-bevestigen');
  await useCard(page, new Desktop(server, card));
}

/** The whole wizard, up to the QR code that activates the phone. */
export async function register(page, server, { at = nothing, ...options } = {}) {
  await confirmRegistration(page, server, { ...options, at });
  await heading(page, 'Activeer uw Mobile ID').waitFor();
  await qrCode(page).waitFor();
  await at('registreren-qr');
}

// ---- the phone ----

export const pincode = '280571';
const tile = (phone, name) => phone.page.getByRole('button', { name }).or(phone.page.getByRole('link', { name })).first();
const atHome = (phone) => tile(phone, /^Scan(?! QR)/);

export async function typePin(phone, pin) {
  for (const digit of pin) await button(phone.page, digit).click();
}
/** First run: choose a PIN twice. */
export async function choosePin(phone, pin = pincode, at = nothing) {
  const { page } = phone;
  await heading(page, /^Welkom bij/).waitFor();
  await at('app-welkom');
  await button(page, 'Volgende').click();
  await heading(page, 'Kies een pincode').waitFor();
  await at('app-pincode-kiezen');
  await typePin(phone, pin);
  await heading(page, 'Herhaal de pincode').waitFor();
  await typePin(phone, pin);
  await atHome(phone).waitFor();
}
/** Opens a locked app. */
export async function unlock(phone, pin = pincode) {
  await heading(phone.page, 'Pincode van de app').waitFor();
  await typePin(phone, pin);
  await atHome(phone).waitFor();
}
/** Back to the first screen, from wherever an answer or a refusal left the app. */
export async function home(phone) {
  const { page } = phone;
  const close = page.getByRole('button', { name: /^(Sluiten|Annuleren|Volgende|Vorige)$/ }).first();
  await atHome(phone).or(close).first().waitFor();
  while (!(await atHome(phone).isVisible())) {
    await close.click();
    await atHome(phone).or(close).first().waitFor();
  }
}
/** Scan → Scan QR, with the camera on a QR code of another screen. */
export async function scan(phone, code) {
  await home(phone);
  await phone.look(code);
  await atHome(phone).click();
  await button(phone.page, 'Scan QR').click();
}
/** Scan → the link or korte code, typed instead. */
export async function paste(phone, text) {
  await home(phone);
  await atHome(phone).click();
  const field = phone.page.getByRole('textbox', { name: 'Link of korte code' });
  await field.fill(text);
  await field.press('Enter');
}
/** Scans the enrolment QR and goes through until the identity is active; gives the intrekkingscode. */
export async function activate(phone, code, options) {
  await scan(phone, code);
  return finishActivation(phone, options);
}
/** The phone's half, from *ID activeren* on. */
export async function finishActivation(phone, { birthDate = '31-12-1980', at = nothing } = {}) {
  const { page } = phone;
  await heading(page, 'ID activeren').waitFor();
  await at('app-activeren');
  await page.getByRole('textbox', { name: /^Geboortedatum/ }).fill(birthDate);
  await button(page, 'Accepteren').click();
  return noteRevocationCode(phone, at);
}
/** The phone shows the intrekkingscode, once. */
export async function noteRevocationCode(phone, at = nothing) {
  const { page } = phone;
  await heading(page, 'Schrijf uw intrekkingscode op').waitFor();
  await at('app-intrekkingscode');
  const text = await page.locator('main').innerText();
  const [code] = text.match(/\b[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){3}\b/) ?? [];
  assert.ok(code, `the app shows an intrekkingscode:\n${text}`);
  await page.getByRole('checkbox', { name: 'Ik heb de intrekkingscode opgeschreven' }).check();
  await button(page, 'Volgende').click();
  return code;
}
/** The app shows who asks; accept or decline. */
export async function answer(phone, name) {
  await heading(phone.page, 'Wilt u inloggen?').waitFor();
  await button(phone.page, name).click();
}
/** The four digits that the app shows after Accepteren. */
export async function pairingCode(phone) {
  await heading(phone.page, 'Typ deze koppelcode op de computer').waitFor();
  const text = await phone.page.locator('main').innerText();
  const found = text.match(/\b(\d{4})\b/);
  assert.ok(found, `the app shows a koppelcode of four digits:\n${text}`);
  return found[1];
}

/** The login page, once it has proved the key of its browser. */
export async function loginPage(page, server) {
  const proved = page.waitForResponse((answer) => /\/verzoeken\/[^/]+\/sleutel$/.test(answer.url()));
  await page.goto(`${server.portal}/inloggen`);
  assert.equal((await proved).status(), 204);
}
/** Login with the phone, typing the koppelcode when the page asks for it. */
export async function login(page, server, phone) {
  await page.goto(server.portal);
  await scan(phone, qrCode(page));
  await answer(phone, 'Accepteren');
  const ask = page.getByRole('textbox', { name: 'Koppelcode' });
  await ask.or(heading(page, /^Welkom|^Overzicht/).first()).first().waitFor();
  if (await ask.isVisible()) {
    await ask.fill(await pairingCode(phone));
    await button(page, 'Verder').click();
  }
  await heading(page, 'Overzicht').waitFor();
}

/** Someone with a Mobile ID on a phone, from nothing. */
export async function registered(page, server, phone, options) {
  await register(page, server, options);
  await choosePin(phone);
  await activate(phone, qrCode(page), options);
}
