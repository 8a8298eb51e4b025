// A server of a test's own, in a folder of its own, on ports that were free: to stop it, to start it again, to be its first person.
// FIELDKEEP_BIN names the program; without it the one that was built here is taken.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = new URL('../../..', import.meta.url).pathname;
const START_MS_MAX = 30_000;

export const FIELDKEEP_BIN = process.env.FIELDKEEP_BIN ?? ['release', 'debug'].map((one) => join(ROOT, 'target', one, 'fieldkeep')).find((one) => existsSync(one)) ?? '';

export async function freePorts(count) {
  const held = await Promise.all(Array.from({ length: count }, () => new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => done(server));
  })));
  const ports = held.map((one) => one.address().port);
  await Promise.all(held.map((one) => new Promise((done) => { one.close(done); })));
  return ports;
}

/** Sets one up; `start` runs it and answers with the link that it printed, if it printed one. `more` are lines of its configuration. */
export async function ownServer(more = '') {
  const folder = mkdtempSync(join(tmpdir(), 'fieldkeep-test-'));
  const data = join(folder, 'data');
  const [tls, console_, monitor] = await freePorts(3);
  const config = join(folder, 'fieldkeep.toml');
  writeFileSync(config, `[server]\nlisten = "127.0.0.1:${tls}"\n[console]\nloopback = "127.0.0.1:${console_}"\n[monitor]\nlisten = "127.0.0.1:${monitor}"\n${more}\n`);
  execFileSync(FIELDKEEP_BIN, ['init', '--data', data, '--config', config], { stdio: 'pipe' });
  let child = null;
  let said = '';

  async function kill(signal = 'SIGKILL') {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const over = new Promise((done) => { child.once('exit', done); });
    child.kill(signal);
    await over;
  }

  return {
    base: `http://localhost:${console_}`,
    data,
    key: () => readFileSync(join(data, 'operator.key'), 'utf8').trim(),
    kill,
    /** Until it answers. */
    async start() {
      said = '';
      child = spawn(FIELDKEEP_BIN, ['serve', '--data', data], { stdio: ['ignore', 'pipe', 'pipe'] });
      await new Promise((done, failed) => {
        const late = setTimeout(() => failed(new Error(`the server says nothing: ${said}`)), START_MS_MAX);
        const hear = (chunk) => {
          said += chunk;
          if (!said.includes('console on this machine alone')) return;
          clearTimeout(late);
          done();
        };
        child.stdout.on('data', hear);
        child.stderr.on('data', hear);
        child.once('exit', (code) => failed(new Error(`the server ended with ${code}: ${said}`)));
      });
    },
    /** The link of the first administrator, printed after the address. */
    async link() {
      for (let turn = 0; !/\/join#\S+/.test(said) && turn < 100; turn += 1) await new Promise((done) => { child.stdout.once('data', done); child.stderr.once('data', done); setTimeout(done, 100); });
      return /\/join#\S+/.exec(said)?.[0] ?? null;
    },
    async remove() {
      await kill('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
