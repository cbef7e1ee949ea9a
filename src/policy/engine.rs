//! The engine: Rhai stripped to what a policy needs, with the vocabulary registered and the limits on.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "Rhai's forms are open ended; what is not named here is turned away"
)]

use std::any::TypeId;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

use rhai::packages::{ArithmeticPackage, BasicIteratorPackage, BasicStringPackage, LogicPackage, Package};
use rhai::{
    AST, Array, CallFnOptions, Dynamic, Engine, EvalAltResult, NativeCallContext, OptimizationLevel, Scope,
};
use rust_decimal::Decimal;

use super::call::{Call, Fail};
use super::limits;
use super::twin::Twin;
use super::value::Value;
use super::view::View;
use super::vocabulary::{self, HostFn, Row, Sort};
use crate::error::{Error, ErrorKind, told};
use crate::model::Date;

/// Symbols of Rhai that no policy needs, and that could hide, repeat or reach out.
const DISABLED: [&str; 22] = [
    "Fn",
    "call",
    "curry",
    "is_def_fn",
    "is_def_var",
    "is_shared",
    "type_of",
    "print",
    "debug",
    "eval",
    "import",
    "export",
    "global",
    "while",
    "loop",
    "do",
    "until",
    "try",
    "catch",
    "throw",
    "this",
    "private",
];

/// An engine with the vocabulary, as strict as Rhai allows.
pub(crate) fn engine() -> Engine {
    let mut engine = Engine::new_raw();
    ArithmeticPackage::new().register_into_engine(&mut engine);
    LogicPackage::new().register_into_engine(&mut engine);
    BasicStringPackage::new().register_into_engine(&mut engine);
    BasicIteratorPackage::new().register_into_engine(&mut engine);
    for symbol in DISABLED {
        engine.disable_symbol(symbol);
    }
    engine
        .set_optimization_level(OptimizationLevel::None)
        .set_max_strings_interned(0)
        .set_max_call_levels(limits::CALLS)
        .set_max_expr_depths(limits::DEPTH_OUTSIDE, limits::DEPTH_INSIDE)
        .set_max_string_size(limits::TEXT_BYTES)
        .set_max_array_size(limits::LIST)
        .set_max_map_size(limits::FACTS)
        .set_max_variables(limits::VARIABLES)
        .set_max_functions(limits::FUNCTIONS)
        .set_max_modules(0)
        .set_allow_shadowing(false)
        .set_strict_variables(true)
        .set_allow_anonymous_fn(false)
        .set_fail_on_invalid_map_property(true)
        .set_max_operations(limits::STEPS);
    // Rhai's own count starts again in callbacks; nothing here calls back, and this one is asked at every step.
    engine.on_progress(|steps| (steps > limits::STEPS).then(|| Dynamic::from("too many steps")));
    engine.on_print(|_| {}).on_debug(|_, _, _| {});
    register(&mut engine);
    engine
}

fn register(engine: &mut Engine) {
    engine.register_type_with_name::<View>("view").register_type_with_name::<Date>("date");
    engine
        .register_fn("==", |one: View, two: View| one.same(&two))
        .register_fn("!=", |one: View, two: View| !one.same(&two))
        .register_fn("==", |one: Date, two: Date| one == two)
        .register_fn("!=", |one: Date, two: Date| one != two)
        .register_fn("<", |one: Date, two: Date| one < two)
        .register_fn("<=", |one: Date, two: Date| one <= two)
        .register_fn(">", |one: Date, two: Date| one > two)
        .register_fn(">=", |one: Date, two: Date| one >= two);
    engine.register_raw_fn(
        "contains",
        [TypeId::of::<Array>(), TypeId::of::<Dynamic>()],
        |context: NativeCallContext<'_>, args: &mut [&mut Dynamic]| {
            let values = values(args).ok_or("a value that scripts do not have")?;
            let [Value::List(items), item] = values.as_slice() else { return Ok(Dynamic::from(false)) };
            let twin = twin_of(&context)?;
            let looked = twin.with(|call| vocabulary::looked_at(call, items.len()));
            looked.map_err(|fail| raised(&context, &twin, fail))?;
            Ok(Dynamic::from(items.iter().any(|one| one.same(item))))
        },
    );
    register_words(engine);
    for function in vocabulary::host_functions() {
        register_host(engine, function);
    }
}

