use media_upload::cielo24::{ApiError, ApiToken, ErrorType, JobId};
use media_upload::{Error, ErrorKind, Provider};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::server::{self, CIELO24, JOB, TOKEN, answering, documented, header_names, job, requests};

async fn ask(answer: ResponseTemplate) -> Result<String, Error> {
    let server = answering(CIELO24, answer).await;
    let url = server::cielo24(&server).request_upload_url(&job()).await?;
    Ok(url.expose().to_owned())
}

async fn refusal(answer: ResponseTemplate) -> Error {
    ask(answer).await.unwrap_err()
}

#[tokio::test]
async fn the_documented_request_goes_out_and_nothing_else() {
    let server = answering(
        CIELO24,
        ResponseTemplate::new(200).set_body_json(json!({ "upload_url": "https://storage.test/a" })),
    )
    .await;
    server::cielo24(&server).request_upload_url(&job()).await.unwrap();

    let requests = requests(&server).await;
    let [request] = &requests[..] else { panic!("one request, not {}", requests.len()) };
    assert_eq!(request.url.query(), Some(format!("v=1&api_token={TOKEN}&job_id={JOB}").as_str()));
    assert_eq!(header_names(request), ["accept", "host", "user-agent"]);
    assert!(request.body.is_empty());
}

#[tokio::test]
async fn a_200_gives_the_upload_url() {
    let url = "https://storage.test/a?Signature=1";
    assert_eq!(
        ask(ResponseTemplate::new(200).set_body_json(json!({ "upload_url": url }))).await.unwrap(),
        url
    );
}

#[tokio::test]
async fn a_400_gives_error_type_and_comment() {
    let body = json!({ "ErrorType": "ITEM_NOT_FOUND", "ErrorComment": "No such job" });
    let error = refusal(ResponseTemplate::new(400).set_body_json(&body)).await;

    assert_eq!((error.kind(), error.status(), error.is_retryable()), (ErrorKind::Api, Some(400), false));
    assert_eq!((error.provider(), error.operation()), (Some(Provider::Cielo24), Some("request_upload_url")));
    assert_eq!(error.message(), Some("ITEM_NOT_FOUND: No such job"));
    assert_eq!(error.documented::<ApiError>().unwrap().error_type, ErrorType::ItemNotFound);
    assert_eq!(documented::<ApiError>(&error), body);
    insta::assert_snapshot!(error, @r#"cielo24 request_upload_url: answered 400, "ITEM_NOT_FOUND: No such job": correct the request"#);
}

#[tokio::test]
async fn an_error_type_nobody_knows_is_kept_as_it_is_spelt() {
    let body = json!({ "ErrorType": "FULL_MOON", "ErrorComment": "" });
    let error = refusal(ResponseTemplate::new(400).set_body_json(&body)).await;
    assert_eq!(error.documented::<ApiError>().unwrap().error_type, ErrorType::Other("FULL_MOON".into()));
    assert_eq!(documented::<ApiError>(&error), body);
}

#[tokio::test]
async fn a_400_of_another_form_keeps_status_and_body() {
    let error = refusal(ResponseTemplate::new(400).set_body_string("<html>")).await;
    assert_eq!(
        (error.kind(), error.status(), error.message(), error.body()),
        (ErrorKind::Api, Some(400), None, Some(&b"<html>"[..]))
    );
    assert!(error.documented::<ApiError>().is_none());
}

#[tokio::test]
async fn a_success_that_is_not_the_documented_one_keeps_its_status() {
    for (answer, status) in [
        (ResponseTemplate::new(201).set_body_json(json!({ "upload_url": "https://storage.test/a" })), 201),
        (ResponseTemplate::new(204), 204),
        (ResponseTemplate::new(200), 200),
        (ResponseTemplate::new(200).set_body_json(json!({ "url": "https://storage.test/a" })), 200),
        (ResponseTemplate::new(200).set_body_json(json!({ "upload_url": "http://storage.test/a" })), 200),
    ] {
        let error = refusal(answer).await;
        assert_eq!(
            (error.kind(), error.status(), error.body()),
            (ErrorKind::Response, Some(status), None),
            "{error}"
        );
    }
}

#[test]
fn tokens_and_ids_are_hex_strings() {
    for good in [JOB, "0", "ABCDEF"] {
        assert_eq!(JobId::new(good).unwrap().as_str(), good);
        assert!(ApiToken::new(good).is_ok());
    }
    for bad in ["", "xyz", "12 34", "12\n", "0x12", "１２", "a&v=2"] {
        assert_eq!(JobId::new(bad).unwrap_err().kind(), ErrorKind::InvalidArgument, "{bad:?}");
        assert_eq!(ApiToken::new(bad).unwrap_err().kind(), ErrorKind::InvalidArgument, "{bad:?}");
    }
    insta::assert_snapshot!(
        JobId::new("job-17").unwrap_err(),
        @"cielo24: a job id is a hex string, one or more of the digits 0-9 and a-f, and nothing else: copy it again"
    );
}
