use media_upload::cielo24::{ApiError, ApiToken, ErrorType, JobId};
use media_upload::{Error, ErrorKind, Provider};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::mock_server::{self, CIELO24, JOB, TOKEN, api_server, documented, header_names, job, requests};

async fn request(answer: ResponseTemplate) -> Result<String, Error> {
    let server = api_server(CIELO24, answer).await;
    let url = mock_server::cielo24(&server).request_upload_url(&job()).await?;
    Ok(url.expose().to_owned())
}

async fn request_error(answer: ResponseTemplate) -> Error {
    request(answer).await.unwrap_err()
}

#[tokio::test]
async fn the_request_is_the_documented_one() {
    let server = api_server(
        CIELO24,
        ResponseTemplate::new(200).set_body_json(json!({ "upload_url": "https://storage.test/a" })),
    )
    .await;
    mock_server::cielo24(&server).request_upload_url(&job()).await.unwrap();

    let requests = requests(&server).await;
    let [request] = &requests[..] else { panic!("one request, not {}", requests.len()) };
    assert_eq!(request.url.query(), Some(format!("v=1&api_token={TOKEN}&job_id={JOB}").as_str()));
    assert_eq!(header_names(request), ["accept", "host", "user-agent"]);
    assert!(request.body.is_empty());
}

#[tokio::test]
async fn a_200_returns_the_upload_url() {
    let url = "https://storage.test/a?Signature=1";
    assert_eq!(
        request(ResponseTemplate::new(200).set_body_json(json!({ "upload_url": url }))).await.unwrap(),
        url
    );
}

#[tokio::test]
async fn a_400_has_error_type_and_comment() {
    let body = json!({ "ErrorType": "ITEM_NOT_FOUND", "ErrorComment": "No such job" });
    let error = request_error(ResponseTemplate::new(400).set_body_json(&body)).await;

    assert_eq!((error.kind(), error.status(), error.is_retryable()), (ErrorKind::Api, Some(400), false));
    assert_eq!((error.provider(), error.operation()), (Some(Provider::Cielo24), Some("request_upload_url")));
    assert_eq!(error.message(), Some("ITEM_NOT_FOUND: No such job"));
    assert_eq!(error.documented::<ApiError>().unwrap().error_type, ErrorType::ItemNotFound);
    assert_eq!(documented::<ApiError>(&error), body);
    insta::assert_snapshot!(error, @r#"cielo24 request_upload_url: answered 400, "ITEM_NOT_FOUND: No such job": correct the request"#);
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "documented for 400: ITEM_NOT_FOUND");
}

#[tokio::test]
async fn an_unknown_error_type_is_kept() {
    let body = json!({ "ErrorType": "FULL_MOON", "ErrorComment": "" });
    let error = request_error(ResponseTemplate::new(400).set_body_json(&body)).await;
    assert_eq!(error.documented::<ApiError>().unwrap().error_type, ErrorType::Other("FULL_MOON".into()));
    assert_eq!(documented::<ApiError>(&error), body);
}

#[tokio::test]
async fn a_400_of_another_form_keeps_status_and_body() {
    let error = request_error(ResponseTemplate::new(400).set_body_string("<html>")).await;
    assert_eq!(
        (error.kind(), error.status(), error.message(), error.body()),
        (ErrorKind::Api, Some(400), None, Some(&b"<html>"[..]))
    );
    assert!(error.documented::<ApiError>().is_none());
}

#[tokio::test]
async fn an_undocumented_success_is_an_error_with_its_status() {
    for (answer, status) in [
        (ResponseTemplate::new(201).set_body_json(json!({ "upload_url": "https://storage.test/a" })), 201),
        (ResponseTemplate::new(204), 204),
        (ResponseTemplate::new(200), 200),
        (ResponseTemplate::new(200).set_body_json(json!({ "url": "https://storage.test/a" })), 200),
        (ResponseTemplate::new(200).set_body_json(json!({ "upload_url": "http://storage.test/a" })), 200),
    ] {
        let error = request_error(answer).await;
        assert_eq!(
            (error.kind(), error.status(), error.body()),
            (ErrorKind::Response, Some(status), None),
            "{error}"
        );
    }
}

#[test]
fn tokens_and_ids_are_hexadecimal_strings() {
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
        @"cielo24: the job id must be a hexadecimal string (digits 0-9 and letters a-f): copy it again"
    );
}

#[test]
fn an_error_type_has_the_name_that_the_server_sends() {
    for (name, error_type) in [
        ("ACCOUNT_DOES_NOT_EXIST", ErrorType::AccountDoesNotExist),
        ("BAD_API_TOKEN", ErrorType::BadApiToken),
        ("INVALID_URL", ErrorType::InvalidUrl),
        ("login_invalid", ErrorType::Other("login_invalid".to_owned())),
    ] {
        assert_eq!(ErrorType::from(name.to_owned()), error_type);
        assert_eq!(serde_json::from_value::<ErrorType>(json!(name)).unwrap(), error_type);
        assert_eq!((error_type.to_string().as_str(), json!(error_type)), (name, json!(name)));
    }
    assert!(serde_json::from_value::<ErrorType>(json!(7)).is_err());
}

#[test]
fn a_job_id_and_an_error_type_are_shown_as_the_server_writes_them() {
    assert_eq!(job().to_string(), JOB);
    assert_eq!((job().as_str(), JOB.parse::<JobId>().unwrap()), (JOB, job()));
    for text in ["BAD_API_TOKEN", "FULL_MOON"] {
        let error_type = ErrorType::from(text.to_owned());
        assert_eq!((error_type.to_string(), String::from(error_type)), (text.to_owned(), text.to_owned()));
    }
    assert_eq!(ErrorType::from("BAD_API_TOKEN".to_owned()), ErrorType::BadApiToken);
}
