//! A document whose alternatives overlap: the generated client loses no field, and sends only what was set.

use progenitor_client::ClientHooks;
use proptest::prelude::*;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use self::pyannote::api::{self, types};
use crate::generation::{assert_reviewed, generate};
use crate::ten_operations::error;

mod pyannote {
    pub(crate) use crate::ten_operations::lossless;

    pub(crate) mod api {
        pub(crate) use generated::*;

        #[allow(missing_docs, missing_debug_implementations, unreachable_pub, unused)]
        #[allow(clippy::all, clippy::too_many_lines, clippy::unwrap_used, rustdoc::all)]
        mod generated {
            include!("../snapshots/jobs.generated");
        }

        #[derive(Clone, Debug)]
        pub(crate) struct Policy;
    }
}

impl ClientHooks<api::Policy> for api::Client {}

const DOCUMENT: &str = include_str!("../fixtures/jobs.yaml");
const DOCUMENT_3_1: &str = include_str!("../fixtures/jobs-3.1.yaml");

#[test]
fn the_client_that_is_called_here_is_the_one_generated() {
    assert_reviewed(DOCUMENT, "jobs.generated", "crate::jobs::");
}

#[test]
fn a_document_of_openapi_3_1_generates_the_same_client() {
    let [old, new] = [DOCUMENT, DOCUMENT_3_1].map(|document| generate(document).unwrap());
    let difference = old.lines().zip(new.lines()).find(|(old, new)| old != new);
    assert_eq!((difference, old.len()), (None, new.len()));
}

fn job(output: &Value) -> Value {
    json!({ "jobId": "0123abcd", "status": "succeeded", "output": output })
}

fn decoded(value: &Value) -> types::Job {
    let job: types::Job = serde_json::from_value(value.clone()).unwrap();
    assert_eq!((job.raw(), &serde_json::to_value(&job).unwrap()), (value, value));
    job
}

#[test]
fn each_kind_of_result_decodes_with_all_its_fields() {
    let segment = json!({ "speaker": "A", "start": 0.5, "end": 2.0 });
    let identified = json!({ "speaker": "A", "start": 0.5, "end": 2.0, "match": null });

    let diarized = job(&json!({ "diarization": [segment], "error": "quiet" }));
    let types::JobAlternative::DiarizeJob(result) = decoded(&diarized).into_alternative() else { panic!() };
    assert_eq!(serde_json::to_value(&result).unwrap(), diarized);

    let identification =
        job(&json!({ "diarization": [segment], "identification": [identified], "voiceprints": [] }));
    let types::JobAlternative::IdentifyJob(result) = decoded(&identification).into_alternative() else {
        panic!()
    };
    assert_eq!(serde_json::to_value(&result).unwrap(), identification);

    let events = json!([{ "kind": "started", "at": "now" }, { "kind": "finished", "seconds": 1.5 }]);
    let voiceprint = job(&json!({ "voiceprint": "AAAA", "events": events }));
    let types::JobAlternative::VoiceprintJob(result) = decoded(&voiceprint).into_alternative() else {
        panic!()
    };
    assert_eq!(serde_json::to_value(&result).unwrap(), voiceprint);
}

#[test]
fn a_value_of_all_alternatives_is_decoded_as_the_first() {
    let pending = json!({ "jobId": "0123abcd", "status": "created" });
    assert!(matches!(decoded(&pending).alternative(), types::JobAlternative::DiarizeJob(_)));
}

#[test]
fn what_the_document_does_not_list_is_kept() {
    let translation =
        json!({ "jobId": "0123abcd", "status": "paused", "output": { "translation": "hello" } });
    let job = decoded(&translation);
    assert_eq!(job.raw()["output"]["translation"], "hello");
    let types::JobAlternative::DiarizeJob(first) = job.alternative() else { panic!("{job:?}") };
    assert_eq!(first.status, types::JobStatus::Unknown("paused".to_owned()));

    let other = json!({ "id": 7 });
    assert_eq!(decoded(&other).alternative(), &types::JobAlternative::Unknown(other.clone()));

    let paused = json!({ "kind": "paused", "why": "quota" });
    let event: types::Event = serde_json::from_value(paused.clone()).unwrap();
    assert_eq!(
        (&event, serde_json::to_value(&event).unwrap()),
        (&types::Event::Unknown(paused.clone()), paused)
    );
}

#[test]
fn a_value_made_from_an_alternative_equals_a_decoded_one() {
    let value = job(&json!({ "voiceprint": "AAAA" }));
    let alternative: types::VoiceprintJob = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(types::Job::from(alternative), decoded(&value));
    "not an id".parse::<types::JobId>().unwrap_err();
}

async fn sent(body: &types::DiarizeRequest) -> Value {
    let server = MockServer::start().await;
    let answer =
        ResponseTemplate::new(200).set_body_json(json!({ "jobId": "0123abcd", "status": "created" }));
    Mock::given(method("POST")).and(path("/v1/diarize")).respond_with(answer).mount(&server).await;
    let client = api::Client::new_with_client(&server.uri(), reqwest::Client::new(), api::Policy);
    assert_eq!(client.diarize(body).await.unwrap().status, types::JobStatus::Created);
    server.received_requests().await.unwrap()[0].body_json().unwrap()
}

