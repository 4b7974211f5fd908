//! `$ref`s to files beside the document: each place keeps its file and line, and no file outside the folder is read.

use std::fs;
use std::path::Path;

use media_upload_conformance::{Document, Plan};
use tempfile::TempDir;

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn read(folder: &Path) -> Result<Document, String> {
    let path = folder.join("api.yaml");
    let bytes = fs::read(&path).unwrap();
    Document::read_with_files(&path.display().to_string(), &bytes).map_err(|error| error.to_string())
}

/// A document whose only schema is this reference, at line 10.
fn api(reference: &str) -> String {
    format!(
        "openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\npaths:\n  /a:\n    get:\n      responses:\n        '200':\n          description: d\n          content:\n            application/json: {{schema: {{$ref: '{reference}'}}}}\n"
    )
}

const ROOT: &[u8] = b"openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /pets:\n    $ref: paths/pets.yaml\ncomponents:\n  schemas:\n    Shared: {type: integer}\n";
const PATHS: &[u8] = b"post:\n  operationId: createPet\n  description: Makes a pet.\n  requestBody:\n    required: true\n    content:\n      application/json:\n        schema: {$ref: '../schemas/pet.json#/Pet'}\n  responses:\n    '201':\n      description: d\n      content:\n        application/json:\n          schema: {$ref: '../schemas/pet.json#/Pet'}\n";
const SCHEMAS: &[u8] = b"{\n  \"Pet\": {\n    \"type\": \"object\",\n    \"required\": [\"name\"],\n    \"properties\": {\n      \"name\": { \"type\": \"string\", \"maxLength\": 5 },\n      \"age\": { \"$ref\": \"../api.yaml#/components/schemas/Shared\" },\n      \"mother\": { \"$ref\": \"#/Pet\" }\n    }\n  }\n}\n";

#[test]
fn a_document_of_several_files_is_one_and_each_place_has_its_file_and_line() {
    let folder = folder(&[("api.yaml", ROOT), ("paths/pets.yaml", PATHS), ("schemas/pet.json", SCHEMAS)]);
    let document = read(folder.path()).unwrap();
    let in_folder = |name: &str| folder.path().join(name).display().to_string();
    let operation = &document.operations[0];
    assert_eq!(operation.location.to_string(), format!("{}:1", in_folder("paths/pets.yaml")));
    assert_eq!(operation.prose[0].location.to_string(), format!("{}:3", in_folder("paths/pets.yaml")));
    let plan = Plan::of(vec![document], &[]).unwrap();
    assert!(plan.unexercised().is_empty(), "{:#?}", plan.unexercised());
    let case = plan.cases.iter().find(|case| case.id.ends_with("createPet/argument/name/too-long")).unwrap();
    assert_eq!(case.location.to_string(), format!("{}:6", in_folder("schemas/pet.json")));
    assert!(plan.source(case).is_some());
    let source = plan.source(case).unwrap();
    let excerpts = source.document.excerpts().find(|(name, _)| *name == in_folder("schemas/pet.json"));
    let (_, line) = excerpts.unwrap().1.at(6).next().unwrap();
    assert!(line.contains("maxLength"), "{line}");
}

#[test]
fn what_cannot_be_read_is_one_line_with_its_place() {
    let huge = vec![b'#'; 33 * 1024 * 1024];
    let files: &[(&str, &[u8], &str, &str)] = &[
        (
            "b.yaml",
            b"A: {type: string}",
            "b.yaml#/B",
            "api.yaml:10: `$ref: b.yaml#/B` has no target in b.yaml; correct the reference or add the target",
        ),
        ("b.yaml", b"", "c.yaml", "api.yaml:10: `$ref: c.yaml` cannot be read: No such file or directory"),
        ("b.yaml", b"A: [", "b.yaml#/A", "b.yaml:"),
        (
            "b.yaml",
            b"A: 1\nB: \x00",
            "b.yaml#/A",
            "b.yaml:2: the control character U+0000 is not allowed; remove it",
        ),
        (
            "b.yaml",
            b"A: \xff",
            "b.yaml#/A",
            "b.yaml:1: the byte 0xFF is not valid UTF-8 here; save the file as UTF-8",
        ),
        ("b.yaml", &huge, "b.yaml", "makes the files of this document larger than 32 MiB"),
        ("b/c.yaml", b"", "b", "is not a file; correct the path"),
        ("b.yaml", b"", "../b.yaml", "leaves the folder of the document"),
        ("b.yaml", b"", "x/../../b.yaml", "leaves the folder of the document"),
        ("b.yaml", b"", "/etc/passwd", "is not a relative path"),
        ("b.yaml", b"", "https://a.example/b.yaml", "is a URL, which is not read"),
        ("b.yaml", b"", "file:///etc/passwd", "is a URL, which is not read"),
        ("b.yaml", b"A: {$ref: 'c.yaml#/A'}", "b.yaml#/A", "b.yaml:1: `$ref: c.yaml#/A` cannot be read"),
        ("b.yaml", b"A: {$ref: 'b.yaml#/A'}", "b.yaml#/A", "api.yaml:10: this `$ref` is circular"),
        ("b.yaml", b"A: {}", "b.yaml#A", "names an anchor, which is not supported"),
    ];
    for (name, bytes, reference, expected) in files {
        let folder = folder(&[("api.yaml", api(reference).as_bytes()), (name, bytes)]);
        let error = read(folder.path()).map(|_| ()).unwrap_err();
        assert!(error.contains(expected) && error.lines().count() == 1, "{reference}: {error}");
        let shown = folder.path().display().to_string();
        assert!(error.starts_with(&shown), "{error}");
    }
}

#[test]
#[cfg(unix)]
fn a_link_out_of_the_folder_and_a_device_are_not_read() {
    let secret = folder(&[("secret.yaml", b"A: {type: string}")]);
    let folder =
        folder(&[("api.yaml", api("link.yaml#/A").as_bytes()), ("inside.yaml", b"A: {type: string}")]);
    let link = folder.path().join("link.yaml");
    let linked = |target: &Path| {
        let _ = fs::remove_file(&link);
        std::os::unix::fs::symlink(target, &link).unwrap();
        read(folder.path()).map(|_| ())
    };
    let error = linked(&secret.path().join("secret.yaml")).unwrap_err();
    assert!(error.contains("is a link out of the folder of the document"), "{error}");
    assert!(linked(Path::new("/dev/zero")).is_err());
    linked(Path::new("inside.yaml")).unwrap();
}

#[test]
fn a_reference_in_an_example_is_no_reference() {
    let text = api("#/components/schemas/A")
        + "components:\n  schemas:\n    A: {type: object, example: {$ref: no-such-file.yaml}}\n";
    let folder = folder(&[("api.yaml", text.as_bytes())]);
    read(folder.path()).unwrap();
}

#[test]
fn more_files_than_the_maximum_are_refused() {
    let names: Vec<String> = (0..1_001).map(|index| format!("f{index}.yaml")).collect();
    let refs: String = names.iter().map(|name| format!("    - {{$ref: '{name}'}}\n")).collect();
    let text = api("#/components/schemas/A")
        + "components:\n  schemas:\n    A:\n      anyOf:\n"
        + &refs.replace("    -", "      -");
    let mut files: Vec<(&str, &[u8])> =
        names.iter().map(|name| (name.as_str(), &b"type: string\n"[..])).collect();
    files.push(("api.yaml", text.as_bytes()));
    let folder = folder(&files);
    let error = read(folder.path()).map(|_| ()).unwrap_err();
    assert!(error.contains("is one of more than 1000 files"), "{error}");
}
