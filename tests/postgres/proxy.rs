//! A door before the server that breaks one connection, once, at the k-th thing that a client sends.

use std::fs;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::server::{SOCKET, address};

/// Nothing waits longer for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// What happens to the k-th thing that is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The server never gets it.
    Unsent,
    /// The server gets it and answers; the answer is lost.
    Unanswered,
    /// The client loses the connection, and the server gets it long after.
    Late,
    /// It waits until it is let go; the connection stays.
    Held,
    /// Something is done to the server first.
    Hit,
    /// The server never gets it, and nobody comes through the door any more.
    Gone,
}

/// A door with its socket. It closes when it is dropped.
pub(crate) struct Proxy {
    folder: tempfile::TempDir,
    door: Arc<Door>,
    held: Receiver<()>,
    go: Sender<()>,
}

struct Door {
    server: PathBuf,
    fault: Fault,
    at: AtomicUsize,
    sent: AtomicUsize,
    closed: AtomicBool,
    late: Mutex<Vec<(UnixStream, Vec<u8>)>>,
    hit: Box<dyn Fn() + Send + Sync>,
    holds: Mutex<Sender<()>>,
    goes: Mutex<Receiver<()>>,
}

impl Proxy {
    /// A door to the server behind `socket`, whose `at`-th thing, from 1, has this fault.
    pub(crate) fn new(
        socket: PathBuf,
        fault: Fault,
        at: usize,
        hit: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join(SOCKET)).unwrap();
        let ((holds, held), (go, goes)) = (channel(), channel());
        let door = Arc::new(Door {
            server: socket,
            fault,
            at: AtomicUsize::new(at),
            sent: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
            late: Mutex::default(),
            hit: Box::new(hit),
            holds: Mutex::new(holds),
            goes: Mutex::new(goes),
        });
        let inner = Arc::clone(&door);
        thread::spawn(move || {
            for client in listener.incoming() {
                let Ok(client) = client else { return };
                if inner.closed.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(server) = UnixStream::connect(&inner.server) else { continue };
                let door = Arc::clone(&inner);
                thread::spawn(move || door.pass(client, server));
            }
        });
        Self { folder, door, held, go }
    }

    /// The address of a database behind this door.
    pub(crate) fn address(&self, database: &str) -> String {
        address(self.folder.path(), database)
    }

    /// The next thing that is sent has the fault.
    pub(crate) fn arm(&self) {
        self.door.at.store(self.sent() + 1, Ordering::SeqCst);
    }

    pub(crate) fn wait_until_held(&self) {
        self.held.recv_timeout(PATIENCE).unwrap();
    }

    pub(crate) fn let_go(&self) {
        self.go.send(()).unwrap();
    }

    /// How many things were sent.
    pub(crate) fn sent(&self) -> usize {
        self.door.sent.load(Ordering::SeqCst)
    }

    /// Brings what is late to the server, and waits until it has come to an end there.
    pub(crate) fn bring_late(&self) {
        for (mut server, bytes) in self.door.late.lock().unwrap().drain(..) {
            // The server may have given the connection up by now.
            let _ = server.write_all(&bytes).and_then(|()| server.shutdown(Shutdown::Write));
            let _ = server.read_to_end(&mut Vec::new());
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.door.closed.store(true, Ordering::SeqCst);
        let _ = fs::remove_file(self.folder.path().join(SOCKET));
    }
}

impl Door {
    /// Carries what a client and the server say to each other.
    fn pass(&self, client: UnixStream, server: UnixStream) {
        let mute = Arc::new(AtomicBool::new(false));
        let (mut answers, mut to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
        let muted = Arc::clone(&mute);
        thread::spawn(move || {
            let mut bytes = vec![0; 1 << 16];
            while let Ok(count @ 1..) = answers.read(&mut bytes) {
                if muted.load(Ordering::SeqCst) || to_client.write_all(&bytes[..count]).is_err() {
                    break;
                }
            }
            let _ = to_client.shutdown(Shutdown::Both);
        });
        self.carry(client, server, &mute);
    }

    fn carry(&self, mut client: UnixStream, mut server: UnixStream, mute: &AtomicBool) {
        let mut bytes = vec![0; 1 << 20];
        while let Ok(count @ 1..) = client.read(&mut bytes) {
            let sent = &bytes[..count];
            if self.sent.fetch_add(1, Ordering::SeqCst) + 1 == self.at.load(Ordering::SeqCst) {
                match self.fault {
                    Fault::Unsent => break,
                    Fault::Unanswered => mute.store(true, Ordering::SeqCst),
                    Fault::Late => {
                        self.late.lock().unwrap().push((server, sent.to_vec()));
                        let _ = client.shutdown(Shutdown::Both);
                        return;
                    }
                    Fault::Held => {
                        self.holds.lock().unwrap().send(()).unwrap();
                        self.goes.lock().unwrap().recv_timeout(PATIENCE).unwrap();
                    }
                    Fault::Hit => (self.hit)(),
                    Fault::Gone => {
                        self.closed.store(true, Ordering::SeqCst);
                        break;
                    }
                }
            }
            if server.write_all(sent).is_err() {
                break;
            }
        }
        let _ = client.shutdown(Shutdown::Both);
        let _ = server.shutdown(Shutdown::Both);
    }
}
