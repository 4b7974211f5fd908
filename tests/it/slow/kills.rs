//! A batch with a journal that is killed a hundred times, at random.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tempfile::TempDir;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::mock_server::{presigned, requests, serve_upload_url};
use crate::tool::{tool, with};

const FILES: usize = 400;
const KILLS: usize = 100;
/// The default of `--jobs`.
const JOBS: usize = 8;

/// Files whose content is their number, and a manifest that names them.
fn recordings(column: &str, destination: impl Fn(usize) -> String) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut table = format!("file,{column}\n");
    for number in 0..FILES {
        let file = folder.path().join(number.to_string());
        std::fs::write(&file, number.to_string()).unwrap();
        writeln!(table, "{},{}", file.display(), destination(number)).unwrap();
    }
    std::fs::write(folder.path().join("list.csv"), table).unwrap();
    folder
}

fn command(provider: &str, server: &MockServer, folder: &Path) -> Command {
    let [manifest, journal] = ["list.csv", "journal"].map(|name| folder.join(name));
    let tool = with(tool(provider, &server.uri()), ["--quiet"]);
    with(
        with(tool, ["--manifest".as_ref(), manifest.as_os_str()]),
        ["--journal".as_ref(), journal.as_os_str()],
    )
}

/// Answers a PUT after a short time, and counts it.
struct Storage(Arc<AtomicUsize>);

impl Respond for Storage {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        self.0.fetch_add(1, Ordering::Relaxed);
        ResponseTemplate::new(200).set_delay(Duration::from_millis(2))
    }
}

/// Kills the tool a hundred times, each time after storage has received up to nine files, then lets it end. Returns how often each file was stored, and standard error of the last run.
async fn kill_and_finish(provider: &'static str, folder: &Path) -> (BTreeMap<String, usize>, String) {
    let (server, puts) = (MockServer::start().await, Arc::new(AtomicUsize::new(0)));
    serve_upload_url(&server, &presigned(&server.uri())).await;
    Mock::given(method("PUT")).respond_with(Storage(Arc::clone(&puts))).mount(&server).await;
    let mut random = fastrand::Rng::with_seed(17);
    for _ in 0..KILLS {
        let enough = (puts.load(Ordering::Relaxed) + random.usize(0..10)).min(FILES - 1);
        let mut tool = command(provider, &server, folder);
        let mut child = tool.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while puts.load(Ordering::Relaxed) < enough && child.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_micros(random.u64(..10_000))).await;
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let mut tool = command(provider, &server, folder);
    let output = tokio::task::spawn_blocking(move || tool.output().unwrap()).await.unwrap();
    let mut stored = BTreeMap::new();
    for put in requests(&server).await.into_iter().filter(|request| request.method.as_str() == "PUT") {
        *stored.entry(String::from_utf8(put.body).unwrap()).or_default() += 1;
    }
    (stored, String::from_utf8(output.stderr).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: run .ci/slow"]
async fn pyannote_gets_each_file_and_none_twice_but_those_in_flight_at_a_kill() {
    let folder = recordings("url", |number| format!("media://{number}"));
    let (stored, stderr) = kill_and_finish("pyannote", folder.path()).await;
    let puts: usize = stored.values().sum();
    println!("{FILES} files, {KILLS} kills: {puts} PUTs");
    assert_eq!((stored.len(), stderr.as_str()), (FILES, ""));
    assert!((FILES + 1..=FILES + KILLS * JOBS).contains(&puts), "{puts}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: run .ci/slow"]
async fn cielo24_gets_no_file_twice_and_each_other_one_is_reported() {
    let folder = recordings("job_id", |number| format!("{number:032x}"));
    let (stored, stderr) = kill_and_finish("cielo24", folder.path()).await;
    let unsure: Vec<&str> = stderr.lines().filter(|line| line.contains("it may have been sent")).collect();
    println!("{FILES} jobs, {KILLS} kills: {} stored, {} may have been sent", stored.len(), unsure.len());
    assert!(stored.values().all(|times| *times == 1), "{stored:?}");
    for number in 0..FILES {
        let path = folder.path().join(number.to_string());
        let is_unsure = unsure.iter().any(|line| line.contains(&format!("{}:", path.display())));
        assert!(stored.contains_key(&number.to_string()) || is_unsure, "{number}");
    }
    assert!((1..=KILLS * JOBS).contains(&unsure.len()));
}