/// Every word of every view, under both its names; the view at hand says which row is meant.
fn register_words(engine: &mut Engine) {
    let mut words: BTreeMap<(&str, usize), Vec<&'static Row>> = BTreeMap::new();
    for row in vocabulary::rows() {
        for name in [row.en, row.zh] {
            let rows = words.entry((name, row.args.len())).or_default();
            if !rows.iter().any(|one| std::ptr::eq(*one, row)) {
                rows.push(row);
            }
        }
    }
    let sorts = vocabulary::sorts();
    for ((name, args), rows) in words {
        let serving = |sort: &Sort| rows.iter().find(|row| row.serves(*sort)).map(|row| (*sort, *row));
        let mut rows: Vec<(Sort, &'static Row)> = sorts.iter().filter_map(serving).collect();
        rows.sort_by_key(|(sort, _)| *sort);
        let name = if args == 0 { format!("get${name}") } else { name.to_owned() };
        let mut types = vec![TypeId::of::<View>()];
        types.resize(args.saturating_add(1), TypeId::of::<Dynamic>());
        engine.register_raw_fn(
            name,
            types,
            move |context: NativeCallContext<'_>, args: &mut [&mut Dynamic]| {
                let twin = twin_of(&context)?;
                let value = twin.with(|call| read(call, &rows, args).map(Value::into_dynamic));
                value.map_err(|fail| raised(&context, &twin, fail))
            },
        );
    }
}

fn read<'a>(
    call: &'a Call<'a>,
    rows: &[(Sort, &'static Row)],
    args: &[&mut Dynamic],
) -> Result<Value<'a>, Fail> {
    let Some((view, rest)) = args.split_first() else { return Err(Fail::wrong_type("view")) };
    let view = view.read_lock::<View>().ok_or_else(|| Fail::wrong_type("view"))?;
    let sort = view.sort(call).ok_or_else(|| Fail::absent("view"))?;
    let word = rows.first().map_or("", |(_, row)| row.en);
    let at = rows.binary_search_by_key(&sort, |(sort, _)| *sort).ok();
    let (_, row) = at.and_then(|at| rows.get(at)).ok_or_else(|| Fail::absent(word))?;
    let args = values(rest).ok_or_else(|| Fail::wrong_type(word))?;
    row.value(call, &view, &args)
}

fn register_host(engine: &mut Engine, function: &'static HostFn) {
    let any = TypeId::of::<Dynamic>();
    for arity in function.arities {
        let mut shapes = vec![vec![any; *arity]];
        if matches!(function.en, "min" | "max" | "abs") {
            // The packages have these for some types, and would win over a function of anything.
            let numbers = [TypeId::of::<i64>(), TypeId::of::<Decimal>()];
            let mut exact = vec![Vec::new()];
            for _ in 0..*arity {
                exact = exact
                    .iter()
                    .flat_map(|shape: &Vec<TypeId>| {
                        numbers.map(|number| [shape.as_slice(), &[number]].concat())
                    })
                    .collect();
            }
            shapes.extend(exact);
        }
        for shape in shapes {
            for name in [function.en, function.zh] {
                engine.register_raw_fn(
                    name,
                    &shape,
                    move |context: NativeCallContext<'_>, args: &mut [&mut Dynamic]| {
                        let twin = twin_of(&context)?;
                        let line = line_of(&context);
                        let done =
                            values(args).ok_or_else(|| Fail::wrong_type(function.en)).and_then(|args| {
                                twin.with(|call| (function.run)(call, line, &args).map(Value::into_dynamic))
                            });
                        done.map_err(|fail| raised(&context, &twin, fail))
                    },
                );
            }
        }
    }
}

fn values(args: &[&mut Dynamic]) -> Option<Vec<Value<'static>>> {
    args.iter().map(|arg| Value::from_dynamic(arg)).collect()
}

fn twin_of(context: &NativeCallContext<'_>) -> Result<Arc<Twin>, Box<EvalAltResult>> {
    let twin = context.tag().and_then(Dynamic::read_lock::<Arc<Twin>>).map(|twin| Arc::clone(&twin));
    twin.ok_or_else(|| "a word of the vocabulary outside a hook".into())
}

fn line_of(context: &NativeCallContext<'_>) -> u32 {
    context.call_position().line().and_then(|line| u32::try_from(line).ok()).unwrap_or(0)
}

