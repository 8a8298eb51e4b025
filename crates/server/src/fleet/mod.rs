//! Many devices at once: searched, filtered, sorted and counted. What can be searched for is sealed in rows, so each process
//! keeps an index of it in memory: about 250 bytes a device. It is brought up to date from what has changed before each answer,
//! in one snapshot with it; a job does the same in between, so that little is left to do.
//!
//! Never: shows what single questions would not, keeps what cannot be read again from rows.

mod answer;
mod held;
pub mod http;
mod index;

pub use answer::{count, decorate, list, summary};
pub use index::{Fleet, refresh};
