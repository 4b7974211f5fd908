//! Measures the speed of the suite: `cargo bench --bench suite`.
//!
//! Prints the time for a run of every case of the built-in documents, and the time and the peak memory to read and plan a document
//! of 100 and of 1,000 operations. Each figure is the median of several runs. Each document is planned in a new process, as
//! `conformance plan` plans it: a second plan in one process would reuse memory, which favours the smaller document.

use std::fmt::{self, Write};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use media_upload_conformance::{
    Document, Driver, Options, Outline, OwnClients, Plan, VerdictKind, built_in_documents, providers, run,
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
        plan_once(operations.parse()?)?;
        return Ok(());
    }
    measure_run()?;
    let (few, many) = (planning(100)?, planning(1_000)?);
    println!(
        "planning 100 operations: {few}; 1,000 operations: {many}; ratio {:.1}",
        ratio(many.time, few.time)
    );
    Ok(())
}

/// What it takes to read and plan a document.
#[derive(Clone, Copy)]
struct Planning {
    cases: usize,
    time: Duration,
    /// The most memory of the process in KiB; none where the system does not tell.
    peak: Option<usize>,
}

impl fmt::Display for Planning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cases in {:.2?}", self.cases, self.time)?;
        self.peak.map_or(Ok(()), |peak| write!(f, " and {} MiB", peak / 1024))
    }
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

/// What a new process takes to read and plan a document with this many operations: the run with the median time.
fn planning(operations: usize) -> Result<Planning, Box<dyn std::error::Error>> {
    let mut all = Vec::new();
    for _ in 0..RUNS {
        let child = std::env::current_exe()?;
        let output = Command::new(child).args(["plan", &operations.to_string()]).output()?;
        let text = String::from_utf8(output.stdout)?;
        let mut figures = text.split_whitespace();
        let mut next = || figures.next().ok_or("the process that plans printed too little");
        let (cases, time) = (next()?.parse()?, Duration::from_secs_f64(next()?.parse()?));
        all.push(Planning { cases, time, peak: next()?.parse().ok() });
    }
    all.sort_by_key(|one| one.time);
    Ok(all[RUNS / 2])
}

/// Reads and plans a document, and prints the number of cases, the time and the peak memory.
fn plan_once(operations: usize) -> Result<(), Box<dyn std::error::Error>> {
    let text = document(operations);
    let began = Instant::now();
    let document = Document::read("generated.yaml", text.as_bytes())?;
    let outline = Outline::of(vec![document], &[])?;
    let mut cases = 0;
    for case in outline.cases() {
        case?;
        cases += 1;
    }
    let time = began.elapsed();
    assert_eq!(cases, 145 * operations, "the operations have equal cases");
    println!("{cases} {} {}", time.as_secs_f64(), peak().map_or("-".to_owned(), |peak| peak.to_string()));
    Ok(())
}

/// The most memory that this process has had, in KiB. Linux tells it.
fn peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
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

/// A document in which each operation has a pattern in its path, limits in its query, two bodies, and two responses.
fn document(operations: usize) -> String {
    let mut text = String::from(
        "openapi: 3.0.3\ninfo: { title: Generated, version: '1' }\nservers: [{ url: 'https://api.example' }]\npaths:\n",
    );
    for n in 0..operations {
        let _ = write!(
            text,
            "  /things{n}/{{id}}:
    post:
      operationId: op{n}
      parameters:
        - {{ name: id, in: path, required: true, schema: {{ type: string, pattern: '^[a-z]{{3}}-[0-9]{{4}}$' }} }}
        - {{ name: limit, in: query, schema: {{ type: integer, minimum: 1, maximum: 100 }} }}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name]
              properties:
                name: {{ type: string, minLength: 2, maxLength: 40, pattern: '^[A-Za-z ]+$' }}
                size: {{ type: integer, minimum: 0, maximum: 9 }}
      responses:
        '200':
          description: Made
          content:
            application/json:
              schema:
                type: object
                required: [id]
                properties: {{ id: {{ type: string }}, n: {{ type: integer }} }}
        '400':
          description: Refused
          content:
            application/json:
              schema: {{ type: object, properties: {{ message: {{ type: string }} }} }}
"
        );
    }
    text
}
