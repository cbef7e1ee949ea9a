//! The shared office: many threads ask, one writer decides in order and keeps groups, and readers wait for no disk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use super::Office;
use super::outgoing::{Decided, Keeper, Told, closed, stopped, thread};
use super::reply::{Reply, ReplyTo, Sleeper, reply};
use super::shown::Shown;
use super::sync::{
    AT_ONCE, Arc, AtomicUsize, JoinHandle, MOST_AT_ONCE, Mutex, MutexGuard, Ordering, Receiver, SHOWN_EVERY,
    Sender, channel,
};
use crate::decision::Decision;
use crate::error::Error;
use crate::policy::PolicySet;
use crate::request::Request;

/// An office for many threads: a handle that is cheap to clone.
///
/// Requests are decided one by one, those of one thread in its order, all of them as they arrive. A request that
/// finds nobody else is answered on its own thread, unless the store must have one; a crowd by two of the office's own, one of which brings a
/// group to the disk while the other decides the next. An answer leaves when it is kept. Reading takes the books as the last kept group left them and never waits for a disk.
/// If the journal fails, or the office stops because of a bug, every handle says so from then on; what was kept
/// is safe.
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
    answer: Reply<Arc<Decision>>,
    failed: Arc<OnceLock<Error>>,
}

#[derive(Debug)]
struct Shared {
    /// None only while the last handle goes.
    letters: Option<Sender<Letter>>,
    told: Told,
    desk: Arc<Desk>,
    serves: Option<JoinHandle<()>>,
}

/// Where one request after the other is decided.
#[derive(Debug)]
struct Desk {
    /// None after a failure.
    writer: Mutex<Option<Writer>>,
    /// How many letters are on their way: whoever finds one goes behind it.
    waiting: AtomicUsize,
    /// Whether any thread may write the store.
    is_open_to_all: bool,
}

/// A request, and where its answer goes. If that is given up, whoever waits looks for the reason in [`Told`].
type Asked = (Arc<Request>, ReplyTo<Arc<Decision>>);

/// What the writer is told.
#[derive(Debug)]
enum Letter {
    Decide(Asked),
    DecideBy(Option<PolicySet>),
    KeepSnapshot(ReplyTo<Result<(), Error>>),
}

impl SharedOffice {
    /// Shares an office. It closes when the last handle is gone.
    ///
    /// # Errors
    /// If the system has no thread left.
    pub fn new(office: Office) -> Result<Self, Error> {
        let (letters, inbox) = channel();
        let shown = Arc::new(Shown::new(office.fork()));
        let told = Told { shown, failed: Arc::new(OnceLock::new()) };
        let is_open_to_all = !office.journal().needs_own_thread();
        let writer = Writer { office, keeper: Keeper::new(told.clone())?, told: told.clone(), unshown: 0 };
        let (writer, waiting) = (Mutex::new(Some(writer)), AtomicUsize::new(0));
        let desk = Arc::new(Desk { writer, waiting, is_open_to_all });
        let served = Arc::clone(&desk);
        let serve = move || {
            served.serve(&inbox);
            // After a failure, whoever still asks is let go and told why.
            while inbox.recv().is_ok() {}
        };
        let serves = Some(thread("bianzhi writer", serve)?);
        Ok(Self(Arc::new(Shared { letters: Some(letters), told, desk, serves })))
    }

    /// Answers a request, and returns when the answer is kept.
    ///
    /// # Errors
    /// As [`Office::submit`], and for ever after a failure.
    pub fn submit(&self, request: impl Into<Request>) -> Result<Arc<Decision>, Error> {
        let (asked, waiting) = self.asked(request.into());
        if let Some(asked) = self.0.desk.alone(asked) {
            self.0.tell(asked);
        }
        waiting.wait()
    }

    /// Puts a request in line, and returns at once. Requests of one thread are decided in its order.
    pub fn ask(&self, request: impl Into<Request>) -> Waiting {
        let (asked, waiting) = self.asked(request.into());
        self.0.tell(asked);
        waiting
    }

