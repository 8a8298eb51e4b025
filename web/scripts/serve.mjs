// A static server on loopback with the policy of the real one, to look at a build without it: `serve.mjs FOLDER PORT [UPSTREAM]`.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { CSP, TYPES } from './policy.mjs';

const [folder = 'dist', port = '4173', upstream] = process.argv.slice(2);

createServer((asked, answer) => {
  const path = new URL(asked.url, 'http://localhost').pathname;
  if (path.startsWith('/api/') && upstream) {
    const passed = request(new URL(asked.url, upstream), { method: asked.method, headers: asked.headers }, (from) => {
      answer.writeHead(from.statusCode, from.headers);
      from.pipe(answer);
    });
    passed.on('error', () => answer.writeHead(502).end());
    asked.pipe(passed);
    return;
  }
  if (path.startsWith('/api/')) {
    answer.writeHead(401, { 'Content-Type': 'application/problem+json' }).end('{"title":"unauthenticated","status":401,"detail":"nobody is signed in"}');
    return;
  }
  let file = join(folder, normalize(path));
  if (!existsSync(file) || statSync(file).isDirectory()) {
    if (extname(path) !== '') {
      answer.writeHead(404).end();
      return;
    }
    file = join(folder, 'index.html');
  }
  const packed = existsSync(`${file}.br`) && /\bbr\b/.test(asked.headers['accept-encoding'] ?? '');
  answer.writeHead(200, {
    'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
    'Content-Security-Policy': CSP,
    'Cache-Control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    ...(packed ? { 'Content-Encoding': 'br' } : {}),
  });
  createReadStream(packed ? `${file}.br` : file).pipe(answer);
}).listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`));
