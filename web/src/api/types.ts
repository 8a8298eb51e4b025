// Written by scripts/types.mjs from docs/openapi.json. Do not edit: run `npm run types`.

/** Who did something. */
export interface ActDoer {
  /** Which; none for the server. */
  id?: string | null;
  /** person, key, device or server. */
  kind: string;
  /** What people call them, where it is known. */
  name?: string | null;
}

/** An act that waits for a second person. */
export interface Approval extends Part {
  /** For what. */
  action: string;
  /** Who asks: `person/…` or `key/…`. */
  asked_by: string;
  /** What exactly is to be done there, where that matters: the role and who gets it, the key, the rules. The agreement is for this and for nothing else. */
  content?: Record<string, unknown> | null;
  /** Since when. */
  created_at: string;
  /** When it was decided. */
  decided_at?: string | null;
  /** Who decided. */
  decided_by?: string | null;
  /** Until when it can be decided and used. */
  expires_at: string;
  /** Which. */
  id: string;
  /** waiting, agreed, refused, used or expired. */
  state: string;
  /** In words: who asks for what on which object. */
  text: string;
}

/** Which group a device should be in. */
export interface Arrange {
  /** A group of its project; absent: none. */
  group?: string | null;
}

/** Why something is done: kept on the record. */
export interface Because {
  /** In words. */
  reason: string;
}

/** What has begun: send `flow` back with the next step. It is good for ten minutes and ends once. */
export interface Begun {
  /** Second factors that would be accepted now: totp, sms, mail, recovery. */
  factors?: string[];
  /** Opaque. */
  flow: string;
  /** For `navigator.credentials`: what `PublicKeyCredential.parse…OptionsFromJSON` takes. */
  options?: unknown;
  totp?: TotpSecret | null;
}

/** What happened inside one stretch of time. Empty stretches are left out. */
export interface Bucket {
  /** How many numbers. */
  count: number;
  /** The earliest. */
  first: number;
  /** The last. */
  last: number;
  /** The greatest. */
  max: number;
  /** Their mean. */
  mean: number;
  /** The smallest. */
  min: number;
  /** Its start. */
  start: string;
}

/** A reduced range. */
export interface Buckets {
  /** In time order. */
  buckets: Bucket[];
  /** Length of a bucket in seconds. */
  step_s: number;
}

/** A certificate authority of the deployment. */
export interface CertificateAuthority {
  /** SHA-256 of its DER, hexadecimal. */
  fingerprint: string;
  /** root, devices, server or organization. */
  kind: string;
  /** Last moment of validity. */
  not_after: string;
  /** First moment of validity. */
  not_before: string;
  /** Whose, of an organization. */
  organization?: string | null;
  /** The certificate. */
  pem: string;
  /** What it is called in its own certificate. */
  subject: string;
}

/** Where the certificate of the people's name comes from. */
export type CertificateSource = "built-in" | "own";

/** The last batch of a device's chain. */
export interface ChainHead {
  /** Its boot epoch. */
  boot_epoch: number;
  /** Its hash, hexadecimal. */
  hash: string;
  /** Its sequence number. */
  seq: number;
}

/** A dashboard as it should be from now on. */
export interface ChangedDashboard {
  /** What people call it. */
  name: string;
  /** At most 64. */
  tiles: Tile[];
  /** The version that was changed: 409 where somebody else changed it meanwhile. */
  version: number;
}

/** How one admission check went. */
export interface CheckOutcome {
  /** credential, token, made, owned, installed, fresh or plausible. */
  check: string;
  /** passed, failed or not-reached. */
  outcome: string;
}

/** A claim: who wants the device, and by which right. */
export interface Claim {
  /** The label's text; its secret must be the device's. Without a voucher in the company's hands it claims nothing. */
  label?: string | null;
  /** For which organization. */
  organization: string;
  /** A newer voucher than the registry has, base64. */
  voucher?: string | null;
}

/** A code of a second factor. */
export interface CodeAnswer {
  /** The code. */
  code: string;
  /** totp, sms, mail or recovery. */
  factor?: string;
  /** The flow. */
  flow: string;
}

/** The door that a request came through. */
export type ConsoleDoor = "loopback" | "tls";

/** A dashboard. */
export interface Dashboard {
  /** When. */
  changed_at: string;
  /** Who made this version. */
  changed_by: string;
  /** Which. */
  id: string;
  /** Who made it: `person/…` or `key/…`. */
  made_by: string;
  /** What people call it. */
  name: string;
  /** Whose. */
  project: string;
  /** Its tiles. */
  tiles: Tile[];
  /** Counts changes from 1. */
  version: number;
}

/** A device. */
export interface Device {
  /** online, stale, offline or never: its silence in periods of its own (less than 3, less than 10, longer). */
  freshness?: string;
  /** In which group of its project. */
  group?: string | null;
  head?: ChainHead | null;
  /** How many of its batches are held and undecided; null for whoever may not see what is held. */
  held?: number | null;
  /** Its last hello. */
  hello_at?: string | null;
  /** Which. */
  id: string;
  /** When its last batch was acknowledged, by the server's clock; null: never. A list and a single device say it. */
  last_seen?: string | null;
  /** When its maker registered it. */
  made_at: string;
  /** Who made it. */
  maker: string;
  /** The maker's name for its kind. */
  model: string;
  /** Under which work order. */
  order: string;
  /** Who owns it. */
  organization?: string | null;
  /** How often it has changed hands. */
  owner_epoch: number;
  /** Where it is installed. */
  project?: string | null;
  /** The maker's number for it. */
  serial: string;
  /** Where it is installed. */
  site?: string | null;
  /** made, claiming, claimed, installed, suspended, revoked or retired. */
  state: string;
}

/** A device's certificate. */
export interface DeviceCertificate {
  /** Whose. */
  device: string;
  /** The maker's number of the device. */
  device_serial?: string | null;
  /** SHA-256 of its DER, hexadecimal. */
  fingerprint: string;
  /** Since when. */
  issued_at: string;
  /** Last moment of validity. */
  not_after: string;
  /** Under which organization's authority. */
  organization: string;
  /** When it was withdrawn. */
  revoked_at?: string | null;
  /** Serial number, hexadecimal. */
  serial: string;
  /** valid, expiring, expired or revoked. */
  state: string;
  /** First use: from then on it is the device's one certificate. */
  used_at?: string | null;
}

/** What a device proves itself by. */
export interface DeviceIdentity {
  /** SHA-256 of its birth certificate's chain, as its maker signed it into the voucher, hexadecimal. */
  birth_chain: string;
  /** The newest first. */
  certificates: DeviceCertificate[];
  /** SHA-256 of its public key, hexadecimal. */
  device_key: string;
  /** The newest first. */
  keys: DeviceKey[];
  /** Who owns it. */
  organization?: string | null;
  /** How often it has changed hands. */
  owner_epoch: number;
}

/** A device's key for tokens. */
export interface DeviceKey {
  /** Since when. */
  created_at: string;
  /** Which. */
  id: string;
  /** When it was withdrawn. */
  revoked_at?: string | null;
}

/** A metric that a device has measured. */
export interface DeviceMetric {
  /** Time of the first reading that is kept. */
  from: string;
  /** Its name. */
  metric: string;
  range?: Limits | null;
  /** Time of the last one. */
  to: string;
  /** Its unit, as declared; null: none. */
  unit?: string | null;
}

/** A page of devices. */
export interface DevicePage {
  /** The devices. */
  items: Device[];
  /** Pass as `after` for the next page, with the same sort; absent on the last. */
  next?: string | null;
  /** How many match and may be seen by the caller, on all pages. Given where the list is searched, filtered by more than place and state, or sorted. */
  total?: number | null;
}

/** A device as its maker registers it. */
export interface DeviceRecord {
  /** SHA-256 of the claim secret on its label, hexadecimal; absent: only the voucher claims. */
  claim_secret_sha256?: string | null;
  /** Which. */
  device: string;
  /** The maker's name for its kind. */
  model: string;
  /** The maker's number for it. */
  serial: string;
  /** Base64 of the voucher (docs/formats/voucher.cddl). */
  voucher: string;
}

/** What I change of myself. Absent members stay. */
export interface EditProfile {
  /** BCP 47. */
  language?: string | null;
  /** Name. */
  name?: string | null;
}

/** Why somebody may do something, or may not. */
export interface Explanation {
  /** What. */
  action: string;
  /** Whether they may. Of somebody else: as if no presence was proven and their address was unknown. */
  allowed: boolean;
  /** allow, no-role, narrowed, owes, forbidden, broken, or shut-out: it was given, but its holder is shut out or the key is no longer good. */
  decision: string;
  /** The roles that give it. */
  given_by: GivenBy[];
  /** The name of the guard rail that forbids, for those who may see policies. */
  guard?: string | null;
  /** What else has to be shown: step-up, right or second-person. */
  needs?: string | null;
  /** The policy that decided. A guard rail is named to those alone who may see policies. */
  policy?: string | null;
  /** Of whom: `person/…` or `key/…`. */
  principal: string;
  /** Roles that would give it. The organization's own are among them for those who may see policies. */
  would_give: string[];
}

/** The devices that the caller may see, counted. */
export interface FleetSummary {
  /** By freshness; each of the four is there. */
  by_freshness: Record<string, number>;
  /** By model, the most frequent first; at most 100. */
  by_model: ModelCount[];
  /** By state; every state is there. */
  by_state: Record<string, number>;
  /** Undecided held batches of these devices, in the projects where the caller may see what is held; absent where that is none of them. */
  held?: number | null;
  /** At how many sites they stand. */
  sites: number;
  /** All of them. */
  total: number;
}

/** A role that gives an action, and where it was given. */
export interface GivenBy extends Part {
  /** Until when. */
  expires_at?: string | null;
  /** The grant; of a program, its key. */
  grant: string;
  /** The role. */
  role: string;
}

