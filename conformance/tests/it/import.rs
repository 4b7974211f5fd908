//! Tests of `conformance import`: the text of a vendor stays as it is, and after an error nothing is written.

use std::path::Path;
use std::time::SystemTime;

use media_upload_conformance::document::{Document, OpenApiSource};
use media_upload_conformance::import::{Import, date};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::command::{conformance, file, refused, text};
use crate::diff::five_changes;
use crate::documents::{CIELO24, CIELO24_TODAY, PYANNOTE, cielo24_with_a_broken_rule, edited, source};

/// A documentation page with an OpenAPI text.
fn page(block: &str) -> String {
    format!("> ## Index\n\n# A page\n\nWords.\n\n````yaml POST /v1/x\n{block}````")
}

/// A page of the same vendor about another operation, with another indentation of paths.
const JOB: &str = "openapi: 3.0.0
info:
  title: pyannoteAI API
  description: ''
  version: local
  contact: {}
  termsOfService: https://pyannote.ai/terms-of-use
servers:
  - url: https://api.pyannote.ai
security: []
paths:
    # Reads a job.
    /v1/jobs/{jobId}:
        get:
            operationId: getJobById
            parameters:
              - name: jobId
                in: path
                required: true
                schema: { type: string }
            responses:
                '200':
                    description: |-
                        The job

                        # not a comment
                    content:
                        application/json:
                            schema:
                                $ref: '#/components/schemas/Job'
                '429':
                    description: Too many
            security:
              - api-key: []
components:
  schemas:
    Job:
      type: object
      properties:
        jobId:
          type: string
  securitySchemes:
    api-key:
      scheme: bearer
      bearerFormat: JWT
      type: http
";

/// A page about another method of the same path.
fn job_deletion() -> String {
    JOB.replace("        get:", "        delete:").replace("getJobById", "cancelJob")
}

fn import(pages: &[&str], into: &str) -> String {
    let arguments: Vec<&str> = [&["import"], pages, &["--into", into]].concat();
    let output = conformance(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap()
}

const README: &str = "tests/fixtures/README.md";

/// A folder like `openapi/`, with both documents and the table of documents.
fn openapi() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    file(&folder, "README.md", source(README).as_bytes());
    let document = file(&folder, "pyannote.yaml", source(PYANNOTE).as_bytes());
    std::fs::create_dir(folder.path().join("cielo24")).unwrap();
    file(&folder, "cielo24/request_upload_url.rst", source(CIELO24).as_bytes());
    (folder, document)
}

#[test]
fn a_single_page_keeps_its_text() {
    let folder = tempfile::tempdir().unwrap();
    let downloaded = file(&folder, "upload.md", page(&source(PYANNOTE)).as_bytes());
    let into = folder.path().join("pyannote.yaml").display().to_string();
    let shown = import(&[&downloaded], &into);
    assert!(shown.contains("new, with 1 operation"), "{shown}");
    assert_eq!(read(&into), source(PYANNOTE));
    assert_eq!(
        import(&[&downloaded], &into),
        "no changes: the document already states what the pages state\n"
    );
    let (_folder, shipped) = openapi();
    import(&[&downloaded], &shipped);
    assert_eq!(read(&shipped), source(PYANNOTE));
}

#[test]
fn a_page_is_inserted_and_the_rest_of_the_document_stays() {
    let (folder, document) = openapi();
    let job = file(&folder, "job.md", page(JOB).as_bytes());
    let shown = import(&[&job], &document);
    assert!(shown.contains("GET /v1/jobs/{jobId} (getJobById): added"), "{shown}");
    assert!(shown.contains("+ pyannote/getJobById/200"), "{shown}");
    let merged = read(&document);
    // The path is in sorted order, with its comment and with the indentation of the lines around it.
    let piece =
        "paths:\n  # Reads a job.\n  /v1/jobs/{jobId}:\n      get:\n          operationId: getJobById\n";
    assert!(merged.contains(piece), "{merged}");
    assert!(
        merged.contains("                      The job\n\n                      # not a comment\n"),
        "{merged}"
    );
    assert!(merged.contains("  schemas:\n    GetMediaUploadUrl:"), "{merged}");
    for line in source(PYANNOTE).lines() {
        assert!(merged.contains(line), "{line}");
    }
    assert_eq!(import(&[&job], &document), "no changes: the document already states what the pages state\n");
    assert_eq!(read(&document), merged);
}

