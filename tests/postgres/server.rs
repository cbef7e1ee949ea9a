//! A server for the tests: the system's own PostgreSQL in a temporary folder, on a socket there, gone afterwards.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use postgres::{Client, NoTls};

/// How long a server may take to come up: so many times a twentieth of a second.
const PATIENCE: u32 = 2_400;

/// A running server.
pub(crate) struct Server {
    bin: PathBuf,
    folder: tempfile::TempDir,
    /// Whom the server runs as, where that is another user: it refuses to run as root.
    user: Option<String>,
    process: Mutex<Option<Child>>,
    databases: AtomicU32,
}

impl Server {
    /// Starts a server, or says why there can be none.
    pub(crate) fn start() -> Result<Self, String> {
        let bin = binaries().ok_or("no initdb and postgres on the PATH or under /usr/lib/postgresql")?;
        let user = other_user()?;
        let folder = tempfile::tempdir().unwrap();
        if let Some(user) = &user {
            run(Command::new("chown").arg(user).arg(folder.path()))?;
        }
        let server = Self { bin, folder, user, process: Mutex::new(None), databases: AtomicU32::new(0) };
        let words = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-D"];
        run(server.command("initdb").args(words).arg(server.data()))?;
        server.go(&[]);
        Ok(server)
    }

    /// Lets the server run, with these settings beside its own.
    pub(crate) fn go(&self, settings: &[&str]) {
        let log = File::options().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        let mut command = self.command("postgres");
        command.arg("-D").arg(self.data()).arg("-k").arg(self.folder.path());
        command.args(["-c", "listen_addresses=", "-c", "max_connections=60"]);
        // What a commit did not write by itself stays unwritten for a while, so that a lost commit shows.
        command.args([
            "-c",
            "wal_writer_delay=10s",
            "-c",
            "autovacuum=off",
            "-c",
            "recovery_init_sync_method=syncfs",
        ]);
        for setting in settings {
            command.args(["-c", setting]);
        }
        let child = command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        *self.process.lock().unwrap() = Some(child);
        for _ in 0..PATIENCE {
            if Client::connect(&self.address("postgres"), NoTls).is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("the server does not come up:\n{}", self.log());
    }

    /// Ends the server: `immediate` is a crash, `fast` is not.
    pub(crate) fn stop(&self, mode: &str) {
        let Some(mut child) = self.process.lock().unwrap().take() else { return };
        let stopped = run(self.command("pg_ctl").args(["stop", "-m", mode, "-D"]).arg(self.data()));
        if stopped.is_err() {
            let _ = child.kill();
        }
        child.wait().unwrap();
    }

    /// A crash, and a new start.
    pub(crate) fn crash(&self) {
        self.stop("immediate");
        self.go(&[]);
    }

    /// A new, empty database.
    pub(crate) fn database(&self) -> String {
        let name = format!("d{}", self.databases.fetch_add(1, Ordering::SeqCst));
        let create = format!("CREATE DATABASE {name}");
        self.client("postgres").execute(&create, &[]).unwrap();
        name
    }

    /// A connection past the store.
    pub(crate) fn client(&self, database: &str) -> Client {
        Client::connect(&self.address(database), NoTls).unwrap()
    }

    /// The address of a database as words.
    pub(crate) fn address(&self, database: &str) -> String {
        address(self.folder.path(), database)
    }

    /// The socket of the server.
    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.path().join(SOCKET)
    }

    /// Ends every other connection to a database, as an administrator would.
    pub(crate) fn terminate(&self, database: &str) {
        let query = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                     WHERE datname = $1 AND pid <> pg_backend_pid()";
        self.client("postgres").query(query, &[&database]).unwrap();
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// The folder of its files.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn command(&self, program: &str) -> Command {
        let program = self.bin.join(program);
        let mut command = match &self.user {
            None => Command::new(program),
            Some(user) => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", user, "--regid", user, "--init-groups"]).arg(program);
                command
            }
        };
        command.current_dir("/").stdin(Stdio::null());
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop("immediate");
    }
}

/// The file's name of a server's socket.
pub(crate) const SOCKET: &str = ".s.PGSQL.5432";

/// The address of a database behind a socket in a folder.
pub(crate) fn address(folder: &Path, database: &str) -> String {
    format!("host='{}' dbname={database} user=postgres", folder.display())
}

/// The folder of the newest server programs there are.
fn binaries() -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let number = |path: &Path| path.file_name().and_then(|name| name.to_str()?.parse().ok()).unwrap_or(0_u32);
    let mut installed: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
        .unwrap_or_default();
    installed.sort_by_key(|path| std::cmp::Reverse(number(path)));
    let installed = installed.into_iter().map(|path| path.join("bin"));
    let mut all = on_path.unwrap_or_default().into_iter().chain(installed);
    all.find(|folder| ["initdb", "postgres", "pg_ctl"].iter().all(|name| folder.join(name).exists()))
}

/// Whom to run the server as, if this is root.
fn other_user() -> Result<Option<String>, String> {
    if run(Command::new("id").arg("-u"))?.trim() != "0" {
        return Ok(None);
    }
    let users = ["postgres", "nobody"].into_iter();
    let mut able = users.filter(|user| {
        run(Command::new("setpriv").args(["--reuid", user, "--regid", user, "--init-groups", "true"])).is_ok()
    });
    let able =
        able.next().ok_or("the server does not run as root, and there is no other user to run it as")?;
    Ok(Some(able.to_owned()))
}

fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|cause| format!("{command:?}: {cause}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(format!("{command:?}: {}", text(&output.stderr)))
    }
}
