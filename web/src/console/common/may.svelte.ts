/** What I may do where; see kit/rights. */
import { rights } from '$kit/rights.svelte';

export interface Where {
  organization?: string | undefined;
  project?: string | undefined;
  device?: string | undefined;
}

export const may = (action: string, where: Where = {}): boolean => rights.may(action, where);