#[test]
fn pages_about_one_path_are_merged_by_method_in_any_order() {
    let (folder, document) = openapi();
    let job = file(&folder, "job.md", page(JOB).as_bytes());
    let deletion = file(&folder, "deletion.md", page(&job_deletion()).as_bytes());
    import(&[&job, &deletion], &document);
    let merged = read(&document);
    assert!(
        merged.contains("getJobById") && merged.contains("cancelJob") && merged.contains("getMediaUploadURL")
    );
    assert_eq!(merged.matches("/v1/jobs/{jobId}:").count(), 1);
    import(&[&deletion, &job], &document);
    assert_eq!(read(&document), merged);
    import(&[&deletion], &document);
    assert_eq!(read(&document), merged);
}

#[test]
fn the_changes_of_an_import_are_shown() {
    let (folder, document) = openapi();
    let new = file(&folder, "new.md", page(&five_changes()).as_bytes());
    let shown = import(&[&new], &document);
    for word in
        ["maxLength: 255 -> 100", "region: added, required", "testKey", "status 402: removed", "12 hours"]
    {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    let readme = read(&folder.path().join("README.md").display().to_string());
    let digest: String = Sha256::digest(read(&document)).iter().map(|byte| format!("{byte:02x}")).collect();
    let day = date::day(SystemTime::now());
    assert!(readme.contains(&format!("unedited | {day} | `{digest}` |")), "{readme}");
    assert_eq!(readme.lines().count(), source(README).lines().count());
    assert!(readme.contains("| `cielo24/request_upload_url.rst` | `openapi/cielo24/request_upload_url.rst`, unedited | 2026-11-21 |"));
}

#[test]
fn an_import_without_changes_writes_no_file() {
    let (folder, document) = openapi();
    let readme = folder.path().join("README.md");
    let state = || {
        let modified = readme.metadata().unwrap().modified().unwrap();
        (read(&document), read(&readme.display().to_string()), modified)
    };
    let before = state();
    import(&[&file(&folder, "same.md", page(&source(PYANNOTE)).as_bytes())], &document);
    // A document can be imported into itself, and a page can have line endings of Windows.
    import(&[&document], &document);
    let windows = page(&source(PYANNOTE)).replace('\n', "\r\n");
    import(&[&file(&folder, "windows.md", windows.as_bytes())], &document);
    assert_eq!(before, state());
}

#[test]
fn a_damaged_page_is_refused_with_its_place_and_nothing_is_written() {
    let (folder, document) = openapi();
    let good = page(JOB);
    let two = format!("{good}\n\n{good}\n");
    let open = good.trim_end_matches('`').to_owned();
    let dangling = good.replace("schemas/Job'", "schemas/Jab'");
    let torn = good.replace("    get:\n", "    get\n");
    let pages: [(&str, &[u8], &str); 8] = [
        ("empty.md", b"", "no fenced block"),
        ("empty.yaml", b"", "the document is empty"),
        ("random.md", &[0xff, 0x00, 0x80, 0x0a], "random.md:1"),
        ("two.md", two.as_bytes(), "a second OpenAPI block"),
        ("open.md", open.as_bytes(), "has no end"),
        ("dangling.md", dangling.as_bytes(), "has no target in this document"),
        ("torn.md", torn.as_bytes(), "torn.md:2"),
        ("swagger.yaml", b"swagger: '2.0'\n", "the page is Swagger 2.0, which is not merged"),
    ];
    for (name, bytes, why) in pages {
        let damaged = file(&folder, name, bytes);
        let line = refused(2, &["import", &damaged, "--into", &document]);
        assert!(line.contains(&damaged) && line.contains(why), "{line}");
    }
    refused(2, &["import", &folder.path().display().to_string(), "--into", &document]);
    refused(2, &["import", "no/such/page.md", "--into", &document]);
    let fresh = folder.path().join("fresh.yaml").display().to_string();
    refused(2, &["import", &file(&folder, "torn.md", torn.as_bytes()), "--into", &fresh]);
    assert!(!Path::new(&fresh).exists());
    assert_eq!(read(&document), source(PYANNOTE));
    assert_eq!(read(&folder.path().join("README.md").display().to_string()), source(README));
}

#[test]
fn pages_that_contradict_each_other_are_refused_with_both_places() {
    let (folder, document) = openapi();
    let job = file(&folder, "job.md", page(JOB).as_bytes());
    let deletion = page(&job_deletion());
    let contradictions = [
        (
            "          type: string\n  securitySchemes",
            "          type: integer\n  securitySchemes",
            "/components/schemas/Job",
        ),
        ("delete:", "get:", "/paths/~1v1~1jobs~1{jobId}/get"),
        ("https://api.pyannote.ai", "https://other.pyannote.ai", "/servers"),
        ("openapi: 3.0.0", "openapi: 3.0.1", "/openapi"),
        ("security: []", "security: [{ api-key: [] }]", "/security"),
    ];
    for (from, to, pointer) in contradictions {
        let other = file(&folder, "other.md", edited(&deletion, from, to).as_bytes());
        let line = refused(2, &["import", &job, &other, "--into", &document]);
        assert!(line.contains(&format!("{job}:")) && line.contains(&format!("{other}:")), "{line}");
        assert!(line.contains(&format!("contradict each other about {pointer};")), "{line}");
    }
    assert_eq!(read(&document), source(PYANNOTE));
    // Keys that do not affect requests come from the first page, and a note says so.
    let titled =
        file(&folder, "titled.md", edited(&deletion, "title: pyannoteAI API", "title: Other").as_bytes());
    let shown = import(&[&job, &titled], &document);
    assert!(shown.contains("/info/title") || shown.contains(": /info differs from"), "{shown}");
    assert!(read(&document).contains("title: pyannoteAI API"));
}

#[test]
fn a_changed_component_is_replaced_and_its_operations_are_shown() {
    let (folder, document) = openapi();
    import(&[&file(&folder, "job.md", page(JOB).as_bytes())], &document);
    let deletion = edited(
        &job_deletion(),
        "          type: string\n  securitySchemes",
        "          type: integer\n  securitySchemes",
    );
    let shown = import(&[&file(&folder, "deletion.md", page(&deletion).as_bytes())], &document);
    assert!(shown.contains("Job.jobId, type: string -> integer"), "{shown}");
    assert!(shown.contains("getJobById"), "{shown}");
}

#[test]
fn json_pages_are_merged_into_json_and_rewritten_into_yaml() {
    let (folder, document) = openapi();
    let json = |text: &str| {
        let block = OpenApiSource::read("x.yaml", text.as_bytes()).unwrap();
        serde_json::to_string_pretty(&block.value).unwrap() + "\n"
    };
    let job = file(&folder, "job.json", json(JOB).as_bytes());
    let shown = import(&[&job], &document);
    assert!(shown.contains("job.json: rewritten as YAML in block style"), "{shown}");
    assert!(read(&document).contains("  /v1/jobs/{jobId}:\n    get:\n      operationId: getJobById\n"));
    assert!(import(&[&job], &document).starts_with("no changes"));
    let whole = folder.path().join("whole.json").display().to_string();
    import(&[&job], &whole);
    assert_eq!(read(&whole), json(JOB));
    let shown = import(&[&file(&folder, "upload.md", page(&source(PYANNOTE)).as_bytes()), &job], &whole);
    assert!(shown.contains("getMediaUploadURL") && !shown.contains("rewritten"), "{shown}");
    assert!(import(&[&job], &whole).starts_with("no changes"));
}

#[test]
fn a_mapping_in_braces_is_merged_as_a_whole_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let braces = file(
        &folder,
        "braces.yaml",
        b"openapi: 3.0.0\npaths: { /a: { get: { responses: { '200': { description: A } } } } }\n",
    );
    let block = file(
        &folder,
        "block.yaml",
        b"openapi: 3.0.0\npaths:\n  /b:\n    get:\n      responses:\n        '200': { description: B }\n",
    );
    for pages in [[&braces, &block], [&block, &braces]] {
        let into = folder.path().join("into.yaml");
        let _ = std::fs::remove_file(&into);
        let into = into.display().to_string();
        let output = conformance(&["import", pages[0], pages[1], "--into", &into]);
        let line = text(&output.stderr);
        match output.status.code() {
            Some(0) => assert_eq!(Document::read(&into, read(&into).as_bytes()).unwrap().operations.len(), 2),
            Some(2) => assert!(line.contains("in braces") && !Path::new(&into).exists(), "{line}"),
            other => panic!("{other:?}: {line}"),
        }
    }
}

