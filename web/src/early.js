// Runs before the first paint, so that a chosen theme does not flash. See kit/theme.svelte.ts.
try {
  const theme = localStorage.getItem('fieldkeep-theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is closed to us: the system's theme it is.
}
