//! Hot swap: the pool's share goes from 20 % to 25 % while the office is open, and the same request is asked again.

use std::error::Error;
use std::fs;
use std::path::Path;

use bianzhi::{Charter, Lang, Office, PolicySet, Request};

fn main() -> Result<(), Box<dyn Error>> {
    let policies = PolicySet::load("policies")?;
    let mut office = Office::open(Charter::load("examples/nanping/charter.yaml")?, policies)?;

    // 150 organs' seats are empty: the pool has 30 seats, and 30 graduates take them.
    for number in 1..=30 {
        let draw = Request::draw("administrative-pool", "finance", format!("graduate-{number}"));
        let decision = office.submit(draw.category("selected-graduate"))?;
        assert!(decision.granted(), "{}", decision.reasons_in(Lang::En));
    }
    let one_more =
        Request::draw("administrative-pool", "finance", "graduate-31").category("selected-graduate");
    let before = office.submit(one_more.clone())?;
    println!("at 20 %: {}\n{}", before.outcome, before.reasons_in(Lang::En));

    // A folder goes live only if it compiles and its own tests hold; else the office keeps the set that it has.
    let same = bianzhi::live::reload(&mut office, "policies")?;
    println!("the folder's {} test steps hold", same.steps);

    // A broken set would fail here, with file and line, and the office would keep the one that it has.
    let changed = PolicySet::from_files(with_a_larger_pool("policies")?)?;
    office.set_policies(changed);

    let after = office.submit(one_more)?;
    println!("at 25 %: {}", after.outcome);
    println!("policies {} -> {}", short(before.policies.as_deref()), short(after.policies.as_deref()));
    assert!(!before.granted() && after.granted());
    assert_eq!(office.pool_size("administrative-pool"), Some(37.into()), "150 × 25 %, rounded down");
    Ok(())
}

/// A file by its path inside the policy folder.
type File = (String, Vec<u8>);

/// The files of a policy folder, one number changed.
fn with_a_larger_pool(folder: impl AsRef<Path>) -> Result<Vec<File>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if matches!(extension, Some("rhai" | "yaml")) {
            let mut content = fs::read_to_string(&path)?;
            if name == "parameters.yaml" {
                content = content.replacen("{2000-01-01: 0.20}", "{2000-01-01: 0.25}", 1);
            }
            files.push((name.to_owned(), content.into_bytes()));
        }
    }
    Ok(files)
}

fn short(digest: Option<&str>) -> &str {
    digest.and_then(|digest| digest.get(..8)).unwrap_or("none")
}
