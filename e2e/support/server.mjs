// A ZORG-ID server of its own per test file: fresh data folder, test PKI, one organisation, free ports, a clock we hold.
import { setDefaultResultOrder } from 'node:dns';
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mobileApp, program, results } from './paths.mjs';
import { Running, run } from './run.mjs';

// The server listens on 127.0.0.1. Node 18 tries the first address of localhost only, and that may be ::1.
setDefaultResultOrder('ipv4first');

/** The test PKI is made once per run (RSA keys take time); every server gets a copy, so that tests cannot meet. */
async function testPki(folder) {
  const shared = join(results, 'dev-pki');
  if (!existsSync(join(shared, 'ca', 'whole'))) await run(program('zorgid'), ['dev-pki', shared]);
  cpSync(shared, folder, { recursive: true });
  await run(program('zorgid'), ['dev-pki', folder]); // keeps keys and cards, puts its own path in softhsm2.conf
}

async function newDatabase(postgres) {
  const name = `zorgid_${process.pid}_${Date.now()}`;
  await run('psql', [postgres, '-q', '-c', `create database ${name}`]);
  return Object.assign(new URL(postgres), { pathname: `/${name}` }).href;
}

export class Server {
  /**
   * `postgres`: address of a PostgreSQL server, in which a database is made; otherwise SQLite. `administrator`: the card
   * whose holder may finish the organisation's validation.
   */
  static async start({ config = '', postgres, administrator } = {}) {
    const server = new Server();
    server.database = postgres ? ['--database', await newDatabase(postgres)] : [];
    server.folder = mkdtempSync(join(tmpdir(), 'zorgid-e2e-'));
    server.pki = join(server.folder, 'dev-pki');
    server.data = join(server.folder, 'data');
    server.clockFile = join(server.folder, 'clock');
    server.setClock(new Date());
    await testPki(server.pki);
    server.configFile = join(server.folder, 'config.toml');
    writeFileSync(server.configFile, `[uzi]\ntrust_dir = "${server.pki}/trust"\ncrl_dir = "${server.pki}/crl"\n${config}`);
    server.organisation = JSON.parse(readFileSync(join(server.pki, 'organisation.json'), 'utf8'));
    const { name, ura } = server.organisation;
    const first = administrator ? ['--administrator', server.card(administrator).uziNumber] : [];
    await server.zorgid(['organisation', 'add', '--data', server.data, ...server.database, '--name', name, '--ura', ura, ...first]);
    await server.serve();
    return server;
  }
  /** Starts `zorgid serve` and waits until it says that it listens. A restart keeps the ports. */
  async serve() {
    const { portal, app } = this;
    this.process = new Running(program('zorgid'), [
      'serve', '--data', this.data, '--environment', 'acceptatie', '--config', this.configFile, '--test-clock', this.clockFile, '--app-dir', mobileApp, ...this.database,
      '--listen', portal ? new URL(portal).host.replace('localhost', '127.0.0.1') : '127.0.0.1:0',
      '--app-listen', app ? new URL(app).host.replace('localhost', '127.0.0.1') : '127.0.0.1:0',
    ]);
    const found = await this.process.line(/^listening portal=(\S+) app=(\S+)/);
    [, this.portal, this.app] = found;
  }
  /** Invites the first operator on the console; gives number, link and code of the QR code on the terminal. */
  async inviteOperator({ given = 'Olga', prefix = '', surname = 'Operator', birthDate = '02-03-1975', birthplace = 'Utrecht' } = {}, options) {
    const person = ['--given', given, '--prefix', prefix, '--surname', surname, '--birth-date', birthDate, '--birthplace', birthplace];
    const { stdout } = await this.zorgid(['operator', 'invite', '--data', this.data, ...this.database, '--app-url', this.app, '--json', ...person], options);
    return JSON.parse(stdout);
  }
  /** Mails of a kind, newest first; the environment has no mail server, so it shows them. */
  async mails(kind) {
    const { mails } = await (await fetch(`${this.portal}/dev/mail.json`)).json();
    return mails.filter((mail) => mail.kind === kind);
  }
  zorgid(args, options) {
    return run(program('zorgid'), args, options);
  }
  /** What `info.json` says of a test card: pin, uziNumber, ura, names. */
  card(name) {
    return JSON.parse(readFileSync(join(this.pki, 'cards', name, 'info.json'), 'utf8'));
  }
  setClock(moment) {
    this.now = new Date(moment);
    writeFileSync(`${this.clockFile}.new`, this.now.toISOString());
    renameSync(`${this.clockFile}.new`, this.clockFile); // never half written
  }
  advance(seconds) {
    this.setClock(this.now.getTime() + seconds * 1000);
  }
  /** Ends the server, which seals what is open, and has the log verified. */
  async verifyLog() {
    await this.process.stop(); // by the held clock an entry of just now can look minutes old
    const { stdout } = await this.zorgid(['log', 'verify', '--data', this.data, ...this.database, '--json'], { ok: [0, 1] });
    return JSON.parse(stdout);
  }
  async stop() {
    await this.process?.stop();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 }); // Chromium may still be writing its profile
  }
}
