//! One line for each mistake in a configuration or in the arguments that name files.

use media_upload_conformance::Config;

use super::{THIRD, folder, problem, refused};

/// A configuration with one provider and these settings.
fn shop(settings: &str) -> String {
    format!("providers:\n  shop:\n    documents: [api.yaml]\n    {settings}\n")
}

#[test]
fn a_wrong_value_is_one_line_with_the_place_and_what_is_expected() {
    for (config, expected) in [
        (
            "providers: 3".to_owned(),
            ":1: providers: the value is not of type \"object\"; expected: providers by name",
        ),
        (
            "providers:\n  shop: {}\n".to_owned(),
            ":2: providers.shop has no `documents`; add it: the API documents",
        ),
        (
            "providers: { 'a b': { documents: [a] } }".to_owned(),
            "`a b` cannot be a key of providers; use: a name of letters",
        ),
        (
            shop("host: [a]"),
            ":4: providers.shop.host: the value is not of type \"string\"; expected: the host",
        ),
        (
            shop("credentials: { k: { sample: short } }"),
            ":4: providers.shop.credentials.k.sample: the value does not",
        ),
        (
            shop("parameters: { id: { server_value: yes! } }"),
            "parameters.id.server_value: the value is not of type",
        ),
        (
            shop("flows: { upload: { operation: x, url: /u, success: [404] } }"),
            "expected: a status from 200 to 299",
        ),
        (shop("bodies: { \"40x\": 1 }"), "`40x` cannot be a key of providers.shop.bodies; use: a status"),
        (
            shop("rules: [{ rule: upload/url }]"),
            "providers.shop.rules.0 has no `sentence`; add it: the sentence",
        ),
        ("clients: { c: { command: [] } }".to_owned(), "clients.c.command: the value has less than 1 item"),
        (shop("host: a\n    host: b"), ":5: the key `host` is a duplicate of the one at line 4"),
        (shop("{"), "invalid YAML"),
        (String::new(), ":1: the document is empty"),
    ] {
        let line = problem(&config);
        assert!(line.contains(expected), "{line}");
    }
}

#[test]
fn what_is_stated_twice_is_one_line_with_both_places() {
    for (config, expected) in [
        ("providers: {}".to_owned(), ":1: the file has no provider and no client; add one of them"),
        (
            shop("credentials:\n      a: { scheme: k }\n      b: { scheme: k }"),
            ":6: a credential for the security scheme `k` is listed at line 5 too; remove one of the two",
        ),
        (
            shop("credentials:\n      a: {}\n      b: {}"),
            ":6: a credential for every other security scheme is listed at line 5 too",
        ),
        (
            shop("credentials:\n      a: { scheme: k, parameter: p }"),
            ":5: the credential `a` has `scheme` and `parameter`; remove one of the two",
        ),
        (
            shop(
                "rules:\n      - { rule: upload/url, sentence: One of three. }\n      - { rule: upload/url, sentence: Two of three. }",
            ),
            ":6: the rule upload/url is listed at line 5 too",
        ),
    ] {
        let line = problem(&config);
        assert!(line.contains(expected), "{line}");
    }
}

#[test]
fn a_value_that_has_no_use_is_one_line_with_what_is_expected() {
    for (config, expected) in [
        (
            shop("rules: [{ rule: upload/url, sentence: Two words. }]"),
            "expected: the sentence of the document, quoted exactly except for white space, with at least three words",
        ),
        ("clients: { c: { command: [sh, ''] } }".to_owned(), "clients.c.command.1: the value does not match"),
        (
            "clients: { c: { command: [\"a\\0\"] } }".to_owned(),
            "expected: a word of the command: not empty, and without a NUL",
        ),
        (
            shop("flows: { upload: { operation: x, url: /u, method: PATCH } }"),
            "expected: the method that sends",
        ),
        (
            shop("flows: { upload: { operation: x, ulr: /u } }"),
            "unknown key `ulr` in providers.shop.flows.upload; did you mean `url`?",
        ),
        (shop("base_url: ftp://a.example"), "expected: the base URL"),
        (shop("base_url: https://me@a.example"), "expected: the base URL"),
        (shop("base_url: https://{region}.example"), "expected: the base URL"),
        (shop("base_url: https://a.example/v1?a=b"), "expected: the base URL"),
        (shop("base_url: https://a.example/#v1"), "expected: the base URL"),
        (
            "providers: { a: { documents: [https://a.example/api.yaml] } }".to_owned(),
            "relative to this file (URLs are not read; download the document)",
        ),
    ] {
        let line = problem(&config);
        assert!(line.contains(expected), "{line}");
    }
}