#[tokio::test]
async fn requests_have_what_was_set_and_nothing_else() {
    let request = || types::DiarizeRequest::new("media://a");
    let three = std::num::NonZeroU64::new(3);
    for (body, expected) in [
        (request(), json!({})),
        (request().confidence(false), json!({ "confidence": false })),
        (request().num_speakers(three), json!({ "numSpeakers": 3 })),
        (request().num_speakers(None), json!({ "numSpeakers": null })),
        (request().turn_milliseconds(20), json!({ "turnMilliseconds": 20 })),
        (request().model("precise").tags([]), json!({ "model": "precise", "tags": [] })),
    ] {
        let mut expected = expected;
        expected["url"] = "media://a".into();
        assert_eq!(sent(&body).await, expected);
    }
}

fn round_trip<T: serde::de::DeserializeOwned + serde::Serialize>(value: &Value) -> Value {
    serde_json::to_value(serde_json::from_value::<T>(value.clone()).unwrap()).unwrap()
}

type RoundTrip = fn(&Value) -> Value;

/// Every named schema of the document, with its type.
const SCHEMAS: [(&str, RoundTrip); 12] = [
    ("ApiError", round_trip::<types::ApiError>),
    ("DiarizeJob", round_trip::<types::DiarizeJob>),
    ("DiarizeRequest", round_trip::<types::DiarizeRequest>),
    ("Event", round_trip::<types::Event>),
    ("IdentifyJob", round_trip::<types::IdentifyJob>),
    ("Job", round_trip::<types::Job>),
    ("JobCreated", round_trip::<types::JobCreated>),
    ("JobId", round_trip::<types::JobId>),
    ("JobStatus", round_trip::<types::JobStatus>),
    ("JobType", round_trip::<types::JobType>),
    ("Segment", round_trip::<types::Segment>),
    ("VoiceprintJob", round_trip::<types::VoiceprintJob>),
];

fn document() -> Value {
    serde_yaml::from_str(DOCUMENT).unwrap()
}

#[test]
fn every_schema_has_a_round_trip() {
    let document = document();
    let mut names: Vec<_> = document["components"]["schemas"].as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, SCHEMAS.map(|(name, _)| name));
}

proptest! {
    #[test]
    fn a_round_trip_keeps_every_field(
        (index, value) in (0..SCHEMAS.len()).prop_flat_map(|index| {
            let document = document();
            let schema = document["components"]["schemas"][SCHEMAS[index].0].clone();
            (Just(index), values(&document, &schema))
        }),
    ) {
        prop_assert_eq!(SCHEMAS[index].1(&value), value);
    }
}

/// The values of a schema. They have no fields but those of the schema.
fn values(document: &Value, schema: &Value) -> BoxedStrategy<Value> {
    if let Some(reference) = schema["$ref"].as_str() {
        return values(document, document.pointer(&reference[1..]).unwrap());
    }
    let values = if let Some(listed) = schema["enum"].as_array() {
        prop::sample::select(listed.clone()).boxed()
    } else if let Some(alternatives) = schema["oneOf"].as_array() {
        let all: Vec<_> = alternatives.iter().map(|part| values(document, part)).collect();
        prop::strategy::Union::new(all).boxed()
    } else if let Some(parts) = schema["allOf"].as_array() {
        let parts: Vec<_> = parts.iter().map(|part| values(document, part)).collect();
        parts.prop_map(merged).boxed()
    } else {
        values_of_type(document, schema)
    };
    if schema["nullable"] == true { prop_oneof![Just(Value::Null), values].boxed() } else { values }
}

fn merged(parts: Vec<Value>) -> Value {
    parts.into_iter().filter_map(|part| part.as_object().cloned()).flatten().collect()
}

fn values_of_type(document: &Value, schema: &Value) -> BoxedStrategy<Value> {
    match schema["type"].as_str().unwrap() {
        "object" => objects(document, schema),
        "array" => {
            prop::collection::vec(values(document, &schema["items"]), 0..3).prop_map(Value::from).boxed()
        }
        "string" => {
            let pattern = schema["pattern"].as_str().unwrap_or("[a-z]{0,4}");
            prop::string::string_regex(pattern.trim_matches(['^', '$']))
                .unwrap()
                .prop_map(Value::from)
                .boxed()
        }
        "boolean" => any::<bool>().prop_map(Value::from).boxed(),
        "integer" => (1..20_i64).prop_map(Value::from).boxed(),
        "number" if schema["multipleOf"].is_number() => (0..9_i64).prop_map(|tens| json!(tens * 10)).boxed(),
        "number" => (0..20_u8).prop_map(|number| json!(f64::from(number) + 0.5)).boxed(),
        other => panic!("{other}"),
    }
}

fn objects(document: &Value, schema: &Value) -> BoxedStrategy<Value> {
    if let Some(of) = schema.get("additionalProperties") {
        return prop::collection::btree_map("[a-z]", values(document, of), 0..3)
            .prop_map(|map| json!(map))
            .boxed();
    }
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let properties = schema["properties"].as_object().unwrap().iter().map(|(name, part)| {
        let (name, is_required) = (name.clone(), required.contains(&json!(name)));
        (values(document, part), any::<bool>())
            .prop_map(move |(value, is_given)| (is_given || is_required).then(|| (name.clone(), value)))
    });
    let properties: Vec<_> = properties.collect();
    properties.prop_map(|properties| properties.into_iter().flatten().collect()).boxed()
}
