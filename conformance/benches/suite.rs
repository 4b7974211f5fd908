//! Measures the speed of the suite: `cargo bench --bench suite`.
//!
//! Prints the time for a run of every case of the built-in documents, and the time to read and plan a document of 100 and of 1,000
//! operations. Each time is the median of several runs. Each plan is made in a new process, as `conformance plan` makes it: a
//! second plan in one process would reuse memory, which favours the smaller plan.

use std::fmt::Write;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use media_upload_conformance::{
    Document, Driver, Options, OwnClients, Plan, VerdictKind, built_in_documents, providers, run,
};
use mimalloc::MiMalloc;

/// The allocator of the command.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// The number of measured runs.
const RUNS: usize = 7;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, child, operations] = &arguments[..]
        && child == "plan"
    {
        println!("{}", plan_once(operations.parse()?)?.as_secs_f64());
        return Ok(());
    }
    measure_run()?;
    let (few, many) = (planning_time(100)?, planning_time(1_000)?);
    println!(
        "planning 100 operations: {few:.2?}; 1,000 operations: {many:.2?}; ratio {:.1}",
        ratio(many, few)
    );
    Ok(())
}

fn measure_run() -> Result<(), Box<dyn std::error::Error>> {
    let plan = Arc::new(Plan::of(built_in_documents()?, &providers()?)?);
    let driver: Arc<dyn Driver> = Arc::new(OwnClients::default());
    let options = Options { strict: true, ..Options::default() };
    let runtime = tokio::runtime::Runtime::new()?;
    let time = median(|| {
        let began = Instant::now();
        let run = runtime.block_on(run(&plan, Arc::clone(&driver), options))?;
        assert_eq!(run.count(VerdictKind::Pass), plan.cases.len(), "a benchmark needs cases that pass");
        Ok(began.elapsed())
    })?;
    let rate = plan.cases.len() as f64 / time.as_secs_f64();
    println!("{} cases in {time:.2?}: {rate:.0} cases a second", plan.cases.len());
    Ok(())
}

/// The time to plan a document with this many operations, measured in new processes.
fn planning_time(operations: usize) -> Result<Duration, Box<dyn std::error::Error>> {
    median(|| {
        let child = std::env::current_exe()?;
        let output = Command::new(child).args(["plan", &operations.to_string()]).output()?;
        Ok(Duration::from_secs_f64(String::from_utf8(output.stdout)?.trim().parse()?))
    })
}

fn plan_once(operations: usize) -> Result<Duration, Box<dyn std::error::Error>> {
    let text = document(operations);
    let began = Instant::now();
    let document = Document::read("generated.yaml", text.as_bytes())?;
    let plan = Plan::of(vec![document], &[])?;
    assert!(plan.cases.len() > 20 * operations && plan.unexercised().is_empty());
    Ok(began.elapsed())
}

fn median(
    mut measure: impl FnMut() -> Result<Duration, Box<dyn std::error::Error>>,
) -> Result<Duration, Box<dyn std::error::Error>> {
    // The first run only fills caches.
    measure()?;
    let mut times = (0..RUNS).map(|_| measure()).collect::<Result<Vec<_>, _>>()?;
    times.sort();
    Ok(times[RUNS / 2])
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

/// A document in which each operation has its own parameters, body, responses and schemas.
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
