/** What the screens of devices share: shapes that the contract has by now or soon, and which act a life allows. */
import type { Device } from '$api/types';
import type { Freshness } from '$ui/Mark.svelte';
import type { IconName } from '$ui/icons';

export type Heard = Freshness | 'never';

interface Listed {
  /** null: never. */
  last_seen?: string | null;
  freshness?: Heard;
  /** null: not for this person to know. */
  held?: number | null;
}

/** A row of the fleet. */
export type FleetDevice = Omit<Device, keyof Listed> & Listed;

/** What the contract calls text is one of a few words. */
export const listed = (device: Device): FleetDevice => device as FleetDevice;

/** A value that came by an event. */
export interface Fresh {
  metric: string;
  unit?: string | null;
  time: string;
  value: unknown;
}

export const LIVES = ['made', 'claiming', 'claimed', 'installed', 'suspended', 'revoked', 'retired'] as const;

export type ActKind = 'install' | 'group' | 'suspend' | 'resume' | 'revoke' | 'retire';

export interface LifeAct {
  kind: ActKind;
  icon: IconName;
  /** The right that it takes. */
  action: string;
  /** Lives in which it can be done. */
  from: readonly string[];
  /** Its consequences stay. */
  grave: boolean;
}

export const ACTS: readonly LifeAct[] = [
  { kind: 'install', icon: 'map-pin', action: 'device.install', from: ['claimed', 'installed'], grave: false },
  { kind: 'group', icon: 'layers', action: 'group.write', from: ['installed', 'suspended'], grave: false },
  { kind: 'suspend', icon: 'pause', action: 'device.suspend', from: ['installed'], grave: false },
  { kind: 'resume', icon: 'play', action: 'device.suspend', from: ['suspended'], grave: false },
  { kind: 'revoke', icon: 'ban', action: 'device.revoke', from: ['claimed', 'installed', 'suspended'], grave: true },
  { kind: 'retire', icon: 'archive', action: 'device.revoke', from: ['made', 'claiming', 'claimed', 'installed', 'suspended', 'revoked'], grave: true },
];

/** How a life looks as a pill: only what is out of the ordinary wants an eye. */
export const lifeLook = (state: string): 'plain' | 'strong' | 'off' =>
  state === 'suspended' || state === 'claiming' ? 'strong' : state === 'revoked' || state === 'retired' ? 'off' : 'plain';
