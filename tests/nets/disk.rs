//! A disk for SQLite that fails when it is told to: files in memory, each knowing what was synced.
//!
//! It takes the place of the system's own files for all of the process, one disk a thread. Connections take turns on it,
//! each at the end of what it does when another begins; so of locks only those of whole files keep anything apart: who
//! closes last. Making and deleting a file is taken to last at once.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::Once;

use rusqlite::ffi;

/// A disk writes whole sectors.
const SECTOR: usize = 512;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// One access fails, and all others go well.
    Once,
    /// One access and all after it fail.
    Ever,
    /// A write comes half through, and fails.
    Short,
    /// No room is left from then on.
    Full,
    /// The power is cut.
    Cut,
}

/// Small numbers in a fixed order that looks like none.
#[derive(Debug, Clone)]
pub struct Dice(pub u64);

impl Dice {
    /// A number below this one.
    pub fn throw(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below.max(1)
    }
}

#[derive(Debug, Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Cut(usize),
}

#[derive(Debug, Default)]
struct File {
    synced: Vec<u8>,
    now: Vec<u8>,
    /// What came since the last sync.
    changes: Vec<Change>,
    shared: Vec<Vec<u64>>,
    /// How many connections look at what is shared, and what each lock that is held lets its holder do.
    sharers: usize,
    locks: Vec<c_int>,
}

#[derive(Debug, Default)]
struct Disk {
    files: BTreeMap<String, File>,
    accesses: u64,
    syncs: u64,
    fails: Option<(u64, How)>,
    failed: bool,
    sync_failed: bool,
    temporary: u64,
}

thread_local! {
    static DISK: RefCell<Disk> = RefCell::default();
}

fn with<T>(act: impl FnOnce(&mut Disk) -> T) -> T {
    DISK.with_borrow_mut(act)
}

/// A new, empty disk under all files of this thread.
pub fn fresh() {
    register();
    with(|disk| *disk = Disk::default());
}

/// Lets the access with this number from now on, from 1, go wrong; none if nothing is given.
pub fn fail(at: Option<(u64, How)>) {
    with(|disk| {
        (disk.fails, disk.failed, disk.accesses) = (at, false, 0);
    });
}

/// Whether it has gone wrong.
pub fn has_failed() -> bool {
    with(|disk| disk.failed)
}

/// Whether it was a sync that failed: what it was to bring to the disk is lost for good.
pub fn lost_a_sync() -> bool {
    with(|disk| disk.sync_failed)
}

/// Whether there is a file of this name.
pub fn is_there(name: &str) -> bool {
    with(|disk| disk.files.contains_key(name))
}

/// How many times something was synced.
pub fn syncs() -> u64 {
    with(|disk| disk.syncs)
}

/// What stands on the disk when the power comes back: all that was synced, and of the rest whatever sectors
/// happened to be written.
pub fn cut_the_power(dice: &mut Dice) {
    with(|disk| {
        disk.fails = None;
        disk.sync_failed = false;
        for file in disk.files.values_mut() {
            let changes = std::mem::take(&mut file.changes);
            let way = dice.throw(4);
            let came = dice.throw(changes.len() + 1);
            for (place, change) in changes.iter().enumerate() {
                let comes = match way {
                    0 => false,
                    1 => true,
                    2 => place <= came,
                    _ => dice.throw(2) == 0,
                };
                let torn = way == 2 && place == came || way == 3 && dice.throw(4) == 0;
                if comes {
                    apply(&mut file.synced, change, torn.then_some(&mut *dice));
                }
            }
            file.now = file.synced.clone();
            file.shared.clear();
            file.locks.clear();
        }
    });
}

