//! Loading: a folder of scripts and YAML files into one policy set, or all that is wrong with them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::declared::Declared;
use super::digest::digest;
use super::folds::AllFolds;
use super::parameters::Parameters;
use super::reasons::Reasons;
use super::script::{self, Script};
use super::slips::{self, Edit, Slips};
use super::tree::{Known, Reading};
use super::{Folder, HookRef, Hooks, Inner, Interpreter, PolicySet, engine, limits};
use crate::document::{Document, nearest};
use crate::error::{Error, Fault, Message, Phrase, same, table, told};
use crate::event::Event;
use crate::model::NodeId;
use crate::request::Verb;

/// How the parameters begin that school plans read and scripts need not.
const READ_BY_PLANS: &str = "school.";

/// The YAML files that a root folder may have, and which of them a local one may.
const YAML: [(&str, bool); 3] = [("parameters.yaml", true), ("reasons.yaml", true), ("facts.yaml", false)];
/// The folder of the policies' own tests, which is no node's.
const TESTS: &str = "tests";
/// The most files of a policy folder: a city has a dozen rules, and a hundred counties a few each.
const MOST_FILES: usize = 10_000;

/// The mark that some editors put at a file's beginning.
pub(super) const BOM: char = '\u{FEFF}';

/// What a check found: everything wrong, everything that looks wrong, and the files as they were read.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What keeps the folder from loading, in file and line order.
    pub faults: Vec<Fault>,
    /// What is allowed, but looks wrong.
    pub lints: Vec<Fault>,
    /// The text of each file by its path, to show the lines that are meant.
    pub texts: BTreeMap<PathBuf, String>,
}

/// Files by their path inside the policy folder, with `/`.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

impl PolicySet {
    /// Loads a folder of policies.
    ///
    /// # Errors
    /// If the folder cannot be read, or with every fault found in its files.
    pub fn load(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let folder = folder.as_ref();
        from(&folder_files(folder)?, folder)
    }

    /// Looks for everything that is wrong or looks wrong in a folder of policies, in one pass.
    ///
    /// # Errors
    /// If the folder cannot be read. Faults of its files are no error here but the answer.
    ///
    /// # Example: a folder that is clean
    /// ```
    /// let checked = bianzhi::PolicySet::check("policies")?;
    /// assert!(checked.faults.is_empty() && checked.lints.is_empty());
    /// # Ok::<(), bianzhi::Error>(())
    /// ```
    pub fn check(folder: impl AsRef<Path>) -> Result<Checked, Error> {
        let folder = folder.as_ref();
        let files = folder_files(folder)?;
        let (loading, _) = examine(&files, folder)?;
        let Loading { mut faults, mut lints, .. } = loading;
        for found in [&mut faults, &mut lints] {
            found.sort();
            found.dedup();
        }
        let texts = files.iter().map(|(path, bytes)| {
            (
                folder.join(path),
                String::from_utf8_lossy(bytes.get(..limits::SHOWN).unwrap_or(bytes)).into_owned(),
            )
        });
        Ok(Checked { faults, lints, texts: texts.collect() })
    }

    /// The same from files in memory: their paths inside the policy folder, and their bytes.
    ///
    /// # Errors
    /// With every fault found in the files.
    pub fn from_files(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self, Error> {
        from(&of_set(files), Path::new(""))
    }
}

/// The files that belong to a set: no tests, and nothing else that may lie there.
pub(super) fn of_set(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Files {
    let in_tests = |path: &str| path.split('/').next() == Some(TESTS) && path.contains('/');
    files.into_iter().filter(|(path, _)| !in_tests(path) && is_policy_file(path)).collect()
}

/// The policy files of a folder by their path inside it, as [`PolicySet::from_files`] takes them: the root's and
/// the local folders', without the tests.
///
/// # Errors
/// If the folder or a file in it cannot be read, or if it holds more files than a policy folder may.
pub fn folder_files(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    let mut files = Files::new();
    for (name, path, is_folder) in listed(folder)? {
        if !is_folder {
            if is_policy_file(&name) {
                files.insert(name, read(&path)?);
            }
            continue;
        }
        if name == TESTS {
            continue;
        }
        for (inner, path, is_folder) in listed(&path)? {
            if is_folder || is_policy_file(&inner) {
                let bytes = if is_folder { Vec::new() } else { read(&path)? };
                let slash = if is_folder { "/" } else { "" };
                files.insert(format!("{name}/{inner}{slash}"), bytes);
            }
        }
        if files.len() > MOST_FILES {
            let told = told!(
                "政策目录最多有 {MOST_FILES} 个文件",
                "a policy folder may have at most {MOST_FILES} files"
            );
            return Err(Error::input(vec![Fault::told(folder, 0, 0, told)]));
        }
    }
    Ok(files)
}

/// What stands in a folder: name, path, and whether it is a folder itself. Hidden things are left out.
fn listed(folder: &Path) -> Result<Vec<(String, std::path::PathBuf, bool)>, Error> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|cause| Error::io(folder, &cause))? {
        let path = entry.map_err(|cause| Error::io(folder, &cause))?.path();
        let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else { continue };
        if !name.starts_with('.') {
            let is_folder = path.is_dir();
            found.push((name, path, is_folder));
        }
    }
    found.sort();
    Ok(found)
}

