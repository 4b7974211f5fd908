//! How fast the suite is: `cargo bench --bench suite`.
//!
//! Prints what a run of every case of both documents takes, and what reading and planning a document of
//! 100 and of 1,000 operations takes; all from one run, medians of several. Each plan is made in a
//! process of its own, as `conformance plan` makes it: a second one in the same process would find its
//! memory at hand, and the smaller would gain the more by it.

use std::fmt::Write;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use media_upload_conformance::document::Document;
use media_upload_conformance::plan::Plan;
use media_upload_conformance::provider;
use media_upload_conformance::run::built_in::BuiltIn;
use media_upload_conformance::run::driver::Driver;
use media_upload_conformance::run::{Options, Verdict, run};

const RUNS: usize = 7;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, child, operations] = &arguments[..]
        && child == "plan"
    {
        println!("{}", planned(operations.parse()?)?.as_secs_f64());
        return Ok(());
    }
    let known = provider::known()?;
    let plan = Arc::new(Plan::of(provider::built_in()?, &known)?);
    let driver: Arc<dyn Driver> = Arc::new(BuiltIn::default());
    let runtime = tokio::runtime::Runtime::new()?;
    let all = median(|| {
        let began = Instant::now();
        let run = runtime.block_on(run(&plan, &driver, Options { strict: true, ..Options::default() }))?;
        assert_eq!(run.count(Verdict::Pass), plan.cases.len(), "a benchmark of failing cases says nothing");
        Ok(began.elapsed())
    })?;
    let rate = plan.cases.len() as f64 / all.as_secs_f64();
    println!("{} cases in {all:.2?}: {rate:.0} cases a second", plan.cases.len());

    let (few, many) = (planning(100)?, planning(1_000)?);
    println!(
        "planning 100 operations: {few:.2?}; 1,000 operations: {many:.2?}; ratio {:.1}",
        ratio(many, few)
    );
    Ok(())
}

fn planning(operations: usize) -> Result<Duration, Box<dyn std::error::Error>> {
    median(|| {
        let child = std::env::current_exe()?;
        let output = Command::new(child).args(["plan", &operations.to_string()]).output()?;
        Ok(Duration::from_secs_f64(String::from_utf8(output.stdout)?.trim().parse()?))
    })
}

fn planned(operations: usize) -> Result<Duration, Box<dyn std::error::Error>> {
    let text = document(operations);
    let began = Instant::now();
    let document = Document::read("generated.yaml", text.as_bytes())?;
    let plan = Plan::of(vec![document], &[])?;
    assert!(plan.cases.len() > 20 * operations && plan.unexercised().is_empty());
    Ok(began.elapsed())
}

fn median(
    mut once: impl FnMut() -> Result<Duration, Box<dyn std::error::Error>>,
) -> Result<Duration, Box<dyn std::error::Error>> {
    once()?;
    let mut times = (0..RUNS).map(|_| once()).collect::<Result<Vec<_>, _>>()?;
    times.sort();
    Ok(times[RUNS / 2])
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

/// A made-up document: each operation has parameters, a body, answers, and schemas of its own.
fn document(operations: usize) -> String {
    let mut text = String::from("openapi: 3.0.3\ninfo: { title: Generated, version: '1' }\npaths:\n");
    for n in 0..operations {
        let _ = write!(
            text,
            "  /things{n}/{{id}}:\n    post:\n      operationId: makeThing{n}\n      parameters:\n        \
             - {{ name: id, in: path, required: true, schema: {{ type: string, maxLength: 20 }} }}\n        \
             - {{ name: limit, in: query, schema: {{ type: integer, minimum: 1, maximum: 100 }} }}\n      \
             requestBody:\n        required: true\n        content:\n          application/json:\n            \
             schema: {{ $ref: '#/components/schemas/Thing{n}' }}\n      responses:\n        '201':\n          \
             description: Made\n          content:\n            application/json:\n              \
             schema: {{ $ref: '#/components/schemas/Thing{n}' }}\n        '400':\n          description: Refused\n          \
             content:\n            application/json:\n              schema: {{ $ref: '#/components/schemas/Error{n}' }}\n"
        );
    }
    text.push_str("components:\n  schemas:\n");
    for n in 0..operations {
        let _ = write!(
            text,
            "    Thing{n}: {{ type: object, required: [name], properties: {{ name: {{ type: string, minLength: 1, \
             maxLength: 50 }}, size: {{ type: integer }}, kind: {{ type: string, enum: [a, b] }} }} }}\n    \
             Error{n}: {{ type: object, required: [message], properties: {{ message: {{ type: string }} }} }}\n"
        );
    }
    text
}
