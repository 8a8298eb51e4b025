/** What a refusal is called: by its status, which each kind of problem has one of. */
import { has, t } from '$kit/i18n.svelte';

/** 0: there was no answer; below: it failed here. */
export function titleOf(status: number): string {
  if (status === 0) return t('error-offline');
  if (status < 0) return t('error-console');
  const id = `error-${status}`;
  return has(id) ? t(id) : t(status >= 500 ? 'error-server' : 'error-other');
}
