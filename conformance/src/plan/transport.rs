//! What a line can do to an exchange: whatever happens, the caller hears of a failure.

use super::call::Call;
use super::case::{Basis, Case, Fault, Outcome, Serve};

/// One case a fault.
pub fn cases(call: &Call<'_>) -> Vec<Case> {
    let code = match call.success().0 {
        Serve::Response(response) => response.code,
        Serve::Fault(_) => 200,
    };
    let faults = [
        (Fault::Refused, "nothing listens at the base URL"),
        (Fault::ResetBeforeAnswer, "the connection is reset before the answer"),
        (Fault::ResetInAnswer(code), "the connection is reset in the middle of the answer"),
        (Fault::NoAnswer, "the request is read and never answered"),
        (Fault::StallInAnswer(code), "the answer begins and never ends"),
        (Fault::ShortBody(code), "the answer is shorter than its Content-Length"),
    ];
    faults.into_iter().map(|(fault, what)| case(call, fault, what)).collect()
}

fn case(call: &Call<'_>, fault: Fault, what: &str) -> Case {
    let location = call.operation.location.clone();
    let mut case = call.case(&format!("transport/{}", fault.word()), what.to_owned(), location);
    case.serve = vec![Serve::Fault(fault)];
    case.outcome = Outcome::Lost;
    case.basis = Basis::Practice;
    case
}
