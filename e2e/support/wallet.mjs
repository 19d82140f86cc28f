// A phone as a command (`zorgid-wallet`): the real wallet, for people whose phone is not what a test is about.
import { join } from 'node:path';
import { button, heading, linkText, pincode } from './flows.mjs';
import { program } from './paths.mjs';
import { run } from './run.mjs';

export class Wallet {
  static async start(server, name) {
    const wallet = new Wallet();
    wallet.home = join(server.folder, `wallet-${name}`);
    await wallet.#run(['--server', server.app, 'pin', 'set'], { input: `${pincode}\n` });
    return wallet;
  }
  async #run(args, options) {
    const { stdout } = await run(program('zorgid-wallet'), ['--home', this.home, '--json', ...args], { ok: [0, 1], ...options });
    return JSON.parse(stdout);
  }
  /** Activates the identity of a QR code; gives `revocationCode`, and `pairingCode` when a beheerder types it. */
  activate(ticket, birthDate) {
    return this.#run(['activate', ticket, ...(birthDate ? ['--birth-date', birthDate] : [])]);
  }
  /** Accepts; gives `pairingCode` (in a new browser), `sentence`, or the `code` of a refusal. */
  accept(ticket) {
    return this.#run(['accept', ticket]);
  }
  /** Confirms what a page asks to confirm. */
  async confirm(page) {
    await heading(page, 'Bevestig uw wijziging').waitFor();
    return this.accept(await linkText(page));
  }
}

/** Logs in on a page with a wallet. */
export async function logInWith(page, server, wallet) {
  await page.goto(`${server.portal}/inloggen`);
  const { pairingCode } = await wallet.accept(await linkText(page));
  if (pairingCode) {
    await page.getByRole('textbox', { name: 'Koppelcode' }).fill(pairingCode);
    await button(page, 'Verder').click();
  }
  await heading(page, 'Overzicht').waitFor();
}
