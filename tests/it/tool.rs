//! The command-line tool, run as a process.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use wiremock::{MockServer, ResponseTemplate};

use crate::mock_server::{
    JOB, KEY, PYANNOTE, TOKEN, header_names, requests, serve, serve_storage, storage_server,
};
use crate::secrets::SENTINELS;

/// A folder with files of the given names.
pub(crate) fn files<const N: usize>(names: [&str; N]) -> (TempDir, [PathBuf; N]) {
    let folder = tempfile::tempdir().unwrap();
    let paths = names.map(|name| folder.path().join(name));
    for path in &paths {
        std::fs::write(path, b"media").unwrap();
    }
    (folder, paths)
}

/// A command for the tool, without arguments.
pub(crate) fn bare_tool() -> Command {
    Command::new(env!("CARGO_BIN_EXE_media-upload"))
}

/// A command for the tool, with both credentials in its environment.
pub(crate) fn tool(provider: &str, server: &str) -> Command {
    let mut tool = bare_tool();
    tool.arg(provider).args(["--base-url", server]);
    tool.env("PYANNOTEAI_API_KEY", KEY).env("CIELO24_API_TOKEN", TOKEN).env_remove("NO_COLOR");
    tool
}

/// Runs the tool while the servers of the test run. Returns standard output, standard error and the exit code.
pub(crate) async fn run(mut tool: Command) -> (String, String, i32) {
    let output = tokio::task::spawn_blocking(move || tool.output().unwrap()).await.unwrap();
    let Output { status, stdout, stderr } = output;
    let [stdout, stderr] = [stdout, stderr].map(|text| String::from_utf8(text).unwrap());
    for sentinel in SENTINELS {
        assert!(!format!("{stdout}{stderr}").contains(sentinel), "{sentinel} in {stdout}{stderr}");
    }
    (stdout, stderr, status.code().unwrap())
}

pub(crate) fn with(
    mut tool: Command,
    arguments: impl IntoIterator<Item = impl AsRef<std::ffi::OsStr>>,
) -> Command {
    tool.args(arguments);
    tool
}

#[tokio::test]
async fn the_media_url_of_each_file_is_printed_in_order() {
    let (server, (_folder, [a, b])) =
        (storage_server(ResponseTemplate::new(200)).await, files(["a.wav", "b.wav"]));
    let tool = with(tool("pyannote", &server.uri()), [a, b]);
    let (stdout, stderr, code) =
        run(with(tool, ["--ordered", "--url", "media://first", "--url", "media://second"])).await;
    assert_eq!((stdout.as_str(), code), ("media://first\nmedia://second\n", 0), "{stderr}");
    assert!(stderr.contains("a.wav: 5 bytes sent"), "{stderr}");
}

#[tokio::test]
async fn the_default_media_url_has_the_name_of_the_file() {
    let (server, (_folder, [file])) = (storage_server(ResponseTemplate::new(200)).await, files(["a b.wav"]));
    let (stdout, stderr, code) = run(with(tool("pyannote", &server.uri()), [&file])).await;
    assert!(
        stdout.starts_with("media://a_b-") && stdout.ends_with(".wav\n") && code == 0,
        "{stdout} {stderr}"
    );
    assert_eq!(requests(&server).await[0].body_json::<Value>().unwrap(), json!({ "url": stdout.trim() }));
    // The same file gets the same URL again.
    assert_eq!(run(with(tool("pyannote", &server.uri()), [&file])).await.0, stdout);
}

#[tokio::test]
async fn a_cielo24_upload_prints_no_url() {
    let (server, (_folder, [file])) = (storage_server(ResponseTemplate::new(200)).await, files(["a.wav"]));
    let tool = with(with(tool("cielo24", &server.uri()), [file]), ["--job-id", JOB]);
    let (stdout, stderr, code) = run(tool).await;
    assert_eq!((stdout.as_str(), code), ("", 0), "{stderr}");
    let [ask, put] = &requests(&server).await[..] else { panic!("two requests") };
    assert!(ask.url.query().unwrap().contains(JOB));
    assert_eq!((put.body.as_slice(), header_names(put).contains(&"authorization")), (&b"media"[..], false));
}

