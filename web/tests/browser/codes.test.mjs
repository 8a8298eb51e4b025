// Ways in that need messages: joining with a password, codes that are sent, a wrong one first, a reset. The server is one of its
// own, that sends its mail in plain text over loopback; here is what takes it.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { asOperator, axe, BASE_URL, browser, open, REFUSED, shot } from './help.mjs';
import { FIELDKEEP_BIN, ownServer } from './server.mjs';

const PASSWORD = 'violet anchor drifts past nine lanterns';

const LETTER_MS_MAX = 20_000;

/** A mail server that takes everything and keeps it. */
function mailbox() {
  const letters = [];
  /** Whoever waits for the next letter. */
  let told = () => {};
  const server = createServer((socket) => {
    let inside = false;
    let text = '';
    socket.write('220 test ESMTP\r\n');
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      text += chunk;
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        if (inside && line !== '.') letters[letters.length - 1] += `${line}\n`;
        else if (inside) { inside = false; socket.write('250 taken\r\n'); told(); }
        else if (/^EHLO|^HELO/i.test(line)) socket.write('250-test\r\n250 8BITMIME\r\n');
        else if (/^DATA/i.test(line)) { inside = true; letters.push(''); socket.write('354 go on\r\n'); }
        else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
        else socket.write('250 ok\r\n');
      }
    });
  });
  return {
    listen: () => new Promise((done) => { server.listen(0, '127.0.0.1', () => done(server.address().port)); }),
    close: () => server.close(),
    /** The newest letter to an address that says this. */
    async find(to, pattern) {
      for (const until = Date.now() + LETTER_MS_MAX; Date.now() < until;) {
        const plain = letters.map((one) => (/Content-Transfer-Encoding: base64/i.test(one) ? one.replace(/\n\n([\s\S]*)$/, (_, body) => `\n\n${Buffer.from(body.replaceAll(/\s/g, ''), 'base64')}`) : one.replaceAll('=\n', '').replaceAll(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))));
        const found = plain.findLast((one) => one.toLowerCase().includes(to) && pattern.test(one));
        if (found) { letters.length = 0; return pattern.exec(found)[1]; }
        await new Promise((done) => { told = done; setTimeout(done, LETTER_MS_MAX).unref(); });
      }
      throw new Error(`no letter to ${to}: ${letters.join('\n---\n')}`);
    },
  };
}

/** RFC 6238, as an authenticator app does it. */
function totp(secret, now = Date.now()) {
  const bits = [...secret.replaceAll(/[\s=]/g, '')].map((char) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(char.toUpperCase()).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = mac.at(-1) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1e6).padStart(6, '0');
}