#[test]
fn a_file_that_is_not_utf_8_is_one_line_with_the_place() {
    let binary = Config::read("conformance.yaml", b"a: \xff\n").unwrap_err().to_string();
    assert!(binary.starts_with("conformance.yaml:1: the byte 0xFF is not valid UTF-8"), "{binary}");
}

#[test]
fn a_file_that_cannot_be_used_is_one_line_with_its_path() {
    let twice = "providers:\n  one:\n    documents: [api.yaml]\n  two:\n    documents: [./no/../api.yaml]\n";
    for (config, expected) in [
        (twice, "conformance.yaml:5: the document api.yaml is listed at line 3 too; remove one of the two"),
        (
            "providers:\n  one:\n    documents: [no.yaml]\n",
            "conformance.yaml:3: the document no.yaml: cannot be read",
        ),
        ("providers:\n  one:\n    documents: ['.']\n", "conformance.yaml:3: the document .: is a folder"),
        (
            "providers:\n  one:\n    documents: [api.yaml, api.yaml]\n",
            "conformance.yaml:3: the document api.yaml is listed at line 3 too",
        ),
        (
            "providers:\n  one:\n    documents: [api.yaml]\n    rules:\n      - rule: upload/urls\n        sentence: This is it.\n",
            "conformance.yaml:5: no prose rule has the id `upload/urls`; did you mean `upload/url`?",
        ),
    ] {
        let folder = folder(config);
        let line = refused(folder.path(), &["plan"]);
        assert!(line.contains(expected), "{line}");
    }
}

#[test]
fn an_argument_that_cannot_be_read_is_one_line_with_what_to_do() {
    let folder = folder(THIRD);
    for (arguments, expected) in [
        (&["--config", "no.yaml"][..], "no.yaml: cannot be read"),
        (&["--config", "."], ".: is a folder; give a file"),
        (&["--config", "-"], "-: standard input is not read; give a file"),
        (&["https://a.example/api.yaml"], "https://a.example/api.yaml: URLs are not read; download the file"),
        (&["api.yaml", "./api.yaml"], "./api.yaml: the document is given twice"),
    ] {
        let line = refused(folder.path(), &[&["plan"], arguments].concat());
        assert!(line.contains(expected), "{line}");
    }
    let line = refused(folder.path(), &["run", "--client", "curl"]);
    assert!(line.contains("conformance.yaml:7: the list list.txt: cannot be read"), "{line}");
    std::fs::rename(folder.path().join("conformance.yaml"), folder.path().join("conformance.yml")).unwrap();
    let line = refused(folder.path(), &["plan"]);
    assert!(line.contains("conformance.yml: the suite does not look for this name; rename it"), "{line}");
}

#[cfg(unix)]
#[test]
fn a_link_without_a_target_and_a_device_without_an_end_are_refused() {
    let folder = folder(THIRD);
    assert!(refused(folder.path(), &["plan", "/dev/zero"]).contains("/dev/zero"));
    std::fs::remove_file(folder.path().join("conformance.yaml")).unwrap();
    std::os::unix::fs::symlink("no.yaml", folder.path().join("conformance.yaml")).unwrap();
    assert!(refused(folder.path(), &["plan"]).contains("conformance.yaml: cannot be read"));
}
