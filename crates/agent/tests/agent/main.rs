//! The agent from outside: one binary, so that the test server is compiled once.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests say at once what is wrong")]

mod common;
mod enroll;
mod process;
mod run;
