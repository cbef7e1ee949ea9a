//! The link: a connection to a server, made anew when it is lost, and the claim by which one writer holds a stream.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::io;
use std::thread;
use std::time::Duration;

use postgres::config::Host;
use postgres::error::{Severity, SqlState};
use postgres::{Client, Config, NoTls, Statement};

use super::super::store::{FORMAT, journal};
use super::{people, snapshots};
use crate::error::{Error, ErrorKind};

/// How long a lost server is waited for, and between two tries: a restart takes seconds, another node half a minute.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(100);
/// How long the network may be silent before a connection counts as lost.
const SILENCE: Duration = Duration::from_secs(10);
const PAUSE_OF_PROBES: Duration = Duration::from_secs(3);
/// How often a statement is tried again that lost against another one and left nothing behind.
pub(super) const MOST_RACES: u32 = 10;

/// A connection that is left inside of a transaction holds locks; the server ends it after these milliseconds.
const SESSION: &str = "SET idle_in_transaction_session_timeout = 10000";
/// What must be set so that what was acknowledged is there after a power cut, in every language.
const RIGHT: [(&str, &[&str]); 3] =
    [("fsync", &["on"]), ("synchronous_commit", &["on", "remote_apply"]), ("server_encoding", &["UTF8"])];
const SCHEMA: &str = include_str!("schema.sql");
const APPEND: &str = include_str!("append.sql");
const CLAIM: &str = "
    INSERT INTO bianzhi.writer AS w (stream, holder, epoch, records, hash) VALUES ($1, $2, 1, 0, '')
    ON CONFLICT (stream) DO UPDATE SET epoch = w.epoch + 1, holder = $2 RETURNING epoch";
const RENEW: &str = "
    UPDATE bianzhi.writer SET epoch = epoch + 1 WHERE stream = $1 AND holder = $2 RETURNING epoch, records, hash";

/// Where a stream ends for the server: how many records, and the hash of the last; no hash before the first.
pub(super) type End = (i64, String);

/// A connection that comes back.
pub(super) struct Link {
    config: Config,
    place: String,
    pub(super) patience: Duration,
    /// None while it is lost.
    client: Option<Client>,
    /// None for a reader.
    claim: Option<Claim>,
}

/// The hold of one writer on a stream.
struct Claim {
    stream: String,
    /// What tells this writer from all others: the claim can be renewed even if the answer to it was lost.
    holder: String,
    /// The server takes entries of this epoch alone.
    epoch: i64,
    /// The statement that appends, on the connection at hand.
    append: Statement,
}

/// What an error means for a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The connection is gone and the answer with it: the statement may have taken effect.
    Lost,
    /// It did not take effect, and may the next time.
    Race,
    /// It did not take effect.
    Refused,
}

