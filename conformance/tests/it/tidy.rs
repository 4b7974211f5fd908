//! The repository's own rules, held by tests.

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

#[test]
fn no_room_knows_one_it_must_not() {
    // Each room of the suite knows those before it, none behind.
    let rooms = ["document", "provider", "plan", "doctor", "diff", "import", "run", "report", "command"];
    for (index, room) in rooms.iter().enumerate() {
        let prefix = root().join("conformance/src").join(room);
        for (path, text) in sources("conformance/src") {
            let inside = path.starts_with(&prefix) || path == prefix.with_extension("rs");
            let forbidden = rooms[index + 1..].iter().find(|later| text.contains(&format!("crate::{later}")));
            assert!(!inside || forbidden.is_none(), "{} uses {}", path.display(), forbidden.unwrap());
        }
    }
    for (path, text) in sources("src") {
        let name = path.strip_prefix(root().join("src")).unwrap().to_str().unwrap();
        let provider = ["pyannote", "cielo24"].into_iter().find(|provider| name.starts_with(provider));
        let inner = ["upload", "http", "media", "secret"].iter().any(|inner| name.starts_with(inner));
        for other in ["pyannote", "cielo24"] {
            let imports = text.contains(&format!("use crate::{other}"));
            assert!(!imports || (!inner && provider.is_none_or(|own| own == other)), "{name} uses {other}");
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
    for folder in ["src", "build", "conformance/src", "conformance/tests"] {
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
