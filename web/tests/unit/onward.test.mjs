// Where somebody may be sent after signing in, and which signals an address may ask for.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import ts from 'typescript';

async function load(path, change = (text) => text) {
  const source = change(readFileSync(new URL(`../../src/${path}`, import.meta.url), 'utf8'));
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 } });
  return import(`data:text/javascript,${encodeURIComponent(outputText)}`);
}

test('after signing in, only pages of this server', async () => {
  globalThis.location = { origin: 'https://localhost:8443' };
  const { isLocal } = await load('console/account/onward.ts', (text) => text.replace(/^import .*storage';$/m, ''));
  for (const good of ['/', '/fleet', '/devices/1?signals=a%2Fb', '/profile#x']) assert.ok(isLocal(good), good);
  for (const bad of ['', 'fleet', '//evil.example', '/\\evil.example', '/\t/evil.example', '/\n/evil.example', 'https://evil.example', 'javascript:alert(1)', '/api/v1/me', '/oidc/x']) {
    assert.ok(!isLocal(bad), JSON.stringify(bad));
  }
});

test('a signal that is named twice is shown once', async () => {
  const { signalsFrom } = await load('console/device/signals.ts');
  assert.deepEqual(signalsFrom('humidity,humidity,a/humidity,door', 'a'), [{ device: 'a', metric: 'humidity' }, { device: 'a', metric: 'door' }]);
});
