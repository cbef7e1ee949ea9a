//! Listings: the parameters and reasons of a set as plain values, for whoever shows or compares them.

use std::collections::BTreeMap;

use super::PolicySet;
use crate::model::Date;

/// A parameter's values by the day from which each holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterListed {
    /// Its name.
    pub name: String,
    /// Its titles, unit, form and range, as the root folder's file gives them.
    pub about: ParameterAbout,
    /// The root folder's values, in date order, as an answer shows them.
    pub values: Vec<(Date, String)>,
    /// The values of local folders, by the folder's node.
    pub local: BTreeMap<String, Vec<(Date, String)>>,
}

/// What a parameter is, and what it may hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParameterAbout {
    /// The Chinese title.
    pub zh: String,
    /// The English title.
    pub en: String,
    /// The unit; empty if none is given.
    pub unit: String,
    /// What it holds: `number`, `decimal`, `text`, `yes-no`, `date` or `list`.
    pub form: &'static str,
    /// The least value allowed; empty if there is none.
    pub least: String,
    /// The greatest value allowed; empty if there is none.
    pub most: String,
    /// The only values allowed; empty if any is.
    pub allowed: Vec<String>,
    /// The legal basis; empty if none is given.
    pub basis: String,
    /// Which way a local folder may move it: `up`, `down` or `none`.
    pub tighter: &'static str,
}

/// What a reason's code stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonListed {
    /// The code.
    pub code: String,
    /// The Chinese text, with its placeholders.
    pub zh: String,
    /// The English text, with its placeholders.
    pub en: String,
    /// The legal basis; empty if none is given.
    pub basis: String,
}

impl PolicySet {
    /// Every parameter, by name.
    ///
    /// # Example: a value and the day from which it holds
    /// ```
    /// use bianzhi::PolicySet;
    /// # fn main() -> Result<(), bianzhi::Error> {
    /// let text = "keep: {zh: 留, en: keep, type: number, values: {2024-01-01: 3}}";
    /// let set = PolicySet::from_files([("parameters.yaml".to_owned(), text.into())])?;
    /// let listed = set.parameters();
    /// assert_eq!(listed[0].name, "keep");
    /// assert_eq!(listed[0].values, [("2024-01-01".parse().unwrap(), "3".to_owned())]);
    /// # Ok(()) }
    /// ```
    pub fn parameters(&self) -> Vec<ParameterListed> {
        let folder =
            |place: usize| self.0.folders.get(place).map_or("", |folder| folder.id.as_str()).to_owned();
        let listed = self.0.parameters.listed();
        listed
            .map(|(name, about, values, local)| ParameterListed {
                name: name.to_owned(),
                about,
                values,
                local: local.into_iter().map(|(place, values)| (folder(place), values)).collect(),
            })
            .collect()
    }

    /// Every reason, by code.
    pub fn reasons(&self) -> Vec<ReasonListed> {
        let codes = self.0.reasons.codes();
        let text = |code: &str| {
            self.0.reasons.get(code).map(|text| ReasonListed {
                code: code.to_owned(),
                zh: text.zh.clone(),
                en: text.en.clone(),
                basis: text.basis.clone(),
            })
        };
        codes.filter_map(text).collect()
    }
}
