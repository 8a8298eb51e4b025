//! HTTP for every noun: the listener, the two routers, and what handlers take and give.
//!
//! Never: knows a noun's rules, reads a body before somebody is authenticated, answers without a request id.

mod buckets;
pub mod certificate;
mod connection;
mod extract;
mod listen;
mod local;
mod monitor;
mod pages;
mod problem;
mod router;

pub use buckets::Buckets;
pub use connection::{Connection, Connections};
pub use extract::{
    Body, Caller, Door, Follower, Large, Me, Param, Peer, Query, RemoteAddress, bearer, content_type, page,
    page_up_to, paged, read_body, small_body, small_json,
};
pub use listen::{Listener, serve};
pub use local::serve_local;
pub use monitor::{Metrics, serve_monitor};
pub use pages::Files;
pub use problem::{Answer, Rejection, status_of};
pub use router::{devices, openapi, people};
