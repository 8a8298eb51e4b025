//! The few places where SQLite and PostgreSQL differ. Nothing else in the server knows which one it speaks to.

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Embedded, encrypted as a whole by SQLCipher.
    Sqlite,
    /// PostgreSQL 15 or newer.
    Postgres,
}

impl Dialect {
    /// How a transaction that will write begins: with the write lock where there is one.
    pub fn begin_write(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN ISOLATION LEVEL READ COMMITTED",
        }
    }

    /// How a transaction begins that reads one state of the data throughout.
    pub fn begin_read(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN DEFERRED",
            Self::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// A migration's text for this database.
    pub fn migration(self, text: &str) -> String {
        // SHA-256 of nothing: the root of an empty tree (RFC 6962 §2.1).
        let empty_root = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let (kind, root, empty) = match self {
            Self::Sqlite => ("BLOB", format!("X'{empty_root}'"), "X''"),
            Self::Postgres => ("BYTEA", format!(r"'\x{empty_root}'::bytea"), "''::bytea"),
        };
        text.replace("EMPTY_ROOT", &root).replace("EMPTY_BYTES", empty).replace(" BYTES", &format!(" {kind}"))
    }
}