#[tokio::test]
async fn a_failed_file_does_not_stop_the_others() {
    let (server, (folder, [a, b])) =
        (storage_server(ResponseTemplate::new(200)).await, files(["a.wav", "b.wav"]));
    let absent = folder.path().join("absent.wav");
    let tool = with(tool("pyannote", &server.uri()), [&a, &absent, &b]);
    let (stdout, stderr, code) = run(with(tool, ["--quiet"])).await;
    assert_eq!((stdout.lines().count(), code), (2, 1));
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    for part in ["error: ", "absent.wav", "cannot be read: check that it exists"] {
        assert!(stderr.contains(part), "{part}: {stderr}");
    }
    assert_eq!(stderr.matches("absent.wav").count(), 1, "{stderr}");
}

#[tokio::test]
async fn json_output_has_one_object_for_each_file() {
    let (server, (folder, [a])) = (storage_server(ResponseTemplate::new(200)).await, files(["a.wav"]));
    let absent = folder.path().join("absent.wav");
    let tool = with(tool("pyannote", &server.uri()), [&a, &absent]);
    let tool = with(tool, ["--json", "--quiet", "--ordered", "--url", "media://a", "--url", "media://b"]);
    let (stdout, _, code) = run(tool).await;
    let objects: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [sent, failed] = &objects[..] else { panic!("two objects: {stdout}") };
    assert_eq!(code, 1);
    assert_eq!(*sent, json!({ "file": a, "url": "media://a", "bytes": 5, "attempts": 1 }));
    assert_eq!((&failed["file"], &failed["url"]), (&json!(absent), &json!("media://b")));
    assert_eq!(
        (&failed["error"]["operation"], &failed["error"]["retryable"]),
        (&json!("upload"), &json!(false))
    );
}

#[tokio::test]
async fn errors_of_the_api_and_of_storage_are_printed_with_advice() {
    let (_folder, [file]) = files(["a.wav"]);
    let body = json!({ "requestId": "17", "message": format!("Subscription is required, {KEY}") });
    let server = MockServer::start().await;
    serve(&server, PYANNOTE, ResponseTemplate::new(402).set_body_json(body)).await;
    let (stdout, stderr, code) = run(with(tool("pyannote", &server.uri()), [&file])).await;
    assert_eq!((stdout.as_str(), code), ("", 1));
    assert!(stderr.contains("Subscription is required") && stderr.contains("check the account"), "{stderr}");

    server.reset().await;
    let denied = "<Error><Code>AccessDenied</Code><Message>No.</Message></Error>";
    serve_storage(&server, ResponseTemplate::new(403).set_body_string(denied)).await;
    let (_, stderr, code) = run(with(tool("pyannote", &server.uri()), [&file])).await;
    assert!(
        code == 1 && stderr.contains("answered 403 AccessDenied (the upload URL does not allow"),
        "{stderr}"
    );
}

#[tokio::test]
async fn control_characters_of_a_file_name_are_not_printed() {
    let server = storage_server(ResponseTemplate::new(200)).await;
    let (stdout, stderr, code) = run(with(tool("pyannote", &server.uri()), ["x\u{1b}[2J\n.wav"])).await;
    assert_eq!((stdout.as_str(), code, stderr.matches('\n').count()), ("", 1, 1), "{stderr}");
    assert!(!stderr.contains('\u{1b}') && stderr.contains("cannot be read"), "{stderr}");
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_uploaded_even_if_standard_output_is_closed() {
    let names = ["a.wav", "b.wav", "c.wav", "d.wav", "e.wav", "f.wav"];
    let (server, (_folder, files)) = (storage_server(ResponseTemplate::new(200)).await, files(names));
    let mut tool = with(tool("pyannote", &server.uri()), files);
    // The reader closes the pipe before the first line.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    tool.stdout(writer).stderr(Stdio::piped());
    let output = tokio::task::spawn_blocking(move || tool.spawn().unwrap().wait_with_output().unwrap());
    let output = output.await.unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), stderr.matches("5 bytes sent").count()), (Some(1), 6), "{stderr}");
}