    fn asked(&self, request: Request) -> (Letter, Waiting) {
        let (reply_to, answer) = reply();
        let waiting = Waiting { answer, failed: Arc::clone(&self.0.told.failed) };
        (Letter::Decide((Arc::new(request), reply_to)), waiting)
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
        let (reply_to, kept) = reply();
        self.0.tell(Letter::KeepSnapshot(reply_to));
        kept.wait().unwrap_or_else(|| Err(closed(&self.0.told.failed)))
    }

    /// The office as the last kept group left it: to read, to try things on a fork, to look at its journal.
    ///
    /// Whoever looks first after answers brings the books forward by them, without a script: some milliseconds at most, for which
    /// others who look then wait, too. No disk is waited for.
    pub fn read(&self) -> Arc<Office> {
        self.0.told.shown.read().unwrap_or_else(|(office, error)| {
            self.0.told.end(error);
            office
        })
    }
}

impl Waiting {
    /// Waits for the answer.
    ///
    /// # Errors
    /// As [`SharedOffice::submit`].
    pub fn wait(self) -> Result<Arc<Decision>, Error> {
        self.answer.wait().ok_or_else(|| closed(&self.failed))
    }
}

impl Shared {
    /// A writer that has stopped says why through `failed`.
    fn tell(&self, letter: Letter) {
        if let Some(letters) = &self.letters {
            self.desk.waiting.fetch_add(1, Ordering::SeqCst);
            let _ = letters.send(letter);
        }
    }
}

impl Drop for Shared {
    /// The journal is closed when the last handle is gone, not some time later.
    fn drop(&mut self) {
        self.letters = None;
        if let Some(serves) = self.serves.take() {
            let _ = serves.join();
        }
    }
}

impl Desk {
    /// Answers a request on the thread that asks, if nobody else does; else it comes back.
    fn alone(&self, asked: Letter) -> Option<Letter> {
        // Whoever finds nothing on its way has nothing of its own on its way.
        if !self.is_open_to_all || self.waiting.load(Ordering::SeqCst) > 0 {
            return Some(asked);
        }
        let Ok(mut writer) = self.writer.try_lock() else { return Some(asked) };
        take(&mut writer, asked, &mut Line { inbox: None, next: None, taken: 0 });
        None
    }

    /// The writer, once nobody else has it. One that was left by a panic may be in the middle of something: it is
    /// given up.
    fn lock(&self) -> MutexGuard<'_, Option<Writer>> {
        self.writer.lock().unwrap_or_else(|left| {
            let mut writer = left.into_inner();
            *writer = None;
            writer
        })
    }

    /// Answers whatever comes, until the last handle is gone or something fails.
    fn serve(&self, inbox: &Receiver<Letter>) {
        let mut line = Line { inbox: Some(inbox), next: None, taken: 0 };
        while let Some(letter) = line.wait() {
            let mut writer = self.lock();
            let goes_on = take(&mut writer, letter, &mut line);
            self.waiting.fetch_sub(std::mem::take(&mut line.taken), Ordering::SeqCst);
            if !goes_on {
                return;
            }
        }
        // What is on its way is kept, and the journal closed.
        self.lock().take();
    }
}

/// Does what a letter asks for; `false` if that is the end, and then nobody writes any more.
fn take(writer: &mut Option<Writer>, letter: Letter, line: &mut Line<'_>) -> bool {
    // A reader may have found that nothing may go on.
    let goes_on = writer.as_mut().filter(|writer| writer.told.failed.get().is_none());
    let goes_on = goes_on.is_some_and(|writer| match letter {
        Letter::Decide(asked) => writer.decide(asked, line),
        Letter::DecideBy(policies) => {
            writer.office.set_policies(policies);
            writer.unshown = SHOWN_EVERY;
            true
        }
        Letter::KeepSnapshot(reply_to) => writer.keep_snapshot(reply_to),
    });
    if !goes_on {
        *writer = None;
    }
    goes_on
}

/// Decides, in the order of asking.
#[derive(Debug)]
struct Writer {
    office: Office,
    keeper: Keeper,
    told: Told,
    /// How many answers were decided since readers last got the office as it stood.
    unshown: usize,
}