impl Link {
    /// Connects to the server that an address names.
    pub(super) fn open(address: &str) -> Result<Self, Error> {
        let mut config: Config = address.parse().map_err(|cause| {
            let told = told(&cause);
            Error::new(ErrorKind::Io, format!("this is no address of a PostgreSQL server: {told}"))
                .in_chinese(format!("这不是 PostgreSQL 服务器的地址：{told}"))
        })?;
        if config.get_application_name().is_none() {
            config.application_name("bianzhi");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(SILENCE);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE);
        }
        // Else a writer whose answer never comes would notice after hours.
        if !address.contains("keepalives") {
            config.keepalives_idle(SILENCE).keepalives_interval(PAUSE_OF_PROBES);
        }
        let mut link = Self { place: place(&config), config, patience: PATIENCE, client: None, claim: None };
        link.client = Some(link.connect().map_err(|cause| link.failed(&cause))??);
        Ok(link)
    }

    /// Where the server is, without a password.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// Makes the tables where there are none. Several processes may do so at once.
    pub(super) fn found(&mut self) -> Result<(), Error> {
        if self.format()?.is_none() {
            let schema = format!(
                "{SCHEMA}INSERT INTO bianzhi.form (place, format) VALUES (1, {FORMAT}) ON CONFLICT (place) DO NOTHING"
            );
            self.racing(|client| client.batch_execute(&schema))?;
        }
        self.recognise()?;
        if !self.has_snapshots()? {
            self.racing(|client| client.batch_execute(snapshots::SCHEMA))?;
        }
        if !self.has_people()? {
            self.racing(|client| client.batch_execute(people::SCHEMA))?;
        }
        Ok(())
    }

    /// Whether there is a table of snapshots: databases that the first builds made have none until somebody
    /// opens them to write.
    pub(super) fn has_snapshots(&mut self) -> Result<bool, Error> {
        self.has("SELECT 1 FROM bianzhi.snapshot LIMIT 1")
    }

    /// Whether there is a table of people, likewise.
    pub(super) fn has_people(&mut self) -> Result<bool, Error> {
        self.has("SELECT 1 FROM bianzhi.person LIMIT 1")
    }

    fn has(&mut self, query: &str) -> Result<bool, Error> {
        self.asking(|client| match client.query(query, &[]) {
            Ok(_) => Ok(true),
            Err(cause) if is_missing(&cause) => Ok(false),
            Err(cause) => Err(cause),
        })
    }

    /// Whether the database holds journals that this build can read.
    pub(super) fn recognise(&mut self) -> Result<(), Error> {
        let found = self.format()?;
        let place = &self.place;
        match found {
            Some(format) if (1..=i64::from(FORMAT)).contains(&format) => Ok(()),
            Some(format) => Err(journal(format!(
                "`{place}` has format {format}, written by a newer version; this one reads up to {FORMAT}"
            ))
            .in_chinese(format!("`{place}` 的格式为 {format}，出自更新的版本；本版本至多读到 {FORMAT}"))),
            None => Err(journal(format!("`{place}` is a database, but no journal"))
                .in_chinese(format!("`{place}` 是数据库，但没有日志"))),
        }
    }

    fn format(&mut self) -> Result<Option<i64>, Error> {
        self.asking(|client| {
            let found = client.query_opt("SELECT format FROM bianzhi.form WHERE place = 1", &[]);
            match found.and_then(|row| row.map(|row| row.try_get(0)).transpose()) {
                Err(cause) if is_missing(&cause) => Ok(None),
                other => other,
            }
        })
    }

    /// Takes a stream over: whoever wrote it before can never again, whatever it has under way.
    pub(super) fn take_over(&mut self, stream: &str) -> Result<(), Error> {
        let claim = self.racing(|client| {
            let holder: String = client.query_one("SELECT gen_random_uuid()::TEXT", &[])?.try_get(0)?;
            let epoch = client.query_one(CLAIM, &[&stream, &holder])?.try_get(0)?;
            let append = client.prepare(APPEND)?;
            Ok(Claim { stream: stream.to_owned(), holder, epoch, append })
        })?;
        self.claim = Some(claim);
        Ok(())
    }

    /// Asks for something that may be asked twice; once more on a new connection, if this one turns out lost.
    pub(super) fn asking<T>(
        &mut self,
        mut ask: impl FnMut(&mut Client) -> Result<T, postgres::Error>,
    ) -> Result<T, Error> {
        let mut again = true;
        loop {
            if self.is_lost() {
                self.restore()?;
            }
            let client = self.client.as_mut().ok_or_else(|| gone(&self.place))?;
            match ask(client) {
                Err(cause) if Trouble::of(&cause) == Trouble::Lost => {
                    self.lose();
                    if !again {
                        return Err(self.failed(&cause));
                    }
                    again = false;
                }
                done => return done.map_err(|cause| self.failed(&cause)),
            }
        }
    }

    /// The same for what may lose a race, which is run again then.
    fn racing<T>(&mut self, ask: impl Fn(&mut Client) -> Result<T, postgres::Error>) -> Result<T, Error> {
        for _ in 0..MOST_RACES {
            let done = self.asking(|client| match ask(client) {
                Err(cause) if Trouble::of(&cause) == Trouble::Race || made_elsewhere(&cause) => Ok(None),
                other => other.map(Some),
            })?;
            if let Some(done) = done {
                return Ok(done);
            }
        }
        Err(busy(&self.place))
    }

    /// Does what only the writer may, on the connection at hand: with the epoch, and the statement that appends.
    /// None for a reader, or while the connection is lost.
    pub(super) fn writing<T>(&mut self, act: impl FnOnce(&mut Client, i64, &Statement) -> T) -> Option<T> {
        let (client, claim) = (self.client.as_mut()?, self.claim.as_ref()?);
        Some(act(client, claim.epoch, &claim.append))
    }

    pub(super) fn is_writer(&self) -> bool {
        self.claim.is_some()
    }

    /// What tells this writer from all others; none for a reader.
    pub(super) fn holder(&self) -> Option<String> {
        self.claim.as_ref().map(|claim| claim.holder.clone())
    }

    pub(super) fn is_lost(&self) -> bool {
        self.client.as_ref().is_none_or(Client::is_closed)
    }

    pub(super) fn lose(&mut self) {
        self.client = None;
    }

    /// Makes the connection anew and, for a writer, renews its claim: what was under way before has either
    /// taken effect by then or never will. Says where the stream ends.
    ///
    /// A renewal is a commit like any other, so all that it saw is as safe as itself.
    ///
    /// # Errors
    /// If the server does not come back, or somebody else has taken the stream over.
    pub(super) fn restore(&mut self) -> Result<Option<End>, Error> {
        self.client = None;
        let mut left = self.patience;
        loop {
            match self.try_to_restore() {
                Ok(done) => return done,
                Err(cause) if !left.is_zero() && Trouble::of(&cause) != Trouble::Refused => {
                    left = left.saturating_sub(PAUSE);
                    thread::sleep(PAUSE);
                }
                Err(cause) => return Err(self.failed(&cause)),
            }
        }
    }

    fn try_to_restore(&mut self) -> Result<Result<Option<End>, Error>, postgres::Error> {
        let mut client = match self.connect()? {
            Ok(client) => client,
            Err(error) => return Ok(Err(error)),
        };
        let mut end = None;
        if let Some(claim) = &mut self.claim {
            let Some(row) = client.query_opt(RENEW, &[&claim.stream, &claim.holder])? else {
                return Ok(Err(taken_over(&self.place, &claim.stream)));
            };
            claim.epoch = row.try_get(0)?;
            end = Some((row.try_get(1)?, row.try_get(2)?));
            claim.append = client.prepare(APPEND)?;
        }
        self.client = Some(client);
        Ok(Ok(end))
    }

    /// A connection on which a commit that is answered is safe.
    fn connect(&self) -> Result<Result<Client, Error>, postgres::Error> {
        let mut client = self.config.connect(NoTls)?;
        client.batch_execute(SESSION)?;
        let mut settings = settings(&mut client)?;
        // `remote_apply` waits for more than `on`.
        if settings.get("synchronous_commit").is_none_or(|found| found != "remote_apply") {
            client.batch_execute("SET synchronous_commit = on")?;
            settings = self::settings(&mut client)?;
        }
        for (name, right) in RIGHT {
            // A server of another make may have no such setting; what it says of itself is taken.
            if let Some(found) = settings.get(name)
                && !right.contains(&found.as_str())
            {
                let (place, right) = (&self.place, right.join(" or "));
                let message = format!(
                    "`{place}` cannot keep a journal safely: its {name} is `{found}`, and must be {right}"
                );
                let zh = format!("`{place}` 不能安全留存日志：其 {name} 为 `{found}`，应为 {right}");
                return Ok(Err(Error::new(ErrorKind::Io, message).in_chinese(zh)));
            }
        }
        Ok(Ok(client))
    }

    /// What the server says, for the person at the desk.
    pub(super) fn failed(&self, cause: &postgres::Error) -> Error {
        let (place, told) = (&self.place, told(cause));
        if cause.code() == Some(&SqlState::UNIQUE_VIOLATION) {
            return journal(format!("another writer uses `{place}`: {told}; open it again"))
                .in_chinese(format!("`{place}` 另有写入者：{told}；请重新打开"));
        }
        Error::new(ErrorKind::Io, format!("cannot use `{place}`: {told}"))
            .in_chinese(format!("无法使用 `{place}`：{told}"))
    }
}

