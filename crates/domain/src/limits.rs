//! Every bound on what may be said, in one place. A number that limits input stands here or in the `limits.rs`
//! of the crate that reads it, never in the middle of code.

/// Readings in one batch.
pub const BATCH_READINGS_MAX: usize = 50_000;
/// UTC hours that one batch may touch: a day of backlog and the hours at its edges.
pub const BATCH_SEGMENTS_MAX: usize = 26;
/// Different metrics in one batch.
pub const BATCH_METRICS_MAX: usize = 1_024;
/// Bytes of a batch as it arrives, after decompression.
pub const BATCH_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Bytes of a metric's name.
pub const METRIC_BYTES_MAX: usize = 96;
/// Bytes of a unit.
pub const UNIT_BYTES_MAX: usize = 24;
/// Bytes of a text value.
pub const TEXT_BYTES_MAX: usize = 256;
/// Metrics that a project may declare.
pub const DECLARED_METRICS_MAX: usize = 10_000;
/// Bytes of a name given by a person: organization, project, site, key, model, serial.
pub const NAME_BYTES_MAX: usize = 120;
/// Entries of a voucher: more sales than a device sees in its life.
pub const VOUCHER_ENTRIES_MAX: usize = 64;
/// Bytes of one voucher.
pub const VOUCHER_BYTES_MAX: usize = 32 * 1024;
/// Networks in a site's profile.
pub const NETWORKS_MAX: usize = 64;
/// Devices in one work order.
pub const ORDER_DEVICES_MAX: u32 = 100_000;

/// Failed sign-ins before somebody has to wait.
pub const FREE_FAILURES: u32 = 5;
/// The longest wait after failed sign-ins, in seconds.
pub const WAIT_S_MAX: u64 = 15 * 60;
/// Bytes of a password: more is refused before it is hashed.
pub const PASSWORD_BYTES_MAX: usize = 512;
/// Roles that one person may hold.
pub const GRANTS_MAX: usize = 256;
/// Requests for a second person that one asker may have waiting.
pub const APPROVALS_MAX: usize = 32;
/// Seconds that a request for a second person is good for.
pub const APPROVAL_S: i64 = 3_600;
/// Seconds in which a second custodian must confirm.
pub const GLASS_CONFIRM_S: i64 = 10 * 60;
/// Seconds that the rights of an emergency last.
pub const GLASS_S: i64 = 3_600;
/// Bytes of a reason that is shown to other people.
pub const REASON_BYTES_MAX: usize = 1_000;
/// Passkeys of one person.
pub const PASSKEYS_MAX: usize = 16;
/// Groups above a group.
pub const GROUP_DEPTH_MAX: usize = 8;
/// Groups of one project.
pub const GROUPS_MAX: usize = 1_000;

/// How far a reading or a `sent` time may lie ahead of the server's clock, in seconds.
pub const CLOCK_AHEAD_S_MAX: i64 = 5 * 60;
/// How old a hello may be when a device is installed, in seconds.
pub const HELLO_AGE_S_MAX: i64 = 10 * 60;
/// Life of a device's access token, in seconds.
pub const TOKEN_LIFE_S: i64 = 10 * 60;
/// Receipts kept per device, so that a replay is answered with the first one.
pub const RECEIPTS_KEPT: u64 = 1_024;
/// How much denser than its declared period a metric may arrive before it counts as abuse.
pub const RATE_FACTOR_MAX: i64 = 10;

/// Dashboards of one project.
pub const DASHBOARDS_MAX: usize = 200;
/// Bytes of an e-mail address (RFC 5321 §4.5.3.1.3, without the angle brackets).
pub const EMAIL_BYTES_MAX: usize = 254;
/// Bytes of the part before the `@` (RFC 5321 §4.5.3.1.1).
pub const EMAIL_LOCAL_BYTES_MAX: usize = 64;
/// Bytes of one label of a domain name (RFC 1035 §2.3.4).
pub const DOMAIN_LABEL_BYTES_MAX: usize = 63;
/// Digits of a phone number (ITU-T E.164 §6.1).
pub const PHONE_DIGITS_MAX: usize = 15;
/// Digits of the shortest phone number that is taken for one.
pub const PHONE_DIGITS_MIN: usize = 7;
/// Bytes of a duplicate key of a letter.
pub const DUPLICATE_KEY_BYTES_MAX: usize = 240;
/// Seconds after the first try of a letter that is not delivered, before the second.
pub const LETTER_RETRY_S_MIN: i64 = 10;
/// Seconds between two tries of a letter at most.
pub const LETTER_RETRY_S_MAX: i64 = 3_600;
/// Seconds from a letter's beginning after which it is tried no more.
pub const LETTER_AGE_S_MAX: i64 = 24 * 3_600;
/// Tries of a letter at most: as many as fit into its age, and a few that a crash may cost.
pub const LETTER_TRIES_MAX: u32 = 40;
/// Seconds after which a letter that is sent or dead is forgotten, and its duplicate key with it.
pub const LETTER_KEPT_S: i64 = 30 * 86_400;
