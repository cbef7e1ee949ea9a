//! Journals named on the command line, and the offices that they hold.

use std::path::{Path, PathBuf};

#[cfg(feature = "postgres")]
use bianzhi::journal::PostgresStore;
use bianzhi::journal::{SqliteStore, Store};
use bianzhi::office::Office;
use bianzhi::policy::PolicySet;
use bianzhi::{Entry, Error};

use crate::Failure;

/// A journal that is needed.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Needed {
    /// 日志文件，或 postgres:// 地址 · the journal: a file, or a postgres:// address
    #[arg(long, value_name = "FILE")]
    journal: PathBuf,
    #[command(flatten)]
    stream: Stream,
}

/// A journal that may be left out.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Optional {
    /// 日志文件，或 postgres:// 地址 · the journal: a file, or a postgres:// address
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    #[command(flatten)]
    stream: Stream,
}

/// A journal that stands by itself on the command line.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Placed {
    /// 日志文件，或 postgres:// 地址 · the journal: a file, or a postgres:// address
    #[arg(value_name = "FILE")]
    pub(crate) journal: PathBuf,
    #[command(flatten)]
    pub(crate) stream: Stream,
}

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Stream {
    /// 文件里有几个城市时指明一个 · the city, where the file holds several
    #[arg(long, value_name = "NAME")]
    pub(crate) stream: Option<String>,
}

/// A file and the stream meant in it.
#[derive(Debug)]
pub(crate) struct Kept<'a> {
    file: &'a PathBuf,
    stream: Option<&'a str>,
}

impl Needed {
    pub(crate) fn named(&self) -> Kept<'_> {
        Kept { file: &self.journal, stream: self.stream.stream.as_deref() }
    }
}

impl Optional {
    pub(crate) fn named(&self) -> Option<Kept<'_>> {
        let stream = self.stream.stream.as_deref();
        self.journal.as_ref().map(|file| Kept { file, stream })
    }
}

impl Placed {
    pub(crate) fn named(&self) -> Kept<'_> {
        Kept { file: &self.journal, stream: self.stream.stream.as_deref() }
    }
}

impl Kept<'_> {
    /// The store, to read.
    pub(crate) fn store(&self) -> Result<Box<dyn Store>, Error> {
        match address(self.file) {
            Some(address) => on_server(address, self.stream),
            None => Ok(Box::new(SqliteStore::open_to_read(self.file, self.stream)?)),
        }
    }

    /// The same, after a look at the whole file where there is one.
    pub(crate) fn looked_over(&self) -> Result<Box<dyn Store>, Error> {
        if address(self.file).is_some() {
            return self.store();
        }
        let store = SqliteStore::open_to_read(self.file, self.stream)?;
        store.check_file()?;
        Ok(Box::new(store))
    }

    /// The office of the journal, to go on with.
    pub(crate) fn open_to_write(&self) -> Result<Office, Error> {
        Office::open_on(self.store_to_write()?, None, None)
    }

    /// The store, to write: a stream that has begun.
    pub(crate) fn store_to_write(&self) -> Result<Box<dyn Store>, Error> {
        let stream = self.store()?.stream().to_owned();
        to_write(self.file, &stream, false)
    }

    /// The office of the journal.
    pub(crate) fn open(&self) -> Result<Office, Error> {
        Office::open_on(self.store()?, None, None)
    }
}

/// A stream to write: in a file, or on a server. A new one may keep people apart.
pub(crate) fn to_write(place: &Path, stream: &str, people_apart: bool) -> Result<Box<dyn Store>, Error> {
    if let Some(address) = address(place) {
        return on_server_to_write(address, stream, people_apart);
    }
    let store = SqliteStore::open(place, stream)?;
    Ok(Box::new(if people_apart { store.people_apart() } else { store }))
}

/// The address of a server, if the name of a journal is one.
fn address(place: &Path) -> Option<&str> {
    let place = place.to_str()?;
    ["postgres://", "postgresql://"].iter().any(|start| place.starts_with(start)).then_some(place)
}

#[cfg(feature = "postgres")]
fn on_server(address: &str, stream: Option<&str>) -> Result<Box<dyn Store>, Error> {
    Ok(Box::new(PostgresStore::open_to_read(address, stream)?))
}

#[cfg(feature = "postgres")]
fn on_server_to_write(address: &str, stream: &str, people_apart: bool) -> Result<Box<dyn Store>, Error> {
    let store = PostgresStore::open(address, stream)?;
    Ok(Box::new(if people_apart { store.people_apart() } else { store }))
}

#[cfg(not(feature = "postgres"))]
fn on_server(_: &str, _: Option<&str>) -> Result<Box<dyn Store>, Error> {
    Err(without_servers())
}

#[cfg(not(feature = "postgres"))]
fn on_server_to_write(_: &str, _: &str, _: bool) -> Result<Box<dyn Store>, Error> {
    Err(without_servers())
}

#[cfg(not(feature = "postgres"))]
fn without_servers() -> Error {
    let message = "this build knows journals in files only; one with the feature `postgres` knows servers";
    Error::new(bianzhi::ErrorKind::Io, message)
        .in_chinese("本程序只认文件中的日志；带 `postgres` 特性编译的才认服务器")
}

/// The policy set that decided last in `then`, as the journal of `office` keeps it.
pub(crate) fn last_policies(office: &Office, then: &Office) -> Result<Option<PolicySet>, Failure> {
    let mut digests = then.journal().entries().filter_map(|entry| match entry {
        Entry::Decided(decision) => decision.policies.clone(),
        Entry::Opened { .. } | Entry::Advanced(_) => None,
    });
    Ok(digests.next_back().map(|digest| office.policies_of(&digest)).transpose()?)
}
