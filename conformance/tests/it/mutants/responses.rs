//! Mutants that are wrong about responses: the status, the fields and the examples.

use media_upload_conformance::document::Response;
use serde_json::Value;

use super::derive::Derived;
use super::place::Side;
use super::value::{self, FIELDS, LISTS, TEXT_FIELDS};

impl Derived<'_> {
    pub(super) fn response(&mut self, pointer: &str) {
        let responses = self.document.operations.iter().flat_map(|own| &own.responses);
        let found: Vec<Response> = responses.filter(|own| own.location.pointer == pointer).cloned().collect();
        for response in found {
            let Ok(status) = response.code.to_string().parse::<u16>() else { continue };
            let mapped = [Some(status + 1), Some(status - 1), Some(status / 100 * 100), Some(500), None];
            if response.code.is_success() {
                self.answer("reports the success as an error with the status", move |answer| {
                    value::as_error(answer, Some(status));
                });
                self.answer("reports the success as an error", |answer| value::as_error(answer, None));
                self.answer("reports the success without its result", |answer| {
                    value::replace_result(answer, Value::Null);
                });
                continue;
            }
            for other in mapped.into_iter().filter(|other| *other != Some(status)) {
                let shown = other.map_or_else(|| "no status".to_owned(), |other| other.to_string());
                self.answer(format!("reports it as {shown}"), move |answer| {
                    value::with_error(answer, status, |report| report.status = other);
                });
            }
            self.answer("reports it as a success", move |answer| value::as_success(answer, status));
            self.answer("reports it without its body", move |answer| {
                value::with_error(answer, status, |report| report.body = Value::Null);
            });
            self.answer("reports its body as text", move |answer| {
                value::with_error(answer, status, |report| report.body = report.body.to_string().into());
            });
            self.answer("reports it as a refusal", move |answer| value::as_refusal(answer, status));
        }
    }

    pub(super) fn property(&mut self, pointer: &str) {
        for place in self.places_at(pointer) {
            let name = place.name();
            match place.side {
                Side::Response(_) => {
                    let own = if place.is_list { LISTS } else { TEXT_FIELDS };
                    for (verb, alter) in FIELDS.iter().chain(own) {
                        let place = place.clone();
                        self.answer(format!("{verb} {name}"), move |answer| {
                            place.edit_answer(answer, &|parent, key| alter(parent, key));
                        });
                    }
                }
                _ => {
                    let own = place.clone();
                    self.request("leaves it out", move |sent| own.edit_body(sent, &|_, _| {}));
                    for other in value::other_names(&name) {
                        let own = place.clone();
                        self.request(format!("names it {other}"), move |sent| {
                            own.edit_body(sent, &|fields, value| drop(fields.insert(other.clone(), value)));
                        });
                    }
                    self.texts(&place);
                    self.body();
                }
            }
        }
    }

    /// Clients that lose a value of the response, or change its type.
    pub(super) fn lost(&mut self, pointer: &str) {
        for place in self.places_at(pointer) {
            for (verb, alter) in value::TYPES {
                let (whole, own) = (place.clone(), place.clone());
                if matches!(place.side, Side::Response(_)) {
                    self.answer(format!("{verb} {}", place.name()), move |answer| {
                        whole.edit_whole(answer, alter);
                    });
                } else {
                    self.request(format!("{verb} {}", own.name()), move |sent| {
                        own.edit_whole_body(sent, alter)
                    });
                }
            }
        }
    }

    pub(super) fn example(&mut self, pointer: &str) {
        if let Some(owner) = pointer.strip_suffix("/example") {
            let example = self.schema(owner)["example"].clone();
            for place in self.places_at(owner) {
                let example = example.clone();
                self.answer(format!("always reports the example of {}", place.name()), move |answer| {
                    place.edit_answer(answer, &|parent, key| {
                        if let Some(field) = parent.get_mut(key) {
                            field.clone_from(&example);
                        }
                    });
                });
            }
            return;
        }
        let operations = self.document.operations.clone();
        for parameter in operations.iter().flat_map(|own| &own.parameters) {
            for example in parameter.examples.iter().filter(|own| own.location.pointer == pointer) {
                self.constant(&parameter.name);
                let (name, value) = (parameter.name.clone(), example.value.clone());
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                self.request(format!("always sends the example of {name}"), move |sent| {
                    let found = sent.query.iter_mut().filter(|(known, _)| *known == name);
                    found.for_each(|(_, value)| value.clone_from(&text));
                });
            }
        }
        for content in operations.iter().flat_map(|own| &own.responses).flat_map(|own| &own.contents) {
            for example in content.examples.iter().filter(|own| own.location.pointer == pointer) {
                let body = example.value.clone();
                self.answer("always reports the example", move |answer| {
                    value::replace_result(answer, body.clone());
                });
            }
        }
    }
}
