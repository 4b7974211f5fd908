//! Upload URLs whose own parameters say that their time is over.

use std::time::{Duration, SystemTime};

use serde_json::json;
use wiremock::ResponseTemplate;

use crate::faulty_storage::{Behaviour, answer_with};
use crate::mock_server::{PYANNOTE, SIGNATURE, serve, serve_once};
use crate::upload_fixture::Fixture;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Garage's words for an expired URL, which no other storage uses.
const TOO_OLD: &str =
    "<Error><Code>InvalidRequest</Code><Message>Bad request: Date is too old</Message></Error>";

fn formatted(time: SystemTime, format: &str) -> String {
    jiff::Timestamp::try_from(time).unwrap().strftime(format).to_string()
}

/// The parameters of a URL that was signed at `begin` and is valid for a minute, in the form of AWS.
fn amazon(begin: SystemTime) -> String {
    format!("X-Amz-Date={}&X-Amz-Expires=60&X-Amz-Signature={SIGNATURE}", formatted(begin, "%Y%m%dT%H%M%SZ"))
}

fn google(begin: SystemTime) -> String {
    amazon(begin).replace("X-Amz", "X-Goog")
}

fn unix_time(begin: SystemTime) -> String {
    format!("Signature={SIGNATURE}&Expires={}", formatted(begin + MINUTE, "%s"))
}

fn azure(begin: SystemTime) -> String {
    format!("sig={SIGNATURE}&se={}", formatted(begin + MINUTE, "%Y-%m-%dT%H:%M:%SZ"))
}

type Query = fn(SystemTime) -> String;
const VENDORS: [Query; 4] = [amazon, google, unix_time, azure];

/// A `Date` header.
fn date(time: SystemTime) -> String {
    format!("date: {}\r\n", httpdate::fmt_http_date(time))
}

/// Storage with one behaviour for each PUT, and an API whose first URL has `first` as its query. Later URLs have no validity.
async fn fixture(first: &str, behaviours: impl IntoIterator<Item = Behaviour>) -> Fixture {
    let fixture = Fixture::new(behaviours).await;
    fixture.api.reset().await;
    let created = |query: &str| {
        let url = format!("{}/object?{query}", fixture.storage.origin);
        ResponseTemplate::new(201).set_body_json(json!({ "url": url }))
    };
    serve_once(&fixture.api, PYANNOTE, created(first)).await;
    serve(&fixture.api, PYANNOTE, created("renewed=1")).await;
    fixture
}

/// The upload succeeds with its second PUT. Returns whether that PUT went to a new URL.
async fn is_renewed(fixture: &Fixture) -> bool {
    fixture.assert_stored(fixture.upload(b"media".to_vec()).await, b"media", 2);
    let heads: Vec<_> = fixture.storage.received().into_iter().map(|request| request.head).collect();
    let is_renewed = heads[1].contains("renewed=1");
    assert!(!heads[0].contains("renewed=1"), "{heads:?}");
    assert_eq!(fixture.url_requests().await, if is_renewed { 2 } else { 1 });
    is_renewed
}

#[tokio::test]
async fn a_url_that_ran_out_is_replaced_whatever_the_words_of_storage() {
    let now = SystemTime::now();
    for vendor in VENDORS {
        let refusal = Behaviour::Answer(answer_with(400, &date(now), TOO_OLD));
        let fixture = fixture(&vendor(now - MINUTE * 2), [refusal]).await;
        assert!(is_renewed(&fixture).await && fixture.clock.pauses().is_empty());
    }
}

#[tokio::test]
async fn a_refusal_of_a_valid_url_is_an_error() {
    let now = SystemTime::now();
    for vendor in VENDORS {
        for headers in [date(now), String::new()] {
            let fixture =
                fixture(&vendor(now), [Behaviour::Answer(answer_with(400, &headers, TOO_OLD))]).await;
            let error = fixture.upload(b"media".to_vec()).await.unwrap_err();
            assert_eq!((error.status(), fixture.url_requests().await), (Some(400), 1));
        }
    }
}

#[tokio::test]
async fn a_url_that_runs_out_during_a_pause_is_replaced_before_the_next_attempt() {
    for vendor in VENDORS {
        for (pause, expected) in [(17, false), (60, true)] {
            let now = SystemTime::now();
            for headers in [date(now), String::new()] {
                let headers = format!("retry-after: {pause}\r\n{headers}");
                let unavailable = Behaviour::Answer(answer_with(503, &headers, ""));
                let fixture = fixture(&vendor(now), [unavailable]).await;
                assert_eq!(is_renewed(&fixture).await, expected, "{pause} {headers}");
            }
        }
    }
}

#[tokio::test]
async fn the_time_at_the_storage_counts_and_not_that_of_this_machine() {
    let now = SystemTime::now();
    for (at_storage, expected) in [(now - DAY, false), (now - DAY + MINUTE * 2, true), (now + DAY, false)] {
        // The API and storage agree, and this machine's clock is wrong by a day.
        let signed = if at_storage > now { now + DAY } else { now - DAY };
        let unavailable = Behaviour::Answer(answer_with(503, &date(at_storage), ""));
        let fixture = fixture(&amazon(signed), [unavailable]).await;
        assert_eq!(is_renewed(&fixture).await, expected);
    }
}

#[tokio::test]
async fn a_url_that_seems_over_when_it_arrives_is_not_replaced_without_a_date_of_storage() {
    let unavailable = Behaviour::Answer(answer_with(503, "", ""));
    let fixture = fixture(&amazon(SystemTime::now() - DAY), [unavailable]).await;
    assert!(!is_renewed(&fixture).await);
}
