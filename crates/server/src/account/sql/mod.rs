//! Rows of people and programs.

pub mod keys;
pub mod people;
pub mod providers;
pub mod sessions;

use crate::db::damaged;
use fieldkeep_domain::PersonId;
use sqlx::Row;
use sqlx::any::AnyRow;

/// A person's id out of a column.
pub fn person_id(bytes: &[u8]) -> Result<PersonId, sqlx::Error> {
    PersonId::from_slice(bytes).map_err(|_| damaged("a person id expected"))
}

/// A computed flag. PostgreSQL computes it as a narrower number than SQLite does.
pub(super) fn flag(row: &AnyRow, at: usize) -> Result<bool, sqlx::Error> {
    match row.try_get::<i64, _>(at) {
        Ok(flag) => Ok(flag != 0),
        Err(_) => Ok(row.try_get::<i32, _>(at)? != 0),
    }
}
