//! Mutants that are wrong about uploads: the PUT, its URL, the media, and what the caller is told.

use serde_json::{Map, Value};

use media_upload_conformance::{Answer, ErrorReport};

use super::derive::Derived;
use super::spec_client::SentRequest;

impl Derived<'_> {
    pub(super) fn upload(&mut self) {
        let rule = self.fact.id.rsplit_once('(').unwrap().1.trim_end_matches(')').to_owned();
        match rule.as_str() {
            "upload/steps" => self.steps(),
            "upload/method" => {
                for method in ["POST", "PATCH", "GET", "put"] {
                    self.put(format!("sends the media with {method}"), move |put| {
                        put.method = method.to_owned()
                    });
                }
            }
            "upload/url" => self.urls(),
            "upload/authorization" => {
                for value in ["Bearer another", "Basic Og==", ""] {
                    self.put(format!("sends authorization: '{value}'"), move |put| {
                        put.headers.push(("authorization".to_owned(), value.to_owned()));
                    });
                }
            }
            other => panic!("{other} has no mutants"),
        }
    }

    fn steps(&mut self) {
        for (name, alter) in MEDIA {
            self.put(*name, move |put| put.body = alter(&put.body));
        }
        self.answer("reports each upload as a success", |answer| {
            *answer = Answer::Result(Value::Object(Map::new()))
        });
        self.answer("reports each upload as an error", |answer| {
            *answer = Answer::Error(ErrorReport { status: None, ..ErrorReport::default() });
        });
    }

    fn urls(&mut self) {
        for (name, alter) in URLS {
            self.put(*name, move |put| put.path = alter(&put.path));
        }
        for index in 0..24 {
            self.parameters(format!("drops parameter {index}"), move |all| {
                if index < all.len() {
                    all.remove(index);
                }
            });
            self.parameters(format!("repeats parameter {index}"), move |all| {
                if let Some(own) = all.get(index).cloned() {
                    all.insert(index, own);
                }
            });
            self.parameters(format!("swaps parameter {index} with the next"), move |all| {
                if index + 1 < all.len() {
                    all.swap(index, index + 1);
                }
            });
        }
        self.parameters("sorts the parameters", |all| all.sort());
        self.parameters("drops every parameter without a value", |all| all.retain(|own| !own.ends_with('=')));
        self.parameters("adds a parameter", |all| all.push("x-id=PutObject".to_owned()));
        self.parameters("drops every parameter", Vec::clear);
    }

    fn parameters(
        &mut self,
        name: impl Into<String>,
        alter: impl Fn(&mut Vec<String>) + Send + Sync + 'static,
    ) {
        self.put(name, move |put: &mut SentRequest| {
            if let Some((path, query)) = put.path.split_once('?') {
                let mut all: Vec<String> = query.split('&').map(str::to_owned).collect();
                alter(&mut all);
                put.path = format!("{path}?{}", all.join("&"));
            }
        });
    }
}

type AltersUrl = fn(&str) -> String;

/// Changes of the target of a PUT that RFC 3986, 6.2.2 does not allow.
const URLS: &[(&str, AltersUrl)] = &[
    ("writes blanks as plus signs", |url| url.replace("%20", "+")),
    ("writes plus signs as blanks", |url| url.replace('+', "%20")),
    ("escapes plus signs", |url| url.replace('+', "%2B")),
    ("decodes escaped plus signs", |url| url.replace("%2B", "+").replace("%2b", "+")),
    ("decodes escaped slashes", |url| url.replace("%2F", "/").replace("%2f", "/")),
    ("escapes percent signs", |url| url.replace('%', "%25")),
    ("escapes for HTML", |url| url.replace('&', "&amp;")),
    ("drops the equals sign of an empty value", |url| url.replace("=&", "&")),
    ("writes the path in lower case", |url| {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        format!("{}?{query}", path.to_lowercase())
    }),
    ("writes the URL in lower case", str::to_lowercase),
    ("cuts the last character", |url| url[..url.len() - 1].to_owned()),
    ("adds an ampersand", |url| format!("{url}&")),
    ("adds a slash to the path", |url| url.replacen('?', "/?", 1)),
];

type AltersMedia = fn(&[u8]) -> Vec<u8>;

/// Changes of the media.
const MEDIA: &[(&str, AltersMedia)] = &[
    ("sends zeros", |media| vec![0; media.len()]),
    ("sends nothing", |_| Vec::new()),
    ("sends one byte less", |media| media[..media.len().saturating_sub(1)].to_vec()),
    ("sends a byte more", |media| [media, b"\0"].concat()),
    ("sends a newline at the end", |media| [media, b"\n"].concat()),
    ("sends no first byte", |media| media.get(1..).unwrap_or_default().to_vec()),
    ("sends the media twice", |media| [media, media].concat()),
    ("sends the last byte first", |media| media.iter().rev().copied().collect()),
    ("sends text-mode line ends", |media| replaced(media, b"\n", b"\r\n")),
    ("sends Unix line ends", |media| replaced(media, b"\r\n", b"\n")),
    ("stops at a zero byte", |media| media.split(|byte| *byte == 0).next().unwrap_or_default().to_vec()),
    ("stops at an end-of-file character", |media| {
        media.split(|byte| *byte == 0x1a).next().unwrap_or_default().to_vec()
    }),
    ("sends the media as UTF-8", |media| String::from_utf8_lossy(media).into_owned().into_bytes()),
    ("sends the low seven bits", |media| media.iter().map(|byte| byte & 0x7f).collect()),
    ("sends hexadecimal digits", |media| {
        media.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()
    }),
    ("sends the media in a form", |media| {
        [b"--x\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\n", media, b"\r\n--x--\r\n"].concat()
    }),
    ("sends the first block twice", |media| {
        let mut media = media.to_vec();
        let length = media.len().min(400);
        media.copy_within(..length / 2, length / 2);
        media
    }),
    ("swaps two blocks", |media| {
        let mut media = media.to_vec();
        let length = media.len().min(400);
        media[..length].rotate_left(length / 2);
        media
    }),
    ("alters one bit", |media| {
        let mut media = media.to_vec();
        media.iter_mut().last().into_iter().for_each(|byte| *byte ^= 1);
        media
    }),
];

fn replaced(media: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = media;
    while let Some(first) = rest.first() {
        if let Some(after) = rest.strip_prefix(from) {
            out.extend(to);
            rest = after;
        } else {
            out.push(*first);
            rest = &rest[1..];
        }
    }
    out
}
