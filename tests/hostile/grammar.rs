//! Hostile scripts out of a small grammar: mostly scripts that load, with every wish a malicious author has.

use crate::model::dice::Dice;

/// A file of a policy folder.
pub(crate) type File = (String, Vec<u8>);

pub(crate) const REASONS: &str = "
no: {zh: 不行, en: no}
remark: {zh: 提示, en: a remark}
";
pub(crate) const PARAMETERS: &str = "
limit: {zh: 上限, en: limit, type: number, min: 0, max: 9, tighter: down, values: {2000-01-01: 3}}
floor_of: {zh: 下限, en: floor, type: number, min: 0, max: 9, tighter: up, values: {2000-01-01: 0}}
free: {zh: 自由, en: free, type: number, min: 0, max: 9, tighter: none, values: {2000-01-01: 1}}
";
pub(crate) const FACTS: &str = "
facts:
  pupils: {zh: 学生数, en: pupils, type: number}
purposes:
  teaching: {zh: 教学, en: teaching}
tags:
  school: {zh: 学校, en: school}
  hospital: {zh: 医院, en: hospital}
";
/// The pool rule that random charters name.
const RULE: &str = "
/// The size of a pool.
fn capacity(pool) { pool.sponsor.net_vacancy + param(\"free\") }
";

pub(crate) fn words() -> Vec<File> {
    [("reasons.yaml", REASONS), ("parameters.yaml", PARAMETERS), ("facts.yaml", FACTS), ("rule.rhai", RULE)]
        .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
        .to_vec()
}

/// The requests that a script may look at, with the nodes and numbers that each has.
const REQUESTS: [(&str, &[&str], &[&str]); 12] = [
    ("appoint", &["request.unit"], &[]),
    ("draw", &["request.unit"], &["request.pool.used", "request.pool.free"]),
    ("vacate", &["request.unit"], &[]),
    ("convert", &["request.unit"], &[]),
    ("permit", &["request.unit"], &["request.count"]),
    ("transfer", &["request.from", "request.to"], &["request.count"]),
    ("authorize", &["request.node"], &["request.change"]),
    ("borrow", &["request.lender", "request.borrower"], &["request.count"]),
    ("give_back", &["request.by"], &["request.count"]),
    ("move", &["request.to"], &[]),
    ("merge", &["request.into"], &["count(request.units)"]),
    ("establish", &["request.by"], &[]),
];

/// The events that a reaction may follow, with a node that each has, and whether that node has a kind there.
const EVENTS: [(&str, &[&str], bool); 14] = [
    ("vacated", &["event.unit"], true),
    ("appointed", &["event.unit"], true),
    ("converted", &["event.unit"], true),
    ("moved", &["event.from", "event.to"], true),
    ("authorized", &["event.node"], true),
    ("transferred", &["event.from", "event.to"], true),
    ("permitted", &["event.unit"], true),
    ("lapsed", &["event.unit"], true),
    ("lent", &["event.lender", "event.borrower"], true),
    ("returned", &["event.lender", "event.borrower"], true),
    ("fell_due", &["event.loan.borrower"], true),
    ("expired", &["event.loan.borrower"], true),
    ("amended", &["event.node"], false),
    ("established", &["event.parent"], false),
];

/// Scripts of the root folder: requirements and reactions of all sorts.
pub(crate) fn root(dice: &mut Dice<'_>) -> Vec<File> {
    let mut files = words();
    for number in 0..=dice.roll(3) {
        let mut text = String::from(HELPERS);
        let first = dice.roll(EVENTS.len());
        for step in 0..=dice.roll(5) {
            let (name, nodes, kind) = EVENTS[(first + step * 3) % EVENTS.len()];
            let body = reaction(dice, nodes, kind, 0);
            text.push_str(&format!("fn after_{name}(event) {{\n{body}}}\n"));
        }
        text.push_str(&requirements(dice, 3));
        if dice.once_in(3) {
            text.push_str("fn on_date(office) {\n    for pool in office.pools { for loan in pool.loans {\n");
            text.push_str(
                "        if loan.due >= 0 { give_back(loan, 1); } else { owe(loan, 1); }\n    } }\n}\n",
            );
        }
        files.push((format!("{number}_hostile.rhai"), text.into_bytes()));
    }
    files
}

/// A county's folder: anything at all.
pub(crate) fn county(dice: &mut Dice<'_>, node: &str) -> Vec<File> {
    let mut files = Vec::new();
    for number in 0..=dice.roll(2) {
        let mut text = String::from(HELPERS);
        text.push_str(&requirements(dice, 6));
        match dice.roll(30) {
            9 => text
                .push_str("fn after_vacated(event) { transfer(event.unit, event.unit, event.kind, 1); }\n"),
            1 => text.push_str("fn capacity(pool) { 999 }\n"),
            2 => text.push_str("fn require(a, b) { }\n"),
            3 => text.push_str("fn on_vacat(request) { deny(\"no\"); }\n"),
            4 => text.push_str("fn on_date(office) { }\n"),
            5 => text.push_str("fn on_batch(request) { while true { } }\n"),
            6 => text.push_str("fn audit_unit(unit) { finding(\"remark\"); }\n"),
            7 => text = text.replace("fn ", "fn\u{200b} "),
            8 => text.push_str("fn on_name(request) { again(1); }\nfn again(n) { again(n + 1) }\n"),
            _ => {}
        }
        let mut bytes = text.into_bytes();
        if dice.once_in(24) {
            let at = dice.roll(bytes.len());
            bytes[at] = 0xff;
        }
        files.push((format!("{node}/{number}.rhai"), bytes));
    }
    let overrides = [
        "",
        "limit: {values: {2000-01-01: 2}}\n",
        "limit: {values: {2000-01-01: 9}}\n",
        "floor_of: {values: {2000-01-01: 2}}\n",
        "floor_of: {values: {2000-01-01: -5}}\n",
        "free: {values: {2000-01-01: 9}}\n",
        "limit: {values: {2024-06-01: 0}}\n",
    ];
    let chosen = overrides[dice.roll(10).min(overrides.len()) % overrides.len()];
    if !chosen.is_empty() {
        files.push((format!("{node}/parameters.yaml"), chosen.as_bytes().to_vec()));
    }
    files
}

/// The root folder that stands above a hostile county: some requirements, the parameters in use, reactions.
pub(crate) fn plain_root() -> Vec<File> {
    let mut files = words();
    let text = "
fn on_appoint(request) {
    require(request.unit.headcount <= param(\"limit\"), \"no\");
    require(request.unit.cap >= param(\"floor_of\"), \"no\");
}
fn on_draw(request) {
    require(request.unit.vacancy == 0, \"no\");
    require(request.pool.used < param(\"limit\"), \"no\");
}
fn on_transfer(request) { require(request.count <= param(\"limit\"), \"no\"); }
fn on_permit(request) {
    require(request.count <= param(\"limit\"), \"no\");
    require(request.unit.available > param(\"floor_of\"), \"no\");
}
fn on_borrow(request) { require(request.count <= param(\"limit\"), \"no\"); }
fn after_vacated(event) {
    for loan in event.unit.loans_usable {
        if loan.idle > 0 { give_back(loan, 1); }
        for person in loan.people_at(event.unit) { if can_convert(person) { convert(person); } }
    }
}
";
    files.push(("10_plain.rhai".to_owned(), text.as_bytes().to_vec()));
    files
}

/// A helper that scripts may call: it never ends by itself.
const HELPERS: &str = "
fn spin(n) {
    let steps = n;
    for one in 0..99999 { for other in 0..99999 { steps += 1; } }
    return steps;
}
";

fn requirements(dice: &mut Dice<'_>, most: usize) -> String {
    let mut text = String::new();
    let first = dice.roll(REQUESTS.len());
    for step in 0..dice.roll(most + 1) {
        let (name, nodes, numbers) = REQUESTS[(first + step * 5) % REQUESTS.len()];
        if text.contains(&format!("fn on_{name}(")) {
            continue;
        }
        let duty = ["vacate", "convert", "give_back"].contains(&name);
        let mut body = String::new();
        for _ in 0..=dice.roll(3) {
            body.push_str(&requirement(dice, nodes, numbers, duty));
        }
        text.push_str(&format!("fn on_{name}(request) {{\n{body}}}\n"));
    }
    text
}

fn requirement(dice: &mut Dice<'_>, nodes: &[&str], numbers: &[&str], duty: bool) -> String {
    let condition = condition(dice, nodes, numbers);
    // A duty's hook may only note; the others break every rule now and then.
    let sides = if duty && !dice.once_in(8) { 4 } else { 9 };
    match dice.roll(sides) {
        0 => format!("    if {condition} {{ note(\"remark\"); }}\n"),
        1 => format!("    if ratio(1, {}) > 2 {{ note(\"remark\"); }}\n", number(dice, nodes, numbers)),
        2 => format!("    if {condition} {{ spin(0); }}\n"),
        3 => "    for node in request.nodes { if node.is_unit { note(\"remark\"); } }\n".to_owned(),
        4 => format!("    if {condition} {{ deny(\"no\"); }}\n"),
        5 => format!("    if {condition} {{ return; }}\n"),
        _ => format!("    require({condition}, \"no\");\n"),
    }
}

fn condition(dice: &mut Dice<'_>, nodes: &[&str], numbers: &[&str]) -> String {
    match dice.roll(7) {
        0 => format!("{} > {}", number(dice, nodes, numbers), dice.roll(4)),
        1 => format!("{} == 0", number(dice, nodes, numbers)),
        2 => format!("{} <= param(\"limit\")", number(dice, nodes, numbers)),
        3 => format!("{}.within(\"a\")", pick(dice, nodes)),
        4 => format!("{}.has_tag(\"school\")", pick(dice, nodes)),
        5 => "request.by.is_root".to_owned(),
        _ => format!("!request.by_reaction && {}.is_unit", pick(dice, nodes)),
    }
}

fn number(dice: &mut Dice<'_>, nodes: &[&str], numbers: &[&str]) -> String {
    if !numbers.is_empty() && dice.once_in(3) {
        return pick(dice, numbers);
    }
    let figures = ["vacancy", "cap", "room", "headcount", "charged", "available", "borrowed", "lent"];
    let figure = pick(dice, &figures);
    // Who asks, and what units merge into, has no kind of its own.
    match pick(dice, nodes) {
        node if node == "request.by" || node == "request.into" => {
            format!("{node}.of(\"administrative\").{figure}")
        }
        node => format!("{node}.{figure}"),
    }
}

fn reaction(dice: &mut Dice<'_>, nodes: &[&str], kind: bool, depth: usize) -> String {
    let mut body = String::new();
    for _ in 0..=dice.roll(3) {
        let node = pick(dice, nodes);
        let count = ["1", "2", "0", "-1", "999999", "5"][dice.roll(6)];
        let line = match dice.roll(14) {
            0 => format!("for loan in {node}.loans_usable {{ give_back(loan, {count}); }}"),
            1 => format!("for loan in {node}.loans_borrowed {{ owe(loan, {count}); }}"),
            2 => format!("for loan in {node}.loans_lent {{ evaluate(loan, \"recall\"); }}"),
            3 => format!("for loan in {node}.loans_usable {{ reschedule(loan, {count}); }}"),
            4 => format!("for permit in {node}.permits {{ withdraw(permit); }}"),
            5 => format!("for person in {node}.people_on_pool(\"pool-0\") {{ convert(person); }}"),
            6 if kind => format!("transfer(office().root, {node}, event.kind, {count});"),
            7 if kind => {
                format!("if !{node}.is_root {{ transfer({node}, {node}.parent, event.kind, {count}); }}")
            }
            8 if kind => format!(
                "if office().has_node(\"a\") {{ transfer({node}, office().node(\"a\"), event.kind, {count}); }}"
            ),
            9 => format!("amend_fact({node}, \"pupils\", {count});"),
            10 => "spin(0);".to_owned(),
            11 => format!("if ratio({count}, 0) > 1 {{ note(\"remark\"); }}"),
            12 => format!(
                "for loan in {node}.loans_usable {{ for person in loan.people_at({node}) {{ convert(person); }} }}"
            ),
            _ if depth < 2 => {
                let inner = reaction(dice, nodes, kind, depth + 1);
                format!("if {node}.is_unit {{ {inner} }}")
            }
            _ => "finding(\"remark\");".to_owned(),
        };
        body.push_str(&format!("    {line}\n"));
    }
    body
}

fn pick(dice: &mut Dice<'_>, of: &[&str]) -> String {
    dice.pick(of).copied().unwrap_or_default().to_owned()
}
