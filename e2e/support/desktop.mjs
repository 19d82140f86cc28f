// The real Desktop App, without its window, reading a SoftHSM token through PKCS#11.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pkcs11Module, program } from './paths.mjs';
import { Running, run } from './run.mjs';

export class Desktop {
  constructor(server, card = 'n') {
    this.server = server;
    this.cardName = card;
    this.card = server.card(card);
    this.config = join(server.folder, `desktop-${card}.toml`);
    writeFileSync(this.config, `servers_from = ["${server.app}/.well-known/zorgid-app.json"]\nmodules = ["${pkcs11Module}"]\n`);
  }
  #args(answer) {
    return ['--config', this.config, '--headless', '--pin-stdin', '--answer', answer, '--json', '--card', this.card.tokenLabel];
  }
  get #env() {
    return { SOFTHSM2_CONF: join(this.server.pki, 'softhsm2.conf'), ZORGID_BROWSER: '/bin/true', HOME: this.server.folder };
  }
  /** Answers the one request behind a launch link; gives what the program printed and its exit code. */
  async answer(link, { answer = 'ja', pin = this.card.pin } = {}) {
    const { code, stdout } = await run(program('zorgid-desktop'), [...this.#args(answer), link], { env: this.#env, input: `${pin}\n`, ok: [0, 1, 2, 3] });
    const [said = {}, ...more] = stdout.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
    return { exit: code, ...said, more };
  }
  /** Keeps the card session of the wizard open and answers its next requests too. */
  session(link, { answer = 'ja', pin = this.card.pin } = {}) {
    const process = new Running(program('zorgid-desktop'), [...this.#args(answer), '--session', link], { env: this.#env });
    process.child.stdin.end(`${pin}\n`);
    return process;
  }
}
