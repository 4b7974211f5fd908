//! Lists of files, manifests, partitions and journals of the command-line tool.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::faulty_storage::{Behaviour, FaultyStorage, answer};
use crate::mock_server::{presigned, requests, serve_storage, serve_upload_url, storage_server};
use crate::tool::{files, run, tool, with};

const JOBS: [&str; 3] = [
    "64bea283eff6475ea6596027a6ba0929",
    "74bea283eff6475ea6596027a6ba0929",
    "84bea283eff6475ea6596027a6ba0929",
];

async fn storage() -> MockServer {
    storage_server(ResponseTemplate::new(200)).await
}

/// The bodies of the PUTs that `server` received since it was last asked.
async fn stored(server: &MockServer) -> Vec<String> {
    let puts = requests(server).await.into_iter().filter(|request| request.method.as_str() == "PUT");
    let bodies = puts.map(|put: Request| String::from_utf8(put.body).unwrap()).collect();
    server.reset().await;
    serve_storage(server, ResponseTemplate::new(200)).await;
    bodies
}

/// A file named `name` in `folder`, whose content is its name.
fn file(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, name).unwrap();
    path
}

/// Writes `text` to standard input of the tool.
async fn run_with_input(mut tool: Command, text: String) -> (String, String, i32) {
    tool.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = tokio::task::spawn_blocking(move || {
        let mut child = tool.spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    });
    let output = output.await.unwrap();
    let [stdout, stderr] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    (stdout, stderr, output.status.code().unwrap())
}

/// Standard input names the second file only after the outcome of the first was printed, so nothing waits for the end of a list.
#[tokio::test]
async fn a_list_is_read_while_its_files_are_uploaded() {
    let (server, (_folder, [a, b])) = (storage().await, files(["a.wav", "b.wav"]));
    let mut tool = with(tool("pyannote", &server.uri()), ["--files-from", "-", "--quiet"]);
    tool.stdin(Stdio::piped()).stdout(Stdio::piped());
    let stdout = tokio::task::spawn_blocking(move || {
        let mut child = tool.spawn().unwrap();
        let (mut stdin, mut stdout) =
            (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()).lines());
        let lines: Vec<String> = [a, b]
            .iter()
            .map(|file| {
                writeln!(stdin, "{}", file.display()).unwrap();
                stdout.next().unwrap().unwrap()
            })
            .collect();
        drop(stdin);
        assert_eq!(child.wait().unwrap().code(), Some(0));
        lines
    });
    let lines = stdout.await.unwrap();
    assert!(lines[0].starts_with("media://a-") && lines[1].starts_with("media://b-"), "{lines:?}");
}

/// Storage answers the PUT of the large file only after the outcome of the small one was printed.
#[tokio::test]
async fn outcomes_are_printed_as_uploads_end() {
    let gate = Gate::start().await;
    let (mut child, _folder, _api) = gate.upload(&[]).await;
    let lines = tokio::task::spawn_blocking(move || {
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        gate.answer_large.add_permits(1);
        let second = lines.next().unwrap().unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0));
        [first, second]
    });
    assert_eq!(lines.await.unwrap(), ["media://small", "media://large"]);
}

#[tokio::test]
async fn ordered_outcomes_are_printed_in_the_order_of_the_files() {
    let gate = Gate::start().await;
    let (child, _folder, _api) = gate.upload(&["--ordered"]).await;
    gate.small_was_answered.acquire().await.unwrap().forget();
    gate.answer_large.add_permits(1);
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "media://large\nmedia://small\n");
}

/// Storage that answers the body `large` when it is told to.
struct Gate {
    origin: String,
    answer_large: Arc<Semaphore>,
    small_was_answered: Arc<Semaphore>,
}

