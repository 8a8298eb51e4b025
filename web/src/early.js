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
    link.rel = 'modulepreload';
    link.crossOrigin = '';
    link.href = `/${file}`;
    document.head.append(link);
  };
  const language = navigator.languages.map((one) => one.toLowerCase().split('-')[0]).find((one) => Object.hasOwn(words, one)) ?? 'en';
  const [, open, files] = screens.find(([pattern]) => fits(pattern)) ?? [location.pathname, location.pathname !== '/', []];
  for (const file of [...words[language], ...files]) bring(file);

  const answers = new Map();
  /** What is asked for after something else is known may turn out to be nothing to ask for: then there is no answer. */
  const ask = (path, first) => {
    const address = `/api/v1${path}`;
    const early = { sent: Date.now() };
    const send = () => {
      early.sent = Date.now();
      return fetch(address, { headers: { Accept: 'application/json' }, credentials: 'same-origin' });
    };
    early.answer = first ? first.then((goes) => (goes ? send() : null)) : send();
    // Whoever takes it is told.
    early.answer.catch(() => undefined);
    answers.set(address, early);
    return early.answer;
  };
  /** A list that would be refused is not asked for. */
  const askIfMay = (place, wanted) => {
    const known = ask(`/access/rights?${place}`).then((answer) => (answer.ok ? answer.clone().json() : { may: [] }), () => ({ may: [] }));
    for (const [action, path] of wanted) ask(path, known.then(({ may }) => may.includes(action)));
  };
  /** As the screens ask for it first: tests/browser/ahead.test.mjs fails where they ask otherwise. */
  const askHere = () => {
    ask('/me');
    ask('/organizations?limit=200');
    const isId = (text) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text ?? '');
    const search = new URLSearchParams(location.search);
    const project = search.get('project');
    const [organization] = (kept('scope') ?? '').split('/');
    const [, noun, id, tab] = location.pathname.split('/');
    if (isId(project)) {
      ask(`/projects/${project}`);
      const fleet = noun === 'fleet' && search.size === 1 ? [
        ['project.read', `/projects/${project}/sites?limit=500`], ['project.read', `/projects/${project}/groups?limit=500`],
        ['device.read', `/fleet/summary?project=${project}`], ['device.read', `/devices?project=${project}&sort=serial&order=asc&limit=200`],
      ] : [];
      askIfMay(`project=${project}`, fleet);
    } else if (isId(organization) && (search.get('organization') ?? organization) === organization) ask(`/organizations/${organization}/projects?limit=200`);
    if (noun === 'devices' && isId(id)) {
      ask(`/devices/${id}`);
      const measured = tab === undefined ? ['metrics', 'latest'].map((part) => ['telemetry.read', `/devices/${id}/${part}`]) : [];
      askIfMay(`device=${id}`, measured);
    }
  };
  if (!open) askHere();
  window.fieldkeepAhead = answers;
  // The first number that is written makes a browser load what it knows of languages, which takes it longer than all of a screen:
  // while the page is on its way, nobody waits for that.
  setTimeout(() => {
    new Intl.NumberFormat().format(1);
    new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' }).format(0);
  });
}
