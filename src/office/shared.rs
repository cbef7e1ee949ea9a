//! The shared office: many threads ask, one writer decides in order and keeps groups, and readers never wait.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{OnceLock, PoisonError};

use super::Office;
use super::sync::{Arc, Builder, JoinHandle, Receiver, RwLock, Sender, SyncSender, channel, sync_channel};
use crate::decision::Decision;
use crate::error::{Error, ErrorKind};
use crate::policy::PolicySet;
use crate::request::Request;

/// The most requests that are kept with one commit. A group is whatever waits when the last one is done, so a
/// lone request never waits for company; the bound keeps the first of a crowd from waiting for the last.
const MOST_IN_GROUP: usize = 1_000;

/// An office for many threads: a handle that is cheap to clone.
///
/// Requests are decided one by one in the order in which they arrive, by a thread of the office's own; while
/// one group is brought to the disk, the next one gathers. An answer leaves when it is kept. Reading takes the
/// books as the last kept group left them and never waits for a disk. If the journal fails, or the office
/// stops because of a bug, every handle says so from then on; what was kept is safe.
///
/// # Example: two threads, one seat
/// ```
/// # use bianzhi::{Charter, Office, Request};
/// use bianzhi::office::SharedOffice;
/// # fn main() -> Result<(), bianzhi::Error> {
/// # let charter = Charter::parse("charter.yaml", "
/// # bianzhi: charter/1
/// # opened: 2024-01-01
/// # levels: [city, unit]
/// # kinds: {institution: {zh: 事业编制, en: institution}}
/// # nodes:
/// #   - {id: city, level: city, caps: {institution: 1}}
/// #   - {id: school, parent: city, level: unit, caps: {institution: 1}}
/// # ")?;
/// let office = SharedOffice::new(Office::open(charter, None)?)?;
/// let granted = std::thread::scope(|scope| {
///     let hire = || office.submit(Request::appoint("school", "institution")).is_ok_and(|answer| answer.granted());
///     let (one, other) = (scope.spawn(hire), scope.spawn(hire));
///     [one, other].map(|thread| thread.join().unwrap_or(false))
/// });
/// assert_ne!(granted[0], granted[1], "one of them, whoever came first");
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct SharedOffice(Arc<Shared>);

/// An answer that is on its way.
#[derive(Debug)]
pub struct Waiting {
    answer: Receiver<Result<Arc<Decision>, Error>>,
    failed: Arc<OnceLock<Error>>,
}

#[derive(Debug)]
struct Shared {
    /// None only while the last handle goes.
    letters: Option<Sender<Letter>>,
    shown: Arc<RwLock<Arc<Office>>>,
    failed: Arc<OnceLock<Error>>,
    writer: Option<JoinHandle<()>>,
}

/// Where an answer goes.
type ReplyTo = SyncSender<Result<Arc<Decision>, Error>>;

/// What the writer is told.
#[derive(Debug)]
enum Letter {
    Decide(Box<Request>, ReplyTo),
    DecideBy(Option<PolicySet>),
    KeepSnapshot(SyncSender<Result<(), Error>>),
}

impl SharedOffice {
    /// Shares an office. It closes when the last handle is gone.
    ///
    /// # Errors
    /// If the system has no thread left.
    pub fn new(office: Office) -> Result<Self, Error> {
        let (letters, inbox) = channel();
        let shown = Arc::new(RwLock::new(Arc::new(office.fork())));
        let failed = Arc::new(OnceLock::new());
        let writer = Writer { office, shown: Arc::clone(&shown), failed: Arc::clone(&failed) };
        let thread = Builder::new().name("bianzhi writer".to_owned());
        let serve = move || {
            writer.serve(&inbox);
            // After a failure, whoever still asks is let go and told why.
            while inbox.recv().is_ok() {}
        };
        let thread = thread.spawn(serve).map_err(|cause| {
            Error::new(ErrorKind::Io, format!("no thread can be had for the office: {cause}"))
        })?;
        Ok(Self(Arc::new(Shared { letters: Some(letters), shown, failed, writer: Some(thread) })))
    }

    /// Answers a request, and returns when the answer is kept.
    ///
    /// # Errors
    /// As [`Office::submit`], and for ever after a failure.
    pub fn submit(&self, request: impl Into<Request>) -> Result<Arc<Decision>, Error> {
        self.ask(request).wait()
    }

    /// Puts a request in line, and returns at once. Requests of one thread are decided in its order.
    pub fn ask(&self, request: impl Into<Request>) -> Waiting {
        let (sender, answer) = sync_channel(1);
        self.0.tell(Letter::Decide(Box::new(request.into()), sender));
        Waiting { answer, failed: Arc::clone(&self.0.failed) }
    }

    /// Lets another policy set decide what is asked from now on.
    pub fn set_policies(&self, policies: impl Into<Option<PolicySet>>) {
        self.0.tell(Letter::DecideBy(policies.into()));
    }