impl Gate {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let [answer_large, small_was_answered] = [0, 0].map(|permits| Arc::new(Semaphore::new(permits)));
        let gates = (Arc::clone(&answer_large), Arc::clone(&small_was_answered));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (answer_large, small_was_answered) = gates.clone();
                tokio::spawn(async move {
                    let mut request = Vec::new();
                    while !request.ends_with(b"\r\n\r\nlarge") && !request.ends_with(b"\r\n\r\nsmall") {
                        stream.read_buf(&mut request).await.unwrap();
                    }
                    if request.ends_with(b"large") {
                        answer_large.acquire().await.unwrap().forget();
                    }
                    stream.write_all(answer(200, "").as_bytes()).await.unwrap();
                    small_was_answered.add_permits(1);
                });
            }
        });
        Self { origin, answer_large, small_was_answered }
    }

    /// Begins to upload the large file and the small one.
    async fn upload(&self, options: &[&str]) -> (Child, TempDir, MockServer) {
        let folder = tempfile::tempdir().unwrap();
        let api = MockServer::start().await;
        serve_upload_url(&api, &presigned(&self.origin)).await;
        let tool =
            with(tool("pyannote", &api.uri()), ["large", "small"].map(|name| file(folder.path(), name)));
        let mut tool =
            with(with(tool, ["--quiet", "--url", "media://large", "--url", "media://small"]), options);
        (tool.stdout(Stdio::piped()).spawn().unwrap(), folder, api)
    }
}

#[tokio::test]
async fn a_manifest_names_files_and_destinations() {
    let (server, folder) = (storage().await, tempfile::tempdir().unwrap());
    let paths = ["a", "b", "c"].map(|name| file(folder.path(), name));
    let manifest = folder.path().join("list.csv");
    let rows = paths.iter().zip(JOBS).map(|(path, job)| format!("{job},{}\n", path.display()));
    fs::write(&manifest, format!("job_id,file\n{}", rows.collect::<String>())).unwrap();
    let tool_of =
        |provider| with(tool(provider, &server.uri()), ["--manifest".as_ref(), manifest.as_os_str()]);
    let (stdout, stderr, code) = run(with(tool_of("cielo24"), ["--json", "--ordered"])).await;
    let jobs: Vec<Value> =
        stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["job_id"].clone()).collect();
    assert_eq!((jobs, code), (JOBS.map(Value::from).to_vec(), 0), "{stderr}");
    assert_eq!(stored(&server).await.into_iter().collect::<BTreeSet<_>>().len(), 3);

    // The same table is not one of pyannoteAI.
    let (_, stderr, code) = run(tool_of("pyannote")).await;
    assert!(code == 2 && stderr.contains("list.csv:2: unknown field `job_id`"), "{stderr}");
}

#[tokio::test]
async fn a_bad_line_of_a_file_sends_nothing() {
    let (server, folder) = (storage().await, tempfile::tempdir().unwrap());
    let path = file(folder.path(), "a");
    let manifest = folder.path().join("list.jsonl");
    for (line, message) in [
        (
            "{\"file\":\"b\",\"url\":\"media://a b\"}".to_owned(),
            "b: pyannote: the API document does not allow this media URL",
        ),
        ("file".to_owned(), "list.jsonl:2: expected"),
        (format!("{}\n", json!({ "file": path })), "an earlier file has the same media URL"),
    ] {
        fs::write(&manifest, format!("{}\n{line}\n", json!({ "file": path }))).unwrap();
        let tool = with(tool("pyannote", &server.uri()), ["--manifest".as_ref(), manifest.as_os_str()]);
        let (stdout, stderr, code) = run(tool).await;
        assert_eq!((stdout.as_str(), code, stderr.lines().count()), ("", 2, 1), "{stderr}");
        assert!(stderr.contains(message), "{stderr}");
    }
    assert!(stored(&server).await.is_empty());
}

/// The list of a pipe is not checked in advance, so the files before the bad line are uploaded.
#[tokio::test]
async fn a_bad_line_of_standard_input_ends_the_list() {
    let (server, (_folder, [a, b])) = (storage().await, files(["a.wav", "b.wav"]));
    let tool = with(tool("pyannote", &server.uri()), ["--files-from", "-", "--quiet"]);
    let list = format!("{0}\n{0}\n{1}\n", a.display(), b.display());
    let (stdout, stderr, code) = run_with_input(tool, list).await;
    assert_eq!((stdout.lines().count(), code), (1, 1), "{stderr}");
    assert!(
        stderr.contains("an earlier file has the same media URL")
            && stderr.contains("the list was not read further"),
        "{stderr}"
    );
}