#[tokio::test]
async fn wrong_arguments_send_nothing() {
    let (server, (folder, [a, b])) =
        (storage_server(ResponseTemplate::new(200)).await, files(["a.wav", "b.wav"]));
    let pyannote = || tool("pyannote", &server.uri());
    let same = folder.path().join(".").join("a.wav");
    let mut keyless = with(pyannote(), [&a]);
    keyless.env_remove("PYANNOTEAI_API_KEY");
    let cielo24 = with(tool("cielo24", &server.uri()), [&a]);
    let [empty, large] = ["empty", "large"].map(|name| folder.path().join(name));
    std::fs::write(&empty, "\n").unwrap();
    std::fs::write(&large, "k".repeat(1 << 20)).unwrap();
    for (tool, message) in [
        (pyannote(), "FILE"),
        (with(with(pyannote(), [&a]), ["--url", "media://a b"]), "media://interview.wav"),
        (with(with(pyannote(), [&a, &b]), ["--url", "media://a"]), "give --url once for each file"),
        (with(pyannote(), [&a, &same]), "one would replace the other"),
        (keyless, "set PYANNOTEAI_API_KEY, or give --key-file FILE"),
        (with(with(pyannote(), [&a]), ["--key-file", "/nonexistent"]), "cannot be read from /nonexistent"),
        (
            with(with(pyannote(), [&a]), ["--key-file".as_ref(), empty.as_os_str()]),
            "is empty: it must contain the API key",
        ),
        (
            with(with(pyannote(), [&a]), ["--key-file".as_ref(), large.as_os_str()]),
            "is too long for an API key",
        ),
        (with(tool("pyannote", "http://api.example.com"), [&a]), "must be https"),
        (with(cielo24, ["--job-id", "job-17"]), "the job id must be a hexadecimal string"),
        (with(tool("cielo24", &server.uri()), [&a]), "--job-id"),
        (with(pyannote(), ["--api-key=secret"]), "unexpected argument"),
    ] {
        let (stdout, stderr, code) = run(tool).await;
        assert_eq!((stdout.as_str(), code), ("", 2), "{stderr}");
        assert!(stderr.contains(message), "{message}: {stderr}");
    }
    assert!(requests(&server).await.is_empty());
}

#[tokio::test]
async fn a_credential_is_read_from_a_file() {
    let (server, (folder, [a])) = (storage_server(ResponseTemplate::new(200)).await, files(["a.wav"]));
    let key = folder.path().join("key");
    std::fs::write(&key, "sk-from-a-file\n").unwrap();
    let tool = with(with(tool("pyannote", &server.uri()), ["--key-file".as_ref(), key.as_os_str()]), [&a]);
    assert_eq!(run(tool).await.2, 0);
    assert_eq!(requests(&server).await[0].headers["authorization"], "Bearer sk-from-a-file");
}

#[tokio::test]
async fn help_completions_and_manual_pages_are_printed() {
    let print = async |arguments: &[&str]| {
        let (stdout, stderr, code) = run(with(bare_tool(), arguments)).await;
        assert_eq!((stderr.as_str(), code), ("", 0), "{arguments:?}");
        stdout
    };
    assert!(print(&["--help"]).await.contains("media-upload cielo24 interview.wav --job-id"));
    assert!(print(&["pyannote", "--help"]).await.contains("PYANNOTEAI_API_KEY"));
    assert!(print(&["--version"]).await.starts_with("media-upload "));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(print(&["completions", shell]).await.contains("job-id"), "{shell}");
    }
    assert!(print(&["man"]).await.contains(".TH media-upload 1"));
    assert!(print(&["man", "cielo24"]).await.contains("job\\-id"));
}
