//! The program on the device or gateway: proves whose it is, collects readings, keeps them sealed, sends them on.
//!
//! Never: opens a listening port, sends a batch that is not on disk, uses a number of its chain twice.

pub mod chain;
pub mod cli;
pub mod clock;
pub mod collect;
pub mod config;
pub mod enroll;
pub mod error;
pub mod folder;
pub mod head;
pub mod inspect;
pub mod limits;
pub mod net;
pub mod owner;
pub mod progress;
pub mod run;
pub mod spool;
pub mod status;
pub mod uplink;

mod renew;
mod replay;

pub use enroll::{EnrollOptions, Enrolled, enroll};
pub use error::AgentError;
pub use inspect::{Inspection, inspect};
pub use progress::{Event, Progress};
pub use run::{RunOptions, RunReport, run};
pub use status::{Status, status};
