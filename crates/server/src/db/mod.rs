//! The one database: connections, transactions, migrations. Never: a statement about a noun; those stand in `sql.rs`.

mod dialect;
pub mod reach;

pub use dialect::Dialect;

use fieldkeep_trust::secret::Secret;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, ConnectOptions, Connection, Executor, SqlSafeStr};
use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

/// Readers of the embedded database at once; more only queue for two cores.
const SQLITE_READERS: u32 = 4;
/// Connections to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 12;
/// How long a caller waits for a connection before it is told the server is busy.
const ACQUIRE_S_MAX: u64 = 10;

const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "spine", include_str!("migrations/0001_spine.sql")),
    (2, "people", include_str!("migrations/0002_people.sql")),
    (3, "notify", include_str!("migrations/0003_notify.sql")),
    (4, "console", include_str!("migrations/0004_console.sql")),
    (5, "work", include_str!("migrations/0005_work.sql")),
    (6, "bounds", include_str!("migrations/0006_bounds.sql")),
];

/// A column that holds something else than we ever wrote.
pub fn damaged(what: &'static str) -> sqlx::Error {
    sqlx::Error::Decode(what.into())
}

/// Why the database cannot be used. The operator can mend each.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The library in the binary cannot encrypt: it would write everything in the clear.
    #[error("this build of SQLite has no SQLCipher; nothing was opened. Build with the bundled library")]
    NotEncrypted,
    /// The key is not this database's, or the file is damaged.
    #[error("the database at {path} does not open with the keyring's key; it was left as it is")]
    WrongKey {
        /// Where.
        path: String,
    },
    /// The file has a place that cannot stand in a database address.
    #[error("the data folder's path is not UTF-8: {0}")]
    Path(String),
    /// TLS is not enforced on the way to PostgreSQL.
    #[error(
        "`database.url` leads to another host without `sslmode=verify-full`: the way there would not be proven"
    )]
    Plaintext,
    /// The schema cannot be brought up to date.
    #[error("the database schema cannot be brought up to date; the failed step was rolled back")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// Anything the database says.
    #[error("the database did not answer as it should")]
    Sql(#[from] sqlx::Error),
}

/// Open pools. Writers of the embedded database share one connection, so that they queue instead of failing.
#[derive(Debug, Clone)]
pub struct Db {
    writer: AnyPool,
    reader: AnyPool,
    dialect: Dialect,
}

/// An open transaction.
pub type Transaction = sqlx::Transaction<'static, sqlx::Any>;

impl Db {
    /// Opens or makes the embedded database with its SQLCipher key.
    pub async fn embedded(path: &Path, key: &Secret) -> Result<Self, DbError> {
        sqlx::any::install_default_drivers();
        restrict(path).map_err(|error| DbError::Sql(sqlx::Error::Io(error)))?;
        let text = path.to_str().ok_or_else(|| DbError::Path(path.display().to_string()))?;
        let url =
            format!("sqlite://{}?mode=rwc", text.replace('%', "%25").replace('?', "%3F").replace('#', "%23"));
        let writer = sqlite_pool(&url, key, 1).await.map_err(|error| wrong_key(error, text))?;
        let reader = sqlite_pool(&url, key, SQLITE_READERS).await?;
        Ok(Self { writer, reader, dialect: Dialect::Sqlite })
    }

    /// Connects to PostgreSQL. TLS with `verify-full` is required unless it is on this host.
    pub async fn postgres(url: &str) -> Result<Self, DbError> {
        sqlx::any::install_default_drivers();
        let options = quiet(url)?;
        if !on_this_host(&options) && !verifies_fully(&options) {
            return Err(DbError::Plaintext);
        }
        // One connection by itself says at once why there is none; a pool only says that it waited.
        options.connect().await?.close().await?;
        let pool = AnyPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(Duration::from_secs(ACQUIRE_S_MAX))
            .after_connect(|connection, _| {
                Box::pin(async move {
                    connection.execute("SET synchronous_commit = on").await?;
                    connection.execute("SET statement_timeout = '30s'").await.map(drop)
                })
            })
            .connect_with(options)
            .await?;
        Ok(Self { writer: pool.clone(), reader: pool, dialect: Dialect::Postgres })
    }

    /// Brings the schema up to date.
    pub async fn migrate(&self) -> Result<(), DbError> {
        let migrations: Vec<Migration> = MIGRATIONS
            .iter()
            .map(|(version, name, text)| {
                let sql = AssertSqlSafe(self.dialect.migration(text)).into_sql_str();
                Migration::new(*version, Cow::Borrowed(name), MigrationType::Simple, sql, false)
            })
            .collect();
        let migrator = Migrator { migrations: Cow::Owned(migrations), ..Migrator::DEFAULT };
        migrator.run(&self.writer).await?;
        Ok(())
    }

    /// Begins a transaction that will write.
    pub async fn write(&self) -> Result<Transaction, sqlx::Error> {
        self.writer.begin_with(self.dialect.begin_write()).await
    }

    /// Begins a transaction that reads one state throughout.
    pub async fn read(&self) -> Result<Transaction, sqlx::Error> {
        self.reader.begin_with(self.dialect.begin_read()).await
    }

    /// Which database it is.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Whether it answers.
    pub async fn ping(&self) -> Result<(), sqlx::Error> {
        self.reader.acquire().await?.execute("SELECT 1").await.map(drop)
    }