#[test]
fn an_rst_page_keeps_its_text_and_a_broken_rule_is_shown() {
    let (folder, _) = openapi();
    let into = folder.path().join("cielo24").display().to_string();
    let downloads = tempfile::tempdir().unwrap();
    let same = file(&downloads, "request_upload_url.rst", source(CIELO24_TODAY).as_bytes());
    import(&[&same], &into);
    assert!(import(&[&same], &into).starts_with("no changes"));
    let new = cielo24_with_a_broken_rule();
    let changed = file(&downloads, "request_upload_url.rst", new.as_bytes());
    let shown = import(&[&changed], &into);
    assert!(shown.contains("rule-sentence-gone"), "{shown}");
    assert_eq!(read(&format!("{into}/request_upload_url.rst")), new);
    let readme = read(&folder.path().join("README.md").display().to_string());
    assert!(!readme.contains("ca17aa4f0d01d299"), "{readme}");
    let more = file(
        &downloads,
        "update_secret.rst",
        source("conformance/tests/fixtures/update_secret.rst").as_bytes(),
    );
    let shown = import(&[&more], &into);
    assert!(shown.contains("`documents` of its provider in conformance.yaml"), "{shown}");
    assert!(shown.contains("| `cielo24/update_secret.rst` |"), "{shown}");
}

