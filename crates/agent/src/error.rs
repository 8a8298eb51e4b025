//! What can go wrong, who is at fault, and the exit code that says so.

use std::path::{Path, PathBuf};

/// A failure of one of the three commands. The text says what failed, what was kept and what to do.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// A file that cannot be read or written.
    #[error("{action} `{}` failed; {kept}", path.display())]
    File {
        /// What was tried, such as `reading`.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// What that leaves untouched.
        kept: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// A file whose content is not what it must be.
    #[error("`{}` is unusable: {why}; nothing was changed", path.display())]
    Content {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Not yet: somebody else has to do something first.
    #[error("{0}")]
    NotYet(String),
    /// The server or what it sent was refused by us.
    #[error("{what} refused: {why}; nothing was stored")]
    Refused {
        /// What was refused.
        what: &'static str,
        /// Why.
        why: String,
    },
    /// The server refused us.
    #[error(
        "the server answered {status} to {request}: {detail}; what was collected is kept, the same command goes on from here"
    )]
    Answer {
        /// Which request.
        request: String,
        /// HTTP status.
        status: u16,
        /// What the problem document says.
        detail: String,
        /// How long the server asks us to wait.
        retry_after: Option<std::time::Duration>,
    },
    /// The server cannot be reached.
    #[error(
        "{request} did not reach the server: {why}; what was collected is kept, the same command goes on from here"
    )]
    Network {
        /// Which request.
        request: String,
        /// The chain of causes.
        why: String,
    },
    /// Another agent works in the same folder.
    #[error("another agent runs on `{}`; stop it first, one device has one chain", .0.display())]
    Busy(PathBuf),
    /// A failure of ours.
    #[error("internal failure: {0}; what was collected is kept")]
    Internal(String),
}

impl AgentError {
    /// 1 failed, 3 not yet possible.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NotYet(_) => 3,
            _ => 1,
        }
    }
    /// A file operation that failed before anything else was touched.
    pub fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { action, path, kept: "nothing else was changed", source }
    }
    /// A file with the wrong content.
    pub fn content(path: &Path, why: impl std::fmt::Display) -> Self {
        Self::Content { path: path.to_owned(), why: why.to_string() }
    }
    /// A refusal of ours.
    pub fn refused(what: &'static str, why: impl std::fmt::Display) -> Self {
        Self::Refused { what, why: why.to_string() }
    }
}

impl From<fieldkeep_trust::TrustError> for AgentError {
    fn from(error: fieldkeep_trust::TrustError) -> Self {
        Self::Internal(error.to_string())
    }
}

/// An error and its causes in one line.
pub fn chain_of(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    text
}
