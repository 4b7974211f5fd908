use std::time::Duration;

use media_upload::pyannote::api::{self, GetMediaUploadUrlError};
use media_upload::pyannote::{ApiKey, Client, MediaUrl};
use media_upload::{Error, ErrorKind, Provider, Retry};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::mock_server::{self, KEY, PYANNOTE, api_server, documented, header_names, media_url, requests};

async fn request(answer: ResponseTemplate) -> Result<String, Error> {
    let server = api_server(PYANNOTE, answer).await;
    let url = mock_server::pyannote(&server).media_upload_url(&media_url()).await?;
    Ok(url.expose().to_owned())
}

async fn request_error(answer: ResponseTemplate) -> Error {
    request(answer).await.unwrap_err()
}

/// The API document of the crate.
fn document() -> Value {
    serde_yaml::from_str(include_str!("../../openapi/pyannote.yaml")).unwrap()
}

#[tokio::test]
async fn the_request_is_the_documented_one() {
    let server = api_server(
        PYANNOTE,
        ResponseTemplate::new(201).set_body_json(json!({ "url": "https://storage.test/a" })),
    )
    .await;
    mock_server::pyannote(&server).media_upload_url(&media_url()).await.unwrap();

    let requests = requests(&server).await;
    let [request] = &requests[..] else { panic!("one request, not {}", requests.len()) };
    assert_eq!(request.url.query(), None);
    assert_eq!(request.headers["authorization"], format!("Bearer {KEY}"));
    assert_eq!(request.headers["content-type"], "application/json");
    assert_eq!(
        header_names(request),
        ["accept", "authorization", "content-length", "content-type", "host", "user-agent"]
    );
    assert_eq!(request.body_json::<Value>().unwrap(), json!({ "url": "media://interview.wav" }));
}

#[tokio::test]
async fn a_base_url_may_have_a_path() {
    let server = api_server(
        ("POST", "/stage/v1/media/input"),
        ResponseTemplate::new(201).set_body_json(json!({ "url": "https://storage.test/a" })),
    )
    .await;
    let client = Client::builder(ApiKey::new(KEY).unwrap())
        .base_url(format!("{}/stage/", server.uri()))
        .build()
        .unwrap();
    client.media_upload_url(&media_url()).await.unwrap();
}

#[tokio::test]
async fn a_201_returns_the_upload_url() {
    let url = "https://storage.test/a?X-Amz-Signature=1";
    assert_eq!(
        request(ResponseTemplate::new(201).set_body_json(json!({ "url": url, "new": 1 }))).await.unwrap(),
        url
    );
}

#[tokio::test]
async fn a_400_has_field_errors() {
    let body =
        json!({ "message": "Invalid request", "errors": [{ "field": "url", "message": "Invalid URL" }] });
    let error = request_error(ResponseTemplate::new(400).set_body_json(&body)).await;

    assert_eq!((error.kind(), error.status(), error.is_retryable()), (ErrorKind::Api, Some(400), false));
    assert_eq!((error.provider(), error.operation()), (Some(Provider::Pyannote), Some("getMediaUploadURL")));
    assert_eq!((error.message(), error.request_id()), (Some("Invalid request"), None));
    let [field] = error.field_errors() else { panic!("one field error") };
    assert_eq!((field.field.as_str(), field.message.as_str()), ("url", "Invalid URL"));
    insta::assert_snapshot!(error, @r#"pyannote getMediaUploadURL: answered 400, "Invalid request": correct the request"#);
}

#[tokio::test]
async fn a_documented_error_has_its_request_id_and_its_type() {
    let responses = &document()["paths"]["/v1/media/input"]["post"]["responses"];
    let body = json!({ "requestId": "37a4c3a0", "message": "Not today" });
    let has_id = |response: &Value| {
        response["content"]["application/json"]["schema"]["$ref"] == "#/components/schemas/ApiError"
    };
    let responses: Vec<_> =
        responses.as_object().unwrap().iter().filter(|(_, response)| has_id(response)).collect();
    assert!(!responses.is_empty());
    for (status, response) in responses {
        let status = status.parse().unwrap();
        let error = request_error(ResponseTemplate::new(status).set_body_json(&body)).await;
        assert_eq!((error.kind(), error.status()), (ErrorKind::Api, Some(status)));
        assert_eq!((error.message(), error.request_id()), (Some("Not today"), Some("37a4c3a0")));
        let typed: &GetMediaUploadUrlError = error.documented().unwrap();
        assert_eq!(typed.status(), status);
        assert_eq!(documented::<GetMediaUploadUrlError>(&error), body);
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(source, format!("documented for {status}: {}", response["description"].as_str().unwrap()));
    }
}

#[tokio::test]
async fn a_429_is_retryable_after_the_wait_of_the_server() {
    let body = json!({ "requestId": "37a4c3a0", "message": "Too many requests" });
    let error =
        request_error(ResponseTemplate::new(429).insert_header("retry-after", "17").set_body_json(&body))
            .await;

    assert_eq!((error.status(), error.is_retryable()), (Some(429), true));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(17)));
}

