//! A client with one defect. It alters the calls, the requests or the answers of a correct client.

use std::sync::Arc;
use std::time::Duration;

use media_upload_conformance::{
    Answer, Calling, Case, Driver, DriverError, DriverInfo, Failure, Plan, Refusal, Request, providers,
};

use crate::documents::case;
use crate::reference_client::ReferenceClient;
use crate::tampering_proxy::{Alteration, TamperingProxy};

/// The defect of a client.
#[derive(Clone, Copy)]
pub(crate) enum Defect {
    /// The client alters the call before it makes it.
    AltersCall(fn(&mut Request)),
    /// The client alters its requests.
    AltersRequests(Alteration),
    /// The client alters its answer.
    AltersAnswer(fn(&Case, Answer) -> Answer),
    /// The client makes the call again if the function selects the answer: at most this many times, each time after this pause.
    CallsAgain(fn(&Case, &Answer) -> bool, usize, Duration),
    /// The client makes the call again if the function selects the answer: each second, without an end.
    NeverEnds(fn(&Case, &Answer) -> bool),
    /// The client asks for one more pre-signed URL than it uses.
    AsksForUnusedUrl,
    /// The client sends what it should refuse.
    RefusesNothing,
    /// The client refuses every call.
    RefusesEverything,
}

/// A client with one defect.
pub(crate) struct Saboteur {
    plan: Arc<Plan>,
    correct: Arc<dyn Driver>,
    /// Sends what the correct client refuses.
    reference: ReferenceClient,
    defect: Defect,
}

impl Driver for Saboteur {
    fn info(&self) -> &DriverInfo {
        self.correct.info()
    }

    fn call(&self, request: Request) -> Calling<'_> {
        Box::pin(self.call_with_defect(request))
    }
}

impl Saboteur {
    pub(crate) fn new(plan: Arc<Plan>, correct: Arc<dyn Driver>, defect: Defect) -> Self {
        Self { reference: ReferenceClient::new(&plan), plan, correct, defect }
    }

    async fn call_with_defect(&self, mut request: Request) -> Result<Answer, DriverError> {
        let case = case(&self.plan, &request.case);
        match self.defect {
            Defect::AltersCall(alter) => alter(&mut request),
            Defect::AltersRequests(alteration) => {
                let replaces_storage = alteration.is_of_storage() && is_upload_of_unchanged_file(case);
                let proxy = TamperingProxy::start(&request.base_url, alteration, replaces_storage).await;
                request.base_url = proxy.base_url();
                return self.correct.call(request).await;
            }
            Defect::AltersAnswer(alter) => return Ok(alter(case, self.correct.call(request).await?)),
            Defect::CallsAgain(after, times, pause) => {
                return self.call_again(case, request, after, times, pause).await;
            }
            Defect::NeverEnds(after) => {
                let answer = self.call_again(case, request, after, 20, Duration::from_secs(1)).await?;
                return if after(case, &answer) {
                    Err(DriverError { failure: Failure::Timeout, ..DriverError::from("no answer in time") })
                } else {
                    Ok(answer)
                };
            }
            Defect::AsksForUnusedUrl if is_upload(case) => {
                let operation = first_operation(&request.provider);
                self.correct.call(Request { operation, ..request.clone() }).await?;
            }
            Defect::AsksForUnusedUrl => {}
            Defect::RefusesEverything => {
                return Ok(Answer::Refused(Refusal { message: "this client refuses every call".to_owned() }));
            }
            Defect::RefusesNothing => match self.correct.call(request.clone()).await? {
                Answer::Refused(_) => match &case.request {
                    Some(given) => {
                        return Ok(self.reference.send(case, given, &request.base_url).await.unwrap());
                    }
                    None => self.use_samples(case, &mut request),
                },
                answer => return Ok(answer),
            },
        }
        self.correct.call(request).await
    }

    async fn call_again(
        &self,
        case: &Case,
        request: Request,
        after: fn(&Case, &Answer) -> bool,
        times: usize,
        pause: Duration,
    ) -> Result<Answer, DriverError> {
        let mut answer = self.correct.call(request.clone()).await?;
        for _ in 0..times {
            if !after(case, &answer) {
                break;
            }
            request.clock.record_pause(pause);
            answer = self.correct.call(request.clone()).await?;
        }
        Ok(answer)
    }

    /// Replaces the arguments and the credential by samples, where a request cannot have them as they are.
    fn use_samples(&self, case: &Case, request: &mut Request) {
        let of_same_operation =
            |other: &&Case| other.provider == case.provider && other.operation == case.operation;
        let mut others = self.plan.cases.iter().filter(of_same_operation);
        request.arguments = others.find(|other| !other.outcome.is_refusal()).unwrap().params.clone();
        let credentials = self.plan.source(case).unwrap().provider.credentials().into_iter();
        request.credentials = credentials.map(|own| (own.name.clone(), own.sample().into())).collect();
    }
}

pub(crate) fn is_upload(case: &Case) -> bool {
    case.upload.is_some()
}

pub(crate) fn is_upload_of_unchanged_file(case: &Case) -> bool {
    case.upload.as_ref().is_some_and(|upload| upload.media.change.is_none())
}

/// The operation that the flow `upload` calls first.
pub(crate) fn first_operation(provider: &str) -> String {
    let known = providers().unwrap();
    let upload =
        known.iter().find(|known| known.name == provider).and_then(|known| known.flows.upload.clone());
    upload.unwrap().operation
}
