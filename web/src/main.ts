import './styles/tokens.css';
import './styles/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { screens } from './console/screens';
import { router } from '$kit/router.svelte';
import { speak } from '$kit/i18n.svelte';
import { session } from '$kit/session.svelte';
import { connection } from '$kit/connection.svelte';
import { onward } from './console/account/onward';

async function start(): Promise<void> {
  router.start(screens);
  // The screen's own file comes beside them and not after. Whoever shows it says what was wrong with it.
  void router.match?.screen.load().catch(() => undefined);
  // Its file is here or on its way; asked for only when the first words are drawn, those would be drawn twice.
  void document.fonts.load('1em Geist').catch(() => undefined);
  // Both at once: words in the browser's language now, in the profile's when we know who it is.
  await Promise.all([speak(), session.load({ open: router.match?.screen.open ?? false }).catch(() => connection.missed())]);
  // Back from an identity provider: to where somebody was on the way to.
  if (session.state === 'in' && router.path === '/') router.go(onward() ?? '/', { replace: true });
  const target = document.getElementById('app');
  if (target) mount(App, { target });
}

void start();
