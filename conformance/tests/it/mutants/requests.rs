//! Mutants that are wrong about requests: the operation, the credential, the parameters and the body.

use media_upload_conformance::document::{Credential, CredentialKind, Operation, Parameter};
use serde_json::Value;

use super::derive::Derived;
use super::place::Place;
use super::spec_client::SentRequest;
use super::value::{self, AltersText, AltersType, TEXTS};

type AltersBody = fn(Value) -> Vec<u8>;

impl Derived<'_> {
    pub(super) fn operation(&mut self, pointer: &str) {
        let operations = self.document.operations.iter();
        let found: Vec<Operation> =
            operations.filter(|own| own.location.pointer == pointer).cloned().collect();
        for operation in &found {
            let known = &operation.method;
            let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
            for method in methods.into_iter().filter(|method| method != known) {
                self.request(format!("sends {method}"), move |sent| sent.method = method.to_owned());
            }
            self.request("sends the method in lower case", |sent| sent.method = sent.method.to_lowercase());
            let ending = |with: &'static str| move |sent: &mut SentRequest| sent.path.push_str(with);
            self.request("ends the path with a slash", ending("/"));
            self.request("ends the path with an extension", ending(".json"));
            self.request("ends the path with an empty query", ending("%3F"));
            self.request("begins the path with two slashes", |sent| sent.path.insert(0, '/'));
            self.request("sends the path in capitals", |sent| sent.path = sent.path.to_uppercase());
            let segments = operation.path.split('/').skip(1).count();
            for index in 1..=segments {
                self.segment(index, "drops", |_| Vec::new());
                self.segment(index, "repeats", |segment| vec![segment.clone(), segment]);
                self.segment(index, "capitalises", |segment| {
                    let mut letters = segment.chars();
                    vec![letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()]
                });
                self.segment(index, "renames", |segment| vec![segment + "s"]);
            }
        }
    }

    fn segment(&mut self, index: usize, verb: &str, alter: fn(String) -> Vec<String>) {
        self.request(format!("{verb} segment {index} of the path"), move |sent| {
            let mut segments: Vec<String> = sent.path.split('/').map(str::to_owned).collect();
            let altered = alter(segments[index].clone());
            segments.splice(index..=index, altered);
            sent.path = segments.join("/");
        });
    }

    pub(super) fn credential(&mut self, pointer: &str) {
        let credentials = self.document.operations.iter().flat_map(|own| own.credentials());
        let is_bearer =
            |own: &&Credential| own.location.pointer == pointer && own.kind == CredentialKind::Bearer;
        if credentials.filter(is_bearer).count() == 0 {
            return;
        }
        let values: &[(&str, AltersText)] = &[
            ("sends the scheme Basic", |value| value.replace("Bearer", "Basic")),
            ("sends the scheme Token", |value| value.replace("Bearer", "Token")),
            ("sends the key without a scheme", |value| value.replace("Bearer ", "")),
            ("sends the scheme twice", |value| format!("Bearer {value}")),
            ("sends a colon after the scheme", |value| value.replace("Bearer", "Bearer:")),
            ("sends the key in quotes", |value| value.replace("Bearer ", "Bearer \"") + "\""),
            ("sends the key in capitals", |value| value.replace("sk-", "SK-")),
            ("sends the key without its end", |value| value[..value.len() - 1].to_owned()),
            ("sends the key without its beginning", |value| value.replace("Bearer s", "Bearer ")),
            ("sends no key after the scheme", |_| "Bearer".to_owned()),
        ];
        for (name, alter) in values {
            let alter = *alter;
            self.request(*name, move |sent| {
                let own = sent.headers.iter_mut().filter(|(name, _)| name == "authorization");
                own.for_each(|(_, value)| *value = alter(value));
            });
        }
        let rename = |to: &'static str| {
            move |sent: &mut SentRequest| {
                let own = sent.headers.iter_mut().filter(|(name, _)| name == "authorization");
                own.for_each(|(name, _)| *name = to.to_owned());
            }
        };
        self.request("sends the credential as X-Api-Key", rename("x-api-key"));
        self.request("sends the credential as Proxy-Authorization", rename("proxy-authorization"));
        self.request("sends no credential", |sent| sent.headers.retain(|(name, _)| name != "authorization"));
        self.request("sends the credential in the query too", |sent| {
            let own = sent.headers.iter().find(|(name, _)| name == "authorization");
            let key = own.map(|(_, value)| value.trim_start_matches("Bearer ").to_owned());
            sent.query.extend(key.map(|key| ("api_key".to_owned(), key)));
        });
        self.request("sends the header twice", |sent| repeat(sent, "authorization"));
        self.request("sends two credentials", |sent| {
            sent.headers.push(("authorization".to_owned(), "Bearer another".to_owned()));
        });
    }

    pub(super) fn parameter(&mut self, pointer: &str) {
        let parameters = self.document.operations.iter().flat_map(|own| &own.parameters);
        let names: Vec<String> = parameters
            .filter(|own: &&Parameter| own.location.pointer == pointer)
            .map(|own| own.name.clone())
            .collect();
        for name in names {
            let own = name.clone();
            self.request("leaves it out", move |sent| sent.query.retain(|(name, _)| *name != own));
            let own = name.clone();
            self.request("sends it twice", move |sent| {
                let found = sent.query.iter().find(|(name, _)| *name == own).cloned();
                sent.query.extend(found);
            });
            let own = name.clone();
            self.request("sends it in a header", move |sent| {
                let moved = sent.query.extract_if(.., |(name, _)| *name == own).collect::<Vec<_>>();
                sent.headers.extend(moved);
            });
            let own = name.clone();
            self.request("sends it in a form", move |sent| {
                let moved = sent.query.extract_if(.., |(name, _)| *name == own).collect::<Vec<_>>();
                let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(moved).finish();
                sent.body = form.into_bytes();
            });
            for other in value::other_names(&name) {
                let own = name.clone();
                self.request(format!("names it {other}"), move |sent| {
                    let found = sent.query.iter_mut().filter(|(name, _)| *name == own);
                    found.for_each(|(name, _)| name.clone_from(&other));
                });
            }
            self.texts(&Place::parameter(&name));
        }
    }

    /// Clients that change a string on its way into the request.
    pub(super) fn texts(&mut self, place: &Place) {
        for (name, alter) in TEXTS {
            let place = place.clone();
            self.request(format!("sends it {name}"), move |sent| {
                place.edit_request(sent, &|text| Value::String(alter(text)));
            });
        }
        let values: &[(&str, AltersType)] = &[
            ("as a list", |text| serde_json::json!([text])),
            ("as an object", |text| serde_json::json!({ "value": text })),
            ("as null", |_| Value::Null),
            ("as a number", |text| text.parse::<f64>().map_or(Value::from(0), Value::from)),
            ("as true", |_| true.into()),
        ];
        for (name, alter) in values {
            let (place, alter) = (place.clone(), *alter);
            self.request(format!("sends it {name}"), move |sent| place.edit_request(sent, &alter));
        }
    }

    /// Clients that are wrong about the body as a whole.
    pub(super) fn body(&mut self) {
        let types =
            ["text/plain", "text/json", "application/x-www-form-urlencoded", "multipart/form-data", ""];
        for other in types {
            self.request(format!("sends the body as '{other}'"), move |sent| {
                sent.headers.retain(|(name, _)| name != "content-type");
                if !other.is_empty() {
                    sent.headers.push(("content-type".to_owned(), other.to_owned()));
                }
            });
        }
        self.request("sends the media type twice", |sent| repeat(sent, "content-type"));
        let bodies: &[(&str, AltersBody)] = &[
            ("sends no body", |_| Vec::new()),
            ("sends the body in a list", |body| Value::Array(vec![body]).to_string().into_bytes()),
            ("sends the body in an object", |body| {
                serde_json::json!({ "data": body }).to_string().into_bytes()
            }),
            ("sends the body as a JSON string", |body| {
                Value::String(body.to_string()).to_string().into_bytes()
            }),
            ("sends half of the body", |body| {
                let text = body.to_string();
                text.as_bytes()[..text.len() / 2].to_vec()
            }),
            ("sends another field", |mut body| {
                body["title"] = "interview".into();
                body.to_string().into_bytes()
            }),
            ("sends the body with single quotes", |body| body.to_string().replace('"', "'").into_bytes()),
        ];
        for (name, alter) in bodies {
            let alter = *alter;
            self.request(*name, move |sent| {
                if let Ok(body) = serde_json::from_slice(&sent.body) {
                    sent.body = alter(body);
                }
            });
        }
    }
}

/// Sends a header twice.
fn repeat(sent: &mut SentRequest, name: &str) {
    let found = sent.headers.iter().find(|(known, _)| known == name).cloned();
    sent.headers.extend(found);
}
