//! Probing a server under test: the suite sends the requests that the documents allow, and those that they forbid, and judges the
//! responses. It sends requests to no other server, except uploads to pre-signed URLs, if the caller asks for them.

use std::collections::BTreeSet;
use std::io;
use std::time::Instant;

use crate::plan::case::{Basis, Case, Family};
use crate::plan::source::Source;
use crate::plan::{Plan, server};
use crate::result::{OnResult, Options, Run};

mod answer;
mod exchange;
mod question;
mod server_run;
mod server_under_test;
mod undecided;
mod upload;

use question::{Aspect, Question};
use server_run::ServerRun;
pub use server_under_test::ServerUnderTest;

impl ServerUnderTest {
    /// Keeps the cases that a server can be asked: documented statuses, arguments, credentials. Adds the cases for servers only, for
    /// each operation that has a case.
    pub fn select(plan: &mut Plan) {
        let planned: BTreeSet<(&str, &str)> =
            plan.cases.iter().map(|case| (&*case.provider, &*case.operation)).collect();
        let is_planned = |case: &Case| planned.contains(&(&*case.provider, &*case.operation));
        let of_servers: Vec<Case> = plan.sources.iter().flat_map(server::cases).filter(is_planned).collect();
        let cases = std::mem::take(&mut plan.cases);
        let of_clients = cases.into_iter().filter_map(|case| for_server(plan, case));
        plan.cases = of_clients.chain(of_servers).collect();
    }

    /// The cases for servers only, which no client has.
    pub(crate) fn own_cases(sources: &[Source]) -> Vec<Case> {
        let of = |source| [server::cases(source), server::uploads(source)].concat();
        sources.iter().flat_map(of).collect()
    }

    /// Adds the cases that send a small upload to a pre-signed URL.
    pub fn select_uploads(plan: &mut Plan) {
        plan.cases.extend(plan.sources.iter().flat_map(server::uploads));
    }

    /// Asks every case of a plan, one after the other.
    ///
    /// # Errors
    ///
    /// When no request reaches the server.
    pub async fn run(&self, plan: &Plan, options: Options, on_result: OnResult<'_>) -> io::Result<Run> {
        let began = Instant::now();
        let mut run = ServerRun::new(self, plan, options);
        for case in &plan.cases {
            on_result(run.ask(case).await?);
        }
        let (results, nothing_judged) = run.end();
        let (client, elapsed) = (self.info(), began.elapsed());
        Ok(Run { client, options, results, elapsed, nothing_judged, ended_early: None })
    }
}

/// The case as a server is asked it; none when the case is about how a client handles a response. The basis is always the document,
/// even if the basis for a client is a practice.
fn for_server(plan: &Plan, case: Case) -> Option<Case> {
    let question = Question::of(plan.source(&case)?, &case)?;
    let purpose = match (question.aspect, &case.family) {
        (Aspect::Credential, Family::Argument(name)) => format!("{name}: a value that is not the credential"),
        (Aspect::Credential, _) => "a request without its credential".to_owned(),
        _ => case.purpose,
    };
    let location = match question.aspect {
        Aspect::Credential => server::credential_location(&question.plan).unwrap_or(case.location),
        _ => case.location,
    };
    Some(Case { purpose, location, basis: Basis::Document, ..case })
}
