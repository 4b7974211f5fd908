//! Documents that mean harm, or have come to harm: a line that says where, and never a panic.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use media_upload_conformance::document::Document;
use proptest::prelude::*;

/// What a document that cannot be read says about itself.
fn refusal(name: &str, bytes: &[u8]) -> String {
    Document::read(name, bytes).map(|_| ()).expect_err("the document is refused").to_string()
}

/// Reads, and does with what was read what the planner does.
fn use_fully(name: &str, bytes: &[u8]) {
    let Ok(document) = Document::read(name, bytes) else {
        return;
    };
    for operation in &document.operations {
        for content in operation.responses.iter().flat_map(|response| &response.contents) {
            let Some(schema) = &content.schema else {
                continue;
            };
            let Ok(validator) = document.validator(schema) else {
                continue;
            };
            for example in &content.examples {
                let _ = validator.is_valid(&example.value);
            }
        }
    }
    let last = document.text.lines().count().max(1);
    assert!(document.lines.values().all(|line| (1..=last).contains(line)));
    assert!(document.notes.iter().all(|note| (1..=last).contains(&note.location.line)));
}

fn real(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn openapi_with(rest: &str) -> Vec<u8> {
    format!("openapi: 3.0.0\ninfo: {{}}\npaths: {{}}\n{rest}").into_bytes()
}

mod size {
    use super::*;

    #[test]
    fn fifty_megabytes_are_refused_before_they_are_looked_at() {
        let bytes = vec![b'a'; 50 * 1024 * 1024];
        assert_eq!(
            refusal("big.yaml", &bytes),
            "big.yaml:1: it has more than the 32 MiB that are read; is this an API description?"
        );
    }

    #[test]
    fn a_yaml_bomb_is_refused_where_it_goes_off() {
        let mut bomb = "x-a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
        for level in 1..12 {
            let below = format!("*a{}, ", level - 1).repeat(9);
            bomb.push_str(&format!("x-a{level}: &a{level} [{below}]\n"));
        }
        let start = Instant::now();
        assert_eq!(
            refusal("bomb.yaml", &openapi_with(&bomb)),
            "bomb.yaml:8: aliases (`*name`) stand for more than 50000 values, the most that is read; write them out"
        );
        assert!(start.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn a_bomb_of_merge_keys_is_refused() {
        let mut bomb = "x-a0: &a0 {a: 1, b: 2, c: 3}\n".to_owned();
        for level in 1..30 {
            let below = level - 1;
            bomb.push_str(&format!("x-a{level}: &a{level}\n  <<: [*a{below}, *a{below}, *a{below}]\n"));
        }
        assert!(refusal("bomb.yaml", &openapi_with(&bomb)).contains("stand for more than 50000 values"));
    }

    #[test]
    fn references_that_stand_for_an_endless_document_are_refused() {
        let parameters: String =
            (0..10_000).map(|_| "- $ref: '#/components/parameters/Big'\n".to_owned()).collect();
        let text = format!(
            "openapi: 3.0.0\ncomponents:\n  parameters:\n    Big:\n      name: big\n      in: query\n      description: {}\n      schema: {{}}\npaths:\n  /a:\n    parameters:\n{}",
            "x".repeat(100_000),
            parameters.lines().map(|line| format!("    {line}\n")).collect::<String>(),
        );
        assert!(refusal("refs.yaml", text.as_bytes()).ends_with(
            "what is stated once and used often comes to more than 256 MiB, the most that is read"
        ));
    }

    #[test]
    fn a_server_url_does_not_grow_by_variables_that_name_each_other() {
        let variables: String = (0..40)
            .map(|index| format!("    v{index}: {{default: '{{v{0}}}{{v{0}}}'}}\n", index + 1))
            .collect();
        let text = openapi_with(&format!("servers:\n- url: https://{{v0}}\n  variables:\n{variables}"));
        let document = Document::read("variables.yaml", &text).unwrap();
        assert_eq!(document.servers[0].url, "https://{v1}{v1}");
        assert!(
            document.notes.iter().any(|note| note.location.line == 5 && note.text.contains("no default"))
        );
    }

    #[test]
    fn deep_nesting_is_refused_at_the_line_that_goes_too_deep() {
        let block: String = (0..200).map(|level| format!("{}x-a:\n", " ".repeat(level))).collect();
        assert_eq!(
            refusal("deep.yaml", &openapi_with(&block)),
            "deep.yaml:104: nested deeper than 100 levels, the most that is read"
        );
        let flow = format!("x-a: {}", "[".repeat(100_000));
        assert!(refusal("deep.yaml", &openapi_with(&flow)).starts_with("deep.yaml:4: "));
        let json = "{\"a\":".repeat(100_000);
        assert!(refusal("deep.json", json.as_bytes()).starts_with("deep.json:1: nested deeper than"));
        let aliases: String =
            (1..150).map(|level| format!("x-a{level}: &a{level} [*a{}]\n", level - 1)).collect();
        let aliases = openapi_with(&format!("x-a0: &a0 [a]\n{aliases}"));
        assert!(refusal("deep.yaml", &aliases).contains("nested deeper than 100 levels"));
    }

    #[test]
    fn a_page_of_more_blocks_than_any_page_has_is_refused() {
        let page = format!(".. http:get:: /a\n\n{}", "**HTTP Method**\n".repeat(10_000));
        assert_eq!(
            refusal("long.rst", page.as_bytes()),
            "long.rst:10002: more than 10000 paragraphs, headings and tables, the most that is read; is this one page?"
        );
    }

    #[test]
    fn many_methods_for_one_description_are_refused() {
        let page = ".. http:get:: /a\n\n".repeat(17);
        assert_eq!(
            refusal("many.rst", page.as_bytes()),
            "many.rst:33: more than 16 methods share what is said here; split the page"
        );
    }
}

mod encoding {
    use super::*;

    #[test]
    fn the_line_of_the_first_byte_that_is_not_utf8_is_named() {
        assert_eq!(
            refusal("latin.yaml", b"openapi: 3.0.0\ninfo:\n  title: caf\xE9\n"),
            "latin.yaml:3: not UTF-8 (the byte 0xE9); save the file as UTF-8"
        );
        assert_eq!(
            refusal("cut.yaml", b"openapi: 3.0.0\n# \xF0\x9F"),
            "cut.yaml:2: not UTF-8 (the byte 0xF0); save the file as UTF-8"
        );
    }

    #[test]
    fn utf16_is_named_as_such() {
        let bytes: Vec<u8> = "\u{FEFF}openapi: 3.0.0".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(
            refusal("wide.yaml", &bytes),
            "wide.yaml:1: UTF-16, by its first two bytes; save the file as UTF-8"
        );
    }

    #[test]
    fn a_nul_byte_does_not_end_the_document_unnoticed() {
        assert_eq!(
            refusal("nul.yaml", b"openapi: 3.0.0\npaths: {}\n\0security: []\n"),
            "nul.yaml:3: a control character (U+0000); remove it"
        );
    }

    #[test]
    fn a_byte_order_mark_and_other_line_ends_change_nothing() {
        for name in ["openapi/pyannote.yaml", "openapi/cielo24/request_upload_url.rst"] {
            let plain = String::from_utf8(real(name)).unwrap();
            let expected = shown(name, &plain);
            for text in [format!("\u{FEFF}{plain}"), plain.replace('\n', "\r\n"), plain.replace('\n', "\r")] {
                assert_eq!(shown(name, &text), expected);
            }
        }
    }

    /// All that was read, in an order that is the same each time.
    fn shown(name: &str, text: &str) -> String {
        let mut document = Document::read(name, text.as_bytes()).unwrap();
        let lines: BTreeMap<_, _> = std::mem::take(&mut document.lines).into_iter().collect();
        format!("{document:?} {lines:?}")
    }

    #[test]
    fn tabs_are_refused_where_yaml_forbids_them_and_taken_elsewhere() {
        assert!(
            refusal("tab.yaml", b"openapi: 3.0.0\ninfo:\n\ttitle: a\n").starts_with("tab.yaml:3: not YAML: ")
        );
        let json = b"{\n\t\"openapi\": \"3.0.0\",\n\t\"paths\": {}\n}";
        assert!(Document::read("tab.json", json).is_ok());
        let page = String::from_utf8(real("openapi/cielo24/request_upload_url.rst")).unwrap();
        let tabbed = page.replace("        ", "\t");
        assert!(Document::read("tab.rst", tabbed.as_bytes()).is_ok());
    }
}

mod damage {
    use super::*;

    fn read_every_beginning_of(name: &str) {
        let bytes = real(name);
        for length in 0..bytes.len() {
            let _ = Document::read(name, &bytes[..length]);
        }
    }

    #[test]
    fn every_beginning_of_the_openapi_document_is_read_or_refused() {
        read_every_beginning_of("openapi/pyannote.yaml");
    }

    #[test]
    fn every_beginning_of_the_rst_page_is_read_or_refused() {
        read_every_beginning_of("openapi/cielo24/request_upload_url.rst");
    }

    #[test]
    fn a_real_document_without_any_one_of_its_lines_is_read_or_refused() {
        for name in ["openapi/pyannote.yaml", "openapi/cielo24/request_upload_url.rst"] {
            let text = String::from_utf8(real(name)).unwrap();
            let lines: Vec<_> = text.lines().collect();
            for missing in 0..lines.len() {
                let rest: Vec<_> = lines
                    .iter()
                    .enumerate()
                    .filter(|(index, _)| *index != missing)
                    .map(|(_, line)| *line)
                    .collect();
                use_fully(name, rest.join("\n").as_bytes());
            }
        }
    }
}

/// Pieces from which texts are put together that come closer to the readers than random ones do.
fn text_of(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(pieces), 0..60).prop_map(|pieces| pieces.concat())
}

const YAML: &[&str] = &[
    "openapi: 3.0.0\n",
    "paths:\n",
    "  /a/{b}:\n",
    "    get:\n",
    "    parameters:\n",
    "      responses:\n",
    "        '200':\n",
    "components:\n",
    "  schemas:\n",
    "    A:\n",
    "      $ref: '#/components/schemas/A'\n",
    "      type: object\n",
    "- ",
    ": ",
    "[",
    "]",
    "{",
    "}",
    "&a ",
    "*a",
    "<<: ",
    "!!str ",
    "!x ",
    "|\n",
    ">-\n",
    "\"",
    "'",
    "\n",
    "  ",
    "\t",
    "#",
    "?",
    "~",
    "1",
    "é",
    "\u{2028}",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "in: query\n",
    "name: a\n",
    "pattern: /a/\n",
    "\\u12",
    ",",
];

const RST: &[&str] = &[
    ".. http:get:: /a/(b)\n",
    "\n",
    "\n\n",
    "**Query String Parameters** - Required\n",
    "**Responses**\n",
    "**Request Body**\n",
    "**Example Requests**\n",
    "**Example Response**\n",
    "+---+-----+\n",
    "+===+==+==+\n",
    "| a | `Allowed Values` | 1 |\n",
    "|   +--+--+\n",
    "| 200 | x |\n",
    "| a ",
    "|",
    "+",
    "+-",
    "é",
    "日本",
    ".. sourcecode:: http\n\n",
    "    GET /a?b=%\n",
    "    HTTP/1.1 200 OK\n",
    "    {\"a\": [1]}\n",
    "    A: b\n",
    "Title\n=====\n",
    "====\n",
    "- ",
    "  ",
    "\t",
    "``a=1``",
    "..",
    ".. _a:\n",
    "text ",
    "::\n",
    "`",
    "*",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for name in ["a.yaml", "a.json", "a.md", "a.rst", "a"] {
            use_fully(name, &bytes);
        }
    }

    #[test]
    fn random_text_is_read_or_refused(text in prop::collection::vec(any::<char>(), 0..200)) {
        let text: String = text.into_iter().collect();
        for name in ["a.yaml", "a.json", "a.md", "a.rst", "a"] {
            use_fully(name, text.as_bytes());
        }
    }

    #[test]
    fn near_yaml_is_read_or_refused(text in text_of(YAML)) {
        use_fully("a.yaml", text.as_bytes());
        use_fully("a.json", format!("{{\"a\": {text}").as_bytes());
        use_fully("a.md", format!("```yaml\nopenapi: 3.0.0\n{text}\n```\n").as_bytes());
    }

    #[test]
    fn near_rst_is_read_or_refused(text in text_of(RST)) {
        use_fully("a.rst", text.as_bytes());
    }

    #[test]
    fn a_real_document_with_bytes_changed_is_read_or_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        spliced in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..3),
    ) {
        for name in ["openapi/pyannote.yaml", "openapi/cielo24/request_upload_url.rst"] {
            let mut bytes = real(name);
            for (index, byte) in &changes {
                let index = index.index(bytes.len());
                bytes[index] = *byte & 0x7F;
            }
            for (from, to) in &spliced {
                let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
                let piece: Vec<u8> = bytes[from..].iter().copied().take(40).collect();
                bytes.splice(to..to, piece);
            }
            use_fully(name, &bytes);
        }
    }
}