/// A failure goes through Rhai as an error; what it was is kept beside.
#[expect(clippy::unnecessary_box_returns, reason = "Rhai takes its errors boxed")]
fn raised(context: &NativeCallContext<'_>, twin: &Twin, mut fail: Fail) -> Box<EvalAltResult> {
    if fail.line == 0 {
        fail.line = line_of(context);
    }
    twin.fail(&fail);
    Box::new(EvalAltResult::ErrorRuntime(fail.en.as_str().into(), context.call_position()))
}

/// Calls a hook. Whatever goes wrong in it is a failure with a line, never a panic.
pub(crate) fn run(
    engine: &Engine,
    ast: &AST,
    hook: &str,
    twin: &Arc<Twin>,
    given: View,
) -> Result<Value<'static>, Fail> {
    let done = catch_unwind(AssertUnwindSafe(|| {
        let options = CallFnOptions::new().with_tag(Arc::clone(twin)).eval_ast(false).rewind_scope(true);
        engine.call_fn_with_options::<Dynamic>(options, &mut Scope::new(), ast, hook, (given,))
    }));
    match done {
        Ok(Ok(value)) => Value::from_dynamic(&value).ok_or_else(|| Fail::wrong_type(hook)),
        Ok(Err(error)) => Err(failure(&error, twin)),
        Err(_) => Err(Fail::new("规则引擎内部错误", "the script engine broke down")),
    }
}

/// The failure behind an error of Rhai: ours if we raised it, else what Rhai says.
fn failure(error: &EvalAltResult, twin: &Twin) -> Fail {
    let inner = error.unwrap_inner();
    let line = inner.position().line().and_then(|line| u32::try_from(line).ok()).unwrap_or(0);
    let known = match inner {
        EvalAltResult::ErrorRuntime(..) => twin.failure(),
        EvalAltResult::ErrorTooManyOperations(_) | EvalAltResult::ErrorTerminated(..) => {
            Some(Fail::too_many_steps())
        }
        EvalAltResult::ErrorStackOverflow(_) => {
            Some(Fail::limit("函数调用过深", "functions call each other too deep"))
        }
        EvalAltResult::ErrorDataTooLarge(..) => Some(Fail::limit("数据过大", "a text or a list is too long")),
        EvalAltResult::ErrorArithmetic(..) => {
            Some(Fail::new("数值超出范围或除数为零", "the number leaves its range, or a division by zero"))
        }
        _ => None,
    };
    let mut fail = known.unwrap_or_else(|| {
        let mut cause = inner.to_string();
        cause.truncate(cause.char_indices().nth(200).map_or(cause.len(), |(place, _)| place));
        Fail::new(cause.clone(), cause)
    });
    if fail.line == 0 {
        fail.line = line;
    }
    fail
}

/// Makes sure that checked 64-bit numbers and the limits are really there: another crate of the same program
/// may have switched on features of Rhai that take them away.
pub(crate) fn probe(engine: &Engine) -> Result<(), Error> {
    static PROBED: OnceLock<Result<(), &'static str>> = OnceLock::new();
    PROBED.get_or_init(|| probed(engine)).map_err(|what| {
        let told = told!(
            "脚本引擎缺少 {what}，政策不安全",
            "the script engine was built without {what}; policies would not be safe"
        );
        Error::told(ErrorKind::Internal, told)
    })
}

fn probed(engine: &Engine) -> Result<(), &'static str> {
    let eval = |script: &str| engine.eval::<Dynamic>(script);
    if eval("9223372036854775807").ok().and_then(|value| value.as_int().ok()) != Some(i64::MAX) {
        return Err("64-bit numbers");
    }
    if eval("9223372036854775807 + 1").is_ok() || eval("1 / 0").is_ok() {
        return Err("checked arithmetic");
    }
    if eval("let x = 0; for i in 0..1000000 { x = i; } x").is_ok() {
        return Err("a limit on steps");
    }
    if eval("let x = \"aaaaaaaaaaaaaaaa\"; for i in 0..12 { x += x; } x").is_ok() {
        return Err("a limit on texts");
    }
    if eval("fn f(n) { f(n + 1) } f(0)").is_ok() {
        return Err("a limit on calls");
    }
    let third = eval("0.1 + 0.2").ok().and_then(|value| value.as_decimal().ok());
    if third.map(|sum| sum.normalize()) != Some(Decimal::new(3, 1)) {
        return Err("exact decimals");
    }
    Ok(())
}
