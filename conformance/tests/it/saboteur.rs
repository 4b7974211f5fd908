//! The suite is proven to bite: for every rule our own right client, broken in just that way.
//! A saboteur alters what is asked of the client, what goes over the wire, or what is told; the
//! suite must find that rule, at just the cases where it can be seen, and no other rule.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use media_upload_conformance::plan::case::{Case, Outcome};
use media_upload_conformance::plan::upload::SIGNATURE;
use media_upload_conformance::plan::{Plan, operation};
use media_upload_conformance::provider;
use media_upload_conformance::run::built_in::BuiltIn;
use media_upload_conformance::run::driver::{Answer, Calling, Driver, Hello, Refusal, Request};
use media_upload_conformance::run::{self, Options, rule};
use serde_json::{Value, json};

use crate::wire::{Tamper, Wire};

static PLAN: LazyLock<Arc<Plan>> = LazyLock::new(|| {
    let known = provider::known().unwrap();
    Arc::new(Plan::of(provider::built_in().unwrap(), &known).unwrap())
});

/// How a client is broken.
#[derive(Clone, Copy)]
enum Defect {
    /// It alters what it is asked.
    Asked(fn(&mut Request)),
    /// It alters what it sends.
    Sent(Tamper),
    /// It alters what it tells.
    Told(fn(&Request, Answer) -> Answer),
    /// It makes each call twice.
    Twice,
    /// It sends samples in place of what it ought to refuse.
    NeverRefuses,
}

/// A client broken in one way.
struct Saboteur {
    right: BuiltIn,
    defect: Defect,
}

impl Driver for Saboteur {
    fn hello(&self) -> &Hello {
        self.right.hello()
    }

    fn call(&self, request: Request) -> Calling<'_> {
        Box::pin(self.broken(request))
    }
}

impl Saboteur {
    async fn broken(&self, mut request: Request) -> Result<Answer, String> {
        match self.defect {
            Defect::Asked(alter) => {
                alter(&mut request);
                self.right.call(request).await
            }
            Defect::Sent(tamper) => {
                let wire = Wire::start(&request.base_url, tamper).await;
                request.base_url = wire.base_url();
                self.right.call(request).await
            }
            Defect::Told(alter) => {
                let answer = self.right.call(request.clone()).await?;
                Ok(alter(&request, answer))
            }
            Defect::Twice => {
                self.right.call(request.clone()).await?;
                self.right.call(request).await
            }
            Defect::NeverRefuses => match self.right.call(request.clone()).await? {
                Answer::Refused(_) => {
                    let sample = &sample_of(&request.provider, &request.operation);
                    request.arguments = sample.params.clone();
                    request.credentials = credentials(sample);
                    self.right.call(request).await
                }
                answer => Ok(answer),
            },
        }
    }
}

/// A case of the operation that is called with nothing but samples.
fn sample_of(provider: &str, operation: &str) -> Case {
    let same = |case: &&Case| case.provider == provider && case.operation == operation && case.request.is_some();
    PLAN.cases.iter().find(same).unwrap().clone()
}

fn credentials(case: &Case) -> serde_json::Map<String, Value> {
    let credential = PLAN.source(case).unwrap().provider.credential();
    serde_json::Map::from_iter([(credential.name, credential.sample.into())])
}

/// Runs every case through a broken client and compares what is found with what ought to be.
async fn assert_caught(rule: &rule::Rule, defect: Defect, at: fn(&Case) -> bool) {
    let driver: Arc<dyn Driver> = Arc::new(Saboteur { right: BuiltIn::default(), defect });
    let run = run::run(&PLAN, &driver, Options { strict: true }).await.unwrap();
    let found = run.results.iter().flat_map(|result| result.findings.iter().map(|finding| (&result.case.id, finding)));
    let other: Vec<_> = found.clone().filter(|(_, finding)| finding.rule != rule.id).collect();
    assert!(other.is_empty(), "{}: other rules were found: {other:#?}", rule.id);
    let found: BTreeSet<&String> = found.map(|(id, _)| id).collect();
    let expected: BTreeSet<&String> = PLAN.cases.iter().filter(|case| at(case)).map(|case| &case.id).collect();
    assert!(!expected.is_empty(), "{}: no case can show it", rule.id);
    let missed: Vec<_> = expected.difference(&found).collect();
    let surplus: Vec<_> = found.difference(&expected).collect();
    assert!(missed.is_empty() && surplus.is_empty(), "{}: missed at {missed:?}; found too at {surplus:?}", rule.id);
}
