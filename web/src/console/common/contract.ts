/** Answers that the contract does not name yet, as they will be. Each goes from here once docs/openapi.json has it. */
export interface Page<T> {
  items: T[];
  next?: string | null;
}

export type JobKind = 'claim' | 'install' | 'suspend' | 'resume' | 'revoke' | 'retire' | 'group';
export type JobState = 'waiting' | 'running' | 'stopping' | 'stopped' | 'done';

export interface Job {
  id: string;
  kind: JobKind;
  state: JobState;
  total: number;
  done: number;
  failed: number;
  made_by: string;
  made_by_name?: string | null;
  reason?: string | null;
  created_at: string;
  finished_at?: string | null;
  target: { organization?: string | null; project?: string | null; site?: string | null; group?: string | null };
}

export interface JobFailure {
  device: string;
  serial?: string | null;
  status: number;
  text: string;
}

export type TileKind = 'value' | 'chart' | 'state' | 'table' | 'map' | 'note';

export interface DashTile {
  id: string;
  kind: TileKind;
  x: number;
  y: number;
  w: number;
  h: number;
  title?: string | null;
  series?: { device: string; metric: string }[];
  range?: string | null;
  text?: string | null;
  model?: string | null;
  site?: string | null;
}

export interface Dashboard {
  id: string;
  project: string;
  name: string;
  version: number;
  tiles: DashTile[];
  made_by: string;
  changed_by: string;
  changed_at: string;
}

export interface Setup {
  people: number;
  organizations: number;
  projects: number;
  devices: number;
  readings: boolean;
  mail: boolean;
  certificate: 'built-in' | 'own';
  console: 'loopback' | 'tls';
  agent: { server: string; command: string };
}
