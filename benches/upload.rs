//! Compares an upload with `curl -T`, and a call of the API with the same call in plain reqwest.
//!
//! `cargo bench --bench upload` sends the same 2 GiB file to the same local server, alternating between this crate and curl, and
//! prints ratios from that run. Each upload runs in its own process, so that its memory and processor time can be measured. Both
//! are read from `/proc`, so the benchmark needs Linux.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use media_upload::pyannote::{ApiKey, Client, MediaUrl};
use reqwest::header::ACCEPT;
use serde_json::json;
use url::Url;

const ROUNDS: usize = 9;
/// If others use less than this share of the processors, a run counts.
const QUIET: f64 = 0.1;
const SMALL: u64 = 64 << 20;
const LARGE: u64 = 2 << 30;
const CALL_ROUNDS: usize = 25;
const CALLS: u32 = 4_000;
const KEY: &str = "key";
const MEDIA_URL: &str = "media://interview.wav";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["child", "upload", base, file] => child_upload(base, Path::new(file)),
        ["child", "ours", base] => child_calls(ours(base)),
        ["child", "plain", base] => child_calls(plain(base)),
        _ => measure(),
    }
}

fn measure() {
    let (sink, folder) = (sink(), tempfile::tempdir().unwrap());
    let [small, large] = [SMALL, LARGE].map(|length| {
        let path = folder.path().join(length.to_string());
        File::create(&path).unwrap().set_len(length).unwrap();
        path
    });
    throughput(&sink, &large);
    for (file, name) in [(&small, "64 MiB"), (&large, "2 GiB")] {
        let resident = child(&["upload", &sink, file.to_str().unwrap()]);
        println!("peak resident memory of the upload process, {name}: {:.1} MiB", resident / 1024.0);
    }
    calls(&sink);
}

/// Pairs an upload by this crate with one by curl, after one pair that fills the caches. The ratio of a pair depends less on other
/// processes than the throughput does.
fn throughput(sink: &str, file: &Path) {
    let file = file.to_str().unwrap();
    let curl = || {
        let url = format!("{sink}/object");
        let status = Command::new("curl")
            .args(["--silent", "--fail", "-T", file, &url])
            .stdout(Stdio::null())
            .status();
        assert!(status.unwrap().success(), "curl failed");
    };
    let ours = || {
        child(&["upload", sink, file]);
    };
    if Command::new("curl").arg("--version").stdout(Stdio::null()).status().is_err() {
        println!("curl is not installed: the throughput is not compared");
        return;
    }
    let pair = || (load(), Run::of(&ours), Run::of(&curl));
    pair();
    let pairs: Vec<(f64, Run, Run)> = (0..ROUNDS).map(|_| pair()).collect();
    for (load, ours, curl) in &pairs {
        println!(
            "2 GiB: media-upload {ours}; curl -T {curl}; others used {:.0} % of the processors",
            load * 100.0
        );
    }
    let ratio =
        |of: fn(&Run) -> f64| median(pairs.iter().map(|(_, ours, curl)| of(ours) / of(curl)).collect());
    println!(
        "throughput, median of the ratios: {:.3} (target: 0.95 or more)",
        1.0 / ratio(|run| run.seconds)
    );
    println!("processor time, median of the ratios: {:.3}", ratio(|run| run.processor_seconds));
    let load = median(pairs.iter().map(|(load, ..)| *load).collect());
    let verdict =
        if load < QUIET { "the machine was quiet" } else { "the machine was busy: repeat this run" };
    println!("others used {:.0} % of the processors (median): {verdict}", load * 100.0);
}

/// One upload of 2 GiB.
struct Run {
    seconds: f64,
    processor_seconds: f64,
}

impl Run {
    fn of(work: &impl Fn()) -> Self {
        let (begun, before) = (Instant::now(), children_processor_time());
        work();
        let seconds = begun.elapsed().as_secs_f64();
        Self { seconds, processor_seconds: children_processor_time() - before }
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let per_gib = self.processor_seconds / 2.0;
        write!(f, "{:.2} GiB/s with {per_gib:.2} s of processor time per GiB", 2.0 / self.seconds)
    }
}

/// The share of the processors that other processes use during a second in which this one does nothing.
fn load() -> f64 {
    let sample = || -> [f64; 2] {
        let stat = fs::read_to_string("/proc/stat").unwrap();
        let ticks =
            stat.lines().next().unwrap().split_whitespace().skip(1).map(|ticks| ticks.parse().unwrap());
        let ticks: Vec<f64> = ticks.collect();
        // The idle time, with that in which a processor waits for a disk, and the whole time.
        [ticks[3] + ticks[4], ticks.iter().take(8).sum()]
    };
    let before = sample();
    thread::sleep(Duration::from_secs(1));
    let after = sample();
    1.0 - (after[0] - before[0]) / (after[1] - before[1])
}

/// The processor time of all child processes that have ended, in seconds.
fn children_processor_time() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    // The name of the process, in parentheses, may have spaces. `cutime` and `cstime` are in ticks of 10 ms.
    let fields = stat.rsplit_once(')').unwrap().1.split_whitespace().skip(13).take(2);
    fields.map(|ticks| ticks.parse::<f64>().unwrap() / 100.0).sum()
}

