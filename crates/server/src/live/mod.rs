//! What happens in a project, told as it happens to those who look: one reader of the journal in each process, and a
//! bounded queue for each open stream. Its bounds stand in `limits.rs` as `EVENT_…`.
//!
//! Never: stands in the path of a commit, waits for a slow reader, tells somebody what they may not read.

mod event;
mod feed;
pub mod http;
mod job;
mod stream;

#[cfg(test)]
mod tests;

pub use feed::Feed;
pub use job::follow;
pub use stream::{Stream, open};
