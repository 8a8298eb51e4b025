// A server of a test's own, in a folder of its own, on ports that were free: to stop it, to start it again, to be its first person.
// FIELDKEEP_BIN names the program; without it the one that was built here is taken.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = new URL('../../..', import.meta.url).pathname;
const START_MS_MAX = 30_000;

export const FIELDKEEP_BIN = process.env.FIELDKEEP_BIN ?? ['release', 'debug'].map((one) => join(ROOT, 'target', one, 'fieldkeep')).find((one) => existsSync(one)) ?? '';

const AGENT_BIN = join(dirname(FIELDKEEP_BIN), 'fieldkeep-agent');
const run = promisify(execFile);

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
    devices: `https://devices.localhost:${tls}`,
    folder,
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
    /** Lines of a shell, in the folder where the deployment was made, with our programs at hand. */
    shell(lines) {
      if (!existsSync(join(folder, 'fieldkeep-data'))) symlinkSync(data, join(folder, 'fieldkeep-data'));
      const shell = spawn('bash', ['-e', '-c', lines], { cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, PATH: `${dirname(FIELDKEEP_BIN)}:${process.env.PATH}` } });
      let heard = '';
      for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (chunk) => { heard += chunk; });
      shell.once('exit', (code) => { if (code) console.error(`the commands ended with ${code}: ${heard}`); });
      return { stop: () => { try { process.kill(-shell.pid, 'SIGTERM'); } catch { /* it is over */ } } };
    },
    async remove() {
      await kill('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What the agent's sensors send, as src/console/start/sensors.ts declares it: in another unit it would all be held back. */
const METRICS = {
  cpu_utilisation: { unit: '%' }, disk_used: { unit: 'B' }, disk_utilisation: { unit: '%' }, load_1: {}, memory_used: { unit: 'B' }, memory_utilisation: { unit: '%' },
  net_received: { unit: 'B/s' }, net_sent: { unit: 'B/s' }, temperature: { unit: 'Cel', range: [-40, 125] },
};

/**
 * A real device of this machine's sensors on a server of one's own, by the same way as any: made, claimed, installed. `ask` is
 * the operator's API. Answers with its project and device; `speak` lets it send each second, until `silence`.
 */
export async function withDevice(server, ask) {
  const factory = join(server.folder, 'factory');
  const agent = join(server.folder, 'agent');
  const fieldkeep = async (...args) => (await run(FIELDKEEP_BIN, [...args, '--json'])).stdout;
  const organization = await ask('POST', '/organizations', { name: 'Own company' });
  const project = await ask('POST', `/organizations/${organization.id}/projects`, { name: 'Own project', settings: { metrics: METRICS } });
  const site = await ask('POST', `/projects/${project.id}/sites`, { name: 'Own site' });
  const { order } = JSON.parse(await fieldkeep('factory', 'order', '--dir', factory, '--maker', 'Own', '--model', 'PC', '--count', '1', '--serial-prefix', 'PC-'));
  await fieldkeep('factory', 'make', '--dir', factory, '--order', order, '--ca', join(server.data, 'root.pem'), '--url', server.devices);
  await fieldkeep('factory', 'assign', '--dir', factory, '--order', order, '--owner', organization.owner_key);
  await fieldkeep('registry', 'import', join(factory, 'orders', `${order}.registry.json`), '--data', server.data, '--key', join(server.data, 'operator.key'));
  const [device] = (await ask('GET', '/devices')).items;
  const enrolled = run(AGENT_BIN, ['enroll', '--bundle', join(factory, 'devices', device.serial), '--data', agent, '--wait', '60']);
  await ask('POST', `/devices/${device.id}/claim`, { organization: organization.id });
  await enrolled;
  await ask('POST', `/devices/${device.id}/install`, { project: project.id, site: site.id });
  let child = null;
  return {
    organization, project, site, device,
    speak() { child = spawn(AGENT_BIN, ['run', '--data', agent, '--sensors', '--period', '1'], { stdio: 'ignore' }); },
    async silence() {
      if (!child || child.exitCode !== null) return;
      const over = new Promise((done) => { child.once('exit', done); });
      child.kill('SIGKILL');
      await over;
    },
  };
}