/// Alternates between `media_upload_url` and the same call in plain reqwest. Many short rounds reduce the influence of other
/// processes.
fn calls(sink: &str) {
    let rounds = (0..CALL_ROUNDS).map(|_| (child(&["ours", sink]), child(&["plain", sink])));
    let (ours, plain): (Vec<f64>, Vec<f64>) = rounds.unzip();
    let ratios = ours.iter().zip(&plain).map(|(ours, plain)| ours / plain).collect();
    let microseconds = |seconds: Vec<f64>| median(seconds) * 1e6 / f64::from(CALLS);
    println!(
        "processor time of a call: media_upload_url {:.1} us, plain reqwest {:.1} us",
        microseconds(ours),
        microseconds(plain)
    );
    println!("processor time, median of the ratios: {:.3} (target: 1.1 or less)", median(ratios));
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// Runs this program as a child process, and returns the number that it prints.
fn child(arguments: &[&str]) -> f64 {
    let output =
        Command::new(std::env::current_exe().unwrap()).arg("child").args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

fn client(base: &str) -> Client {
    let builder = Client::builder(ApiKey::new(KEY).unwrap()).base_url(base);
    builder.root_certificates("").build().unwrap()
}

/// Uploads `file`, and prints the peak resident memory of this process, in KiB.
fn child_upload(base: &str, file: &Path) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        client(base).upload(file, &MediaUrl::new(MEDIA_URL).unwrap()).await.unwrap();
    });
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    println!("{}", peak.trim().trim_end_matches(" kB"));
}

/// Warms up, then makes `call` `CALLS` times, and prints their processor time in seconds.
fn child_calls(call: impl AsyncFn()) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        for _ in 0..CALLS / 10 {
            call().await;
        }
        let before = processor_time();
        for _ in 0..CALLS {
            call().await;
        }
        println!("{}", processor_time() - before);
    });
}

/// The processor time of this thread, which does all the work, in seconds.
fn processor_time() -> f64 {
    // The first field is in nanoseconds.
    let schedule = fs::read_to_string("/proc/self/schedstat").unwrap();
    schedule.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1e9
}

fn ours(base: &str) -> impl AsyncFn() {
    let (client, url) = (client(base), MediaUrl::new(MEDIA_URL).unwrap());
    async move || {
        client.media_upload_url(&url).await.unwrap();
    }
}

/// Sends the same request with the same timeout, and parses the URL of the response. Parsing the URL is half of what our call
/// costs more than a call that does not check the response.
fn plain(base: &str) -> impl AsyncFn() {
    let builder = reqwest::Client::builder().no_proxy().tls_certs_only([]).timeout(Duration::from_secs(30));
    let client = builder.user_agent(concat!("media-upload/", env!("CARGO_PKG_VERSION"))).build().unwrap();
    let url = format!("{base}/v1/media/input");
    async move || {
        let request = client.post(&url).bearer_auth(KEY).header(ACCEPT, "application/json");
        let response = request.json(&Request { url: MEDIA_URL.to_owned() }).send().await.unwrap();
        assert_eq!(response.status(), 201);
        let success: Success = response.json().await.unwrap();
        Url::parse(&success.url).unwrap();
    }
}

#[derive(serde::Serialize)]
struct Request {
    url: String,
}

#[derive(serde::Deserialize)]
struct Success {
    url: String,
}

/// Starts an API and storage that discards the media, and returns their URL.
fn sink() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let url = format!("{origin}/object?X-Amz-Signature=1");
    thread::spawn(move || {
        for stream in listener.incoming() {
            let url = url.clone();
            thread::spawn(move || serve(stream.unwrap(), &url));
        }
    });
    origin
}

fn serve(mut stream: TcpStream, url: &str) {
    let mut reader = BufReader::with_capacity(1 << 20, stream.try_clone().unwrap());
    while let Some((is_put, length, expects)) = read_head(&mut reader) {
        if expects {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap();
        }
        let mut left = length;
        while left > 0 {
            let read = reader.fill_buf().unwrap().len().min(left as usize);
            assert_ne!(read, 0, "the connection was closed within the body");
            reader.consume(read);
            left -= read as u64;
        }
        let (status, body) =
            if is_put { (200, String::new()) } else { (201, json!({ "url": url }).to_string()) };
        let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all((head + &body).as_bytes()).unwrap();
    }
}

/// Reads the head of a request: whether it is a PUT, the length of its body, and whether it expects a 100.
fn read_head(reader: &mut impl BufRead) -> Option<(bool, u64, bool)> {
    let (mut is_put, mut length, mut expects) = (false, 0, false);
    loop {
        let mut line = String::new();
        if reader.take(64 << 10).read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_ascii_lowercase();
        is_put |= line.starts_with("put ");
        expects |= line == "expect: 100-continue";
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.is_empty() {
            return Some((is_put, length, expects));
        }
    }
}
