//! Every bound of the server in one place.

/// Connections at once, both names together.
pub const CONNECTIONS_MAX: usize = 20_000;
/// Connections that the kernel holds until they are accepted.
pub const BACKLOG: u32 = 4_096;
/// Handshakes under way at once: each costs a signature and a verification.
pub const HANDSHAKES_MAX: usize = 512;
/// Seconds from accept to a finished handshake.
pub const HANDSHAKE_S_MAX: u64 = 10;
/// Seconds for the headers of a request.
pub const HEADERS_S_MAX: u64 = 10;
/// Seconds for the body of a request.
pub const BODY_S_MAX: u64 = 20;
/// Seconds without any request before a connection is closed.
pub const IDLE_S_MAX: u64 = 300;
/// Seconds that open requests have when the server stops.
pub const DRAIN_S_MAX: u64 = 20;
/// Streams per HTTP/2 connection.
pub const STREAMS_MAX: u32 = 128;
/// Bytes of all headers of a request.
pub const HEADER_BYTES_MAX: u32 = 16 * 1024;
/// Streams that a peer may reset before the connection is closed (CVE-2023-44487).
pub const RESETS_MAX: usize = 20;
/// Bytes of a request's body on the people's name.
pub const API_BODY_BYTES_MAX: usize = 1024 * 1024;
/// Bytes beyond its limit that are read and thrown away, so that the refusal reaches who is still writing.
pub const DRAIN_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Bytes of a registry import: a work order of many devices.
pub const IMPORT_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bytes of a signing request or a claim's answer.
pub const SMALL_BODY_BYTES_MAX: usize = 16 * 1024;

/// New connections per second from one address, and how many may come at once.
pub const HANDSHAKES_PER_S: f64 = 200.0;
/// See [`HANDSHAKES_PER_S`].
pub const HANDSHAKES_BURST: f64 = 1_000.0;
/// Requests per second of one key of a program.
pub const API_PER_S: f64 = 200.0;
/// See [`API_PER_S`].
pub const API_BURST: f64 = 400.0;
/// Requests per second of one device.
pub const DEVICE_PER_S: f64 = 200.0;
/// See [`DEVICE_PER_S`].
pub const DEVICE_BURST: f64 = 2_000.0;
/// Callers remembered for their limits; the longest silent are forgotten first.
pub const BUCKETS_MAX: usize = 100_000;

/// Entries waiting for the journal.
pub const QUEUE_MAX: usize = 16_384;
/// Batches in one group commit.
pub const GROUP_BATCHES_MAX: usize = 4_096;
/// Bytes of batches in one group commit.
pub const GROUP_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How long a batch waits for the one before it that is still on its way, in milliseconds.
pub const REORDER_MS_MAX: u64 = 2_000;
/// How far ahead of the chain such a batch may be.
pub const REORDER_AHEAD_MAX: u64 = 256;
/// Device chains kept in memory; the rest is read back when needed.
pub const CHAINS_MAX: usize = 200_000;