    /// Puts the books beside the journal as they stand behind everything that was asked before, and returns
    /// when they are kept ([`Office::keep_snapshot`]). Others may go on asking; their answers wait meanwhile.
    ///
    /// # Errors
    /// As [`Office::keep_snapshot`], and for ever after a failure.
    ///
    /// # Example: books in memory have nothing to stand beside
    /// ```
    /// # use bianzhi::office::SharedOffice;
    /// # use bianzhi::{Charter, Office};
    /// # fn main() -> Result<(), bianzhi::Error> {
    /// let charter = Charter::load("examples/nanping/charter.yaml")?;
    /// let office = SharedOffice::new(Office::open(charter, None)?)?;
    /// let error = office.keep_snapshot().unwrap_err();
    /// assert_eq!(error.to_string(), "a journal in memory keeps no snapshots");
    /// # Ok(()) }
    /// ```
    pub fn keep_snapshot(&self) -> Result<(), Error> {
        let (sender, kept) = sync_channel(1);
        self.0.tell(Letter::KeepSnapshot(sender));
        kept.recv().unwrap_or_else(|_| Err(closed(&self.0.failed)))
    }

    /// The office as the last kept group left it: to read, to try things on a fork, to look at its journal.
    pub fn read(&self) -> Arc<Office> {
        Arc::clone(&self.0.shown.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Waiting {
    /// Waits for the answer.
    ///
    /// # Errors
    /// As [`SharedOffice::submit`].
    pub fn wait(self) -> Result<Arc<Decision>, Error> {
        self.answer.recv().unwrap_or_else(|_| Err(closed(&self.failed)))
    }
}

impl Shared {
    /// A writer that has stopped says why through `failed`.
    fn tell(&self, letter: Letter) {
        if let Some(letters) = &self.letters {
            let _ = letters.send(letter);
        }
    }
}

impl Drop for Shared {
    /// The journal is closed when the last handle is gone, not some time later.
    fn drop(&mut self) {
        self.letters = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

struct Writer {
    office: Office,
    shown: Arc<RwLock<Arc<Office>>>,
    failed: Arc<OnceLock<Error>>,
}

impl Writer {
    fn serve(mut self, inbox: &Receiver<Letter>) {
        while let Ok(first) = inbox.recv() {
            let mut group = Vec::new();
            for letter in std::iter::once(first).chain(inbox.try_iter()) {
                match letter {
                    Letter::Decide(request, answer) => group.push((*request, answer)),
                    Letter::DecideBy(policies) => {
                        if !self.decide(std::mem::take(&mut group)) {
                            return;
                        }
                        self.office.set_policies(policies);
                    }
                    Letter::KeepSnapshot(answer) => {
                        if !self.decide(std::mem::take(&mut group)) || !self.keep_snapshot(&answer) {
                            return;
                        }
                    }
                }
                if group.len() >= MOST_IN_GROUP {
                    break;
                }
            }
            if !self.decide(group) {
                return;
            }
        }
    }

    /// Keeps a snapshot; `false` if that is the end. A store that failed says so with the next group.
    fn keep_snapshot(&mut self, answer: &SyncSender<Result<(), Error>>) -> bool {
        let kept = catch_unwind(AssertUnwindSafe(|| self.office.keep_snapshot()));
        let goes_on = kept.is_ok();
        let kept =
            kept.unwrap_or_else(|panic| Err(self.failed.get_or_init(|| stopped(panic.as_ref())).clone()));
        // Whoever asked may have stopped waiting.
        let _ = answer.send(kept);
        goes_on
    }

    /// Decides a group and keeps it; `false` if that failed, which is the end.
    fn decide(&mut self, group: Vec<(Request, ReplyTo)>) -> bool {
        let (requests, answers): (Vec<_>, Vec<_>) = group.into_iter().unzip();
        // A panic leaves the office in the middle of something: nobody looks at it any more.
        let decided = catch_unwind(AssertUnwindSafe(|| self.office.submit_all(requests)));
        match decided.unwrap_or_else(|panic| Err(stopped(panic.as_ref()))) {
            Ok(decisions) => {
                let shown = Arc::new(self.office.fork());
                *self.shown.write().unwrap_or_else(PoisonError::into_inner) = shown;
                for (decision, answer) in decisions.into_iter().zip(answers) {
                    // Whoever asked may have stopped waiting.
                    let _ = answer.send(Ok(decision));
                }
                true
            }
            Err(error) => {
                let error = self.failed.get_or_init(|| error);
                for answer in answers {
                    let _ = answer.send(Err(error.clone()));
                }
                false
            }
        }
    }
}

/// Why nobody answers.
fn closed(failed: &OnceLock<Error>) -> Error {
    failed.get().cloned().unwrap_or_else(|| Error::new(ErrorKind::Internal, "the office is closed"))
}

fn stopped(panic: &(dyn Any + Send)) -> Error {
    let said = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    let said = said.unwrap_or("without a word");
    Error::new(ErrorKind::Internal, format!("the office stopped because of a bug: {said}"))
}
