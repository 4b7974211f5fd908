//! A refreshed document needs no edit of our code or of a caller's: a copy of the crate is compiled with it, and so is a crate
//! that uses the client.

use std::path::Path;
use std::process::Command;

use crate::generation;

const OURS: &str = include_str!("../fixtures/pyannote.yaml");
const JOBS: &str = include_str!("../fixtures/jobs.yaml");

/// Edits of `pyannote.yaml`.
const REFRESHES: [(&str, &str, &str); 6] = [
    (
        "an optional field of a request",
        "            other users.\n      required:\n",
        "            other users.\n        priority: { type: string, enum: [low, high], default: low }\n      required:\n",
    ),
    (
        "a status",
        "        '402':\n",
        "        '403':\n          description: Forbidden\n          content: { application/json: { schema: { $ref: '#/components/schemas/ApiError' } } }\n        '402':\n",
    ),
    ("the name of a field of an error", "        requestId:\n", "        request_id:\n"),
    ("the same name, where it is required", "        - requestId\n", "        - request_id\n"),
    ("a stricter pattern", "[a-zA-Z0-9\\-_\\.\\/]+$/", "[a-z0-9\\-_\\.\\/]+$/"),
    (
        "a field of a success",
        "    MediaResponse:\n      type: object\n      properties:\n",
        "    MediaResponse:\n      type: object\n      properties:\n        expires: { type: integer }\n",
    ),
];

/// Edits of `jobs.yaml`.
const JOBS_REFRESHES: [(&str, &str, &str); 4] = [
    ("a value of an enum", "        - voiceprint\n", "        - voiceprint\n        - translate\n"),
    (
        "an optional argument",
        "      operationId: cancelJob\n      parameters:\n",
        "      operationId: cancelJob\n      parameters:\n        - { name: force, in: query, schema: { type: boolean } }\n",
    ),
    (
        "an alternative",
        "        - $ref: '#/components/schemas/VoiceprintJob'\n",
        "        - $ref: '#/components/schemas/VoiceprintJob'\n        - $ref: '#/components/schemas/JobCreated'\n",
    ),
    (
        "a required field of an answer",
        "        warning:\n",
        "        cost: { type: number }\n        warning:\n",
    ),
];

fn refreshed(document: &str, edits: &[(&str, &str, &str)]) -> String {
    edits.iter().fold(document.to_owned(), |document, (what, from, to)| {
        assert!(document.contains(from), "{what}");
        document.replacen(from, to, 1)
    })
}

#[test]
fn a_refreshed_document_needs_no_edit() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // The same path each time: cargo builds another package for each path.
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("refresh");
    let _ = std::fs::remove_dir_all(&copy);
    std::fs::create_dir_all(&copy).unwrap();
    for name in ["build", "build.rs", "src", "benches", "README.md", "Cargo.lock"] {
        copy_all(&root.join(name), &copy.join(name));
    }
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let write = |name: &str, text: &str| {
        let file = copy.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    };
    write("Cargo.toml", &manifest.replace("members = [\"conformance\"]", "members = [\"caller\"]"));
    write("openapi/pyannote.yaml", &refreshed(OURS, &REFRESHES));
    write("caller/Cargo.toml", include_str!("../fixtures/caller/Cargo.toml"));
    write("caller/src/lib.rs", include_str!("../fixtures/caller/lib.rs"));
    write("caller/src/calls.rs", include_str!("../fixtures/caller/calls.rs"));
    for (name, document) in [("before", JOBS.to_owned()), ("after", refreshed(JOBS, &JOBS_REFRESHES))] {
        let client = generation::generate(&document).unwrap();
        write(&format!("caller/src/{name}.rs"), &client.replace("crate::", &format!("crate::{name}::")));
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let check = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet", "--package", "caller", "--target-dir"])
        .arg(target)
        .current_dir(&copy)
        .output()
        .unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
}

fn copy_all(from: &Path, to: &Path) {
    if !from.is_dir() {
        std::fs::copy(from, to).unwrap();
        return;
    }
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy_all(&entry.path(), &to.join(entry.file_name()));
    }
}

#[test]
fn a_document_without_what_our_code_uses_is_an_error_in_one_line() {
    let error = |from: &str, to: &str| {
        let document = refreshed(OURS, &[("", from, to)]);
        crate::build::generate_for_this_crate(("openapi/pyannote.yaml", &document), ("", "")).unwrap_err()
    };
    insta::assert_snapshot!([
        error("operationId: getMediaUploadURL", "operationId: uploadURL"),
        error("            other users.\n      required:\n", "            other users.\n        region: { type: string }\n      required:\n        - region\n"),
        error("    MediaResponse:\n      type: object\n      properties:\n        url:", "    MediaResponse:\n      type: object\n      properties:\n        href:"),
        error("        requestId:\n          type: string\n          description: Request ID", "        trace:\n          type: string\n          description: Trace"),
    ].join("\n"), @r"
    openapi/pyannote.yaml:15: /paths: the document has no operation `getMediaUploadURL`, which src/pyannote.rs calls; restore it, or correct its name in build/uses.rs and src/pyannote.rs
    openapi/pyannote.yaml:17: /paths/~1v1~1media~1input/post: `getMediaUploadURL` requires `region`, which `media_upload_url` in src/pyannote.rs does not send; add an argument for it there, and to build/uses.rs
    openapi/pyannote.yaml:17: /paths/~1v1~1media~1input/post: `getMediaUploadURL` does not have one type of success, with the required string `url`, which src/pyannote.rs uses; correct src/pyannote.rs and build/uses.rs
    openapi/pyannote.yaml:17: /paths/~1v1~1media~1input/post: `getMediaUploadURL` does not have an error with a field named `request_id`, or described as `request id`, which src/pyannote.rs uses; correct src/pyannote.rs and build/uses.rs
    ");
}
