//! Outgoing: groups that are decided, on their way to the disk, and the answers that leave when they are there.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use super::reply::{ReplyTo, Sleeper};
use super::shown::Shown;
use super::sync::{
    Arc, Builder, JoinHandle, MOST_AHEAD, MOST_AT_ONCE, MOST_IN_GROUP, Receiver, Sender, channel,
};
use super::{Office, Unkept};
use crate::decision::Decision;
use crate::error::{Error, ErrorKind};

/// What every handle may know.
#[derive(Debug, Clone)]
pub(super) struct Told {
    /// The office as the last kept group left it.
    pub(super) shown: Arc<Shown>,
    /// Why nothing is answered any more.
    pub(super) failed: Arc<OnceLock<Error>>,
}

/// A group that is decided, on its way to the disk.
#[derive(Debug)]
pub(super) struct Decided {
    pub(super) answers: Unkept,
    pub(super) reply_to: Vec<ReplyTo<Arc<Decision>>>,
    /// The office behind it, or behind a part of it that was joined. Readers can do without.
    pub(super) shown: Option<Arc<Office>>,
}

impl Decided {
    /// This group, and one that was decided right behind it.
    fn join(self, next: Self) -> Result<Self, Error> {
        let Self { answers, mut reply_to, shown } = self;
        reply_to.extend(next.reply_to);
        Ok(Self { answers: answers.join(next.answers)?, reply_to, shown: next.shown.or(shown) })
    }
}

impl Told {
    /// Keeps a group and lets its answers go; `false` if that failed, which is the end.
    pub(super) fn keep(&self, group: Decided) -> bool {
        let Decided { answers, reply_to, shown } = group;
        let kept = catch_unwind(AssertUnwindSafe(|| answers.keep()));
        match kept.unwrap_or_else(|panic| Err(stopped(panic.as_ref()))) {
            Ok(decisions) => {
                // The books of before go when nobody waits for them.
                let _before = self.shown.add(shown, &decisions);
                let told = decisions.into_iter().zip(reply_to).filter_map(|(answer, to)| to.tell(answer));
                let sleepers: Vec<_> = told.collect();
                sleepers.into_iter().for_each(Sleeper::wake);
                true
            }
            Err(error) => self.end(error),
        }
    }

    /// Nothing is answered any more; the first reason is the one that is told. Always `false`.
    pub(super) fn end(&self, error: Error) -> bool {
        self.failed.get_or_init(|| error);
        false
    }
}

/// Brings what is decided to the disk while more is decided.
#[derive(Debug)]
pub(super) struct Keeper {
    /// None only while it goes.
    groups: Option<Sender<Decided>>,
    /// How many groups were kept, whenever some were. It ends with the first that was not.
    kept: Receiver<usize>,
    /// How many groups are on their way.
    away: usize,
    /// Whether a group was not kept, which is the end.
    has_failed: bool,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    pub(super) fn new(told: Told) -> Result<Self, Error> {
        let (groups, inbox) = channel::<Decided>();
        let (done, kept) = channel();
        let serve = move || {
            while let Ok(first) = inbox.recv() {
                let Some(count) = keep_all(&told, first, &inbox) else { break };
                if done.send(count).is_err() {
                    break;
                }
            }
        };
        let thread = Some(thread("bianzhi keeper", serve)?);
        Ok(Self { groups: Some(groups), kept, away: 0, has_failed: false, thread })
    }

    /// Hands a group over; `false` if one before it was not kept.
    pub(super) fn begin(&mut self, group: Decided) -> bool {
        while self.away >= MOST_AHEAD && self.wait() {}
        let is_taken = self.groups.as_ref().is_some_and(|groups| groups.send(group).is_ok());
        self.away = self.away.saturating_add(1);
        self.has_failed |= !is_taken;
        !self.has_failed
    }

    /// Whether something is on its way.
    pub(super) fn is_busy(&mut self) -> bool {
        while let Ok(count) = self.kept.try_recv() {
            self.away = self.away.saturating_sub(count);
        }
        self.away > 0
    }

    /// Waits for all that is on its way; `false` if any of it was not kept, which is the end.
    pub(super) fn is_done(&mut self) -> bool {
        while self.away > 0 && self.wait() {}
        !self.has_failed
    }

    /// Waits for something that is on its way; `false` if it was not kept.
    fn wait(&mut self) -> bool {
        match self.kept.recv() {
            Ok(count) => self.away = self.away.saturating_sub(count),
            Err(_) => self.has_failed = true,
        }
        !self.has_failed
    }
}

/// Keeps a group and those that were handed over meanwhile with one commit, and says how many; none if that failed.
fn keep_all(told: &Told, first: Decided, inbox: &Receiver<Decided>) -> Option<usize> {
    let (mut group, mut count) = (first, 1_usize);
    while group.reply_to.len().saturating_add(MOST_AT_ONCE) <= MOST_IN_GROUP
        && let Ok(next) = inbox.try_recv()
    {
        group = group.join(next).map_err(|error| told.end(error)).ok()?;
        count = count.saturating_add(1);
    }
    told.keep(group).then_some(count)
}

impl Drop for Keeper {
    /// What is on its way is kept before the writer goes.
    fn drop(&mut self) {
        self.groups = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

pub(super) fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Error> {
    Builder::new().name(name.to_owned()).spawn(work).map_err(|cause| {
        Error::new(ErrorKind::Io, format!("no thread can be had for the office: {cause}"))
            .in_chinese(format!("系统无法再给出线程：{cause}"))
    })
}

/// Why nobody answers.
pub(super) fn closed(failed: &OnceLock<Error>) -> Error {
    failed
        .get()
        .cloned()
        .unwrap_or_else(|| Error::new(ErrorKind::Internal, "the office is closed").in_chinese("办公室已关闭"))
}

pub(super) fn stopped(panic: &(dyn Any + Send)) -> Error {
    let said = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    let said = said.unwrap_or("without a word");
    Error::new(ErrorKind::Internal, format!("the office stopped because of a bug: {said}"))
        .in_chinese(format!("程序有错，办公室已停止：{said}"))
}