/** Broken glass: two custodians together take the rights of an owner for an hour. */
export interface Glass {
  /** Since when the rights hold. */
  broken_at?: string | null;
  /** Until when a second custodian can confirm. */
  confirm_before: string;
  /** When it was opened. */
  created_at: string;
  /** Until when they hold. */
  ends_at?: string | null;
  /** Who opened it. */
  first: string;
  /** Which. */
  id: string;
  /** Over which organization; absent: the whole deployment. */
  organization?: string | null;
  /** Why. */
  reason: string;
  /** Who confirmed it. */
  second?: string | null;
  /** waiting, broken, over or lapsed. */
  state: string;
}

/** A group of a project's devices. Roles can be given for it. */
export interface Group {
  /** Since when. */
  created_at: string;
  /** Which. */
  id: string;
  /** What people call it. */
  name: string;
  /** Below which group. */
  parent?: string | null;
  /** Of which project. */
  project: string;
}

/** A rule that forbids, whatever roles say. */
export interface GuardRail {
  /** What it says, in Cedar. */
  cedar: string;
  /** Since when. */
  created_at: string;
  /** Which. */
  id: string;
  /** What people call it. */
  name: string;
  /** Of which organization. */
  organization: string;
}

/** How the deployment is. */
export interface Health {
  /** Certificates. */
  certificates: HealthCertificates;
  /** What was looked at, the worst first. */
  checks: HealthCheck[];
  /** The database. */
  database: HealthDatabase;
  /** Devices connected to this server. */
  devices_connected: number;
  disk?: HealthDisk | null;
  /** The journal. */
  journal: HealthJournal;
  /** Its clock. */
  now: string;
  /** Messages on their way out. */
  outbox: HealthOutbox;
  /** Readings that are not yet in chunks. */
  readings: HealthReadings;
  /** Since when it runs. */
  started_at: string;
  /** Of the server that answers. */
  version: string;
}

/** Certificates. */
export interface HealthCertificates {
  /** Certificates of devices that end within 14 days. */
  expiring: number;
  /** End of the authority that signs the server's own. */
  server_authority_not_after: string;
}

/** One thing that was looked at. */
export interface HealthCheck {
  /** What to do, where something should be done. */
  advice?: string | null;
  /** The findings one by one, for whoever says them in words of their own. */
  found?: HealthFinding[];
  /** database, journal, readings, messages, disk, clock, certificates. */
  name: string;
  /** ok, warn or bad. */
  state: string;
  /** What was found, in words: all findings together. */
  text: string;
}

/** The database. */
export interface HealthDatabase {
  /** Milliseconds that it took to answer. */
  answer_ms: number;
  /** Bytes of its files, where they are ours. */
  bytes?: number | null;
  /** embedded or postgresql. */
  kind: string;
}

/** A disk. */
export interface HealthDisk {
  /** Bytes that are free to us. */
  free_bytes: number;
  /** Bytes in all. */
  total_bytes: number;
}

/** One thing that was found. */
export interface HealthFinding {
  /** What to do, where something should be done. */
  advice?: string | null;
  /** How much of it there is: bytes, milliseconds, days, or how many. */
  amount?: number | null;
  /** When. */
  at?: string | null;
  /** What it is: disk-low, devices-end, no-mail, …. A code never changes its meaning; new ones are added. */
  code: string;
  /** Of the whole, from 0 to 1. */
  share?: number | null;
  /** In words. */
  text: string;
}

/** The journal. */
export interface HealthJournal {
  /** Last commit. */
  last_commit_at?: string | null;
  /** Leaves of its tree. */
  leaves: number;
  /** The tree's root, hexadecimal. */
  root: string;
}

/** Messages on their way out. */
export interface HealthOutbox {
  /** Given up. */
  dead: number;
  /** Waiting. */
  waiting: number;
}

/** Readings that are not yet in chunks. */
export interface HealthReadings {
  /** Leaves that the reader of the journal has not read. */
  behind: number;
  /** Bytes of memory that hold them. */
  tail_bytes: number;
}

/** A batch that is held back. */
export interface Held {
  /** When it was decided. */
  decided_at?: string | null;
  /** Of which device. */
  device: string;
  /** Since when. */
  held_at: string;
  /** Which. */
  id: string;
  /** Its place in the journal. */
  index: number;
  /** In which project. */
  project: string;
  /** How many readings. */
  readings: number;
  /** Names of the reasons. */
  reasons: string[];
  /** At which site. */
  site: string;
  /** held, released or destroyed. */
  state: string;
}

/** A held batch with what is held against it and what it says. */
export interface HeldDetail extends Held {
  /** The readings, the first thousand; none once destroyed. */
  sample: NamedReading[];
  /** Each reason in words. */
  why: string[];
}

/** The span of the readings of a batch that is held and undecided. */
export interface HeldSpan {
  /** Time of its first reading. */
  from: string;
  /** Which batch. */
  held: string;
  /** Names of the reasons. */
  reasons: string[];
  /** Time of its last one. */
  to: string;
}

/** Who I am at a provider. */
export interface Identity {
  /** Since when. */
  created_at: string;
  /** Which; says nothing to anybody else. */
  id: string;
  /** What people call it. */
  name: string;
  /** At which provider. */
  provider: string;
}

/** What an import did. */
export interface Imported {
  /** Devices that are new. */
  added: number;
  /** Devices that were registered before; their vouchers were extended where the new ones are longer. */
  known: number;
}

/** Where a device goes. */
export interface Install {
  /** Into which project. */
  project: string;
  /** At which site. */
  site: string;
}

/** An invitation. */
export interface Invitation {
  /** Who is invited. */
  address?: string | null;
  /** Since when. */
  created_at: string;
  /** Until when it can be taken up. */
  expires_at: string;
  /** Which. */
  id: string;
  /** The organization that they come with. */
  organization?: string | null;
  /** What they are given once they join. */
  roles: NewRole[];
  /** open, used, revoked or expired. */
  state: string;
}

/** An invitation with its link: shown in this answer and never again. */
export interface InvitationLink extends Invitation {
  /** Opens it, once. Absent where it was sent: it is for the eyes of who has the address. */
  link?: string | null;
  /** Whether it was sent to the address. */
  sent: boolean;
}

/** Work that was set going. */
export interface Job {
  /** Since when. */
  created_at: string;
  /** Devices on which it is done. */
  done: number;
  /** Devices on which it failed. */
  failed: number;
  /** When it was done or stopped. */
  finished_at?: string | null;
  /** Which. */
  id: string;
  /** What is done. */
  kind: string;
  /** Who set it going: `person/…` or `key/…`. It goes on with their rights, and ends with them. */
  made_by: string;
  /** What they are called. */
  made_by_name?: string | null;
  /** Why. */
  reason?: string;
  /** waiting, running, stopping, stopped or done. */
  state: string;
  /** Where the devices should come to. */
  target: JobTarget;
  /** Devices in all. */
  total: number;
}

/** A device on which it failed. */
export interface JobFailure {
  /** Which. */
  device: string;
  /** The maker's number of it. */
  serial?: string | null;
  /** The status that asking for this one device would have had. */
  status: number;
  /** Why, in words. */
  text: string;
}

/** Where devices should come to. */
export interface JobTarget {
  /** Into which group. */
  group?: string | null;
  /** Whose they should become. */
  organization?: string | null;
  /** Into which project they should come. */
  project?: string | null;
  /** To which site. */
  site?: string | null;
}

/** Who joins. */
export interface JoinPasskey {
  /** Their e-mail address, where the invitation names none. */
  address?: string | null;
  /** The flow. */
  flow: string;
  /** BCP 47; English when absent. */
  language?: string | null;
  /** Their name. */
  name?: string;
}

/** Who joins, or sets a new password. */
export interface JoinPassword {
  /** Their e-mail address, where the invitation names none. */
  address?: string | null;
  /** The factor beside it: totp when absent. */
  factor?: string | null;
  /** The flow. */
  flow: string;
  /** BCP 47; English when absent. */
  language?: string | null;
  /** Their name. */
  name?: string;
  /** The password. */
  password: string;
  /** A telephone number (E.164), for sms. */
  phone?: string | null;
}

/** Who joins through a provider. */
export interface JoinProvider {
  /** Their e-mail address, where the invitation names none. */
  address?: string | null;
  /** The flow. */
  flow: string;
  /** BCP 47; that of the invitation when absent. */
  language?: string | null;
  /** Their name. */
  name: string;
  /** Which provider. */
  provider: string;
}

/** A key of a program, without its secret. */
export interface Key {
  /** The service account that it belongs to. */
  account?: string | null;
  /** Since when. */
  created_at: string;
  /** One device only. */
  device?: string | null;
  /** Until when. */
  expires_at?: string | null;
  /** Inside which group of devices only. */
  group?: string | null;
  /** Which. */
  id: string;
  /** What it is for. */
  name: string;
  /** Inside which organization; absent: the whole deployment. */
  organization?: string | null;
  /** Inside which project only. */
  project?: string | null;
  /** When it was revoked. */
  revoked_at?: string | null;
  /** Sensitive actions that it was given explicitly. */
  rights: string[];
  /** What it may do. */
  role: string;
  /** Its last use, to the minute. */
  used_at?: string | null;
  /** The address that it was last used from. */
  used_from?: string | null;
}

/** A key with its secret: shown in this answer and never again. */
export interface KeySecret extends Key {
  /** The bearer token to send. */
  secret: string;
}

/** The latest reading of each metric of a device. */
export interface Latest {
  /** Sorted by metric. */
  readings: NamedReading[];
}

/** A message in the outbox, without what it says. */
export interface Letter {
  /** mail, sms or webhook. */
  channel: string;
  /** Since when. */
  created_at: string;
  /** When it is tried next; absent once it is sent or dead. */
  due_at?: string | null;
  /** Why the last try did not deliver it. */
  error?: string | null;
  /** After when it is not sent any more: what it carries has an end. */
  expires_at?: string | null;
  /** Which. */
  id: string;
  /** invitation, code, reset-link, new-sign-in, key-expiring, factor-removed, factor-changed, break-glass, quarantine-cause, refused-device, clone-seen or test. */
  kind: string;
  /** Of which organization; absent: the deployment's own. */
  organization?: string | null;
  /** When it was sent or given up. */
  settled_at?: string | null;
  /** waiting, sent or dead. */
  state: string;
  /** The recipient, masked; for a webhook its id. */
  to: string;
  /** Tries so far, since it was last put to wait. */
  tries: number;
}