const CODE = /code is (\d{6})/;
const LINK = /\/join(#fk_link_\S+)/;

describe('codes', { skip: (BASE_URL === '' && 'no BASE_URL') || (FIELDKEEP_BIN === '' && 'no FIELDKEEP_BIN: it needs a server that sends mail here') }, () => {
  const mail = mailbox();
  let chrome;
  let company;
  let server;
  before(async () => {
    const port = await mail.listen();
    server = await ownServer(`[mail]\nhost = "127.0.0.1"\nport = ${port}\ntls = "loopback-plaintext"\nfrom = "alerts@example.com"`);
    await server.start();
    chrome = await browser();
    company = await asOperator('POST', '/organizations', { name: 'Codes test' }, server);
  });
  after(async () => {
    await chrome.close();
    await server.remove();
    mail.close();
  });

  /** Invited by mail, joined with a password and one of the factors. */
  async function joinedBy(factor, name, roles = [{ role: 'viewer', organization: company.id }]) {
    const one = await open(chrome, { allow: [REFUSED], server });
    const address = `${name.toLowerCase()}.${Date.now()}@example.com`;
    const made = await asOperator('POST', '/invitations', { address, organization: company.id, roles }, server);
    assert.equal(made.sent, true);
    const { page } = one;
    await page.goto(`/join${await mail.find(address, LINK)}`);
    await page.getByLabel('Your name').fill(name);
    await page.getByText('Use a password and a second factor instead').click();
    await page.getByLabel('New password').fill(PASSWORD);
    await page.getByLabel('Second factor').selectOption(factor);
    await page.getByRole('button', { name: 'Go on' }).click();
    let secret = '';
    if (factor === 'totp') {
      secret = await page.locator('code').first().innerText();
      await axe(page);
      await shot(page, 'codes-join-totp');
      await page.getByLabel('Code', { exact: true }).fill(totp(secret));
    } else await page.getByLabel('Code', { exact: true }).fill(await mail.find(address, CODE));
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByLabel('I have stored it').check();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('button', { name: `You: ${name}` }).waitFor();
    return { ...one, address, secret };
  }

  async function signIn(page, address, password = PASSWORD) {
    await page.goto('/sign-in');
    await page.getByLabel('E-mail address').fill(address);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Go on' }).click();
  }

  test('a password joins with an app, which signs in again', async () => {
    const { context, page, address, secret, clean, close } = await joinedBy('totp', 'Tess');
    await context.clearCookies();
    await signIn(page, address);
    // A step is accepted once: the one that joined is spent.
    await page.getByLabel('Code', { exact: true }).fill(totp(secret, Date.now() + 30_000));
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('button', { name: 'You: Tess' }).waitFor();
    clean();
    await close();
  });

  test('presence is proven by a code that was sent, after a wrong one', async () => {
    const { page, address, clean, close } = await joinedBy('mail', 'Mona');
    await page.goto('/profile/sign-in');
    // The first answer as it is five minutes after the sign-in; the rest is the server's.
    await page.route('**/api/v1/me/recovery-codes', (route) => route.fulfill({
      status: 403, contentType: 'application/problem+json', body: JSON.stringify({ title: 'forbidden', status: 403, detail: 'presence is not fresh', needs: 'step-up' }),
    }), { times: 1 });
    await page.getByRole('button', { name: 'Make new ones' }).click();
    const dialog = page.getByRole('dialog', { name: 'Is it you?' });
    await dialog.getByRole('button', { name: 'Send the code' }).click();
    const code = await mail.find(address, CODE);
    await dialog.getByLabel('Code', { exact: true }).fill(code === '000000' ? '000001' : '000000');
    await dialog.getByRole('button', { name: 'Go on' }).click();
    await dialog.getByRole('alert').waitFor();
    await axe(page);
    await shot(page, 'codes-wrong');
    await dialog.getByLabel('Code', { exact: true }).fill(code);
    await dialog.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('dialog', { name: 'Recovery codes' }).waitFor();
    clean();
    await close();
  });

  test('a reset sets a new password, and the second factor stays', async () => {
    const { page, address, secret, clean, close } = await joinedBy('totp', 'Rosa');
    const boss = await joinedBy('totp', 'Olga', [{ role: 'owner' }]);
    await boss.page.goto('/people?q=Rosa&sort=-made');
    await boss.page.getByRole('link', { name: 'Rosa' }).first().click();
    await boss.page.getByRole('button', { name: 'Actions for Rosa' }).click();
    await boss.page.getByRole('menuitem', { name: 'Send a reset' }).click();
    await boss.page.getByRole('dialog').getByLabel('Reason').fill('forgot it');
    await boss.page.getByRole('dialog').getByRole('button', { name: 'Send a reset' }).click();
    await page.goto(`/join${await mail.find(address, LINK)}`);
    await page.getByRole('heading', { name: 'Set a new password' }).waitFor();
    await page.getByLabel('New password').fill(`${PASSWORD} again`);
    await axe(page);
    await shot(page, 'codes-reset');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn(page, address, `${PASSWORD} again`);
    await page.getByLabel('Code', { exact: true }).fill(totp(secret, Date.now() + 30_000));
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('button', { name: 'You: Rosa' }).waitFor();
    for (const one of [boss, { clean, close }]) {
      one.clean();
      await one.close();
    }
  });
});
