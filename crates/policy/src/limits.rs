//! Every bound of policies in one place.

/// Roles of its own that a company may have.
pub const CUSTOM_ROLES_MAX: usize = 64;
/// Guard rails of one company.
pub const GUARDS_MAX: usize = 32;
/// Bytes of one guard rail.
pub const GUARD_BYTES_MAX: usize = 4 * 1024;
/// Brackets inside brackets of one guard rail.
pub const GUARD_NESTING_MAX: usize = 12;
/// Operators of one guard rail.
pub const GUARD_TERMS_MAX: usize = 400;
/// Decisions remembered; when it is full, all are forgotten.
pub const CACHE_MAX: usize = 50_000;