/** The smallest and greatest value that a project takes for possible. */
export interface Limits {
  /** The greatest. */
  max: number;
  /** The smallest. */
  min: number;
}

/** One event, as it stands in `data`. Its `id` is its place in the journal, its `event` is `type`. */
export type LiveEvent = {
  /** When the server received it. */
  at: string;
  /** How many readings. */
  count: number;
  /** Whose. */
  device: string;
  /** The newest value of each metric in it, sorted by metric. */
  latest: LiveValue[];
  type: "reading";
} | {
  /** Whose. */
  device: string;
  /** Which. */
  held: string;
  /** Names of the reasons. */
  reasons: string[];
  type: "held";
} | {
  /** released or destroyed. */
  decision: string;
  /** Which. */
  held: string;
  type: "decided";
} | {
  /** Which. */
  device: string;
  /** Its state after the change. */
  state: string;
  type: "device";
} | {
  /** Which. */
  id: string;
  /** site, group, dashboard or project. */
  noun: string;
  type: "changed";
} | {
  /** In words. */
  reason: string;
  type: "behind";
};

/** The newest value of one metric in a batch. */
export interface LiveValue {
  /** What was measured. */
  metric: string;
  /** When. */
  time: string;
  /** In which unit; null: without. */
  unit?: string | null;
  /** What was read. */
  value: unknown;
}

/** Which factor somebody lost. */
export interface LostFactor {
  /** passkeys, totp, phone, mail, recovery-codes, password or identities. */
  factor: string;
  /** Why, for the record. */
  reason: string;
}

/** A maker of devices. */
export interface Maker {
  /** Since when it is known here. */
  created_at: string;
  /** Devices of it that are registered. */
  devices: number;
  /** Which. */
  id: string;
  /** What it is called. */
  name: string;
  /** SHA-256 of its root certificate, hexadecimal. */
  root: string;
}

/** A maker and the two keys it is known by. */
export interface MakerRecord {
  /** Which. */
  id: string;
  /** What people call it. */
  name: string;
  /** The root above its birth certificates, PEM. */
  root_pem: string;
  /** The key that signs vouchers and work orders, base64 of a COSE_Key. */
  voucher_key: string;
}

/** What a project expects of one metric. */
export interface MetricDeclaration {
  /** How often it is read, in seconds. */
  period_s?: number | null;
  /** Smallest and greatest physically possible value. */
  range?: number[] | null;
  /** Unit by the SenML registry (RFC 8428 §12.1), for example `Cel`, `W`, `%RH`; absent: readings carry none. */
  unit?: string | null;
}

/** How many devices of a model. */
export interface ModelCount {
  /** How many. */
  count: number;
  /** The maker's name for the kind. */
  model: string;
}

/** A reading of a named metric. */
export interface NamedReading {
  /** What was measured. */
  metric: string;
  /** When. */
  time: string;
  /** In which unit. */
  unit?: string | null;
  /** What was read. */
  value: unknown;
}

/** A telephone number or mailbox to be confirmed. */
export interface NewAddress {
  /** A telephone number (E.164) or an e-mail address. */
  to: string;
}

/** A role of an organization's own to be. */
export interface NewCustomRole {
  /** What it gives, by name, for example `device.read`. */
  actions: string[];
  /** What people call it. */
  name: string;
}

/** A dashboard to be. */
export interface NewDashboard {
  /** What people call it. */
  name: string;
  /** At most 64. */
  tiles: Tile[];
}

/** An emergency. */
export interface NewGlass {
  /** Over which organization; absent: the whole deployment. */
  organization?: string | null;
  /** Why: every owner and administrator is told. */
  reason: string;
}

/** A group of devices to be. */
export interface NewGroup {
  /** What people call it. */
  name: string;
  /** Below which group; absent: at the top. */
  parent?: string | null;
}

/** A guard rail to be: one `forbid` in Cedar, or the simple form. */
export interface NewGuard {
  /** One `forbid` in Cedar, checked strictly against the schema. */
  cedar?: string | null;
  /** The simple form: these actions are forbidden. */
  forbid?: string[];
  /** What people call it. */
  name: string;
  /** The simple form: only outside these networks (CIDR); empty: everywhere. */
  outside?: string[];
}

/** Somebody to be invited. */
export interface NewInvitation {
  /** Their e-mail address. The link is sent there where mail is set up. */
  address: string;
  /** Days that the link is good for, 1 to 30; 7 when absent. */
  days?: number | null;
  /** BCP 47; the language of the message. English when absent. */
  language?: string | null;
  /** The organization that they come with; absent: the deployment's own people. */
  organization?: string | null;
  /** What they are given once they join. */
  roles: NewRole[];
}

/** Work to be done. */
export interface NewJob extends JobTarget {
  /** On which devices; at most 10,000. */
  devices: string[];
  /** claim, install, suspend, resume, revoke, retire or group. */
  kind: string;
  /** To claim: the texts of their labels, of those that have one; at most 1,000. What is no label of its device is refused. */
  labels?: Record<string, string>;
  /** Why, for the record; claiming, installing and grouping need none. */
  reason?: string | null;
}

/** A key to be, for a program. */
export interface NewKey {
  /** The service account that it belongs to. */
  account?: string | null;
  /** One device only. */
  device?: string | null;
  /** Until when (RFC 3339); absent: no end. */
  expires_at?: string | null;
  /** Inside which group of devices only. */
  group?: string | null;
  /** What it is for, in words. */
  name: string;
  /** Inside which organization; absent: the whole deployment. */
  organization?: string | null;
  /** Inside which project only. */
  project?: string | null;
  /** Sensitive actions of its role that it may do, since no program can prove presence: for example `device.revoke`. */
  rights?: string[];
  /** A standard role, or the id of one of the organization's own. */
  role: string;
}

/** A company to be. */
export interface NewOrganization {
  /** What people call it. */
  name: string;
}

/** A new password. */
export interface NewPassword {
  /** The password. */
  password: string;
}

/** A project to be. */
export interface NewProject {
  /** What people call it. */
  name: string;
  /** Its rules. */
  settings?: ProjectSettings;
}

/** A new identity provider. */
export interface NewProvider {
  /** How it calls this deployment. */
  client_id: string;
  /** Shared with it; absent: a public client, which PKCE alone protects. Kept sealed and never shown. */
  client_secret?: string | null;
  /** Mail domains of its people, to be shown beside the name. They decide nothing. */
  domains?: string[];
  /** Its issuer identifier, as its metadata writes it: an https address. */
  issuer: string;
  /** What people call it. */
  name: string;
}

/** A role that somebody is invited to. */
export interface NewRole {
  /** One device only. */
  device?: string | null;
  /** Until when (RFC 3339); absent: no end. */
  expires_at?: string | null;
  /** Inside which group of devices only. */
  group?: string | null;
  /** Inside which organization; absent: the whole deployment. */
  organization?: string | null;
  /** Inside which project only. */
  project?: string | null;
  /** A standard role, or the id of one of the organization's own. */
  role: string;
}

/** A role to be given to a person. */
export interface NewRoleGrant {
  /** One device only. */
  device?: string | null;
  /** Until when (RFC 3339); absent: no end. */
  expires_at?: string | null;
  /** Inside which group of devices only. */
  group?: string | null;
  /** Inside which organization; absent: the whole deployment. */
  organization?: string | null;
  /** To whom. */
  person: string;
  /** Inside which project only. */
  project?: string | null;
  /** A standard role, or the id of one of the organization's own. */
  role: string;
}

/** A service account to be. */
export interface NewServiceAccount {
  /** What the program is, in words. */
  name: string;
  /** Of which organization; absent: the deployment's own. */
  organization?: string | null;
}

/** A simulated device to be. */
export interface NewSimulated {
  /** At which site of the project. */
  site: string;
}

/** A site to be. */
export interface NewSite {
  /** Latitude and longitude in degrees (WGS 84). */
  location?: number[] | null;
  /** What people call it. */
  name: string;
  /** Networks (CIDR) that its devices speak from; empty: any. */
  networks?: string[];
}

/** A webhook to be. */
export interface NewWebhook {
  /** Kinds of messages it gets; absent or empty: all that may go to a program. */
  kinds?: string[];
  /** What people call it. */
  name: string;
  /** Where it is: an https address of the public network, or of one that the operator allows. */
  url: string;
}

/** A one-time link that was opened. */
export interface OpenLink {
  /** What stands behind the `#` of the link. */
  token: string;
}

/** What a link opens. */
export interface Opened {
  /** The address that was invited, where one was. */
  address?: string | null;
  /** Send it back with the next step. */
  flow: string;
  /** invitation: for somebody new; existing: for somebody with an account, who signs in and accepts; reset. */
  kind: string;
  /** For a reset: whether a second factor is set up anew too, because none is left. */
  needs_factor: boolean;
  /** The organization that invites. */
  organization?: string | null;
  /** For an invitation: identity providers that it can be taken up through. */
  providers?: ProviderName[];
  /** What a password has to be. */
  rules: Record<string, unknown>;
}

/** A work order. */
export interface OrderRecord {
  /** How many devices it allows. */
  count: number;
  /** Which. */
  id: string;
  /** The maker's name for the kind of device. */
  model: string;
  /** The order as signed by the maker: base64 of a COSE_Sign1 (docs/formats/order.cddl). */
  statement: string;
}

/** A company: owner of devices and projects. */
export interface Organization {
  /** Since when. */
  created_at: string;
  /** Which. */
  id: string;
  /** What people call it. */
  name: string;
  /** Its owner key as base64 of a COSE_Key: what makers sign vouchers to. */
  owner_key: string;
}

/** What an organization asks of its people. */
export interface OrganizationRules {
  /** How they sign in. */
  sign_in?: Record<string, unknown>;
  /** Actions that need a second person, by name, for example `device.revoke`. */
  two_people?: string[];
}

/** An action that something else has to be shown for. */
export interface Owed {
  /** What. */
  action: string;
  /** step-up, right or second-person. */
  needs: string;
}