fn apply(bytes: &mut Vec<u8>, change: &Change, mut torn: Option<&mut Dice>) {
    match change {
        Change::Cut(length) => bytes.truncate(*length),
        Change::Write(at, data) => {
            let end = at + data.len();
            if bytes.len() < end {
                bytes.resize(end, 0);
            }
            let mut from = 0;
            while from < data.len() {
                let until = (SECTOR - (at + from) % SECTOR + from).min(data.len());
                if torn.as_deref_mut().is_none_or(|dice| dice.throw(2) == 0) {
                    bytes[at + from..at + until].copy_from_slice(&data[from..until]);
                }
                from = until;
            }
        }
    }
}

impl Disk {
    /// Counts an access; what goes wrong with it, if anything does.
    fn access(&mut self) -> Option<How> {
        self.accesses += 1;
        let (at, how) = self.fails?;
        let wrong = match how {
            How::Once | How::Short => self.accesses == at,
            How::Ever | How::Full | How::Cut => self.accesses >= at,
        };
        // A full disk is told by its first write.
        self.failed |= wrong && how != How::Full;
        wrong.then_some(how)
    }
}

#[repr(C)]
struct Open {
    base: ffi::sqlite3_file,
    name: *mut String,
    goes: bool,
    /// The lock that it holds, and whether it looks at what is shared.
    lock: c_int,
    shares: bool,
}

unsafe fn name_of<'a>(file: *mut ffi::sqlite3_file) -> &'a str {
    unsafe { (*(*file.cast::<Open>()).name).as_str() }
}

