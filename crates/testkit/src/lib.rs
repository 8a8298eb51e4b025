//! Tests only: a whole deployment in one process, its makers, its devices, its two databases and its faults.
//!
//! Never: a mock where the real component can run. Panics are how a test fails, so they are allowed here.

pub mod chromium;
pub mod cli;
pub mod device;
pub mod load;
pub mod maker;
pub mod outside;
pub mod passkey;
pub mod person;
pub mod post;
pub mod postgres;
pub mod process;
pub mod smtp;
pub mod world;

pub use device::{Device, Reply, readings};
pub use maker::Maker;
pub use world::{Backend, World};

/// The same test against both databases, each in a module of its own.
#[macro_export]
macro_rules! both_databases {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $name() {
                $crate::world::block_on(super::$name($crate::Backend::Sqlite));
            })+
        }
        mod postgres {
            $(#[test]
            fn $name() {
                $crate::world::block_on(super::$name($crate::Backend::Postgres));
            })+
        }
    };
}
