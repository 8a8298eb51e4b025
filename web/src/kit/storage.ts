/** What a browser keeps for one person's comfort: theme, shortcuts. Never anything of the data. Storage may be closed to us. */
export function kept(name: string): string | null {
  try {
    return localStorage.getItem(`fieldkeep-${name}`);
  } catch {
    return null;
  }
}

export function keep(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`fieldkeep-${name}`);
    else localStorage.setItem(`fieldkeep-${name}`, value);
  } catch {
    // Closed storage: the choice holds until the page is left.
  }
}
