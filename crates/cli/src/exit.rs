//! What the command's exit code says. Never: a number that is not in this table.

use crate::client;
use std::fmt::Write;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Refused or failed.
    Refused = 1,
    /// The command line cannot be read.
    Usage = 2,
    /// The server cannot be reached.
    Unreachable = 3,
    /// The key is not known, or may not do this.
    Unauthorized = 4,
    /// There is no such thing, or the key may not know of it.
    NotFound = 5,
}

impl Exit {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Done, Self::Refused, Self::Usage, Self::Unreachable, Self::Unauthorized, Self::NotFound];

    /// The process's exit code.
    pub fn code(self) -> u8 {
        self as u8
    }
    /// For people.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused or failed; stderr says why",
            Self::Usage => "the command line cannot be read",
            Self::Unreachable => "the server cannot be reached",
            Self::Unauthorized => "not authorised: the key is not known, or may not do this",
            Self::NotFound => "not found: no such thing, or the key may not know of it",
        }
    }
    /// What an error means for the caller.
    pub fn of(error: &anyhow::Error) -> Self {
        let refused = error.chain().find_map(|cause| cause.downcast_ref::<client::Error>());
        match refused {
            Some(client::Error::NotRunning { .. } | client::Error::Unreachable { .. }) => Self::Unreachable,
            Some(client::Error::Refused(refusal)) => match refusal.status {
                401 => Self::Unauthorized,
                // Only the key's role is the caller's standing; other refusals are about the object.
                403 if refusal.more.contains_key("action") => Self::Unauthorized,
                404 => Self::NotFound,
                _ => Self::Refused,
            },
            _ => Self::Refused,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// The table for `--help`.
pub fn help() -> String {
    let mut text = "Exit codes:\n".to_owned();
    for exit in Exit::ALL {
        let _ = writeln!(text, "  {}  {}", exit.code(), exit.meaning());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{Error, Refusal};
    use anyhow::Context;

    fn of(error: Error) -> Exit {
        let error: Result<(), _> = Err(error);
        Exit::of(&error.context("while asking").unwrap_err())
    }
    fn status(status: u16) -> Exit {
        of(Error::Refused(Box::new(Refusal { status, ..Refusal::default() })))
    }

    #[test]
    fn the_code_says_whose_turn_it_is() {
        assert_eq!(status(401), Exit::Unauthorized);
        let mut role = Refusal { status: 403, ..Refusal::default() };
        role.more.insert("action".into(), "device.revoke".into());
        assert_eq!(of(Error::Refused(Box::new(role))), Exit::Unauthorized);
        assert_eq!(status(403), Exit::Refused, "a refusal about the object");
        assert_eq!(status(404), Exit::NotFound);
        for other in [400, 409, 413, 429, 500, 503] {
            assert_eq!(status(other), Exit::Refused, "{other}");
        }
        assert_eq!(of(Error::NotRunning { path: "x".into() }), Exit::Unreachable);
        let unreachable = Error::Unreachable { at: "x".into(), why: "y".into() };
        assert_eq!(of(unreachable), Exit::Unreachable);
        assert_eq!(Exit::of(&anyhow::anyhow!("anything")), Exit::Refused);
    }

    #[test]
    fn codes_are_counted_from_zero_and_explained() {
        for (place, exit) in (0u8..).zip(Exit::ALL) {
            assert_eq!(exit.code(), place);
            assert!(help().contains(&format!("  {place}  {}", exit.meaning())));
        }
    }
}