impl Trouble {
    pub(super) fn of(cause: &postgres::Error) -> Self {
        let Some(said) = cause.as_db_error() else {
            let broken =
                cause.is_closed() || cause.source().is_some_and(<dyn std::error::Error>::is::<io::Error>);
            return if broken { Self::Lost } else { Self::Refused };
        };
        let ends = matches!(said.parsed_severity(), Some(Severity::Fatal | Severity::Panic));
        match said.code() {
            &SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN => Self::Lost,
            _ if ends => Self::Lost,
            &SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED => Self::Race,
            _ => Self::Refused,
        }
    }
}

/// Somebody opened the stream to write it.
pub(super) fn taken_over(place: &str, stream: &str) -> Error {
    journal(format!("another writer has taken `{stream}` in `{place}` over; open it again"))
        .in_chinese(format!("`{place}` 中的 `{stream}` 已由另一写入者接管；请重新打开"))
}

pub(super) fn busy(place: &str) -> Error {
    Error::new(ErrorKind::Io, format!("`{place}` is too busy: every try lost a race"))
        .in_chinese(format!("`{place}` 过于繁忙：每次都被抢先"))
}

pub(super) fn gone(place: &str) -> Error {
    Error::new(ErrorKind::Io, format!("the connection to `{place}` is lost"))
        .in_chinese(format!("与 `{place}` 的连接已断"))
}

fn settings(client: &mut Client) -> Result<BTreeMap<String, String>, postgres::Error> {
    let names: Vec<&str> = RIGHT.iter().map(|(name, _)| *name).collect();
    let query = "SELECT name, setting FROM pg_catalog.pg_settings WHERE name = ANY ($1)";
    client.query(query, &[&names])?.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

fn is_missing(cause: &postgres::Error) -> bool {
    matches!(cause.code(), Some(&SqlState::UNDEFINED_TABLE | &SqlState::INVALID_SCHEMA_NAME))
}

/// Whether another process made a table, the type of its rows, or the schema in the same moment.
fn made_elsewhere(cause: &postgres::Error) -> bool {
    const MADE: [SqlState; 4] = [
        SqlState::UNIQUE_VIOLATION,
        SqlState::DUPLICATE_SCHEMA,
        SqlState::DUPLICATE_TABLE,
        SqlState::DUPLICATE_OBJECT,
    ];
    cause.code().is_some_and(|code| MADE.contains(code))
}

/// The address without user and password.
fn place(config: &Config) -> String {
    let hosts: Vec<String> = config
        .get_hosts()
        .iter()
        .map(|host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        })
        .collect();
    let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
    format!("postgres://{}/{database}", hosts.join(","))
}

/// An error and what lies behind it.
fn told(cause: &postgres::Error) -> String {
    match (cause.as_db_error(), cause.source()) {
        (Some(said), _) => format!("{} ({})", said.message(), said.code().code()),
        (None, Some(source)) if !cause.to_string().contains(&source.to_string()) => {
            format!("{cause}: {source}")
        }
        (None, _) => cause.to_string(),
    }
}