/** One page of a list. */
export interface Page_Approval {
  /** The items. */
  items: Approval[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_CertificateAuthority {
  /** The items. */
  items: CertificateAuthority[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_Dashboard {
  /** The items. */
  items: Dashboard[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_DeviceCertificate {
  /** The items. */
  items: DeviceCertificate[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_DeviceMetric {
  /** The items. */
  items: DeviceMetric[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_Glass {
  /** The items. */
  items: Glass[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_Group {
  /** The items. */
  items: Group[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_GuardRail {
  /** The items. */
  items: GuardRail[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_Held {
  /** The items. */
  items: Held[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_HeldSpan {
  /** The items. */
  items: HeldSpan[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_Invitation {
  /** The items. */
  items: Invitation[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_Job {
  /** The items. */
  items: Job[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_JobFailure {
  /** The items. */
  items: JobFailure[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_Key {
  /** The items. */
  items: Key[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_Letter {
  /** The items. */
  items: Letter[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_Maker {
  /** The items. */
  items: Maker[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_Organization {
  /** The items. */
  items: Organization[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_Person {
  /** The items. */
  items: Person[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_Project {
  /** The items. */
  items: Project[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_Provider {
  /** The items. */
  items: Provider[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_RecordedAct {
  /** The items. */
  items: RecordedAct[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_RoleDetail {
  /** The items. */
  items: RoleDetail[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_RoleGrant {
  /** The items. */
  items: RoleGrant[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_ServiceAccount {
  /** The items. */
  items: ServiceAccount[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_Session {
  /** The items. */
  items: Session[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_SignIn {
  /** The items. */
  items: SignIn[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_Site {
  /** The items. */
  items: Site[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_Webhook {
  /** The items. */
  items: Webhook[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** One page of a list. */
export interface Page_WorkOrder {
  /** The items. */
  items: WorkOrder[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string | null;
}

/** Where something holds. Nothing: the whole deployment. */
export interface Part {
  /** Which device. */
  device?: string | null;
  /** Inside which group of devices. */
  group?: string | null;
  /** Inside which organization. */
  organization?: string | null;
  /** Inside which project. */
  project?: string | null;
}

/** A passkey of somebody. */
export interface Passkey {
  /** Since when. */
  created_at: string;
  /** Which. */
  id: string;
  /** What its owner calls it. */
  name: string;
  /** Its last use. */
  used_at?: string | null;
}

/** A flow goes on with what the browser's authenticator answered. */
export interface PasskeyAnswer {
  /** `credential.toJSON()`. */
  credential: unknown;
  /** The flow. */
  flow: string;
  /** What to call a new passkey. */
  name?: string | null;
}

/** Address and password. */
export interface PasswordSignIn {
  /** E-mail address. */
  address: string;
  /** Password. */
  password: string;
}

/** A person with an account. */
export interface Person {
  /** E-mail address. */
  address: string;
  /** Whether a code that was sent there came back. */
  address_verified: boolean;
  /** Since when. */
  created_at: string;
  /** Since when they are shut out. */
  disabled_at?: string | null;
  /** What they can sign in with: passkey, password, totp, sms, mail. */
  factors: string[];
  /** Which. */
  id: string;
  /** BCP 47. */
  language: string;
  /** Name. */
  name: string;
  /** The organization that they came with. */
  organization?: string | null;
  /** Telephone number, once confirmed. */
  phone?: string | null;
}

/** A problem document (RFC 9457). Every refusal is one. */
export interface Problem {
  /** For devices: how each admission check went. */
  checks?: CheckOutcome[];
  /** Which check failed, what was kept and what to do. */
  detail: string;
  /** Names this request in the server's log. */
  request_id: string;
  /** The HTTP status. */
  status: number;
  /** The kind in words. */
  title: string;
  /** A stable name of the kind, as a relative URI. */
  type: string;
  [more: string]: unknown;
}

/** Who I am. */
export interface Profile extends Person {
  /** Until when presence counts as fresh. */
  fresh_until: string;
  /** Who I am at identity providers. */
  identities?: Identity[];
  /** Passkeys. */
  passkeys: Passkey[];
  /** Recovery codes that are left. */
  recovery_codes_left: number;
  /** What the organizations ask of sign-in, all together. */
  rules: Record<string, unknown>;
  /** The session that asks. */
  session: string;
}

/** A data sandbox inside an organization. */
export interface Project {
  /** Since when. */
  created_at: string;
  /** Which. */
  id: string;
  /** What people call it. */
  name: string;
  /** Whose. */
  organization: string;
  /** Its rules. */
  settings: ProjectSettings;
}

/** The rules of a project. Absent members keep their defaults. */
export interface ProjectSettings {
  /** Every metric that may be sent, by name. */
  metrics?: Record<string, MetricDeclaration>;
  /** Whether each batch must name the one before it. */
  prev_required?: boolean;
  /** How long readings are kept, in days. */
  retention_days?: number;
}

/** An identity provider, without its secret. */
export interface Provider {
  /** How it calls this deployment. */
  client_id: string;
  /** Whether there is a client secret. */
  confidential: boolean;
  /** Since when. */
  created_at: string;
  /** Mail domains of its people, for display. */
  domains: string[];
  /** Which. */
  id: string;
  /** Its issuer identifier. */
  issuer: string;
  /** What people call it. */
  name: string;
  /** Of which organization. */
  organization: string;
  /** What to register there as redirect URI. */
  redirect_uri: string;
}

/** Where to send the browser. The answer comes back to `/oidc/callback`, and counts in this browser alone. */
export interface ProviderBegun {
  /** The provider's page. */
  url: string;
}

/** A provider that an invitation can be taken up through. */
export interface ProviderName {
  /** Mail domains of its people, for display. */
  domains: string[];
  /** Which. */
  id: string;
  /** What people call it. */
  name: string;
}

/** Which provider. */
export interface ProviderWish {
  /** Which. */
  provider: string;
}

/** One reading of the asked metric. */
export interface Reading {
  /** Index in the journal of the batch it came in. */
  index: number;
  /** When. */
  time: string;
  /** What was read. */
  value: unknown;
}

/** Readings between two instants, in time order. Streamed: one row after the other. */
export interface Readings {
  /** Where to go on when the limit cut the answer: the next `from`. */
  next_from?: string | null;
  /** The readings. */
  readings: Reading[];
}

/** One act. */
export interface RecordedAct extends Part {
  /** When, by the server's clock. */
  at: string;
  /** What changed, with `before` and `after` where something was there before. */
  detail?: Record<string, unknown>;
  /** Who. */
  doer: ActDoer;
  /** Its leaf in the tree. */
  index: number;
  /** To what: an id. */
  object: string;
  /** What, as `noun.verb`. */
  verb: string;
}

/** Recovery codes. Shown once; earlier ones stop working. */
export interface RecoveryCodes {
  /** Each opens the account one time in place of a second factor. */
  codes: string[];
}

/** What a factory hands over with a work order: the maker, the order, and a voucher per device. */
export interface RegistryImport {
  /** The devices. */
  devices: DeviceRecord[];
  /** Who made the devices. */
  maker: MakerRecord;
  /** Under which order. */
  order: OrderRecord;
}

/** Everything that the caller may do at one place. */
export interface Rights {
  /** What may be done as it is. */
  may: string[];
  /** What may be done once something else is shown. */
  owes: Owed[];
  /** Whose: `person/…` or `key/…`. */
  principal: string;
}

/** What a role gives from now on. */
export interface RoleActions {
  /** All of it. */
  actions: string[];
}

/** A role with everything that it gives. */
export interface RoleDetail {
  /** What it gives. */
  actions: string[];
  /** Since when, if it is the organization's own. */
  created_at?: string | null;
  /** Whether it is for programs alone. */
  for_programs: boolean;
  /** What people call it. */
  name: string;
  /** A standard role's name, or the id of one of the organization's own. */
  role: string;
  /** Whether it comes with Fieldkeep. */
  standard: boolean;
}

/** A role that a person was given. */
export interface RoleGrant extends Part {
  /** Since when. */
  created_at: string;
  /** Until when. */
  expires_at?: string | null;
  /** Which. */
  id: string;
  /** By whom: `person/…`, `key/…`, `glass/…` or `server`. */
  made_by: string;
  /** To whom. */
  person: string;
  /** When it was taken back. */
  revoked_at?: string | null;
  /** What. */
  role: string;
}

/** Where to send a code. */
export interface SendCode {
  /** sms or mail. */
  factor: string;
  /** The flow. */
  flow: string;
}

/** A program with keys of its own. Disabling it stops all of them at once. */
export interface ServiceAccount {
  /** Since when. */
  created_at: string;
  /** Since when it is shut out. */
  disabled_at?: string | null;
  /** Which. */
  id: string;
  /** What the program is. */
  name: string;
  /** Of which organization. */
  organization?: string | null;
}

/** A session of somebody. */
export interface Session {
  /** The browser, as it calls itself. */
  agent: string;
  /** Since when. */
  created_at: string;
  /** Whether it is the one that asks. */
  current: boolean;
  /** When it ends by itself. */
  expires_at: string;
  /** Which. */
  id: string;
  /** passkey, totp, sms, mail, recovery or oidc. */
  method: string;
  /** From where. */
  network: string;
  /** Last use, to the minute. */
  used_at: string;
}

/** How far it is. Counts are of what the caller could list, and stop at 500 where lists have pages of so many. */
export interface Setup {
  /** The address that people reach the console at from other machines. */
  address: string;
  /** What a device's agent needs. */
  agent: SetupAgent;
  /** Where the certificate comes from that browsers are shown. */
  certificate: CertificateSource;
  /** Through which door this request came. */
  console: ConsoleDoor;
  /** Devices that the caller may see: all of them are counted. */
  devices: number;
  /** Whether e-mail or SMS is set up. */
  mail: boolean;
  /** Organizations that the caller may see. */
  organizations: number;
  /** People that the caller may see. */
  people: number;
  /** Projects that the caller may see. */
  projects: number;
  /** Whether one of these devices has sent readings. */
  readings: boolean;
  /** Whether this server can run simulated devices. */
  simulated: boolean;
}

/** What a device's agent needs. */
export interface SetupAgent {
  /** The name of the agent's program. */
  command: string;
  /** The address that devices call, with its port. */
  server: string;
}

/** A sign-in, or one that failed. */
export interface SignIn {
  /** The browser, as it calls itself. */
  agent: string;
  /** When. */
  at: string;
  /** passkey, password, totp, sms, mail, recovery or oidc. */
  method: string;
  /** From where. */
  network: string;
  /** accepted or refused. */
  outcome: string;
}

/** A session was begun or strengthened: the cookie is in the answer's headers. */
export interface SignedIn {
  /** When the session ends by itself. */
  expires_at: string;
  /** Until when presence counts as fresh. */
  fresh_until: string;
  /** Who. */
  person: string;
  /** Shown once: each opens the account one time in place of a second factor. */
  recovery_codes?: string[];
}

/** A simulated device: installed, and its agent runs. */
export interface Simulated {
  /** Which. */
  device: string;
}

/** A place inside a project. */
export interface Site {
  /** Which. */
  id: string;
  /** Latitude and longitude in degrees (WGS 84). */
  location?: number[] | null;
  /** What people call it. */
  name: string;
  /** Networks that its devices speak from; empty: any. */
  networks: string[];
  /** Where. */
  project: string;
}

/** What one metric did over many devices inside one step. */
export interface Step {
  /** How many numbers. */
  count: number;
  /** The greatest. */
  max: number;
  /** Their mean. */
  mean: number;
  /** The smallest. */
  min: number;
  /** Its start. */
  start: string;
  /** Their sum. */
  sum: number;
}

/** How to prove presence. */
export interface StepUpWish {
  /** sms or mail: have a code sent. Absent: a code of the authenticator app. */
  factor?: string | null;
}

/** An aggregate. Empty steps are left out. */
export interface Steps {
  /** Length of a step in seconds. */
  step_s: number;
  /** In time order. */
  steps: Step[];
}

/** One tile on a grid of twelve columns. */
export interface Tile {
  /** Rows, 1 to 24. */
  h: number;
  /** Names it within its dashboard: 1 to 40 letters, digits and hyphens. */
  id: string;
  /** value, chart, state, table, map or note. */
  kind: string;
  /** Of which model the devices of a table or a state are. */
  model?: string | null;
  /** The span of a chart, such as `24h`, `7d`; at most 64 characters. */
  range?: string | null;
  /** What it shows; at most 16. */
  series?: TileSeries[];
  /** Of which site. */
  site?: string | null;
  /** The text of a note; at most 4000 characters. */
  text?: string | null;
  /** What stands above it; at most 100 characters. */
  title?: string | null;
  /** Columns, 1 to 12. */
  w: number;
  /** First column, 0 to 11. */
  x: number;
  /** First row, 0 to 999. */
  y: number;
}

/** One line of a chart, or the one value of a tile. */
export interface TileSeries {
  /** Whose. */
  device: string;
  /** Which metric. */
  metric: string;
}

/** The secret of an authenticator app. Shown once. */
export interface TotpSecret {
  /** Base32. */
  secret: string;
  /** For a QR code. */
  uri: string;
}

/** A program outside that is told of an organization's events, without its secret. */
export interface Webhook {
  /** Since when. */
  created_at: string;
  /** Which. */
  id: string;
  /** Kinds of messages it gets. */
  kinds: string[];
  /** What people call it. */
  name: string;
  /** Of which organization. */
  organization: string;
  /** Where it is. */
  url: string;
}

/** A webhook with its signing secret: shown in this answer and never again. */
export interface WebhookSecret extends Webhook {
  /** `whsec_` and base64: the key of HMAC-SHA-256 over `webhook-id.webhook-timestamp.body`. */
  secret: string;
}

/** A work order: so many devices of a model, and how far they have come. */
export interface WorkOrder {
  /** How many of these have an owner. */
  claimed: number;
  /** How many may be made. */
  count: number;
  /** When it was registered. */
  created_at: string;
  /** How many of these were revoked or retired. */
  ended: number;
  /** Which. */
  id: string;
  /** How many of these are installed. */
  installed: number;
  /** How many are registered. */
  made: number;
  /** Whose. */
  maker: string;
  /** What its maker is called. */
  maker_name: string;
  /** The maker's name for what is made. */
  model: string;
}

/** Every path below /api/v1, with what each method takes and answers. */
export interface Paths {
  "/access/explain": {
    /** Explain why somebody may do something, or may not. */
    get: {
      params: undefined;
      query: {
        /** `me`, `person/…` or `key/…`; `me` when absent. */
        principal?: string;
        /** Which action, by name. */
        action: string;
        /** In which organization; nothing else: the whole deployment. */
        organization?: string | null;
        /** In which project. */
        project?: string | null;
        /** In which group of devices. */
        group?: string | null;
        /** To which device. */
        device?: string | null;
      };
      body: undefined;
      answer: Explanation;
    };
  };
  "/access/rights": {
    /** List what the caller may do at a place. */
    get: {
      params: undefined;
      query: {
        /** In which organization; nothing else: the whole deployment. */
        organization?: string | null;
        /** In which project. */
        project?: string | null;
        /** In which group of devices. */
        group?: string | null;
        /** To which device. */
        device?: string | null;
      };
      body: undefined;
      answer: Rights;
    };
  };
  "/acts": {
    /** Who did what, the newest first. */
    get: {
      params: undefined;
      query: {
        /** In this organization. */
        organization?: string | null;
        /** In this project. */
        project?: string | null;
        /** On this object: an id. */
        object?: string | null;
        /** By `person/…`, `key/…`, `device/…` or `server`. */
        doer?: string | null;
        /** Of this kind, or with a dot at its end every one that begins so: `device.install`, `device.`. */
        verb?: string | null;
        /** Items on the page, 1 to 500; 100 when absent. */
        limit?: number | null;
        /** The `next` of the page before: older ones follow. */
        before?: string | null;
      };
      body: undefined;
      answer: Page_RecordedAct;
    };
  };
  "/approvals": {
    /** List what waits for a second person: what the caller could decide, and what they asked themselves. */
    get: {
      params: undefined;
      query: {
        /** waiting, agreed, refused, used or expired; absent: waiting. */
        state?: string | null;
        /** Items on the page, 1 to 500; 100 when absent. */
        limit?: number | null;
        /** The `next` of the page before. */
        after?: string | null;
      };
      body: undefined;
      answer: Page_Approval;
    };
  };
  "/approvals/{approval}/agree": {
    /** Agree, as the second person, to exactly what was asked. It can be used once, within the hour. */
    post: {
      params: {
        approval: string;
      };
      query: undefined;
      body: Because;
      answer: void;
    };
  };
  "/approvals/{approval}/refuse": {
    /** Refuse it. */
    post: {
      params: {
        approval: string;
      };
      query: undefined;
      body: Because;
      answer: void;
    };
  };
  "/authorities": {
    /** List the authorities that certificates lead to. */
    get: {
      params: undefined;
      query: undefined;
      body: undefined;
      answer: Page_CertificateAuthority;
    };
  };
  "/certificates": {
    /** List certificates of devices, those that end first first. */
    get: {
      params: undefined;
      query: {
        /** Of this organization. */
        organization?: string | null;
        /** valid, expiring (within 14 days), expired or revoked; absent: valid and expiring. */
        state?: string | null;
        /** Items on the page, 1 to 500; 100 when absent. */
        limit?: number | null;
        /** The `next` of the page before. */
        after?: string | null;
      };
      body: undefined;
      answer: Page_DeviceCertificate;
    };
  };
  "/dashboards/{dashboard}": {
    /** Show a dashboard. */
    get: {
      params: {
        dashboard: string;
      };
      query: undefined;
      body: undefined;
      answer: Dashboard;
    };
    /** Change a dashboard, if nobody else did since it was read. */
    put: {
      params: {
        dashboard: string;
      };
      query: undefined;
      body: ChangedDashboard;
      answer: Dashboard;
    };
  };
  "/dashboards/{dashboard}/remove": {
    /** Remove a dashboard with its versions. */
    post: {
      params: {
        dashboard: string;
      };
      query: undefined;
      body: undefined;
      answer: void;
    };
  };
  "/dashboards/{dashboard}/versions": {
    /** The versions of a dashboard, the newest first; the last fifty are kept. */
    get: {
      params: {
        dashboard: string;
      };
      query: undefined;
      body: undefined;
      answer: Page_Dashboard;
    };
  };
  "/devices": {
    /** List devices. */
    get: {
      params: undefined;
      query: {
        /** Of this organization. */
        organization?: string | null;
        /** In this project. */
        project?: string | null;
        /** In this group, or one below it. */
        group?: string | null;
        /** In this state. */
        state?: string | null;
        /** Items on the page, 1 to 1,000; 100 when absent. */
        limit?: number | null;
        /** The `next` of the page before. */
        after?: string | null;
        /** With this text in serial, model or id; letters count alike whether large or small. */
        q?: string | null;
        /** At this site. */
        site?: string | null;
        /** Of exactly this model. */
        model?: string | null;
        /** online, stale, offline or never. */
        freshness?: string | null;
        /** Made under this work order. */
        work_order?: string | null;
        /** true: with held batches that nobody has decided about; false: without. Only devices in projects where you may see what is held. */
        held?: boolean | null;
        /** serial, model, state, seen or made; absent: by id. */
        sort?: string | null;
        /** asc or desc; asc when absent. */
        order?: string | null;
      };
      body: undefined;
      answer: DevicePage;
    };
  };
  "/devices/{device}": {
    /** Show a device. */
    get: {
      params: {
        device: string;
      };
      query: undefined;
      body: undefined;
      answer: Device;
    };
  };
  "/devices/{device}/buckets": {
    /** One metric reduced to `px` buckets: minimum, maximum, mean, count, first and last of each. As bytes (docs/formats/buckets.md) for `Accept: application/vnd.fieldkeep.buckets`. */
    get: {
      params: {
        device: string;
      };
      query: {
        /** Which metric. */
        metric: string;
        /** From when, RFC 3339, included. */
        from: string;
        /** Until when, RFC 3339, excluded. */
        to: string;
        /** Reduce to this many buckets of equal length; absent: every reading. */
        px?: number | null;
        /** At most so many readings, up to 200,000. */
        limit?: number | null;
      };
      body: undefined;
      answer: Buckets;
    };
  };
  "/devices/{device}/claim": {
    /** Claim a device for an organization. The device finishes the claim itself. */
    post: {
      params: {
        device: string;
      };
      query: undefined;
      body: Claim;
      answer: void;
    };
  };
  "/devices/{device}/group": {
    /** Put a device into a group of its project, or take it out. */
    put: {
      params: {
        device: string;
      };
      query: undefined;
      body: Arrange;
      answer: Device;
    };
  };
  "/devices/{device}/held-spans": {
    /** List the spans of a device's readings that are held and undecided, as far as they overlap a window; of its newest 500. */
    get: {
      params: {
        device: string;
      };
      query: {
        /** From when, RFC 3339, included. */
        from: string;
        /** Until when, RFC 3339, excluded. */
        to: string;
      };
      body: undefined;
      answer: Page_HeldSpan;
    };
  };
  "/devices/{device}/identity": {
    /** What a device proves itself by: certificates and keys, without secrets. */
    get: {
      params: {
        device: string;
      };
      query: undefined;
      body: undefined;
      answer: DeviceIdentity;
    };
  };
  "/devices/{device}/install": {
    /** Install a device at a site. It must have said hello within the last ten minutes. */
    post: {
      params: {
        device: string;
      };
      query: undefined;
      body: Install;
      answer: Device;
    };
  };
  "/devices/{device}/latest": {
    /** The latest reading of each metric of a device. */
    get: {
      params: {
        device: string;
      };
      query: undefined;
      body: undefined;
      answer: Latest;
    };
  };
  "/devices/{device}/metrics": {
    /** What a device has measured: each metric with its limits and its first and last time. */
    get: {
      params: {
        device: string;
      };
      query: undefined;
      body: undefined;
      answer: Page_DeviceMetric;
    };
  };
  "/devices/{device}/readings": {
    /** Readings of one metric between two instants, streamed in time order. */
    get: {
      params: {
        device: string;
      };
      query: {
        /** Which metric. */
        metric: string;
        /** From when, RFC 3339, included. */
        from: string;
        /** Until when, RFC 3339, excluded. */
        to: string;
        /** Reduce to this many buckets of equal length; absent: every reading. */
        px?: number | null;
        /** At most so many readings, up to 200,000. */
        limit?: number | null;
      };
      body: undefined;
      answer: Readings;
    };
  };
  "/devices/{device}/resume": {
    /** Let a held device go on. */
    post: {
      params: {
        device: string;
      };
      query: undefined;
      body: Because;
      answer: Device;
    };
  };
  "/devices/{device}/retire": {
    /** Take a device out of use. */
    post: {
      params: {
        device: string;
      };
      query: undefined;
      body: Because;
      answer: Device;
    };
  };
  "/devices/{device}/revoke": {
    /** Withdraw a device's certificates and keys for good. */
    post: {
      params: {
        device: string;
      };
      query: undefined;
      body: Because;
      answer: Device;
    };
  };
  "/devices/{device}/suspend": {
    /** Hold a device: its connections close, its readings are refused until it is resumed. */
    post: {
      params: {
        device: string;
      };
      query: undefined;
      body: Because;
      answer: Device;
    };
  };
  "/events": {
    /** Follow what happens in a project (server-sent events). Each event stands in `data` as JSON; `Last-Event-ID` goes on where a broken stream ended. */
    get: {
      params: undefined;
      query: {
        /** Which project. */
        project: string;
        /** The last `id` that was received, for clients that cannot set the header `Last-Event-ID`; the header counts first. */
        last_event_id?: number | null;
      };
      body: undefined;
      answer: string;
    };
  };
  "/fleet/summary": {
    /** Count the devices that you may see, by state, freshness and model. */
    get: {
      params: undefined;
      query: {
        /** Of this organization. */
        organization?: string | null;
        /** In this project. */
        project?: string | null;
        /** At this site. */
        site?: string | null;
        /** Of this model. */
        model?: string | null;
        /** In this state. */
        state?: string | null;
      };
      body: undefined;
      answer: FleetSummary;
    };
  };
  "/glass": {
    /** List emergencies, past and present. */
    get: {
      params: undefined;
      query: {
        /** Items on the page, 1 to 500; 100 when absent. */
        limit?: number | null;
        /** The `next` of the page before. */
        after?: string | null;
      };
      body: undefined;
      answer: Page_Glass;
    };
    /** Open the glass, as the first custodian. A second one has ten minutes to confirm. */
    post: {
      params: undefined;
      query: undefined;
      body: NewGlass;
      answer: Glass;
    };
  };
  "/glass/{glass}/confirm": {
    /** Confirm, as the second custodian: both own the scope for an hour, and its owners and administrators are told. */
    post: {
      params: {
        glass: string;
      };
      query: undefined;
      body: undefined;
      answer: Glass;
    };
  };
  "/glass/{glass}/end": {
    /** End it early. */
    post: {
      params: {
        glass: string;
      };
      query: undefined;
      body: Because;
      answer: void;
    };
  };
  "/grants": {
    /** List who holds which role. */
    get: {
      params: undefined;
      query: {
        /** Of this person. */
        person?: string | null;
        /** Inside this organization. */
        organization?: string | null;
        /** Items on the page, 1 to 500; 100 when absent. */
        limit?: number | null;
        /** The `next` of the page before. */
        after?: string | null;
      };
      body: undefined;
      answer: Page_RoleGrant;
    };
    /** Give a role to a person: nothing that the caller does not hold, and for no longer. */
    post: {
      params: undefined;
      query: undefined;
      body: NewRoleGrant;
      answer: RoleGrant;
    };
  };
  "/grants/{grant}/revoke": {
    /** Take a role back, at once. */
    post: {
      params: {
        grant: string;
      };
      query: undefined;
      body: Because;
      answer: void;
    };
  };
  "/guards/{guard}/remove": {
    /** Remove a guard rail. */
    post: {
      params: {
        guard: string;
      };
      query: undefined;
      body: undefined;
      answer: void;
    };
  };
  "/health": {
    /** How the deployment is, looked at now. */
    get: {
      params: undefined;
      query: undefined;
      body: undefined;
      answer: Health;
    };
  };
  "/invitations": {
    /** List invitations, without their links. */
    get: {
      params: undefined;
      query: {
        /** Items on the page, 1 to 500; 100 when absent. */
        limit?: number | null;
        /** The `next` of the page before. */
        after?: string | null;
      };
      body: undefined;
      answer: Page_Invitation;
    };
    /** Invite somebody. The link is shown once, and sent where mail is set up. */
    post: {
      params: undefined;
      query: undefined;
      body: NewInvitation;
      answer: InvitationLink;
    };
  };
  "/invitations/{invitation}/revoke": {
    /** Withdraw an invitation. */
    post: {
      params: {
        invitation: string;
      };
      query: undefined;
      body: undefined;
      answer: void;
    };
  };
  "/jobs": {
    /** List one's own work, and what stands in a record that one may read. */
    get: {
      params: undefined;
      query: {
        /** waiting, running, stopping, stopped or done. */
        state?: string | null;
        /** Items on the page, 1 to 500; 100 when absent. */
        limit?: number | null;
        /** The `next` of the page before. */
        after?: string | null;
      };
      body: undefined;
      answer: Page_Job;
    };
    /** Set work on many devices going. Each is asked about by itself, when its turn comes. */
    post: {
      params: undefined;
      query: undefined;
      body: NewJob;
      answer: Job;
    };
  };
  "/jobs/{job}": {
    /** How far it is. */
    get: {
      params: {
        job: string;
      };
      query: undefined;
      body: undefined;
      answer: Job;
    };
  };
  "/jobs/{job}/failures": {
    /** The devices on which it failed, and why. */
    get: {
      params: {
        job: string;
      };
      query: {
        /** Items on the page, 1 to 500; 100 when absent. */
        limit?: number | null;
        /** The `next` of the page before. */
        after?: string | null;
      };
      body: undefined;
      answer: Page_JobFailure;
    };
  };
  "/jobs/{job}/retry": {
    /** Try again what failed, and what was left when it was stopped. */
    post: {
      params: {
        job: string;
      };
      query: undefined;
      body: undefined;
      answer: Job;
    };
  };
  "/jobs/{job}/stop": {
    /** Stop after the device that is at hand. */
    post: {
      params: {
        job: string;
      };
      query: undefined;
      body: undefined;
      answer: Job;
    };
  };
  "/join": {
    /** Open a one-time link: an invitation or a reset. */
    post: {
      params: undefined;
      query: undefined;
      body: OpenLink;
      answer: Opened;
    };
  };
  "/join/confirm": {
    /** Join with a password once the factor beside it works: the account is made and signed in. */
    post: {
      params: undefined;
      query: undefined;
      body: CodeAnswer;
      answer: SignedIn;
    };
  };
  "/join/oidc/begin": {
    /** Begin to take an invitation up through an identity provider of the organization that invites. */
    post: {
      params: undefined;
      query: undefined;
      body: JoinProvider;
      answer: ProviderBegun;
    };
  };
  "/join/passkey": {
    /** Join with a passkey: the account is made and signed in. */
    post: {
      params: undefined;
      query: undefined;
      body: PasskeyAnswer;
      answer: SignedIn;
    };
  };
  "/join/passkey/begin": {
    /** Ask for the passkey of a new account. */
    post: {
      params: undefined;
      query: undefined;
      body: JoinPasskey;
      answer: Begun;
    };
  };
  "/join/password": {
    /** Choose a password and the factor beside it. 204: a reset is done, sign in with your second factor. */
    post: {
      params: undefined;
      query: undefined;
      body: JoinPassword;
      answer: Begun | void;
    };
  };
  "/keys": {
    /** List keys, without their secrets. */
    get: {
      params: undefined;
      query: {
        /** Of this organization. */
        organization?: string | null;
        /** Of this service account. */
        account?: string | null;
        /** Items on the page, 1 to 500; 100 when absent. */
        limit?: number | null;
        /** The `next` of the page before. */
        after?: string | null;
      };
      body: undefined;
      answer: Page_Key;
    };
    /** Make a key for a program. Its secret is shown once. */
    post: {
      params: undefined;
      query: undefined;
      body: NewKey;
      answer: KeySecret;
    };
  };
  "/keys/{key}/revoke": {
    /** Withdraw a key at once. */
    post: {
      params: {
        key: string;
      };
      query: undefined;
      body: Because;
      answer: void;
    };
  };
  "/keys/{key}/rotate": {
    /** Make a successor with the same rights; both work until the old one is revoked. */
    post: {
      params: {
        key: string;
      };
      query: {
        /** When the successor ends (RFC 3339), no later than what you hold yourself; absent: when its predecessor does. */
        expires_at?: string | null;
      };
      body: undefined;
      answer: KeySecret;
    };
  };
  "/me": {
    /** Who I am, and what I sign in with. */
    get: {
      params: undefined;
      query: undefined;
      body: undefined;
      answer: Profile;
    };
    /** Change my name or language. */
    put: {
      params: undefined;
      query: undefined;
      body: EditProfile;
      answer: Profile;
    };
  };
  "/me/addresses": {
    /** Confirm it with the code: it is a second factor from now on. Needs fresh presence. */
    post: {
      params: undefined;
      query: undefined;
      body: CodeAnswer;
      answer: void;
    };
  };
  "/me/addresses/begin": {
    /** Send a code to a telephone number, or to my own mailbox. Needs fresh presence. */
    post: {
      params: undefined;
      query: undefined;
      body: NewAddress;
      answer: Begun;
    };
  };
  "/me/identities/begin": {
    /** Begin to link who I am at an identity provider. Needs fresh presence. */
    post: {
      params: undefined;
      query: undefined;
      body: ProviderWish;
      answer: ProviderBegun;
    };
  };
  "/me/identities/{identity}/remove": {
    /** Unlink who I am at an identity provider. Needs fresh presence. */
    post: {
      params: {
        identity: string;
      };
      query: undefined;
      body: undefined;
      answer: void;
    };
  };
  "/me/invitations": {
    /** Take up an invitation with the account that I have. */
    post: {
      params: undefined;
      query: undefined;
      body: OpenLink;
      answer: void;
    };
  };
  "/me/passkeys": {
    /** Add a passkey. Needs fresh presence. */
    post: {
      params: undefined;
      query: undefined;
      body: PasskeyAnswer;
      answer: void;
    };
  };
  "/me/passkeys/begin": {
    /** Ask for one more passkey. Needs fresh presence. */
    post: {
      params: undefined;
      query: undefined;
      body: undefined;
      answer: Begun;
    };
  };
  "/me/passkeys/{passkey}/remove": {
    /** Take a passkey of mine away. Needs fresh presence. */
    post: {
      params: {
        passkey: string;
      };
      query: undefined;
      body: undefined;
      answer: void;
    };
  };
  "/me/password": {
    /** Set my password. Needs fresh presence. */
    post: {
      params: undefined;
      query: undefined;
      body: NewPassword;
      answer: void;
    };
  };
  "/me/recovery-codes": {
    /** Make new recovery codes; earlier ones stop working. Needs fresh presence. */
    post: {
      params: undefined;
      query: undefined;
      body: undefined;
      answer: RecoveryCodes;
    };
  };
  "/me/sessions": {
    /** My sessions. */
    get: {
      params: undefined;
      query: undefined;
      body: undefined;
      answer: Page_Session;
    };
  };
  "/me/sessions/end-all": {
    /** Sign out everywhere: end all of my sessions, this one too. */
    post: {
      params: undefined;
      query: undefined;
      body: undefined;
      answer: void;
    };
  };
  "/me/sessions/{session}/end": {
    /** End one of my sessions. */
    post: {
      params: {
        session: string;
      };
      query: undefined;
      body: undefined;
      answer: void;
    };
  };
  "/me/sign-ins": {
    /** My sign-ins, the newest first, failed ones too. */
    get: {
      params: undefined;
      query: {
        /** Items on the page, 1 to 500; 100 when absent. */
        limit?: number | null;
        /** The `next` of the page before. */
        after?: string | null;
      };
      body: undefined;
      answer: Page_SignIn;
    };
  };
  "/me/totp": {
    /** Take the app over with its first code. Needs fresh presence. */
    post: {
      params: undefined;
      query: undefined;
      body: CodeAnswer;
      answer: void;
    };
  };
  "/me/totp/begin": {
    /** Show the secret of a new authenticator app. Needs fresh presence. */
    post: {
      params: undefined;
      query: undefined;
      body: undefined;
      answer: Begun;
    };
  };
  "/organizations": {
    /** List organizations. */
    get: {
      params: undefined;
      query: {
        /** Items on the page, 1 to 500; 100 when absent. */
        limit?: number | null;
        /** The `next` of the page before. */
        after?: string | null;
      };
      body: undefined;
      answer: Page_Organization;
    };
    /** Make an organization. */
    post: {
      params: undefined;
      query: undefined;
      body: NewOrganization;
      answer: Organization;
    };
  };
  "/organizations/{organization}": {
    /** Show an organization. */
    get: {
      params: {
        organization: string;
      };
      query: undefined;
      body: undefined;
      answer: Organization;
    };
  };
  "/organizations/{organization}/disable": {
    /** Shut an organization out: everybody who came with it, and every key and role inside it. Its devices go on measuring. */
    post: {
      params: {
        organization: string;
      };
      query: undefined;
      body: Because;
      answer: void;
    };
  };
  "/organizations/{organization}/enable": {
    /** Let an organization in again. */
    post: {
      params: {
        organization: string;
      };
      query: undefined;
      body: Because;
      answer: void;
    };
  };
  "/organizations/{organization}/guards": {
    /** List the guard rails of an organization. */
    get: {
      params: {
        organization: string;
      };
      query: undefined;
      body: undefined;
      answer: Page_GuardRail;
    };
    /** Make a guard rail: one `forbid` in Cedar, or actions that are forbidden outside some networks. */
    post: {
      params: {
        organization: string;
      };
      query: undefined;
      body: NewGuard;
      answer: GuardRail;
    };
  };
  "/organizations/{organization}/projects": {
    /** List an organization's projects. */
    get: {
      params: {
        organization: string;
      };
      query: {
        /** Items on the page, 1 to 500; 100 when absent. */
        limit?: number | null;
        /** The `next` of the page before. */
        after?: string | null;
      };
      body: undefined;
      answer: Page_Project;
    };
    /** Make a project. */
    post: {
      params: {
        organization: string;
      };
      query: undefined;
      body: NewProject;
      answer: Project;
    };
  };
  "/organizations/{organization}/providers": {
    /** List an organization's identity providers, without their secrets. */
    get: {
      params: {
        organization: string;
      };
      query: undefined;
      body: undefined;
      answer: Page_Provider;
    };
    /** Add an identity provider of an organization. Its client secret is never shown. */
    post: {
      params: {
        organization: string;
      };
      query: undefined;
      body: NewProvider;
      answer: Provider;
    };
  };
  "/organizations/{organization}/roles": {
    /** List the standard roles and an organization's own, with what each gives. */
    get: {
      params: {
        organization: string;
      };
      query: undefined;
      body: undefined;
      answer: Page_RoleDetail;
    };
    /** Make a role of an organization's own, of what the caller holds. */
    post: {
      params: {
        organization: string;
      };
      query: undefined;
      body: NewCustomRole;
      answer: RoleDetail;
    };
  };
  "/organizations/{organization}/rules": {
    /** Show what an organization asks of its people. */
    get: {
      params: {
        organization: string;
      };
      query: undefined;
      body: undefined;
      answer: OrganizationRules;
    };
    /** Replace what an organization asks of its people. */
    put: {
      params: {
        organization: string;
      };
      query: undefined;
      body: OrganizationRules;
      answer: OrganizationRules;
    };
  };
  "/organizations/{organization}/webhooks": {
    /** List an organization's webhooks, without their secrets. */
    get: {
      params: {
        organization: string;
      };
      query: undefined;
      body: undefined;
      answer: Page_Webhook;
    };
    /** Make a webhook. Its signing secret is shown once. */
    post: {
      params: {
        organization: string;
      };
      query: undefined;
      body: NewWebhook;
      answer: WebhookSecret;
    };
  };
  "/outbox": {
    /** List messages on their way out, without what they say. */
    get: {
      params: undefined;
      query: {
        /** waiting, sent or dead; absent: dead. */
        state?: string | null;
        /** Items on the page, 1 to 500; 100 when absent. */
        limit?: number | null;
        /** The `next` of the page before. */
        after?: string | null;
      };
      body: undefined;
      answer: Page_Letter;
    };
  };
  "/outbox/{letter}/retry": {
    /** Try a dead message again. */
    post: {
      params: {
        letter: string;
      };
      query: undefined;
      body: undefined;
      answer: void;
    };
  };
  "/people": {
    /** List people. */
    get: {
      params: undefined;
      query: {
        /** Who came with this organization or hold a role in it. */
        organization?: string | null;
        /** Items on the page, 1 to 500; 100 when absent. */
        limit?: number | null;
        /** The `next` of the page before. */
        after?: string | null;
      };
      body: undefined;
      answer: Page_Person;
    };
  };
  "/people/{person}": {
    /** Show a person. */
    get: {
      params: {
        person: string;
      };
      query: undefined;
      body: undefined;
      answer: Person;
    };
  };
  "/people/{person}/disable": {
    /** Shut a person out: sessions, keys that they made and links end at once. */
    post: {
      params: {
        person: string;
      };
      query: undefined;
      body: Because;
      answer: void;
    };
  };
  "/people/{person}/enable": {
    /** Let a person in again. Keys that they had made stay withdrawn. */
    post: {
      params: {
        person: string;
      };
      query: undefined;
      body: Because;
      answer: void;
    };
  };
  "/people/{person}/remove-factor": {
    /** Take a lost factor off an account; its owner is told, sessions end. */
    post: {
      params: {
        person: string;
      };
      query: undefined;
      body: LostFactor;
      answer: void;
    };
  };
  "/people/{person}/reset": {
    /** Send a one-time link for a new password to the person's own address; sessions end. */
    post: {
      params: {
        person: string;
      };
      query: undefined;
      body: Because;
      answer: void;
    };
  };
  "/people/{person}/sign-ins": {
    /** A person's sign-ins, the newest first, failed ones too. */
    get: {
      params: {
        person: string;
      };
      query: {
        /** Items on the page, 1 to 500; 100 when absent. */
        limit?: number | null;
        /** The `next` of the page before. */
        after?: string | null;
      };
      body: undefined;
      answer: Page_SignIn;
    };
  };
  "/projects/{project}": {
    /** Show a project. */
    get: {
      params: {
        project: string;
      };
      query: undefined;
      body: undefined;
      answer: Project;
    };
  };
  "/projects/{project}/aggregate": {
    /** One metric over the devices of a project, step by step. */
    get: {
      params: {
        project: string;
      };
      query: {
        /** Which metric. */
        metric: string;
        /** From when, RFC 3339, included. */
        from: string;
        /** Until when, RFC 3339, excluded. */
        to: string;
        /** Length of a step in seconds. */
        step_s: number;
        /** Comma-separated device ids; absent: every device of the project. */
        devices?: string | null;
      };
      body: undefined;
      answer: Steps;
    };
  };
  "/projects/{project}/dashboards": {
    /** List a project's dashboards. */
    get: {
      params: {
        project: string;
      };
      query: {
        /** Items on the page, 1 to 500; 100 when absent. */
        limit?: number | null;
        /** The `next` of the page before. */
        after?: string | null;
      };
      body: undefined;
      answer: Page_Dashboard;
    };
    /** Make a dashboard. */
    post: {
      params: {
        project: string;
      };
      query: undefined;
      body: NewDashboard;
      answer: Dashboard;
    };
  };
  "/projects/{project}/export": {
    /** Take all readings of a project away, as lines of JSON: device, metric, time, value and index of each. */
    get: {
      params: {
        project: string;
      };
      query: {
        /** From when (RFC 3339), included. */
        from: string;
        /** Until when, excluded. */
        to: string;
      };
      body: undefined;
      answer: string;
    };
  };
  "/projects/{project}/groups": {
    /** List a project's groups. */
    get: {
      params: {
        project: string;
      };
      query: {
        /** Items on the page, 1 to 500; 100 when absent. */
        limit?: number | null;
        /** The `next` of the page before. */
        after?: string | null;
      };
      body: undefined;
      answer: Page_Group;
    };
    /** Make a group of devices. */
    post: {
      params: {
        project: string;
      };
      query: undefined;
      body: NewGroup;
      answer: Group;
    };
  };
  "/projects/{project}/quarantine": {
    /** List what is held back in a project, the newest first. */
    get: {
      params: {
        project: string;
      };
      query: {
        /** Of this device. */
        device?: string | null;
        /** With this reason. */
        reason?: string | null;
        /** held, released or destroyed; absent: held. */
        state?: string | null;
        /** Items on the page, 1 to 500; 100 when absent. */
        limit?: number | null;
        /** The `next` of the page before. */
        after?: string | null;
      };
      body: undefined;
      answer: Page_Held;
    };
  };
  "/projects/{project}/settings": {
    /** Replace a project's rules. */
    put: {
      params: {
        project: string;
      };
      query: undefined;
      body: ProjectSettings;
      answer: Project;
    };
  };
  "/projects/{project}/simulated": {
    /** Make a simulated device and bring it to work. It takes every right that the single steps take. */
    post: {
      params: {
        project: string;
      };
      query: undefined;
      body: NewSimulated;
      answer: Simulated;
    };
  };
  "/projects/{project}/sites": {
    /** List a project's sites. */
    get: {
      params: {
        project: string;
      };
      query: {
        /** Items on the page, 1 to 500; 100 when absent. */
        limit?: number | null;
        /** The `next` of the page before. */
        after?: string | null;
      };
      body: undefined;
      answer: Page_Site;
    };
    /** Make a site. */
    post: {
      params: {
        project: string;
      };
      query: undefined;
      body: NewSite;
      answer: Site;
    };
  };
  "/providers/{provider}/remove": {
    /** Remove an identity provider. Nobody signs in through it any more. */
    post: {
      params: {
        provider: string;
      };
      query: undefined;
      body: undefined;
      answer: void;
    };
  };
  "/quarantine/{held}": {
    /** Show a held batch: its reasons in words and its readings. */
    get: {
      params: {
        held: string;
      };
      query: undefined;
      body: undefined;
      answer: HeldDetail;
    };
  };
  "/quarantine/{held}/destroy": {
    /** Destroy the readings of a held batch. The record of it stays. */
    post: {
      params: {
        held: string;
      };
      query: undefined;
      body: Because;
      answer: void;
    };
  };
  "/quarantine/{held}/release": {
    /** Release a held batch into its project. */
    post: {
      params: {
        held: string;
      };
      query: undefined;
      body: Because;
      answer: void;
    };
  };
  "/registry/imports": {
    /** Register a maker, a work order and its devices. */
    post: {
      params: undefined;
      query: undefined;
      body: RegistryImport;
      answer: Imported;
    };
  };
  "/registry/makers": {
    /** List the makers that are known. */
    get: {
      params: undefined;
      query: undefined;
      body: undefined;
      answer: Page_Maker;
    };
  };
  "/registry/orders": {
    /** List work orders, and how far their devices have come. */
    get: {
      params: undefined;
      query: {
        /** Of this maker. */
        maker?: string | null;
        /** Items on the page, 1 to 500; 100 when absent. */
        limit?: number | null;
        /** The `next` of the page before. */
        after?: string | null;
      };
      body: undefined;
      answer: Page_WorkOrder;
    };
  };
  "/roles/{role}/actions": {
    /** Replace what a role gives, for everybody who stands in it. */
    post: {
      params: {
        role: string;
      };
      query: undefined;
      body: RoleActions;
      answer: RoleDetail;
    };
  };
  "/roles/{role}/remove": {
    /** Remove a role that nobody stands in. */
    post: {
      params: {
        role: string;
      };
      query: undefined;
      body: undefined;
      answer: void;
    };
  };
  "/service-accounts": {
    /** List service accounts. */
    get: {
      params: undefined;
      query: {
        /** Items on the page, 1 to 500; 100 when absent. */
        limit?: number | null;
        /** The `next` of the page before. */
        after?: string | null;
      };
      body: undefined;
      answer: Page_ServiceAccount;
    };
    /** Make a service account: a program with keys of its own. */
    post: {
      params: undefined;
      query: undefined;
      body: NewServiceAccount;
      answer: ServiceAccount;
    };
  };
  "/service-accounts/{account}/disable": {
    /** Shut a service account out with all its keys. */
    post: {
      params: {
        account: string;
      };
      query: undefined;
      body: Because;
      answer: void;
    };
  };
  "/service-accounts/{account}/enable": {
    /** Let a service account in again, with the keys that still stand. */
    post: {
      params: {
        account: string;
      };
      query: undefined;
      body: Because;
      answer: void;
    };
  };
  "/setup": {
    /** How far the first hour is, as far as you may know. */
    get: {
      params: undefined;
      query: undefined;
      body: undefined;
      answer: Setup;
    };
  };
  "/sign-in/code": {
    /** Sign in with the code of a second factor. */
    post: {
      params: undefined;
      query: undefined;
      body: CodeAnswer;
      answer: SignedIn;
    };
  };
  "/sign-in/oidc/{provider}/begin": {
    /** Begin to sign in through an identity provider: send the browser to `url`. */
    post: {
      params: {
        provider: string;
      };
      query: undefined;
      body: undefined;
      answer: ProviderBegun;
    };
  };
  "/sign-in/passkey": {
    /** Sign in with a passkey. */
    post: {
      params: undefined;
      query: undefined;
      body: PasskeyAnswer;
      answer: SignedIn;
    };
  };
  "/sign-in/passkey/begin": {
    /** Ask for a passkey: the person chooses one in the browser, no address is needed. */
    post: {
      params: undefined;
      query: undefined;
      body: undefined;
      answer: Begun;
    };
  };
  "/sign-in/password": {
    /** Begin with address and password; a second factor follows. */
    post: {
      params: undefined;
      query: undefined;
      body: PasswordSignIn;
      answer: Begun;
    };
  };
  "/sign-in/send": {
    /** Have a one-time code sent, after the password was right. */
    post: {
      params: undefined;
      query: undefined;
      body: SendCode;
      answer: void;
    };
  };
  "/sign-out": {
    /** End this session. */
    post: {
      params: undefined;
      query: undefined;
      body: undefined;
      answer: void;
    };
  };
  "/step-up/code": {
    /** Prove presence with a code. The session's cookie is replaced. */
    post: {
      params: undefined;
      query: undefined;
      body: CodeAnswer;
      answer: SignedIn;
    };
  };
  "/step-up/code/begin": {
    /** Begin to prove presence with a code; with `factor` sms or mail it is sent. */
    post: {
      params: undefined;
      query: undefined;
      body: StepUpWish;
      answer: Begun;
    };
  };
  "/step-up/oidc/begin": {
    /** Begin to prove presence by signing in anew at an identity provider, for who has neither passkey nor code. */
    post: {
      params: undefined;
      query: undefined;
      body: ProviderWish;
      answer: ProviderBegun;
    };
  };
  "/step-up/passkey": {
    /** Prove presence with a passkey. The session's cookie is replaced. */
    post: {
      params: undefined;
      query: undefined;
      body: PasskeyAnswer;
      answer: SignedIn;
    };
  };
  "/step-up/passkey/begin": {
    /** Ask for one's own passkey, to prove presence. */
    post: {
      params: undefined;
      query: undefined;
      body: undefined;
      answer: Begun;
    };
  };
  "/webhooks/{webhook}/remove": {
    /** Remove a webhook. */
    post: {
      params: {
        webhook: string;
      };
      query: undefined;
      body: undefined;
      answer: void;
    };
  };
  "/webhooks/{webhook}/test": {
    /** Send a test message to a webhook. The answer names it in the outbox. */
    post: {
      params: {
        webhook: string;
      };
      query: undefined;
      body: undefined;
      answer: Letter;
    };
  };
}
