import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathOf } from '../../scripts/icons.mjs';

const svg = (inner) => `<svg width="24" viewBox="0 0 24 24">${inner}</svg>`;
const is = (inner, path) => assert.equal(pathOf('icon', svg(inner)), path);

test('shapes come to one path', () => {
  is('<path d="M12 15V3" /><path d="M1 2h3" />', 'M12 15V3M1 2h3');
  is('<line x1="1" y1="2" x2="3" y2="4" />', 'M1 2L3 4');
  is('<circle cx="12" cy="8" r="5" />', 'M7 8a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z');
  is('<rect x="3" y="4" width="10" height="8" />', 'M3 4h10v8h-10v-8z');
  is('<rect x="3" y="4" width="10" height="8" rx="2" />', 'M5 4h6a2 2 0 0 1 2 2v4a2 2 0 0 1 -2 2h-6a2 2 0 0 1 -2 -2v-4a2 2 0 0 1 2 -2z');
});

test('a path that begins relatively begins where it did', () => {
  is('<path d="M12 15V3" /><path d="m7 10 5 5 5-5" />', 'M12 15V3M7 10l5 5 5-5');
  is('<path d="M1 1h2" /><path d="m9.5-.5h4" />', 'M1 1h2M9.5 -.5h4');
  is('<path d="M1 1h2" /><path d="m2 3-4 5" />', 'M1 1h2M2 3l-4 5');
});

test('what cannot be drawn as a path is refused', () => {
  assert.throws(() => pathOf('icon', svg('<circle cx="1" cy="1" r="4" fill="currentColor" />')), /circle/);
  assert.throws(() => pathOf('icon', svg('<polygon points="1,1 2,2" />')), /polygon/);
  is('<circle cx="1" cy="1" r=".5" fill="currentColor" />', 'M0.5 1a.5 .5 0 1 0 1 0a.5 .5 0 1 0 -1 0z');
});
