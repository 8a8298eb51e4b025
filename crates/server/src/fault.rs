//! The closed set of what can go wrong with a request, who is at fault, and what may be said of it outside.

use fieldkeep_domain::admission::Check;
use fieldkeep_trust::TrustError;
use fieldkeep_trust::keyring::KeyringError;
use std::error::Error;

/// The kinds; each has one status (`http::problem`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request cannot be read or says what cannot be.
    Invalid,
    /// Nobody is shown to be asking.
    Unauthenticated,
    /// The caller may see the thing but not do this.
    Forbidden,
    /// It does not exist, or the caller may not know that it does.
    NotFound,
    /// The path knows other methods.
    MethodNotAllowed,
    /// It contradicts what is there.
    Conflict,
    /// The body was too slow.
    TooSlow,
    /// The body or the answer is too large.
    TooLarge,
    /// The content type is another one.
    Unsupported,
    /// The name in the request is not the name of the connection (RFC 9110 §15.5.20).
    Misdirected,
    /// A limit of the caller is used up.
    TooMany,
    /// Somebody else's server, without which this cannot be done. Retry later.
    Elsewhere,
    /// Our fault: the database, the disk, the keys. Retry later.
    Unavailable,
    /// Our fault: a defect.
    Internal,
}

/// What went wrong. `text` goes outside, `inside` only to the log.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub struct Fault {
    /// Which kind.
    pub kind: Kind,
    /// For people outside: which check failed, what was kept, what to do.
    pub text: String,
    /// The admission check that failed first, for devices.
    pub check: Option<Check>,
    /// Seconds after which to try again.
    pub retry_after_s: Option<u64>,
    /// More members of the problem document.
    pub more: Box<serde_json::Map<String, serde_json::Value>>,
    /// What the log is told.
    #[source]
    pub inside: Option<Box<dyn Error + Send + Sync>>,
}

impl Fault {
    /// A fault of this kind.
    pub fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), check: None, retry_after_s: None, more: Box::default(), inside: None }
    }
    /// The request cannot be what it says.
    pub fn invalid(text: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, text)
    }
    /// It is not there, or must not be known to be: outside, the two look the same whatever was asked for.
    pub fn not_found(what: &'static str) -> Self {
        let text = "no such object, or not one you may know of";
        Self { inside: Some(format!("not found: {what}").into()), ..Self::new(Kind::NotFound, text) }
    }
    /// It contradicts what is there.
    pub fn conflict(text: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, text)
    }
    /// A defect of ours, with what the log should say.
    pub fn internal(inside: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let text = "something failed inside the server; nothing was changed";
        Self { inside: Some(inside.into()), ..Self::new(Kind::Internal, text) }
    }
    /// Something we need does not answer.
    pub fn unavailable(inside: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let text = "the server cannot store or read right now; nothing was acknowledged. Send it again later";
        Self { inside: Some(inside.into()), retry_after_s: Some(2), ..Self::new(Kind::Unavailable, text) }
    }
    /// Names the admission check that failed.
    #[must_use]
    pub fn at(mut self, check: Check) -> Self {
        self.check = Some(check);
        self
    }
    /// Adds a member to the problem document.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }
    /// Asks to come back later.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        Self::unavailable(error)
    }
}
impl From<TrustError> for Fault {
    fn from(error: TrustError) -> Self {
        Self::internal(error)
    }
}
impl From<KeyringError> for Fault {
    fn from(error: KeyringError) -> Self {
        Self::unavailable(error)
    }
}
impl From<fieldkeep_trust::seal::Broken> for Fault {
    fn from(error: fieldkeep_trust::seal::Broken) -> Self {
        Self::internal(error)
    }
}
impl From<fieldkeep_domain::BadId> for Fault {
    fn from(error: fieldkeep_domain::BadId) -> Self {
        Self::invalid(error.to_string())
    }
}
impl From<fieldkeep_domain::project::BadName> for Fault {
    fn from(error: fieldkeep_domain::project::BadName) -> Self {
        Self::invalid(error.to_string())
    }
}
impl From<fieldkeep_domain::registry::BadStep> for Fault {
    fn from(error: fieldkeep_domain::registry::BadStep) -> Self {
        Self::conflict(error.to_string())
    }
}
impl From<fieldkeep_wire::Malformed> for Fault {
    fn from(error: fieldkeep_wire::Malformed) -> Self {
        let kind = match error {
            fieldkeep_wire::Malformed::TooMuch { .. } => Kind::TooLarge,
            _ => Kind::Invalid,
        };
        Self::new(kind, error.to_string())
    }
}