#[tokio::test]
async fn an_undocumented_error_keeps_status_message_and_body() {
    let error =
        request_error(ResponseTemplate::new(401).set_body_string(r#"{"message":"Unauthorized"}"#)).await;

    assert_eq!(
        (error.kind(), error.status(), error.message()),
        (ErrorKind::Api, Some(401), Some("Unauthorized"))
    );
    assert_eq!(error.body(), Some(&br#"{"message":"Unauthorized"}"#[..]));
    assert!(error.documented::<GetMediaUploadUrlError>().is_none());
}

#[tokio::test]
async fn a_field_of_a_wrong_type_does_not_hide_the_others() {
    let body = json!({ "message": ["url must match"], "requestId": "1", "errors": [7, { "field": "url", "message": "no" }] });
    let error = request_error(ResponseTemplate::new(400).set_body_json(body)).await;
    assert_eq!((error.message(), error.request_id(), error.field_errors().len()), (None, Some("1"), 1));
    assert!(error.documented::<GetMediaUploadUrlError>().is_none());
}

#[tokio::test]
async fn a_documented_status_with_an_html_body_keeps_its_status() {
    let error = request_error(ResponseTemplate::new(402).set_body_string("<html>Bad gateway</html>")).await;

    assert_eq!((error.kind(), error.status(), error.message()), (ErrorKind::Api, Some(402), None));
    assert_eq!(error.body(), Some(&b"<html>Bad gateway</html>"[..]));
    assert!(error.documented::<GetMediaUploadUrlError>().is_none());
}

#[tokio::test]
async fn an_error_body_is_cut_at_64_kib() {
    let error = request_error(ResponseTemplate::new(500).set_body_bytes(vec![b'x'; 10 << 20])).await;
    assert_eq!((error.status(), error.body().map(<[u8]>::len)), (Some(500), Some(64 << 10)));
}

#[tokio::test]
async fn a_secret_at_the_cut_of_a_body_is_redacted_completely() {
    let body = format!("{}{KEY} and more", "x".repeat((64 << 10) - KEY.len() / 2));
    let error = request_error(ResponseTemplate::new(500).set_body_string(body)).await;
    let end = &error.body().unwrap()[(64 << 10) - KEY.len() / 2..];
    assert!("[secret]".as_bytes().starts_with(end), "{}", String::from_utf8_lossy(end));
}

#[tokio::test]
async fn an_undocumented_success_is_an_error_with_status_and_without_body() {
    let url = json!({ "url": "https://storage.test/a" });
    for (answer, status) in [
        (ResponseTemplate::new(200).set_body_json(&url), 200),
        (ResponseTemplate::new(204), 204),
        (ResponseTemplate::new(201), 201),
        (ResponseTemplate::new(201).set_body_string("<html>"), 201),
        (ResponseTemplate::new(201).set_body_json(json!({ "link": "https://storage.test/a" })), 201),
        (ResponseTemplate::new(201).set_body_json(json!({ "url": 7 })), 201),
        (ResponseTemplate::new(201).set_body_json(json!({ "url": "http://storage.test/a" })), 201),
        (ResponseTemplate::new(201).set_body_json(json!({ "url": "x".repeat(2 << 20) })), 201),
    ] {
        let error = request_error(answer).await;
        assert_eq!(
            (error.kind(), error.status(), error.body()),
            (ErrorKind::Response, Some(status), None),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let error =
        request_error(ResponseTemplate::new(307).insert_header("location", "https://elsewhere.test/")).await;
    assert_eq!((error.kind(), error.status()), (ErrorKind::Api, Some(307)));
}

#[tokio::test]
async fn a_refused_connection_is_a_connection_error() {
    let (_socket, url) = mock_server::refusing_origin();
    let client =
        Client::builder(ApiKey::new(KEY).unwrap()).base_url(url).retry(Retry::never()).build().unwrap();
    let error = client.media_upload_url(&media_url()).await.unwrap_err();
    assert_eq!((error.kind(), error.status(), error.is_retryable()), (ErrorKind::Connection, None, true));
}

#[tokio::test]
async fn the_generated_client_redacts_errors_and_sends_no_version_header() {
    let body = json!({ "requestId": "1", "message": format!("bad key {KEY}") });
    let server = api_server(PYANNOTE, ResponseTemplate::new(402).set_body_json(body)).await;
    let request = api::types::GetMediaUploadUrl::new(media_url());
    let Err(api::Error::UnexpectedResponse(answer)) =
        mock_server::pyannote(&server).api().get_media_upload_url(&request).await
    else {
        panic!("the call must return an error response")
    };
    assert_eq!(answer.status(), 402);
    assert!(!answer.text().await.unwrap().contains(KEY));
    assert!(!requests(&server).await[0].headers.contains_key("api-version"));
}

#[tokio::test]
async fn the_generated_client_returns_a_long_success_completely() {
    let url = "u".repeat(3 << 20);
    let server = api_server(PYANNOTE, ResponseTemplate::new(201).set_body_json(json!({ "url": url }))).await;
    let request = api::types::GetMediaUploadUrl::new(media_url());
    let answer = mock_server::pyannote(&server).api().get_media_upload_url(&request).await.unwrap();
    assert_eq!(answer.url.len(), url.len());
    let error = mock_server::pyannote(&server).media_upload_url(&media_url()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Response, Some(201)),
        "the method of this crate has a cap"
    );
}

#[test]
fn a_media_url_is_checked_as_the_document_says() {
    let max_length =
        &document()["components"]["schemas"]["GetMediaUploadUrl"]["properties"]["url"]["maxLength"];
    let max_length = usize::try_from(max_length.as_u64().unwrap()).unwrap();
    let longest = format!("media://{}", "a".repeat(max_length - "media://".len()));
    for good in ["media://a", "media://a/b_c-d.wav", "media:///", &longest] {
        assert_eq!(MediaUrl::new(good).unwrap().as_str(), good);
    }
    let too_long = format!("{longest}a");
    for bad in [
        "",
        "media://",
        "a.wav",
        "MEDIA://a",
        "media://a b",
        "media://é",
        "media://a\n",
        "xmedia://a",
        "media://a?b",
        &too_long,
    ] {
        let error = MediaUrl::new(bad).unwrap_err();
        assert_eq!(
            (error.kind(), error.provider()),
            (ErrorKind::InvalidArgument, Some(Provider::Pyannote)),
            "{bad}"
        );
    }
    let message = MediaUrl::new(too_long).unwrap_err().to_string();
    let expected = format!(
        "pyannote: the API document does not allow this media URL (longer than {max_length} characters): give one like media://interview.wav"
    );
    assert_eq!(message, expected);
    assert_eq!("media://a".parse::<MediaUrl>().unwrap().to_string(), "media://a");
}

#[test]
fn an_api_key_has_only_characters_that_a_header_can_carry() {
    assert!(ApiKey::new("sk_1-2.3").is_ok());
    for bad in ["", " ", "key\n", "a b", "kéy", "a\0"] {
        assert_eq!(ApiKey::new(bad).unwrap_err().kind(), ErrorKind::InvalidArgument, "{bad:?}");
    }
}

#[test]
fn a_bad_base_url_is_an_error_of_build() {
    let error =
        Client::builder(ApiKey::new(KEY).unwrap()).base_url("http://api.pyannote.ai").build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    insta::assert_snapshot!(error, @"the base URL must be https, or http on a loopback address: give one like https://api.example.com");
}