#[test]
fn a_destination_that_does_not_match_the_pages_is_refused() {
    let (folder, document) = openapi();
    let job = file(&folder, "job.md", page(JOB).as_bytes());
    let rst = file(&folder, "page.rst", source(CIELO24).as_bytes());
    let cielo24 = folder.path().join("cielo24").display().to_string();
    assert!(refused(2, &["import", &job, "--into", &cielo24]).contains("is not an OpenAPI document"));
    assert!(refused(2, &["import", &rst, "--into", &document]).contains("neither a folder nor an .rst file"));
    assert!(refused(2, &["import", &rst, &job, "--into", &document]).contains("import each kind separately"));
    assert!(
        refused(2, &["import", &rst, &rst, "--into", &cielo24]).contains("two pages would be written to")
    );
    let nowhere = folder.path().join("no/such/folder/x.yaml").display().to_string();
    assert!(refused(2, &["import", &job, "--into", &nowhere]).contains("cannot be written"));
}

#[test]
fn a_read_only_document_or_table_is_refused_before_anything_is_written() {
    for name in ["pyannote.yaml", "README.md"] {
        let (folder, document) = openapi();
        let job = file(&folder, "job.md", page(JOB).as_bytes());
        let path = folder.path().join(name);
        let mut permissions = path.metadata().unwrap().permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&path, permissions).unwrap();
        let line = refused(2, &["import", &job, "--into", &document]);
        assert!(line.contains(name) && line.contains("is read-only"), "{line}");
        assert_eq!(read(&document), source(PYANNOTE));
    }
}

#[test]
fn comments_stay_with_their_keys() {
    let folder = tempfile::tempdir().unwrap();
    let lead = format!(
        "# About the document.\n{}",
        JOB.replace("components:\n", "# About components.\ncomponents:\n")
    );
    let document = file(&folder, "document.yaml", lead.as_bytes());
    import(&[&file(&folder, "upload.md", page(&source(PYANNOTE)).as_bytes())], &document);
    let merged = read(&document);
    assert!(merged.starts_with("# About the document.\nopenapi: 3.0.0\n"), "{merged}");
    assert!(merged.contains("# About components.\ncomponents:\n"), "{merged}");
    assert!(merged.contains("    # Reads a job.\n    /v1/jobs/{jobId}:\n"), "{merged}");
    // The lines of the page get the indentation of the document.
    assert!(
        merged.contains("    /v1/media/input:\n      post:\n        tags:\n          - Media\n"),
        "{merged}"
    );
}

#[test]
fn a_document_imported_into_itself_does_not_change() {
    for name in crate::diff::EVERYTHING.into_iter().filter(|name| name.ends_with(".yaml")) {
        let block = OpenApiSource::read(name, source(name).as_bytes()).unwrap();
        let import = Import::of(name, Some(&block), std::slice::from_ref(&block)).unwrap();
        assert_eq!(import.text, source(name), "{name}");
    }
}

#[test]
fn concurrent_imports_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("api.yaml").display().to_string();
    let pages: Vec<String> = (0..4)
        .map(|n| {
            let page = format!("openapi: 3.0.0\npaths:\n  /p{n}:\n    get:\n      operationId: p{n}\n      responses: {{ '200': {{ description: ok }} }}\n");
            file(&folder, &format!("page{n}.yaml"), page.as_bytes())
        })
        .collect();
    std::thread::scope(|scope| {
        for page in &pages {
            scope.spawn(|| {
                let output = conformance(&["import", page, "--into", &into]);
                assert!(output.status.success(), "{}", text(&output.stderr));
            });
        }
    });
    let merged = read(&into);
    assert!((0..4).all(|n| merged.contains(&format!("operationId: p{n}"))), "{merged}");
}
