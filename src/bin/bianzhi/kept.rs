//! Journals named on the command line, and the offices that they hold.

use std::path::PathBuf;

use bianzhi::journal::{SqliteStore, Store};
use bianzhi::office::Office;
use bianzhi::policy::PolicySet;
use bianzhi::{Entry, Error};

use crate::Failure;

/// A journal that is needed.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Needed {
    /// 日志文件 · the journal
    #[arg(long, value_name = "FILE")]
    journal: PathBuf,
    #[command(flatten)]
    stream: Stream,
}

/// A journal that may be left out.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Optional {
    /// 日志文件 · the journal
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    #[command(flatten)]
    stream: Stream,
}

/// A journal that stands by itself on the command line.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Placed {
    /// 日志文件 · the journal
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
    pub(crate) fn store(&self) -> Result<SqliteStore, Error> {
        SqliteStore::open_to_read(self.file, self.stream)
    }

    /// The office of the journal, to go on with.
    pub(crate) fn open_to_write(&self) -> Result<Office, Error> {
        Office::open_on(self.store_to_write()?, None, None)
    }

    /// The store, to write.
    pub(crate) fn store_to_write(&self) -> Result<SqliteStore, Error> {
        let stream = self.store()?.stream().to_owned();
        SqliteStore::open(self.file, stream)
    }

    /// The office of the journal.
    pub(crate) fn open(&self) -> Result<Office, Error> {
        Office::open_on(self.store()?, None, None)
    }
}

/// The policy set that decided last in `then`, as the journal of `office` keeps it.
pub(crate) fn last_policies(office: &Office, then: &Office) -> Result<Option<PolicySet>, Failure> {
    let mut digests = then.journal().entries().filter_map(|entry| match entry {
        Entry::Decided(decision) => decision.policies.clone(),
        Entry::Opened { .. } | Entry::Advanced(_) => None,
    });
    Ok(digests.next_back().map(|digest| office.policies_of(&digest)).transpose()?)
}