impl Writer {
    /// Decides a group, and keeps it or, if others are being kept or waiting, lets it be kept; `false` if that is
    /// the end.
    fn decide(&mut self, first: Asked, line: &mut Line<'_>) -> bool {
        let Self { office, keeper, told, unshown } = self;
        let (mut first, mut reply_to) = (Some(first), Vec::new());
        let group = std::iter::from_fn(|| {
            // A group that finds the disk at work has time to grow.
            let is_full = reply_to.len() >= AT_ONCE && (reply_to.len() >= MOST_AT_ONCE || !keeper.is_busy());
            let next = first.take().or_else(|| if is_full { None } else { line.request() });
            next.map(|(request, to)| {
                reply_to.push(to);
                request
            })
        });
        // A panic leaves the office in the middle of something: nobody looks at it any more.
        let decided = catch_unwind(AssertUnwindSafe(|| office.submit_ahead(group)));
        let goes_on = match decided.unwrap_or_else(|panic| Err(stopped(panic.as_ref()))) {
            Ok(answers) => {
                *unshown = unshown.saturating_add(reply_to.len());
                let shown = (*unshown >= SHOWN_EVERY).then(|| Arc::new(office.fork()));
                if shown.is_some() {
                    *unshown = 0;
                }
                let group = Decided { answers, reply_to, shown };
                // What waits for no disk, or has nobody before it or behind it, need not wait for another thread.
                let is_handed_on = office.journal().is_kept() && (keeper.is_busy() || line.is_longer());
                if is_handed_on { keeper.begin(group) } else { told.keep(group) }
            }
            // What was decided before is kept before.
            Err(error) => keeper.is_done() && told.end(error),
        };
        goes_on && self.keep_snapshot_if_due()
    }

    /// Keeps a snapshot if one is due. One that fails is told with the next request.
    fn keep_snapshot_if_due(&mut self) -> bool {
        !self.office.snapshot_is_due() || self.keeper.is_done() && self.snapshot().is_some()
    }

    /// Keeps a snapshot because somebody asks; `false` if that is the end. A store that failed says so with the
    /// next group.
    fn keep_snapshot(&mut self, reply_to: ReplyTo<Result<(), Error>>) -> bool {
        if !self.keeper.is_done() {
            return false;
        }
        let kept = self.snapshot();
        let goes_on = kept.is_some();
        let told = reply_to.tell(kept.unwrap_or_else(|| Err(closed(&self.told.failed))));
        told.into_iter().for_each(Sleeper::wake);
        goes_on
    }

    /// Keeps a snapshot behind all that is kept; nothing if that is the end.
    fn snapshot(&mut self) -> Option<Result<(), Error>> {
        let kept = catch_unwind(AssertUnwindSafe(|| self.office.keep_snapshot()));
        kept.map_err(|panic| self.told.end(stopped(panic.as_ref()))).ok()
    }
}

/// What waits for the writer.
struct Line<'a> {
    /// Nothing for a request that is alone.
    inbox: Option<&'a Receiver<Letter>>,
    /// The next letter, if somebody had a look.
    next: Option<Letter>,
    /// How many letters were taken.
    taken: usize,
}

impl Line<'_> {
    /// The next letter, waited for; none once the last handle is gone.
    fn wait(&mut self) -> Option<Letter> {
        let letter = self.next.take().or_else(|| self.inbox?.recv().ok())?;
        self.taken = self.taken.saturating_add(1);
        Some(letter)
    }

    /// Whether somebody is waiting.
    fn is_longer(&mut self) -> bool {
        self.next = self.next.take().or_else(|| self.inbox?.try_recv().ok());
        self.next.is_some()
    }

    /// The next letter, if it is here and is a request.
    fn request(&mut self) -> Option<Asked> {
        self.is_longer();
        match self.next.take()? {
            Letter::Decide(asked) => {
                self.taken = self.taken.saturating_add(1);
                Some(asked)
            }
            other @ (Letter::DecideBy(_) | Letter::KeepSnapshot(_)) => {
                self.next = Some(other);
                None
            }
        }
    }
}
