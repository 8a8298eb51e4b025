/** What a role adds to what somebody holds already, and what they lose with one: shown before it is done. */
import type { RoleGrant } from '$api/types';
import { directory } from '../manage/directory.svelte';
import type { Where } from '$kit/rights.svelte';
import { covers } from '../manage/scope';

function actionsOf(role: string, organization: string | null | undefined): string[] {
  return directory.roles(organization)?.find((one) => one.role === role)?.actions ?? [];
}

/** What roles that hold at a part give there. */
function heldAt(where: Where, held: readonly RoleGrant[]): Set<string> {
  return new Set(held.filter((one) => covers(one, where)).flatMap((one) => actionsOf(one.role, one.organization)));
}

export function gainedWith(role: string, where: Where, held: readonly RoleGrant[]): string[] {
  const there = heldAt(where, held);
  return actionsOf(role, where.organization).filter((one) => !there.has(one));
}

export function lostWith(grant: RoleGrant, held: readonly RoleGrant[]): string[] {
  const rest = heldAt(grant, held.filter((one) => one.id !== grant.id));
  return actionsOf(grant.role, grant.organization).filter((one) => !rest.has(one));
}
