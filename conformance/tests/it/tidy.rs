//! The rules of this repository, held by tests.

mod circle;
mod links;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use sha2::{Digest, Sha256};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every Rust source file under a folder, with its text.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty(), "nothing under {folder}");
    found
}

#[test]
fn the_documents_are_the_ones_their_readme_names() {
    let readme = std::fs::read_to_string(root().join("openapi/README.md")).unwrap();
    let rows: BTreeMap<&str, &str> = readme
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
            (cells.len() == 6 && cells[4].len() == 64).then(|| (cells[1], cells[4]))
        })
        .collect();
    let mut held = Vec::new();
    let mut folders = vec![root().join("openapi")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .file_name()
                .is_some_and(|name| name != "README.md" && name != "pyannote.left-out.yaml")
            {
                held.push(path);
            }
        }
    }
    for path in held {
        let name = path.strip_prefix(root().join("openapi")).unwrap().to_str().unwrap().to_owned();
        let sum: String =
            Sha256::digest(std::fs::read(&path).unwrap()).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            rows.get(name.as_str()),
            Some(&sum.as_str()),
            "openapi/README.md does not have the sum of {name}"
        );
    }
}

/// The roots of the module trees.
const ROOTS: &[&str] = &["src/lib.rs", "src/bin/media-upload/main.rs", "build.rs", "conformance/src/lib.rs"];

#[test]
fn no_files_import_each_other_in_a_circle() {
    for file in ROOTS {
        let modules = circle::modules(&root().join(file));
        if let Some(circle) = circle::circle(&modules) {
            let names: Vec<_> =
                circle.iter().map(|path| path.strip_prefix(root()).unwrap().display()).collect();
            panic!("these files import each other in a circle: {names:#?}");
        }
    }
}

#[test]
fn rooms_import_downwards_only() {
    // Each room of the suite may import the rooms before it.
    let rooms = [
        "style", "document", "provider", "wire", "plan", "doctor", "diff", "mock", "check", "result", "run",
        "probe", "import", "report", "command",
    ];
    let modules = circle::modules(&root().join("conformance/src/lib.rs"));
    for (path, targets) in circle::imports(&modules) {
        let Some(own) = path.first() else { continue };
        let rank = |room: &String| rooms.iter().position(|known| known == room);
        let own_rank = rank(own).unwrap_or_else(|| panic!("the room {own} is not in the list of this test"));
        for target in targets.iter().filter_map(|target| target.first()) {
            assert!(rank(target) <= Some(own_rank), "{} imports the room {target}", path.join("::"));
        }
    }
    let modules = circle::modules(&root().join("src/lib.rs"));
    for (path, targets) in circle::imports(&modules).into_iter().filter(|(path, _)| !path.is_empty()) {
        for provider in ["pyannote", "cielo24"].map(str::to_owned) {
            let imports = targets.iter().any(|target| target.first() == Some(&provider));
            assert!(!imports || path[0] == provider, "{} imports {provider}", path.join("::"));
        }
    }
}

#[test]
fn no_code_reads_the_text_of_an_id() {
    // A user selects cases by their ids, and a list of known failures names them.
    let selection = ["run/known_failing.rs", "command/run.rs", "command/explain.rs"];
    let reads = regex::Regex::new(
        r#"\b(case|rule)\.id(\.as_str\(\))?\.(starts_with|ends_with|strip_prefix|strip_suffix|contains|split|rsplit|find|parse|chars|bytes)\b|\b(case|rule)\.id [!=]= "|&?\*?(case|rule)\.id \{"#,
    )
    .unwrap();
    for (path, text) in sources("conformance/src") {
        let is_selection = selection.iter().any(|file| path.ends_with(file));
        let text = circle::code(&text);
        let found = reads.find(&text).filter(|_| !is_selection);
        assert!(found.is_none(), "{} reads an id: {}", path.display(), found.unwrap().as_str());
    }
}

#[test]
fn each_type_name_has_one_meaning_in_a_crate() {
    let defined =
        regex::Regex::new(r"(?m)^(?:pub(?:\([a-z ]+\))? )?(?:struct|enum|trait|type) ([A-Z]\w*)").unwrap();
    // Each verb of the command has its arguments, and each provider its client.
    let allowed = ["Arguments", "Client", "ClientBuilder"];
    for folder in ["src", "build", "conformance/src"] {
        let mut places: BTreeMap<String, PathBuf> = BTreeMap::new();
        for (path, text) in sources(folder) {
            let own = path.strip_prefix(root().join("src/bin")).is_ok();
            for name in defined.captures_iter(&text).map(|found| found[1].to_owned()).filter(|_| !own) {
                let other = places.insert(name.clone(), path.clone());
                let other = other.filter(|_| !allowed.contains(&name.as_str()));
                assert!(
                    other.is_none(),
                    "{name} is defined in {} and in {}",
                    path.display(),
                    other.unwrap().display()
                );
            }
        }
    }
}

#[test]
fn every_room_is_in_the_table_of_the_house() {
    let table = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for folder in ["src", "conformance/src"] {
        for (path, _) in sources(folder) {
            let room = path.strip_prefix(root()).unwrap().with_extension("");
            let is_room = path.parent() == Some(&root().join(folder));
            let is_root = room.ends_with("lib") || room.ends_with("main");
            let told = ["/", ".rs"].map(|end| format!("`{}{end}`", room.display()));
            assert!(
                !is_room || is_root || told.iter().any(|name| table.contains(name)),
                "ARCHITECTURE.md does not say what {} is for",
                path.display()
            );
        }
    }
}

#[test]
fn no_file_outgrows_its_room() {
    const LINES: usize = 420;
    for folder in ["src", "build", "tests", "benches", "conformance/src", "conformance/tests"] {
        for (path, text) in sources(folder) {
            let lines = text.lines().count();
            assert!(lines <= LINES, "{} has {lines} lines: it asks for another room", path.display());
        }
    }
}

#[test]
fn the_minimum_rust_is_what_the_normal_dependencies_allow() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let metadata = Command::new(cargo)
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--filter-platform",
            "x86_64-unknown-linux-gnu",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages: BTreeMap<&str, &Value> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| (package["id"].as_str().unwrap(), package))
        .collect();
    let nodes: BTreeMap<&str, &Value> = metadata["resolve"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| (node["id"].as_str().unwrap(), node))
        .collect();
    let client = packages.values().find(|package| package["name"] == "media-upload").unwrap();
    let own = version(client);
    let mut reached = vec![client["id"].as_str().unwrap()];
    let mut next = 0;
    while let Some(id) = reached.get(next).copied() {
        next += 1;
        assert!(version(packages[id]) <= own, "{id} needs a newer Rust than rust-version allows");
        for dependency in nodes[id]["deps"].as_array().unwrap() {
            let kinds = dependency["dep_kinds"].as_array().unwrap();
            let needed = kinds.iter().any(|kind| kind["kind"] != "dev");
            let id = dependency["pkg"].as_str().unwrap();
            if needed && !reached.contains(&id) {
                reached.push(id);
            }
        }
    }
    assert!(reached.len() > 50, "the walk found {} packages only", reached.len());
}

/// A package's `rust-version`, as numbers that compare; none is the oldest.
fn version(package: &Value) -> Vec<u32> {
    let text = package["rust_version"].as_str().unwrap_or("0");
    text.split('.').map(|part| part.parse().unwrap()).collect()
}