/// Does something with an open file.
unsafe fn on<T>(file: *mut ffi::sqlite3_file, act: impl FnOnce(&mut Disk, &str) -> T) -> T {
    let name = unsafe { name_of(file) };
    with(|disk| {
        disk.files.entry(name.to_owned()).or_default();
        act(disk, name)
    })
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    unsafe {
        let open = file.cast::<Open>();
        let name = Box::from_raw((*open).name);
        if (*open).goes {
            with(|disk| disk.files.remove(name.as_str()));
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, to: *mut c_void, count: c_int, at: i64) -> c_int {
    let (count, at) = (count as usize, at as usize);
    let to = unsafe { std::slice::from_raw_parts_mut(to.cast::<u8>(), count) };
    unsafe {
        on(file, |disk, name| {
            if matches!(disk.access(), Some(How::Once | How::Ever | How::Short | How::Cut)) {
                return ffi::SQLITE_IOERR_READ;
            }
            let bytes = &disk.files[name].now;
            let there = bytes.get(at.min(bytes.len())..(at + count).min(bytes.len())).unwrap_or_default();
            to[..there.len()].copy_from_slice(there);
            to[there.len()..].fill(0);
            if there.len() == count { ffi::SQLITE_OK } else { ffi::SQLITE_IOERR_SHORT_READ }
        })
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    from: *const c_void,
    count: c_int,
    at: i64,
) -> c_int {
    let (count, at) = (count as usize, at as usize);
    let from = unsafe { std::slice::from_raw_parts(from.cast::<u8>(), count) };
    unsafe {
        on(file, |disk, name| {
            let wrong = disk.access();
            let (length, answer) = match wrong {
                None => (count, ffi::SQLITE_OK),
                Some(How::Short) => (count / 2, ffi::SQLITE_IOERR_WRITE),
                Some(How::Full) => {
                    disk.failed = true;
                    (0, ffi::SQLITE_FULL)
                }
                Some(How::Once | How::Ever | How::Cut) => (0, ffi::SQLITE_IOERR_WRITE),
            };
            if length > 0
                && let Some(file) = disk.files.get_mut(name)
            {
                let change = Change::Write(at, from[..length].to_vec());
                apply(&mut file.now, &change, None);
                file.changes.push(change);
            }
            answer
        })
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: i64) -> c_int {
    unsafe {
        on(file, |disk, name| {
            if matches!(disk.access(), Some(How::Once | How::Ever | How::Short | How::Cut)) {
                return ffi::SQLITE_IOERR_TRUNCATE;
            }
            if let Some(file) = disk.files.get_mut(name) {
                file.now.truncate(length as usize);
                file.changes.push(Change::Cut(length as usize));
            }
            ffi::SQLITE_OK
        })
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    unsafe {
        on(file, |disk, name| {
            let wrong = disk.access();
            disk.syncs += 1;
            let Some(file) = disk.files.get_mut(name) else { return ffi::SQLITE_OK };
            match wrong {
                None | Some(How::Full) => {
                    file.synced.clone_from(&file.now);
                    file.changes.clear();
                    ffi::SQLITE_OK
                }
                // The system forgets what it could not write, and the next sync says that all is well.
                Some(How::Once | How::Ever | How::Short) => {
                    file.changes.clear();
                    disk.sync_failed = true;
                    ffi::SQLITE_IOERR_FSYNC
                }
                Some(How::Cut) => ffi::SQLITE_IOERR_FSYNC,
            }
        })
    }
}

unsafe extern "C" fn size(file: *mut ffi::sqlite3_file, to: *mut i64) -> c_int {
    unsafe {
        *to = on(file, |disk, name| disk.files[name].now.len() as i64);
    }
    ffi::SQLITE_OK
}

/// Takes or lowers a lock. One that others' locks do not allow is not had; nobody waits here.
unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    unsafe {
        let open = file.cast::<Open>();
        let own = (*open).lock;
        let had = on(file, |disk, name| {
            let Some(file) = disk.files.get_mut(name) else { return true };
            let mut others = file.locks.clone();
            others.iter().position(|lock| *lock == own).map(|place| others.remove(place));
            let free = match level {
                ffi::SQLITE_LOCK_NONE => true,
                ffi::SQLITE_LOCK_SHARED => others.iter().all(|lock| *lock < ffi::SQLITE_LOCK_PENDING),
                ffi::SQLITE_LOCK_RESERVED => others.iter().all(|lock| *lock < ffi::SQLITE_LOCK_RESERVED),
                _ => others.is_empty(),
            };
            if free {
                others.extend((level > ffi::SQLITE_LOCK_NONE).then_some(level));
                file.locks = others;
            }
            free
        });
        if had {
            (*open).lock = level;
            ffi::SQLITE_OK
        } else {
            ffi::SQLITE_BUSY
        }
    }
}

unsafe extern "C" fn reserved(file: *mut ffi::sqlite3_file, to: *mut c_int) -> c_int {
    unsafe {
        *to = on(file, |disk, name| {
            let locks = &disk.files[name].locks;
            c_int::from(locks.iter().any(|lock| *lock >= ffi::SQLITE_LOCK_RESERVED))
        });
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector(_: *mut ffi::sqlite3_file) -> c_int {
    SECTOR as c_int
}

unsafe extern "C" fn traits(_: *mut ffi::sqlite3_file) -> c_int {
    0
}

unsafe extern "C" fn share(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    size: c_int,
    make: c_int,
    to: *mut *mut c_void,
) -> c_int {
    unsafe {
        let shares = std::mem::replace(&mut (*file.cast::<Open>()).shares, true);
        *to = on(file, |disk, name| {
            let Some(file) = disk.files.get_mut(name) else { return std::ptr::null_mut() };
            file.sharers += usize::from(!shares);
            while make != 0 && file.shared.len() <= region as usize {
                file.shared.push(vec![0; size as usize / 8]);
            }
            file.shared.get_mut(region as usize).map_or(std::ptr::null_mut(), |part| part.as_mut_ptr().cast())
        });
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn share_lock(_: *mut ffi::sqlite3_file, _: c_int, _: c_int, _: c_int) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn barrier(_: *mut ffi::sqlite3_file) {}

unsafe extern "C" fn unshare(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    unsafe {
        let shared = std::mem::replace(&mut (*file.cast::<Open>()).shares, false);
        on(file, |disk, name| {
            if let Some(file) = disk.files.get_mut(name) {
                file.sharers = file.sharers.saturating_sub(usize::from(shared));
                if file.sharers == 0 {
                    file.shared.clear();
                }
            }
        });
    }
    ffi::SQLITE_OK
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(size),
    xLock: Some(lock),
    xUnlock: Some(lock),
    xCheckReservedLock: Some(reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector),
    xDeviceCharacteristics: Some(traits),
    xShmMap: Some(share),
    xShmLock: Some(share_lock),
    xShmBarrier: Some(barrier),
    xShmUnmap: Some(unshare),
    xFetch: None,
    xUnfetch: None,
};

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    told: *mut c_int,
) -> c_int {
    let name = if name.is_null() {
        with(|disk| {
            disk.temporary += 1;
            format!("temporary-{}", disk.temporary)
        })
    } else {
        unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned()
    };
    let makes = flags & ffi::SQLITE_OPEN_CREATE != 0;
    let there = with(|disk| {
        if makes {
            disk.files.entry(name.clone()).or_default();
        }
        disk.files.contains_key(&name)
    });
    unsafe {
        let open = file.cast::<Open>();
        (*open).base.pMethods = std::ptr::null();
        if !there {
            return ffi::SQLITE_CANTOPEN;
        }
        (*open).base.pMethods = &raw const METHODS;
        (*open).name = Box::into_raw(Box::new(name));
        (*open).goes = flags & ffi::SQLITE_OPEN_DELETEONCLOSE != 0;
        (*open).lock = ffi::SQLITE_LOCK_NONE;
        (*open).shares = false;
        if !told.is_null() {
            *told = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, _: c_int) -> c_int {
    let name = unsafe { CStr::from_ptr(name) }.to_string_lossy();
    with(|disk| {
        if matches!(disk.access(), Some(How::Once | How::Ever | How::Short | How::Cut)) {
            return ffi::SQLITE_IOERR_DELETE;
        }
        disk.files.remove(&*name);
        ffi::SQLITE_OK
    })
}

unsafe extern "C" fn access(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    _: c_int,
    to: *mut c_int,
) -> c_int {
    let name = unsafe { CStr::from_ptr(name) }.to_string_lossy();
    unsafe { *to = c_int::from(with(|disk| disk.files.contains_key(&*name))) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_name(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    to: *mut c_char,
) -> c_int {
    let bytes = unsafe { CStr::from_ptr(name) }.to_bytes_with_nul();
    if bytes.len() > room as usize {
        return ffi::SQLITE_CANTOPEN;
    }
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr().cast(), to, bytes.len()) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn randomness(_: *mut ffi::sqlite3_vfs, count: c_int, to: *mut c_char) -> c_int {
    for place in 0..count {
        unsafe { *to.add(place as usize) = place as c_char };
    }
    count
}

unsafe extern "C" fn sleep(_: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    microseconds
}

unsafe extern "C" fn now(_: *mut ffi::sqlite3_vfs, to: *mut f64) -> c_int {
    unsafe { *to = 2_460_000.5 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn last_error(_: *mut ffi::sqlite3_vfs, _: c_int, _: *mut c_char) -> c_int {
    0
}

/// Puts the disk in the place of the system's files.
fn register() {
    static DONE: Once = Once::new();
    DONE.call_once(|| unsafe {
        let vfs = Box::leak(Box::new(std::mem::zeroed::<ffi::sqlite3_vfs>()));
        vfs.iVersion = 1;
        vfs.szOsFile = size_of::<Open>() as c_int;
        vfs.mxPathname = 512;
        vfs.zName = c"nets".as_ptr();
        vfs.xOpen = Some(open);
        vfs.xDelete = Some(delete);
        vfs.xAccess = Some(access);
        vfs.xFullPathname = Some(full_name);
        vfs.xRandomness = Some(randomness);
        vfs.xSleep = Some(sleep);
        vfs.xCurrentTime = Some(now);
        vfs.xGetLastError = Some(last_error);
        assert_eq!(ffi::sqlite3_vfs_register(vfs, 1), ffi::SQLITE_OK);
    });
}
