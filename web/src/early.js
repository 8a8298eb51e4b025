// Runs before anything else. See kit/theme.svelte.ts for the theme, which must not flash, and kit/ahead.ts for what is asked of
// the server while the page itself is still on its way.
{
  const kept = (name) => {
    try {
      return localStorage.getItem(`fieldkeep-${name}`);
    } catch {
      // Storage is closed to us: the system's theme it is, and nobody was here before.
      return null;
    }
  };
  const theme = kept('theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;

  /** Which files a language and a screen have: the build puts it here. */
  const { words, screens } = AHEAD;
  const fits = (pattern) => {
    const [parts, path] = [pattern.split('/'), location.pathname.split('/')];
    return parts.length === path.length && parts.every((part, index) => part === path[index] || (part.startsWith(':') && path[index] !== ''));
  };
  const bring = (file) => {
    const link = document.createElement('link');
    if (file.endsWith('.css')) {
      link.rel = 'preload';
      link.as = 'style';
    } else link.rel = 'modulepreload';
    link.crossOrigin = '';
    link.href = `/${file}`;
    document.head.append(link);
  };
  const language = navigator.languages.map((one) => one.toLowerCase().split('-')[0]).find((one) => Object.hasOwn(words, one)) ?? 'en';
  const [, open, files] = screens.find(([pattern]) => fits(pattern)) ?? [location.pathname, location.pathname !== '/', []];
  for (const file of [...words[language], ...files]) bring(file);

  const answers = new Map();
  const ask = (path) => {
    const answer = fetch(`/api/v1${path}`, { headers: { Accept: 'application/json' }, credentials: 'same-origin' });
    // Whoever takes it is told.
    answer.catch(() => undefined);
    answers.set(`/api/v1${path}`, { sent: Date.now(), answer });
  };
  if (!open) {
    ask('/me');
    ask('/organizations?limit=200');
    const project = new URLSearchParams(location.search).get('project');
    const [organization] = (kept('scope') ?? '').split('/');
    if (project && /^[0-9a-f-]{36}$/.test(project)) ask(`/projects/${project}`);
    if (/^[0-9a-f-]{36}$/.test(organization)) ask(`/organizations/${organization}/projects?limit=200`);
  }
  window.fieldkeepAhead = answers;
}