/// Items on one page of a list.
pub const PAGE_MAX: u32 = 500;
/// Items on a page when none are asked for.
pub const PAGE_DEFAULT: u32 = 100;
/// Readings in the answer to one query.
pub const QUERY_READINGS_MAX: usize = 200_000;
/// Buckets in the answer to one query.
pub const QUERY_BUCKETS_MAX: usize = 10_000;
/// Chunks that one query may open.
pub const QUERY_CHUNKS_MAX: usize = 50_000;
/// Seconds that one query may take.
pub const QUERY_S_MAX: u64 = 20;
/// Seconds that a query waits for the reader of the journal.
pub const READ_S_MAX: u64 = 5;
/// Simulated devices of a deployment that have not ended: each is a process on the server's machine.
pub const SIMULATED_MAX: u64 = 5;
/// Devices in one import.
pub const IMPORT_DEVICES_MAX: usize = 20_000;
/// A device's oldest receipts are trimmed when a group ends with a batch whose number divides by this.
pub const RECEIPTS_TRIMMED_EVERY: u64 = 64;
/// Passwords that wait to be hashed.
pub const PASSWORD_WAITING_MAX: usize = 64;
/// How far password hashing stands back behind everything else (nice(2)).
pub const HASHING_NICE: i32 = 10;
/// Bytes of a flow as a browser carries it.
pub const FLOW_BYTES_MAX: usize = 64 * 1024;
/// Seconds that a flow may take.
pub const FLOW_S_MAX: i64 = 10 * 60;
/// Seconds for which a proof of presence counts as fresh.
pub const FRESH_S: i64 = 5 * 60;
/// Seconds that a one-time code is good for.
pub const CODE_S_MAX: i64 = 10 * 60;
/// Wrong one-time codes until a new one has to be sent.
pub const CODE_TRIES_MAX: i64 = 5;
/// Recovery codes that somebody is given.
pub const RECOVERY_CODES: usize = 10;
/// Seconds that an invitation can be taken up, when nothing else is said; and at most.
pub const INVITATION_S: i64 = 7 * 86_400;
/// See [`INVITATION_S`].
pub const INVITATION_S_MAX: i64 = 30 * 86_400;
/// Invitations that are sent to one address in a day, by whomever.
pub const INVITATIONS_ADDRESS_MAX: u64 = 5;
/// Links for a new password that are sent to one person in a day.
pub const RESETS_SENT_MAX: u64 = 5;
/// Invitations that one organization sends in a day; the deployment itself likewise.
pub const INVITATIONS_ORGANIZATION_MAX: u64 = 500;
/// Seconds that a reset can be taken up.
pub const RESET_S: i64 = 4 * 3_600;
/// Seconds that a browser is remembered as one that somebody signed in from.
pub const DEVICE_COOKIE_S: i64 = 365 * 86_400;
/// People that one browser is remembered for.
pub const DEVICE_COOKIE_PEOPLE_MAX: usize = 8;
/// Places that failed sign-ins are counted for.
pub const THROTTLE_MAX: usize = 100_000;
/// Failed sign-ins from one network before it has to wait: many people may be behind one address.
pub const NETWORK_FREE_FAILURES: u32 = 50;
/// Failed sign-ins that wait to be written down; more are only counted.
pub const FAILED_SIGN_INS_MAX: usize = 1_000;
/// Sessions of one person; the longest unused ends first.
pub const SESSIONS_MAX: usize = 32;
/// Bytes of the name of a browser that is kept.
pub const AGENT_BYTES_MAX: usize = 200;

/// Identity providers of one organization.
pub const PROVIDERS_MAX: usize = 10;
/// Mail domains shown beside a provider's name.
pub const PROVIDER_DOMAINS_MAX: usize = 20;
/// Bytes of a provider's issuer, client id, secret or domain, and of a code or state that it sends back.
pub const PROVIDER_TEXT_BYTES_MAX: usize = 2_048;
/// Bytes of one answer of an identity provider.
pub const PROVIDER_ANSWER_BYTES_MAX: usize = 256 * 1024;
/// Seconds that one request to an identity provider may take.
pub const PROVIDER_S_MAX: u64 = 8;
/// Identity providers whose metadata and keys are remembered.
pub const PROVIDERS_CACHED_MAX: usize = 1_000;
/// Seconds that metadata and keys of an identity provider are believed.
pub const PROVIDER_CACHED_S: i64 = 3_600;
/// Seconds after which keys are fetched again for a signature by one that is not known.
pub const PROVIDER_KEYS_AGAIN_S: i64 = 60;
/// Seconds for which an identity provider that did not answer is not asked again.
pub const PROVIDER_DOWN_S: i64 = 10;
/// Seconds that an identity provider's clock may be ahead of ours.
pub const PROVIDER_SKEW_S: i64 = 60;
/// Keys of an identity provider that are looked at.
pub const PROVIDER_KEYS_MAX: usize = 64;

/// Life of a program's access token, in seconds.
pub const ACCESS_TOKEN_S: i64 = 10 * 60;

