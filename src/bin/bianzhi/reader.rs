//! The reader of what a command says, and whether there still is one.

use std::io::{self, ErrorKind, Write};

/// Stdout, and whether its reader went away: who has closed the pipe has seen enough, whatever the failure is called on its way.
pub(crate) struct Reader<W> {
    to: W,
    is_gone: bool,
}

impl<W> Reader<W> {
    pub(crate) fn new(to: W) -> Self {
        Self { to, is_gone: false }
    }

    pub(crate) fn is_gone(&self) -> bool {
        self.is_gone
    }

    fn noting<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        self.is_gone |= done.as_ref().is_err_and(|error| error.kind() == ErrorKind::BrokenPipe);
        done
    }
}

impl<W: Write> Write for Reader<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let done = self.to.write(bytes);
        self.noting(done)
    }

    fn flush(&mut self) -> io::Result<()> {
        let done = self.to.flush();
        self.noting(done)
    }
}