/// A file's bytes, and never much more than may be loaded.
fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(|cause| Error::io(path, &cause))?;
    let most = u64::try_from(limits::YAML_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes).map_err(|cause| Error::io(path, &cause))?;
    Ok(bytes)
}

fn is_script(path: &str) -> bool {
    path.strip_suffix(".rhai").is_some()
}

fn is_policy_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    [".rhai", ".yaml", ".yml"].iter().any(|end| name.ends_with(end))
}

/// All faults and lints of files in memory.
#[cfg(test)]
pub(crate) fn found(files: &Files) -> (Vec<Fault>, Vec<Fault>) {
    let (loading, _) = examine(files, Path::new("")).unwrap_or_else(|error| panic!("{error}"));
    (loading.faults, loading.lints)
}

/// Everything of a set beside what is wrong with it.
pub(super) struct Parts {
    engine: rhai::Engine,
    scripts: Vec<(String, rhai::AST, Reading)>,
    folders: Vec<String>,
    parameters: Parameters,
    reasons: Reasons,
    declared: Declared,
}

/// The files sorted out and read: the root's and each local folder's.
pub(super) fn examine<'a>(files: &'a Files, base: &'a Path) -> Result<(Loading<'a>, Parts), Error> {
    let mut loading = Loading {
        base,
        files,
        faults: Vec::new(),
        lints: Vec::new(),
        used: BTreeSet::new(),
        slips: BTreeMap::new(),
        edits: BTreeMap::new(),
    };
    let folders: BTreeSet<&str> =
        files.keys().filter_map(|path| path.split_once('/')).map(|(id, _)| id).collect();
    let folders: Vec<&str> = folders.into_iter().collect();
    loading.check_names(&folders);

    let declared = loading
        .document("facts.yaml")
        .map(|document| Declared::read(&document, &mut loading.faults))
        .unwrap_or_default();
    let mut reasons = Reasons::default();
    let mut parameters = Parameters::default();
    if let Some(document) = loading.document("reasons.yaml") {
        reasons.read(&document, &mut loading.faults);
    }
    if let Some(document) = loading.document("parameters.yaml") {
        parameters = Parameters::read(&document, &mut loading.faults);
    }
    for (place, folder) in folders.iter().enumerate() {
        if let Some(document) = loading.document(&format!("{folder}/reasons.yaml")) {
            reasons.read(&document, &mut loading.faults);
        }
        if let Some(document) = loading.document(&format!("{folder}/parameters.yaml")) {
            parameters.read_local((place, folder), &document, &mut loading.faults);
        }
    }
    parameters.settle();
    let known = Known {
        parameters: parameters.types(),
        facts: declared.facts.iter().map(|(name, fact)| (name.clone(), fact.item)).collect(),
        tags: declared.tags.keys().cloned().collect(),
        codes: reasons.codes().map(str::to_owned).collect(),
    };
    let mut engine = engine::engine();
    engine::probe(&engine)?;
    let scripts = loading.scripts(&mut engine, &known);
    loading.unused(&reasons, &known);
    loading.place_slips();
    let folders = folders.into_iter().map(str::to_owned).collect();
    Ok((loading, Parts { engine, scripts, folders, parameters, reasons, declared }))
}

fn from(files: &Files, base: &Path) -> Result<PolicySet, Error> {
    let (loading, parts) = examine(files, base)?;
    let Parts { engine, scripts, folders, parameters, reasons, declared } = parts;
    let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
    let Loading { mut faults, lints, .. } = loading;
    if !faults.is_empty() {
        faults.sort();
        faults.dedup();
        return Err(Error::input(faults));
    }
    let mut set = Inner {
        engine,
        scripts: Vec::new(),
        root: Hooks::default(),
        folders: folders.iter().map(|id| Folder { id: NodeId::new(id), hooks: Hooks::default() }).collect(),
        folds: AllFolds::default(),
        rules: BTreeMap::new(),
        parameters,
        reasons,
        declared,
        digest: digest(files),
        files: files.clone(),
        lints,
    };
    for (path, ast, reading) in scripts {
        let source = files.get(&path).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        set.add(path, source.unwrap_or_default(), ast, reading, &folders);
    }
    set.folds = set.no_folds_yet();
    Ok(PolicySet(Arc::new(set), Interpreter::default(), None, None))
}