/// Seconds that one message may take on its way out, from the name lookup to the answer.
pub const SEND_S_MAX: u64 = 20;
/// Seconds for which a server has a message to itself while it sends it: longer than any sending lasts.
pub const LETTER_LEASE_S: i64 = 60;
/// Messages on their way out at once.
pub const SENDING_MAX: usize = 8;
/// Messages taken out of the outbox in one look.
pub const LETTERS_AT_ONCE: u32 = 64;
/// Bytes of one value inside a message: a name, a reason, a browser's name. What is longer is cut.
pub const MESSAGE_VALUE_BYTES_MAX: usize = 300;
/// Bytes of a link inside a message.
pub const MESSAGE_LINK_BYTES_MAX: usize = 2_048;
/// Characters of a message's subject.
pub const SUBJECT_CHARS_MAX: usize = 150;
/// Acts that one page of the record opens at most.
pub const ACTS_SCANNED_MAX: usize = 5_000;
/// Versions of a dashboard that are kept.
pub const DASHBOARD_VERSIONS_KEPT: i64 = 50;
/// Devices of one piece of work.
pub const JOB_DEVICES_MAX: usize = 10_000;
/// Labels that a claim of many carries: they are opened with the work whenever it is shown.
pub const JOB_LABELS_MAX: usize = 1_000;
/// Seconds for which a server holds a piece of work without saying that it still lives.
pub const JOB_LEASE_S: i64 = 30;
/// Devices of one piece of work before others have their turn.
pub const JOB_ITEMS_AT_ONCE: u32 = 50;
/// Bytes of free disk below which operators are warned.
pub const DISK_FREE_WARN: u64 = 5 << 30;
/// Bytes of free disk below which it is urgent.
pub const DISK_FREE_BAD: u64 = 1 << 30;
/// Seconds before its end from which a certificate counts as expiring.
pub const CERTIFICATE_SOON_S: i64 = 14 * 86_400;
/// Bytes of a webhook's address.
pub const WEBHOOK_URL_BYTES_MAX: usize = 2_048;
/// Enabled webhooks of one organization.
pub const WEBHOOKS_MAX: usize = 20;
/// Addresses of one name that are looked at.
pub const WEBHOOK_ADDRESSES_MAX: usize = 32;
/// Held batches that one pass looks at for news.
pub const NEWS_ROWS_MAX: u32 = 256;
/// Sightings of refused and copied devices that wait to be written down; what does not fit is dropped and counted.
pub const NEWS_MAX: usize = 256;
/// Sightings remembered, so that a device that knocks all day is told of once.
pub const NEWS_TOLD_MAX: usize = 10_000;
/// Bytes of a file with a password or token for sending.
pub const SECRET_FILE_BYTES_MAX: u64 = 16 * 1024;
/// Bytes of a file with certificate authorities.
pub const CA_FILE_BYTES_MAX: u64 = 1024 * 1024;
/// People who are told of one event at most.
pub const TOLD_MAX: u32 = 500;
/// Seconds that sign-ins are kept for people to look at; the record keeps them for good.
pub const SIGN_INS_KEPT_S: i64 = 400 * 86_400;

/// Streams of live events in one process.
pub const EVENT_STREAMS_MAX: usize = 512;
/// Streams of live events of one person or program in one process.
pub const EVENT_STREAMS_EACH_MAX: usize = 12;
/// Events that wait for one slow reader of a stream; with one more it is told that it is behind.
pub const EVENT_QUEUE_MAX: usize = 256;
/// Groups of the journal that are turned into events at once.
pub const EVENT_GROUPS_MAX: u32 = 32;
/// Places in the journal that a stream which comes back catches up on; beyond, it loads its data again.
pub const EVENT_MISSED_MAX: u64 = 50_000;
/// Seconds between two signs of life on a quiet stream.
pub const EVENT_BEAT_S: u64 = 10;
/// Seconds until a stream notices that the session or key behind it has ended.
pub const EVENT_LOOK_S: u64 = 2;
/// Devices whose place is remembered for events.
pub const EVENT_PLACES_MAX: usize = 50_000;

/// Devices on one page of the fleet.
pub const FLEET_PAGE_MAX: u32 = 1_000;
/// Bytes of a text that devices are searched by.
pub const FLEET_QUERY_BYTES_MAX: usize = 120;
/// Models that a summary counts by name, the most frequent ones.
pub const FLEET_MODELS_MAX: usize = 100;
/// Devices read at once into the index.
pub const FLEET_ROWS_AT_ONCE: u32 = 1_000;
/// Batches that the index takes one by one; further behind, it is read anew.
pub const FLEET_BEHIND_MAX: u64 = 200_000;

/// Held batches that are looked into for their spans, the newest of a device; and how many at once.
pub const HELD_SPANS_MAX: usize = 500;
/// See [`HELD_SPANS_MAX`].
pub const HELD_SPANS_AT_ONCE: u32 = 16;
