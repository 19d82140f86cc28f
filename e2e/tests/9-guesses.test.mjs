// A stolen phone, copied a hundred times, that guesses all at once: every try is counted before it is evaluated, also when
// the server dies in between (invariant 6). The phones are the real wallet, each in a process and a folder of its own.
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pincode } from '../support/flows.mjs';
import { program } from '../support/paths.mjs';
import { run } from '../support/run.mjs';
import { Server } from '../support/server.mjs';

const WRONG = '132435';
// `./dev test` starts a PostgreSQL and says where.
const { ZORGID_TEST_POSTGRES: postgres } = process.env;
const databases = [['SQLite', {}], ...(postgres ? [['PostgreSQL', { postgres }]] : [])];

for (const [database, options] of databases) describe(database, () => {
  let server, homes;
  const wallet = async (home, action, pin) => {
    const { code, stdout } = await run(program('zorgid-wallet'), ['--home', home, '--server', server.app, '--json', 'pin', action], { input: `${pin}\n`, ok: [0, 1, 3] });
    return { exit: code, ...JSON.parse(stdout) };
  };
  const guess = (many) => Promise.all(homes.slice(0, many).map((home) => wallet(home, 'unlock', WRONG)));
  const count = (answers, code) => answers.filter((answer) => answer.code === code).length;
  /** Tries that this server process let through to an evaluation. */
  const evaluations = async () => Number((await (await fetch(`${server.portal}/metrics`)).text()).match(/^zorgid_pin_tries_total (\d+)$/m)[1]);
  const killAndStart = async () => {
    await server.process.stop('SIGKILL');
    await server.serve();
  };

  before(async () => {
    server = await Server.start(options);
    const phone = join(server.folder, 'phone');
    assert.equal((await wallet(phone, 'set', pincode)).state, 'unlocked');
    homes = Array.from({ length: 100 }, (_, n) => join(server.folder, `phone-${n}`));
    for (const home of homes) cpSync(phone, home, { recursive: true });
  });
  after(() => server?.stop());

  test('a hundred guesses at once: four evaluations, and none after kill -9 either', async () => {
    const before = await evaluations();
    const answers = await guess(100);
    assert.equal((await evaluations()) - before, 4);
    // Of the four, the last one says how long to wait, like the ninety-six that were not evaluated.
    assert.deepEqual([count(answers, 'pin-wrong'), count(answers, 'pin-wait')], [3, 97], JSON.stringify(answers));
    await killAndStart();
    assert.equal(count(await guess(20), 'pin-wait'), 20);
    assert.equal(await evaluations(), 0);
  });

  test('killed in the middle of the next round, no try comes back', async () => {
    server.advance(61);
    const first = homes.map((home) => wallet(home, 'unlock', WRONG));
    await Promise.any(first.map(async (answer) => assert.equal((await answer).code, 'pin-wrong')));
    await killAndStart();
    const answers = [...(await Promise.all(first)), ...(await guess(20))];
    const left = answers.filter((answer) => answer.code === 'pin-wrong').map((answer) => answer.triesLeft);
    assert.equal(new Set(left).size, left.length, `each number of tries left was told once: ${left}`);
    assert.ok((await evaluations()) <= 3, 'at least one try was taken before the kill');
    // The round is over, and the right PIN waits for its five minutes too.
    assert.equal((await wallet(homes[0], 'unlock', pincode)).code, 'pin-wait');
    server.advance(5 * 60 + 1);
    assert.equal((await wallet(homes[0], 'unlock', pincode)).state, 'unlocked');
  });
});
