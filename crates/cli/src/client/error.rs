//! Why a request has no answer. Never: a key, or a server's words that could steer a terminal.

use crate::out::clean;
use fieldkeep_api::{CheckOutcome, Problem};
use std::path::PathBuf;

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No server has said where it listens.
    #[error("no server is running on this data folder: there is no {path}; start one with `fieldkeep serve`", path = path.display())]
    NotRunning {
        /// Where it would have said.
        path: PathBuf,
    },
    /// It does not answer, or not as the one that is meant.
    #[error("the server at {at} cannot be reached: {why}")]
    Unreachable {
        /// Where.
        at: String,
        /// Why.
        why: String,
    },
    /// It said no.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// It answered with something else than its contract says.
    #[error("the server's answer cannot be read: {why}")]
    Answer {
        /// In what way.
        why: String,
    },
    /// A file of the data folder, or the key.
    #[error("cannot use {path}: {why}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The client's own TLS cannot be set up.
    #[error("cannot set up TLS: {why}")]
    Tls {
        /// Why.
        why: String,
    },
}

/// A problem document (RFC 9457), or what comes closest when the answer is none.
#[derive(Debug, Clone, Default)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The kind, for example `/problems/conflict`.
    pub kind: String,
    /// Which check failed, what was kept and what to do.
    pub detail: String,
    /// Names the request in the server's log.
    pub request_id: String,
    /// For devices: how each admission check went.
    pub checks: Vec<CheckOutcome>,
    /// More members, by kind.
    pub more: serde_json::Map<String, serde_json::Value>,
    /// Seconds after which the server wants to be asked again.
    pub retry_after_s: Option<u64>,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", clean(&self.detail))?;
        if let Some(approval) = self.more.get("approval").and_then(|id| id.as_str()) {
            let id = clean(approval);
            write!(
                f,
                "; nothing was done: somebody else agrees to {id} in the console, then give the same command again"
            )?;
        }
        if !self.request_id.is_empty() {
            write!(f, " (request {})", clean(&self.request_id))?;
        }
        Ok(())
    }
}

impl Error {
    /// What the server said, where it said something.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// The transport's errors by who is at fault: nobody there, or an answer that breaks off.
    pub(super) fn transport(at: &str, error: &reqwest::Error) -> Self {
        let why = deepest(error);
        if error.is_decode() || error.is_body() {
            return Self::Answer { why };
        }
        let why = if error.is_timeout() { "it took too long".to_owned() } else { why };
        Self::Unreachable { at: at.to_owned(), why }
    }
}

/// The innermost cause: the layers above only say that something inside failed.
pub(super) fn deepest(error: &(dyn std::error::Error + 'static)) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    clean(&error.to_string())
}

/// An answer that is no success.
pub(super) async fn refusal(answer: reqwest::Response) -> Refusal {
    let status = answer.status();
    let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let retry_after_s = header("retry-after").and_then(|text| text.parse().ok());
    let request_id = header("x-request-id").unwrap_or_default().to_owned();
    let problem = answer.bytes().await.ok().and_then(|body| serde_json::from_slice::<Problem>(&body).ok());
    match problem {
        Some(problem) => Refusal {
            status: status.as_u16(),
            kind: problem.kind,
            detail: problem.detail,
            request_id: problem.request_id,
            checks: problem.checks,
            more: problem.more,
            retry_after_s,
        },
        None => Refusal {
            status: status.as_u16(),
            detail: format!("the server answered {status}"),
            request_id,
            retry_after_s,
            ..Refusal::default()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_reads_as_its_detail_and_names_the_request() {
        let refusal = Refusal {
            status: 409,
            detail: "this key is already revoked\u{1b}".into(),
            request_id: "r1".into(),
            ..Refusal::default()
        };
        let error = Error::Refused(Box::new(refusal));
        assert_eq!(error.to_string(), "this key is already revoked\\u{1b} (request r1)");
    }
}