#[tokio::test]
async fn standard_input_is_uploaded_with_its_length() {
    let server = storage().await;
    let pyannote = || with(tool("pyannote", &server.uri()), ["-"]);
    let (stdout, stderr, code) =
        run_with_input(with(pyannote(), ["--url", "media://a"]), "media".to_owned()).await;
    assert_eq!((stdout.as_str(), code), ("media://a\n", 0), "{stderr}");
    let put = requests(&server).await.pop().unwrap();
    assert_eq!((&put.headers["content-length"], put.body.as_slice()), (&"5".parse().unwrap(), &b"media"[..]));
    let (_, stderr, code) = run_with_input(pyannote(), String::new()).await;
    assert!(code == 2 && stderr.contains("give it once, with --url"), "{stderr}");
}

#[tokio::test]
async fn each_file_is_in_exactly_one_partition() {
    let (server, folder) = (storage().await, tempfile::tempdir().unwrap());
    let names: BTreeSet<String> = (0..20).map(|number| format!("{number}.wav")).collect();
    let list =
        names.iter().map(|name| format!("{}\0", file(folder.path(), name).display())).collect::<String>();
    let mut sent = Vec::new();
    for part in ["1/3", "2/3", "3/3"] {
        let tool = with(tool("pyannote", &server.uri()), ["-0", "--files-from", "-", "--partition", part]);
        assert_eq!(run_with_input(tool, list.clone()).await.2, 0);
        sent.extend(stored(&server).await);
    }
    assert_eq!((sent.len(), sent.into_iter().collect::<BTreeSet<_>>()), (20, names));
}

#[tokio::test]
async fn a_dry_run_sends_nothing() {
    let (server, (folder, [a])) = (storage().await, files(["a.wav"]));
    let absent = folder.path().join("absent");
    let tool = with(with(tool("pyannote", &server.uri()), [a, absent]), ["--dry-run", "--json", "--ordered"]);
    let (stdout, stderr, code) = run(tool).await;
    assert!(
        code == 1
            && stdout.contains("\"would_send_bytes\":5")
            && stderr.contains("would send 5 bytes to media://a-")
    );
    assert!(stderr.contains("absent: the file cannot be read: No such file"), "{stderr}");
    assert!(requests(&server).await.is_empty());
}

/// A folder with a file and a journal, and a command that uploads it.
struct Journaled {
    folder: TempDir,
    server: MockServer,
    provider: &'static str,
}

impl Journaled {
    async fn new(provider: &'static str) -> Self {
        let journaled = Self { folder: tempfile::tempdir().unwrap(), server: storage().await, provider };
        file(journaled.folder.path(), "a");
        journaled
    }

    fn command(&self, server: &str, options: &[&str]) -> Command {
        let [file, journal] = ["a", "journal"].map(|name| self.folder.path().join(name));
        let destination =
            if self.provider == "pyannote" { ["--url", "media://a"] } else { ["--job-id", JOBS[0]] };
        let tool = with(with(tool(self.provider, server), [file]), destination);
        with(with(tool, ["--journal".as_ref(), journal.as_os_str()]), options)
    }

    /// Runs the tool. Returns the number of PUTs, standard error and the exit code.
    async fn run(&self, options: &[&str]) -> (usize, String, i32) {
        let (_, stderr, code) = run(self.command(&self.server.uri(), options)).await;
        (stored(&self.server).await.len(), stderr, code)
    }
}

#[tokio::test]
async fn a_later_run_sends_only_what_is_missing_changed_or_old() {
    let journaled = Journaled::new("pyannote").await;
    let file = journaled.folder.path().join("a");
    assert_eq!(journaled.run(&[]).await.0, 1);
    let (puts, stderr, code) = journaled.run(&[]).await;
    assert!((puts, code) == (0, 0) && stderr.contains("so it is not sent again"), "{stderr}");
    assert_eq!(journaled.run(&["--dry-run"]).await.1.matches("would send").count(), 0);
    fs::write(&file, "changed").unwrap();
    assert_eq!(journaled.run(&["--checksum"]).await.0, 1);
    // The content is the same, although the file is another.
    fs::remove_file(&file).unwrap();
    fs::write(&file, "changed").unwrap();
    assert_eq!(journaled.run(&["--checksum"]).await.0, 0);
    assert_eq!(journaled.run(&["--max-age", "0"]).await.0, 1);
}

