/** What I may do where; see kit/rights. */
import { rights, type Where } from '$kit/rights.svelte';

export const may = (action: string, where: Where = {}): boolean => rights.may(action, where);