    /// Waits for what runs and closes every connection.
    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

/// The file is the owner's alone from its first byte; SQLite gives its companions the same mode.
fn restrict(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let file = std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    file.set_permissions(std::fs::Permissions::from_mode(0o600))
}

/// `PRAGMA key` would be printed by statement logging: it is off.
fn quiet(url: &str) -> Result<AnyConnectOptions, sqlx::Error> {
    let options: AnyConnectOptions = url.parse()?;
    Ok(options.disable_statement_logging())
}

/// Whether the address stays on this machine: a socket, or loopback.
fn on_this_host(options: &AnyConnectOptions) -> bool {
    let url = &options.database_url;
    let local =
        |host: &str| host.starts_with('/') || matches!(host, "localhost" | "127.0.0.1" | "[::1]" | "::1");
    // Where the query names hosts, they count, not the one before the path.
    let named: Vec<_> = url.query_pairs().filter(|(key, _)| key == "host" || key == "hostaddr").collect();
    match named.is_empty() {
        true => url.host_str().is_some_and(local),
        false => named.iter().all(|(_, host)| local(host)),
    }
}

fn verifies_fully(options: &AnyConnectOptions) -> bool {
    let modes: Vec<_> =
        options.database_url.query_pairs().filter(|(key, _)| key == "sslmode" || key == "ssl-mode").collect();
    !modes.is_empty() && modes.iter().all(|(_, mode)| mode == "verify-full")
}

async fn sqlite_pool(url: &str, key: &Secret, connections: u32) -> Result<AnyPool, DbError> {
    let options = quiet(url)?;
    probe(&options, key).await?;
    let key = key.clone();
    let pool = AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(ACQUIRE_S_MAX))
        .after_connect(move |connection, _| {
            let key = key.clone();
            Box::pin(async move { unlock(connection, &key).await })
        })
        .after_release(|connection, _| Box::pin(settled(connection)))
        .connect_with(options)
        .await?;
    Ok(pool)
}

/// Whether a connection may be used again. A full disk makes SQLite end the transaction by itself; its rollback then
/// fails, and the library takes the transaction for open from there on: such a connection is closed.
async fn settled(connection: &mut AnyConnection) -> Result<bool, sqlx::Error> {
    // A dropped transaction's rollback is only queued: the answer comes after it.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// One connection by itself: a pool would try a wrong key again and again. In a build without SQLCipher `PRAGMA key`
/// does nothing and everything would be written in the clear: the library has to say that it is there.
async fn probe(options: &AnyConnectOptions, key: &Secret) -> Result<(), DbError> {
    let mut connection = options.connect().await?;
    let cipher: Option<(String,)> =
        sqlx::query_as("PRAGMA cipher_version").fetch_optional(&mut connection).await?;
    if cipher.is_none_or(|(version,)| version.is_empty()) {
        return Err(DbError::NotEncrypted);
    }
    unlock(&mut connection, key).await?;
    connection.close().await?;
    Ok(())
}

/// The key comes first: before it, every page is noise.
async fn unlock(connection: &mut AnyConnection, key: &Secret) -> Result<(), sqlx::Error> {
    let hex = fieldkeep_trust::secret::Secret::new(
        format!("PRAGMA key = \"x'{}'\"", data_encoding::HEXLOWER.encode(key.expose())).into_bytes(),
    );
    let text = String::from_utf8_lossy(hex.expose()).into_owned();
    connection.execute(AssertSqlSafe(text)).await?;
    for pragma in [
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        "PRAGMA foreign_keys = ON",
        "PRAGMA busy_timeout = 10000",
        "PRAGMA cache_size = -65536",
        "PRAGMA temp_store = MEMORY",
        "PRAGMA secure_delete = FAST",
    ] {
        connection.execute(pragma).await?;
    }
    connection.execute("SELECT count(*) FROM sqlite_master").await.map(drop)
}

fn wrong_key(error: DbError, path: &str) -> DbError {
    match &error {
        // SQLITE_NOTADB: the first page does not decrypt to a database.
        DbError::Sql(sqlx::Error::Database(said)) if said.message().contains("not a database") => {
            DbError::WrongKey { path: path.to_owned() }
        }
        _ => error,
    }
}

/// `($1, $2), ($3, $4)` for so many rows of so many columns.
pub fn values(rows: usize, columns: usize) -> String {
    let mut text = String::with_capacity(rows * columns * 5);
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            let separator = if column == 0 { "" } else { ", " };
            text.push_str(&format!("{separator}${}", row * columns + column + 1));
        }
        text.push(')');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn another_host_needs_a_proven_way() {
        for url in [
            "postgres://a@db.example/x",
            "postgres://a@db.example/x?sslmode=require",
            "postgres://a:%40localhost@db.example/x?application_name=@localhost",
            "postgres://a@localhost/x?host=db.example",
            "postgres://a@db.example/x?sslmode=verify-full&sslmode=disable",
        ] {
            assert!(matches!(Db::postgres(url).await, Err(DbError::Plaintext)), "{url}");
        }
        let local: AnyConnectOptions = "postgres://a@localhost/x?host=/run/postgresql".parse().unwrap();
        assert!(on_this_host(&local));
    }

    #[test]
    fn placeholders_are_numbered_through() {
        assert_eq!(values(2, 3), "($1, $2, $3), ($4, $5, $6)");
    }
}