#[tokio::test]
async fn a_job_of_cielo24_gets_media_once() {
    let journaled = Journaled::new("cielo24").await;
    let file = journaled.folder.path().join("a");
    // Storage refuses the media, so it does not have it.
    Mock::given(method("PUT"))
        .respond_with(ResponseTemplate::new(403))
        .with_priority(1)
        .mount(&journaled.server)
        .await;
    let (puts, _, code) = journaled.run(&[]).await;
    assert_eq!((puts, code), (1, 1));
    assert_eq!(journaled.run(&[]).await.0, 1);
    assert_eq!(journaled.run(&[]).await.0, 0);
    fs::write(file, "other media").unwrap();
    let (puts, stderr, code) = journaled.run(&[]).await;
    assert!((puts, code) == (0, 1) && stderr.contains("a job takes media once"), "{stderr}");
}

/// Kills the tool when storage has received the media, before it answers.
#[tokio::test]
async fn media_of_a_killed_run_is_sent_again_unless_the_provider_takes_it_once() {
    for (provider, expected) in [("pyannote", 1), ("cielo24", 0)] {
        let journaled = Journaled::new(provider).await;
        let (storage, api) =
            (FaultyStorage::start([Behaviour::StallAfter(1)]).await, MockServer::start().await);
        serve_upload_url(&api, &presigned(&storage.origin)).await;
        let mut child = journaled.command(&api.uri(), &[]).spawn().unwrap();
        storage.connection_end().await;
        child.kill().unwrap();
        child.wait().unwrap();
        let (puts, stderr, code) = journaled.run(&[]).await;
        assert_eq!((puts, code), (expected, 1 - expected as i32), "{stderr}");
        assert_eq!(stderr.contains("it may have been sent"), provider == "cielo24", "{stderr}");
    }
}

#[tokio::test]
async fn a_journal_that_cannot_be_used_sends_nothing() {
    let journaled = Journaled::new("pyannote").await;
    fs::write(journaled.folder.path().join("journal"), "RIFF").unwrap();
    let (puts, stderr, code) = journaled.run(&[]).await;
    assert!((puts, code) == (0, 2) && stderr.contains("this is not a journal of media-upload"), "{stderr}");
}

/// The arguments of the manifest in `deploy/`, with the files of this test.
#[tokio::test]
async fn the_kubernetes_manifest_calls_the_tool_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("recordings.csv"), "file\na.wav\nb.wav\n").unwrap();
    let manifest: serde_yaml::Value =
        serde_yaml::from_str(include_str!("../../deploy/kubernetes.yaml")).unwrap();
    let job = &manifest["spec"];
    let container = &job["template"]["spec"]["containers"][0];
    let folder_name = &format!("={}", folder.path().display());
    let arguments = container["args"].as_sequence().unwrap().iter().map(|argument| {
        let argument = argument.as_str().unwrap().replace("$(JOB_COMPLETION_INDEX)", "1");
        argument.replace("=/recordings", folder_name).replace("=/journals", folder_name)
    });
    let mut tool = with(crate::tool::bare_tool(), arguments.chain(["--dry-run".to_owned()]));
    tool.env("JOB_COMPLETION_INDEX", "1").env("PYANNOTEAI_API_KEY", "key");
    let variables = container["env"].as_sequence().unwrap();
    let completions = variables.iter().find(|variable| variable["name"] == "JOB_COMPLETIONS").unwrap();
    assert_eq!(completions["value"], job["completions"].as_u64().unwrap().to_string());
    tool.env("JOB_COMPLETIONS", completions["value"].as_str().unwrap());
    let (_, stderr, code) = run(tool).await;
    // The files do not exist, so a dry run that begins to read them has understood all arguments.
    assert!(code <= 1 && folder.path().join("1.jsonl").is_file(), "{stderr}");
}
