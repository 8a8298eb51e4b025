//! The Fieldkeep server: one folder per noun, one database, one journal that everything reads from.
//!
//! Never: a decision that domain can make, a byte from outside that wire has not read, a key outside trust.

pub mod access;
pub mod account;
pub mod admission;
pub mod app;
pub mod audit;
pub mod clock;
pub mod config;
pub mod dashboard;
pub mod db;
pub mod fault;
pub mod fleet;
pub mod health;
pub mod http;
pub mod identity;
pub mod init;
pub mod jobs;
pub mod journal;
pub mod keys;
pub mod limits;
pub mod live;
pub mod notify;
pub mod project;
pub mod quarantine;
pub mod registry;
pub mod setup;
pub mod simulated;
pub mod telemetry;
pub mod work;

pub use app::App;
pub use config::Config;
pub use fault::Fault;
