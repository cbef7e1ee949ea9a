//! The shipped rules, and books on which they have something to say.

use std::collections::BTreeMap;

use bianzhi::PolicySet;
use bianzhi::model::{KindId, Opening, OpeningPool, PoolSize, Seats};

use crate::nation::{KIND, Size, opening};

/// The kind that the pools are of.
pub(crate) const ADMINISTRATIVE: &str = "administrative";
/// Counties that have a pool.
pub(crate) const POOLS: u32 = 10;

/// Every other unit of a county is an organ without a vacancy; the others are in the control scope.
pub(crate) fn is_organ(number: u32, size: Size) -> bool {
    (number / size.counties).is_multiple_of(2)
}

/// Books for the shipped rules: organs that may draw, and units that may hire up to 70 % of their cap.
pub(crate) fn books(size: Size) -> Opening {
    let mut opening = opening(size, &[KIND, ADMINISTRATIVE]);
    let units = opening.nodes.iter_mut().filter(|node| node.level == "unit");
    for (node, number) in units.zip(0..) {
        let organ = is_organ(number, size);
        node.tags = vec![if organ { "organ" } else { "control-scope" }.to_owned()];
        node.occupied.insert(KindId::new(KIND), Seats::new(if organ { 24 } else { 18 }));
        node.occupied.insert(KindId::new(ADMINISTRATIVE), Seats::new(if organ { 30 } else { 18 }));
    }
    opening.pools = (0..POOLS)
        .map(|county| OpeningPool {
            id: format!("pool{county}").into(),
            sponsor: format!("c{county}").into(),
            kind: KindId::new(ADMINISTRATIVE),
            name: format!("pool{county}"),
            size: PoolSize::Rule("administrative_pool".to_owned()),
            tags: Vec::new(),
            facts: BTreeMap::new(),
        })
        .collect();
    opening
}

/// The rule sets that are measured.
pub(crate) struct Rules {
    /// The administrative pool, borrow one and return one, the control scope.
    pub(crate) three: PolicySet,
    /// Everything shipped.
    pub(crate) all: PolicySet,
}

impl Rules {
    /// Reads both from the shipped folder.
    pub(crate) fn load() -> Result<Self, Box<dyn std::error::Error>> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir("policies")? {
            let path = entry?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let wanted = ["10_", "20_", "30_"].iter().any(|number| name.starts_with(number));
            if wanted || path.extension().is_some_and(|ending| ending == "yaml") {
                files.push((name, std::fs::read(&path)?));
            }
        }
        Ok(Self { three: PolicySet::from_files(files)?, all: PolicySet::load("policies")? })
    }
}