pub(super) struct Loading<'a> {
    base: &'a Path,
    files: &'a Files,
    faults: Vec<Fault>,
    lints: Vec<Fault>,
    /// Codes and parameters that a script uses.
    used: BTreeSet<String>,
    /// What only looks right in the YAML files, by path.
    slips: BTreeMap<String, Slips>,
    /// What could be put right, by path.
    pub(super) edits: BTreeMap<String, Vec<Edit>>,
}

impl Loading<'_> {
    fn fault(&mut self, path: &str, message: Message) {
        self.faults.push(Fault::coded(&self.base.join(path), 0, 0, message));
    }

    /// Files and folders whose names mean nothing here.
    fn check_names(&mut self, folders: &[&str]) {
        for folder in folders {
            let id = NodeId::new(folder);
            if !id.is_well_formed() {
                self.fault(folder, table::FOLDER.say([same(folder)]));
            }
        }
        for path in self.files.keys() {
            let (folder, name) =
                path.split_once('/').map_or((None, path.as_str()), |(id, name)| (Some(id), name));
            if name.contains('/') {
                self.fault(path, table::NESTED.say([]));
                continue;
            }
            if is_script(name) {
                continue;
            }
            match (YAML.iter().find(|(known, _)| *known == name), folder) {
                (Some(_), None) | (Some((_, true)), Some(_)) => {}
                (Some((_, false)), Some(_)) => {
                    self.fault(path, table::ROOT_FILE.say([same(name)]));
                }
                (None, _) => {
                    let known = YAML.map(|(known, _)| known);
                    let hint = Phrase::hint(nearest(name, known));
                    self.fault(path, table::FILE.say([same(name), same(known.join(", ")), hint]));
                }
            }
        }
    }

    /// A YAML file, if it is there and can be read.
    fn document(&mut self, path: &str) -> Option<Document> {
        let bytes = self.files.get(path)?;
        if bytes.len() > limits::YAML_BYTES {
            let most = limits::YAML_BYTES >> 20;
            self.fault(path, table::YAML_SIZE.say([same(most)]));
            return None;
        }
        let file = self.base.join(path);
        let text = match script::utf8(&file, bytes) {
            Ok(text) => text.trim_start_matches(BOM),
            Err(fault) => {
                self.faults.push(fault);
                return None;
            }
        };
        let slips = slips::scan_yaml(&file, text);
        let (document, faults) = Document::examine(&file, &slips.repaired(text));
        self.faults.extend(faults);
        self.slips.insert(path.to_owned(), slips);
        document
    }

    /// What was found in a YAML file with its right signs stands where it does in the file itself.
    fn place_slips(&mut self) {
        for (path, slips) in std::mem::take(&mut self.slips) {
            let file = self.base.join(&path);
            let here = |fault: &&mut Fault| fault.file.as_ref() == Some(&file);
            for fault in self.faults.iter_mut().chain(&mut self.lints).filter(here) {
                fault.column = slips.original(fault.line, fault.column);
            }
            self.faults.extend(slips.faults);
            self.edits.insert(path, slips.edits);
        }
    }

    /// Every script in the order of the paths, the root's and the local ones'.
    fn scripts(&mut self, engine: &mut rhai::Engine, known: &Known) -> Vec<(String, rhai::AST, Reading)> {
        let mut scripts = Vec::new();
        let mut rules: BTreeMap<String, String> = BTreeMap::new();
        for (path, bytes) in self.files.iter().filter(|(path, _)| is_script(path)) {
            let file = self.base.join(path);
            match script::text(&file, bytes) {
                Err(fault) => self.faults.push(fault),
                Ok(text) => {
                    let source = text.trim_start_matches(BOM);
                    if source.len() < text.len() {
                        self.faults.push(Fault::coded(&file, 0, 0, table::BOM.say([])));
                    }
                    let (ast, mut reading) =
                        script::compile(engine, &file, source, known, path.contains('/'));
                    self.edits.insert(path.clone(), std::mem::take(&mut reading.edits));
                    self.faults.append(&mut reading.faults);
                    self.lints.append(&mut reading.lints);
                    self.used.append(&mut reading.codes);
                    self.used.extend(reading.parameters.iter().cloned());
                    if reading.hooks.iter().any(|hook| hook.name == "capacity")
                        && let Some(other) = rules.insert(rule_name(path).to_owned(), path.clone())
                    {
                        let message = table::RULE_TWICE.say([same(&other), same(rule_name(path))]);
                        self.faults.push(Fault::coded(&file, 0, 0, message));
                    }
                    scripts.push((path.clone(), ast, reading));
                }
            }
        }
        scripts
    }

    /// Texts and parameters that no script uses.
    fn unused(&mut self, reasons: &Reasons, known: &Known) {
        let texts: Vec<&str> = reasons.codes().filter(|code| !self.used.contains(*code)).collect();
        let idle = |name: &&String| !self.used.contains(*name) && !name.starts_with(READ_BY_PLANS);
        let parameters: Vec<&str> = known.parameters.keys().filter(idle).map(String::as_str).collect();
        for (name, code, unused) in [
            ("reasons.yaml", &table::UNUSED_TEXT, texts),
            ("parameters.yaml", &table::UNUSED_PARAMETER, parameters),
        ] {
            for word in unused {
                let fault = self.place_of(name, word, code.say([same(word)]));
                self.lints.push(fault);
            }
        }
    }

    /// A lint where the word stands in the file of this name, in whichever folder has it.
    fn place_of(&self, name: &str, word: &str, message: Message) -> Fault {
        for (path, bytes) in self.files.iter().filter(|(path, _)| path.rsplit('/').next() == Some(name)) {
            let text = String::from_utf8_lossy(bytes);
            let at = text.lines().position(|line| {
                line.strip_prefix(word).is_some_and(|rest| rest.trim_start().starts_with(':'))
            });
            if let Some(line) = at.and_then(|at| u32::try_from(at).ok()) {
                return Fault::coded(&self.base.join(path), line.saturating_add(1), 1, message);
            }
        }
        Fault::coded(&self.base.join(name), 0, 0, message)
    }
}

