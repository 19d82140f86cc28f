// Child processes: run to the end, or start and wait for a line.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

// A file of tests that waits for ever (a hook that never ends) says so instead of holding up CI, and leaves nothing running.
const limitMinutes = 20;
const children = new Set();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));
setTimeout(() => {
  console.error(`this file of tests did not end within ${limitMinutes} minutes`);
  process.exit(1);
}, limitMinutes * 60_000).unref();

/** Runs a program to its end; gives exit code and output. Throws on a bad exit unless `ok` allows it. */
export function run(command, args, { env, input, ok = [0], cwd } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, cwd, stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (d) => (stdout += d));
    child.stderr.on('data', (d) => (stderr += d));
    child.on('error', fail);
    child.on('close', (code, signal) => {
      if (ok.includes(code)) done({ code, stdout, stderr });
      else fail(new Error(`${command} ${args.join(' ')}: exit ${code ?? signal}\n${stdout}\n${stderr}`));
    });
    child.stdin.on('error', () => {}); // it may end before it reads
    child.stdin.end(input ?? '');
  });
}

/** A program that keeps running; its lines can be awaited. */
export class Running {
  constructor(command, args, { env, cwd } = {}) {
    this.lines = [];
    this.errors = '';
    this.waiting = [];
    this.child = spawn(command, args, { env: { ...process.env, ...env }, cwd, stdio: ['pipe', 'pipe', 'pipe'] });
    children.add(this.child);
    this.child.stdin.on('error', () => {});
    this.child.stderr.on('data', (d) => (this.errors += d));
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      this.lines.push(line);
      this.waiting = this.waiting.filter((w) => !w.offer(line));
    });
    this.ended = new Promise((done) => {
      const end = (how) => {
        this.how = how;
        children.delete(this.child);
        if (!this.stopping) console.error(`${command} ${args[0]} ended by itself (${how})\n${this.output()}`);
        for (const w of this.waiting) w.fail(new Error(`${command} ended (${how}) before the awaited line\n${this.output()}`));
        this.waiting = [];
        done(how);
      };
      this.child.on('error', (error) => end(error.message));
      this.child.on('close', (code, signal) => end(code ?? signal));
    });
  }
  output() {
    return `${this.lines.join('\n')}\n${this.errors}`;
  }
  /** The match of the first line, past or coming, that fits. */
  line(pattern) {
    for (const line of this.lines) if (pattern.test(line)) return Promise.resolve(line.match(pattern));
    if (this.how !== undefined) return Promise.reject(new Error(`ended (${this.how})\n${this.output()}`));
    return new Promise((done, fail) => {
      const offer = (line) => pattern.test(line) && (done(line.match(pattern)), true);
      this.waiting.push({ offer, fail });
    });
  }
  async stop(signal = 'SIGTERM') {
    this.stopping = true;
    if (this.how === undefined) this.child.kill(signal);
    return this.ended;
  }
}