impl Hooks {
    /// Adds a hook of this name.
    fn add(&mut self, name: &str, hook: HookRef) {
        let verb = name.strip_prefix("on_").and_then(|verb| Verb::NAMES.iter().position(|one| *one == verb));
        if let Some(verb) = verb {
            self.before.resize(Verb::NAMES.len(), Vec::new());
            self.before.get_mut(verb).into_iter().for_each(|hooks| hooks.push(hook.clone()));
            return;
        }
        let event =
            name.strip_prefix("after_").and_then(|event| Event::NAMES.iter().position(|one| *one == event));
        if let Some(event) = event {
            self.after.resize(Event::NAMES.len(), Vec::new());
            self.after.get_mut(event).into_iter().for_each(|hooks| hooks.push(hook.clone()));
            return;
        }
        let names = ["on_date", "audit_unit", "audit_loan", "audit_pool"];
        let name = names.into_iter().find(|one| *one == name).unwrap_or("");
        self.others.entry(name).or_default().push(hook);
    }
}

impl Inner {
    fn add(&mut self, path: String, source: String, ast: rhai::AST, mut reading: Reading, folders: &[&str]) {
        let script = self.scripts.len();
        let folder = path.split_once('/').and_then(|(id, _)| folders.iter().position(|one| *one == id));
        let mut audits_and_more = Vec::new();
        for hook in std::mem::take(&mut reading.hooks) {
            let name: Arc<str> = hook.name.as_str().into();
            let place = format!("{path}:{}", hook.line).into();
            let (body, situation, line) = (hook.body, hook.kind.situation, hook.line);
            let found = HookRef { script, body, name, situation, line, place };
            if hook.name == "capacity" {
                self.rules.insert(rule_name(&path).to_owned(), found);
            } else {
                audits_and_more.push((hook.name, found));
            }
        }
        for (name, found) in audits_and_more {
            let hooks = match folder.and_then(|folder| self.folders.get_mut(folder)) {
                Some(folder) => &mut folder.hooks,
                None => &mut self.root,
            };
            hooks.add(&name, found);
        }
        let Reading { tree, words, kinds, parameters, .. } = reading;
        self.scripts.push(Script { path, ast, tree, source, words, kinds, parameters });
    }
}

/// The rule that a script serves: its file's name without leading digits, such as `10_`.
pub(crate) fn rule_name(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.strip_suffix(".rhai").unwrap_or(name);
    let bare = stem.trim_start_matches(|one: char| one.is_ascii_digit());
    match bare.strip_prefix('_') {
        Some(rule) if bare.len() < stem.len() && !rule.is_empty() => rule,
        _ => stem,
    }
}
